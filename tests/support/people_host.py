"""What a host does on the server-rendered pages: sign in, schedule, hand out links."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import Locator, Page, expect

from tests.support.browser import Person
from tests.support.server_process import HOST_NAME, HOST_PASSWORD

ZONE = "Europe/Lisbon"
GUIDELINES = "Speak for yourself. What is said here stays here."


@dataclass(frozen=True)
class Plan:
    """What a host writes into the form. `starts_in` is cut to the minute, as the form has no seconds."""

    title: str = "Evening circle"
    discreet_title: str = "Tuesday call"
    starts_in: timedelta = timedelta(minutes=4)
    length_min: int = 60
    doors_min: int = 15
    late_min: int = 30
    waiting_message: str = "Take the time you need."
    guidelines: str = GUIDELINES
    facilitators: str = "Ines and Rui"
    resources: str = "A list of calm places to call."
    is_peer_held: bool = False


@dataclass(frozen=True)
class Links:
    """`session_url` has no slash at its end."""

    session_url: str
    participant: str
    facilitator: str

    @property
    def session(self) -> str:
        return self.session_url.rsplit("/", 1)[1]


class HostPage:
    def __init__(self, person: Person, origin: str) -> None:
        self.person = person
        self.origin = origin

    @property
    def page(self) -> Page:
        return self.person.page

    def box(self, label: str) -> Locator:
        return self.page.get_by_label(label, exact=True)

    async def sign_in(self, name: str = HOST_NAME, password: str = HOST_PASSWORD) -> None:
        await self.page.goto(f"{self.origin}/sign-in")
        await self.box("Name or e-mail address").fill(name)
        await self.box("Password").fill(password)
        await self.page.get_by_role("button", name="Sign in").click()
        await self.page.wait_for_url(re.compile(r"/host"))

    async def open_form(self) -> None:
        await self.page.goto(f"{self.origin}/host/sessions/new")
        await expect(self.box("Title")).to_be_visible()

    async def fill_form(self, plan: Plan) -> None:
        starts = datetime.now(ZoneInfo(ZONE)) + plan.starts_in
        await self.box("Title").fill(plan.title)
        await self.box("Discreet title").fill(plan.discreet_title)
        await self.box("Date").fill(starts.strftime("%Y-%m-%d"))
        await self.box("Time").fill(starts.strftime("%H:%M"))
        await self._choose_zone()
        await self.box("Length in minutes").fill(str(plan.length_min))
        await self.box("Doors open (minutes before)").fill(str(plan.doors_min))
        await self.box("Late arrivals until (minutes after the start)").fill(str(plan.late_min))
        await self.box("Message in the waiting room").fill(plan.waiting_message)
        await self.box("Guidelines").fill(plan.guidelines)
        await self.box("Facilitators").fill(plan.facilitators)
        await self.box("Resources").fill(plan.resources)
        led = "The group holds itself (peer-held)" if plan.is_peer_held else "A facilitator leads"
        await self.page.get_by_role("radio", name=led).check()

    async def _choose_zone(self) -> None:
        zone = self.box("Time zone")
        if await zone.evaluate("(one) => one.tagName") == "SELECT":
            await zone.select_option(ZONE)
        else:
            await zone.fill(ZONE)

    async def save(self) -> Links:
        """Submit the form and read the links of the new session."""
        await self.page.get_by_role("button", name="Save and get the links").click()
        await self.page.wait_for_url(re.compile(r"/host/sessions/s_[^/]+"))
        return await self.links()

    async def schedule(self, plan: Plan) -> Links:
        await self.open_form()
        await self.fill_form(plan)
        return await self.save()

    async def links(self) -> Links:
        """From the page of one session."""
        participant = await self.box("Participant link").input_value()
        facilitator = await self.box("Facilitator link").input_value()
        found = re.match(r"(https?://[^/]+/s/s_[^/#?]+)", participant)
        assert found, f"Not a session link: {participant}"
        return Links(found.group(1), participant, facilitator)

    async def make_link(self, label: str, role: str) -> str:
        """A personal link; `role` as the form names it. Its token is shown this once."""
        await self.box("Who is it for").fill(label)
        await self.box("Role").select_option(label=role)
        await self.page.get_by_role("button", name="Make a link").click()
        await expect(self.page.get_by_text(f"For {label} alone.")).to_be_visible()
        name = "Personal participant link" if role == "Participant" else f"{role} link"
        return await self.box(name).input_value()
