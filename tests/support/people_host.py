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
    facilitators: str = "Ines and Rui"  # of a session that is put into the store
    resources: str = "A list of calm places to call."
    is_peer_held: bool = False
    chat: str = "all"


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
        await self.page.goto(f"{self.origin}/host/series/new")
        await expect(self.box("Name of the group")).to_be_visible()

    async def fill_form(self, plan: Plan) -> None:
        """Everything that a plan says of a new group and its one date."""
        starts = datetime.now(ZoneInfo(ZONE)) + plan.starts_in
        await self.box("Name of the group").fill(plan.title)
        await self.box("Date").fill(starts.strftime("%Y-%m-%d"))
        await self.box("Time").fill(starts.strftime("%H:%M"))
        await self.box("Time zone").select_option(ZONE)
        await self.box("Length in minutes").fill(str(plan.length_min))
        await self.unfold("Doors, late arrivals, and when nobody leads")
        await self.box("Doors open (minutes before)").fill(str(plan.doors_min))
        await self.box("Late arrivals until (minutes after the start)").fill(str(plan.late_min))
        await self.unfold("How the group is led, and what people read")
        await self.box("Discreet title").fill(plan.discreet_title)
        await self.box("Messages in the room").select_option(plan.chat)
        await self.box("Message in the waiting room").fill(plan.waiting_message)
        await self.box("Guidelines").fill(plan.guidelines)
        await self.box("Resources").fill(plan.resources)
        led = "The group holds itself (peer-held)" if plan.is_peer_held else "A trained peer leads"
        await self.page.get_by_role("radio", name=led).check()

    async def unfold(self, words: str) -> None:
        await self.page.locator("summary", has_text=words).click()

    async def save(self) -> Links:
        """Submit the form, go on to the page of the new date, and make a facilitator's link there."""
        await self.page.get_by_role("button", name="Save and get the link").click()
        await self.page.wait_for_url(re.compile(r"/host/groups/g_[^/]+/series/e_[^/]+"))
        await self.page.locator(".manage-page .list-row-title").first.click()
        await self.page.wait_for_url(re.compile(r"/host/sessions/s_[^/]+"))
        await self.make_link("the first facilitator", "Facilitator")
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
