"""Page objects: what a participant, a facilitator and a host do, found as they find it, by role and label.

Every method waits for what it promises, with the context's deadline; nothing here looks at ids, classes or state of the
app.
"""

import re

from playwright.async_api import Locator, Page, expect

from tests.support.browser import Person
from tests.support.browser_probe import Frame, Probe
from tests.support.deadline import until

WITHIN_S = 15.0


class RoomPage:
    """The browser app of one person in one session."""

    def __init__(self, person: Person, session_url: str, alias: str) -> None:
        self.person = person
        self.session_url = session_url
        self.alias = alias

    @property
    def page(self) -> Page:
        return self.person.page

    @property
    def probe(self) -> Probe:
        return self.person.probe

    def button(self, name: str | re.Pattern[str], within: Locator | None = None) -> Locator:
        return (within or self.page).get_by_role("button", name=name, exact=isinstance(name, str))

    def heading(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("heading", name=name)

    async def sees(self, heading: str | re.Pattern[str], within_s: float = WITHIN_S) -> None:
        await expect(self.heading(heading).first).to_be_visible(timeout=within_s * 1_000)

    # --- pre-join ----------------------------------------------------------------------------------------------
    async def exchange(self, link: str) -> None:
        """Follow a personal link; the token leaves the address."""
        await self.page.goto(link)
        await self.button("Continue").click()
        await self.page.wait_for_url(re.compile(r"/s/[^/#?]+"))
        assert "#" not in self.page.url, "The token is still in the address."

    async def open(self) -> None:
        await self.page.goto(f"{self.session_url}/room")
        await self.sees("You are not in the room yet")

    async def get_ready(self, *, mic: bool = False, camera: bool = True) -> None:
        """Name, devices, guidelines."""
        await self.page.get_by_role("textbox", name="Name to show").fill(self.alias)
        agree = self.page.get_by_role("checkbox", name="I agree to these guidelines")
        if await agree.count():
            await agree.check()
        if camera:
            await self.button("Turn camera on").click()
            await expect(self.button("Turn camera off")).to_be_visible()
        if mic:
            await self.button("Turn microphone on").click()
            await expect(self.button("Turn microphone off")).to_be_visible()

    # --- in the room -------------------------------------------------------------------------------------------
    @property
    def tiles(self) -> Locator:
        return self.page.get_by_role("region", name="People in the room").get_by_role("listitem")

    @property
    def controls(self) -> Locator:
        return self.page.get_by_role("toolbar", name="Controls")

    def tile(self, alias: str, state: str = "") -> Locator:
        """The tile of one person, with these words somewhere after the name."""
        name = re.compile(rf"^{re.escape(alias)}\b.*{re.escape(state)}")
        return self.page.get_by_role("region", name="People in the room").get_by_role("listitem", name=name)

    async def is_in_room(self, within_s: float = WITHIN_S) -> None:
        await expect(self.controls).to_be_visible(timeout=within_s * 1_000)

    async def speak(self) -> None:
        await self.button("Muted. Turn microphone on").click()
        await expect(self.button("Microphone on. Mute")).to_be_visible()

    async def be_quiet(self) -> None:
        await self.button("Microphone on. Mute").click()
        await expect(self.button("Muted. Turn microphone on")).to_be_visible()

    async def show_camera(self) -> None:
        off = self.button("Camera off. Turn camera on")
        if await off.count():
            await off.click()
        await expect(self.button("Camera on. Turn camera off")).to_be_visible()

    async def hide_camera(self) -> None:
        await self.button("Camera on. Turn camera off").click()
        await expect(self.button("Camera off. Turn camera on")).to_be_visible()

    async def keep_large(self, alias: str) -> None:
        """Somebody's picture large from now on, whoever speaks."""
        panel = self.page.get_by_role("region", name="People", exact=True)
        await self.controls.get_by_role("button", name="People").click()
        await self.button(f"Keep {alias} large").click()
        await expect(self.button(f"Stop keeping {alias} large")).to_be_visible()
        await panel.get_by_role("button", name="Close").click()

    async def leave(self) -> None:
        await self.button("Leave", self.controls).click()
        await self.sees("You have left this session")

    @property
    def chat(self) -> Locator:
        """A panel beside the room where there is space, a dialog where there is not."""
        return self.page.get_by_role("region", name="Chat").or_(self.page.get_by_role("dialog", name="Chat"))

    async def open_chat(self) -> None:
        if not await self.chat.is_visible():
            await self.controls.get_by_role("button", name=re.compile("^Chat")).click()
        await expect(self.chat).to_be_visible()

    async def close_chat(self) -> None:
        """Where it lies over the pictures they are not sent while it is open."""
        await self.button("Close", self.chat).click()
        await expect(self.chat).to_be_hidden()

    async def write(self, text: str) -> None:
        await self.open_chat()
        await self.page.get_by_role("textbox", name="Message", exact=True).fill(text)
        await self.button("Send").click()
        await self.reads(text)

    async def reads(self, text: str) -> None:
        await self.open_chat()
        await expect(self.page.get_by_role("log", name="Messages").get_by_text(text)).to_be_visible()

    # --- what arrives ------------------------------------------------------------------------------------------
    async def decodes_video_of(self, person: str, within_s: float = WITHIN_S) -> None:
        """Two readings, the second higher: pictures are arriving now, not once."""
        await self._rises(person, "camera", "frames", within_s)

    async def shows_no_camera_of(self, *people: str) -> None:
        async def none() -> bool:
            received = await self.probe.received()
            return not any("camera" in received.get(person, {}) for person in people)

        await until(none, f"{self.alias} has no camera of {len(people)} people")

    async def camera_slot_of(self, person: str) -> str:
        """The mid in which this page gets the person's camera now; a busy machine may be without for a moment."""
        mid = ""

        async def has_one() -> bool:
            nonlocal mid
            camera = (await self.probe.received()).get(person, {}).get("camera")
            mid = camera.mid if camera else ""
            return bool(mid)

        await until(has_one, f"{self.alias} has a slot for the camera of {person}")
        return mid

    async def hears(self, person: str, within_s: float = WITHIN_S) -> None:
        await self._rises(person, "mic", "energy", within_s)

    async def _rises(self, person: str, source: str, what: str, within_s: float) -> None:
        first: float | None = None

        async def rose() -> bool:
            nonlocal first
            one = (await self.probe.received()).get(person, {}).get(source)
            if one is None:
                return False
            value = float(getattr(one, what))
            if first is None or value < first:
                first = value
            return value > first

        await until(rose, f"{self.alias} receives {source} {what} of {person}", within_s)

    async def packets_of(self, person: str, source: str) -> int:
        one = (await self.probe.received()).get(person, {}).get(source)
        return one.packets if one else 0

    async def me(self) -> str:
        return await self.probe.me()

    # --- requests and their answers ----------------------------------------------------------------------------
    async def sent_request(self, kind: str) -> Frame:
        """The newest request of this type that the page sent."""
        found: Frame | None = None

        async def was_sent() -> bool:
            nonlocal found
            found = await self.probe.find_frame(lambda frame: frame.direction == "out" and frame.type == kind)
            return found is not None

        await until(was_sent, f"{self.alias} sends {kind}")
        assert found is not None
        return found

    async def answer_to(self, kind: str) -> Frame:
        """The `ok` or `refused` to the newest request of this type."""
        request = await self.sent_request(kind)
        found: Frame | None = None

        async def was_answered() -> bool:
            nonlocal found
            found = await self.probe.find_frame(
                lambda frame: (
                    frame.direction == "in"
                    and frame.type in ("ok", "refused")
                    and frame.message.get("id") == request.message["id"]
                    and frame.at >= request.at
                )
            )
            return found is not None

        await until(was_answered, f"an answer to {kind} of {self.alias}")
        assert found is not None
        return found

    async def acknowledged(self, kind: str) -> Frame:
        answer = await self.answer_to(kind)
        assert answer.type == "ok", f"{kind} was refused: {answer.message.get('reason')}"
        return answer


class ParticipantPage(RoomPage):
    async def knock(self, *, mic: bool = False, camera: bool = True) -> None:
        """From nowhere to the waiting room."""
        await self.open()
        await self.get_ready(mic=mic, camera=camera)
        await self.ask_to_join()

    async def ask_to_join(self) -> None:
        await self.button("Ask to join").click()
        await self.is_waiting()

    async def is_waiting(self, within_s: float = WITHIN_S) -> None:
        await self.sees("You are in the waiting room", within_s)

    async def send_note(self, text: str) -> None:
        await self.page.get_by_role("textbox", name="Note to the facilitators").fill(text)
        await self.button("Send note").click()


class FacilitatorPage(RoomPage):
    """Leads through the facilitator panel; the panel is opened when it is needed."""

    @property
    def panel(self) -> Locator:
        return self.page.get_by_label("Facilitator panel")

    async def enter(self, *, mic: bool = False, camera: bool = True) -> None:
        await self.open()
        await self.get_ready(mic=mic, camera=camera)
        await self.button("Enter the room").click()
        await self.is_in_room()

    async def return_in_new_tab(self) -> None:
        """After the old tab is gone: the seat may still be theirs, or the door asks them to enter again."""
        await self.person.new_tab()
        await self.page.goto(f"{self.session_url}/room")
        enter = self.button("Enter the room")
        await expect(enter.or_(self.controls).first).to_be_visible()
        if await enter.count():
            await self.get_ready(camera=False)
            await enter.click()
        await self.is_in_room()

    async def open_panel(self) -> None:
        if not await self.panel.is_visible():
            await self.controls.get_by_role("button", name=re.compile(r"^Lead\b")).click()
        await expect(self.panel).to_be_visible()

    async def press(self, name: str) -> None:
        """A button of the panel."""
        await self.open_panel()
        await self.button(name, self.panel).click()

    async def do_to(self, alias: str, name: str) -> None:
        """An act on one person inside; it may sit behind a disclosure."""
        await self.open_panel()
        wanted = self.button(name, self.panel)
        if not await wanted.is_visible():
            await self.button(f"Actions for {alias}", self.panel).click()
        await wanted.click()

    async def sees_waiting(self, alias: str) -> None:
        await self.open_panel()
        await expect(self.button(f"Admit {alias}", self.panel)).to_be_visible()

    async def admit(self, alias: str) -> None:
        await self.press(f"Admit {alias}")

    async def start(self) -> None:
        await self.press("Start the session")
        await expect(self.button("Start the session", self.panel)).to_have_count(0)

    async def mute(self, alias: str) -> None:
        await self.do_to(alias, f"Mute {alias}")

    async def remove(self, alias: str) -> None:
        await self.do_to(alias, f"Remove {alias}")
        dialog = self.page.get_by_role("dialog", name=f"Remove {alias}?")
        await self.button("Remove", dialog).click()
        await expect(dialog).to_have_count(0)

    async def end(self) -> None:
        await self.press("End for all")
        dialog = self.page.get_by_role("dialog", name="End the session for everyone?")
        await self.button("End for all", dialog).click()
