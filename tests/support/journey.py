"""One scheduled session on a real server and the people in it: the stage on which the end-to-end tests play."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import permutations

from playwright.async_api import Browser

from tests.support.browser import People, Person
from tests.support.people import FacilitatorPage, ParticipantPage, RoomPage
from tests.support.people_host import HostPage, Links, Plan
from tests.support.server_process import ServerProcess

ALIASES = ("Quiet Heron", "Amber Finch", "Slow River", "Green Lantern")
FACILITATOR_ALIAS = "Warm Harbour"


@dataclass
class Stage:
    """`participants` by alias in order of arrival; `facilitator` once one has come."""

    server: ServerProcess
    people: People
    plan: Plan
    links: Links
    host: HostPage
    participants: dict[str, ParticipantPage] = field(default_factory=dict)
    facilitator: FacilitatorPage | None = None
    personal_links: dict[str, str] = field(default_factory=dict)

    @property
    def leader(self) -> FacilitatorPage:
        assert self.facilitator is not None, "Nobody leads yet."
        return self.facilitator

    @property
    def inside(self) -> list[RoomPage]:
        return [self.leader, *self.participants.values()]

    def __getitem__(self, alias: str) -> ParticipantPage:
        return self.participants[alias]

    async def participant(
        self, alias: str, width: int = 800, height: int = 600, browser: Browser | None = None
    ) -> ParticipantPage:
        """A participant with a context of their own, in everybody's browser or in this one, not yet on any page."""
        return self.participant_in(await self.people.arrive(alias, width=width, height=height, browser=browser))

    def participant_in(self, person: Person) -> ParticipantPage:
        """A participant in a browser that is there already; their name is their alias."""
        page = ParticipantPage(person, self.links.session_url, person.name)
        self.participants[person.name] = page
        return page

    async def wait_outside(self, aliases: Iterable[str], *, mic: bool = False, camera: bool = True) -> None:
        """These participants come and ask to join, one after another, so that the list has their order."""
        for alias in aliases:
            page = self.participants.get(alias) or await self.participant(alias)
            await page.knock(mic=mic, camera=camera)

    async def lead(
        self, *, camera: bool = True, width: int = 1_000, height: int = 700, person: Person | None = None
    ) -> FacilitatorPage:
        """The facilitator comes by their link and goes in, in this browser that is there already or in a new one."""
        person = person or await self.people.arrive(FACILITATOR_ALIAS, width=width, height=height)
        page = FacilitatorPage(person, self.links.session_url, FACILITATOR_ALIAS)
        self.facilitator = page
        await page.exchange(self.links.facilitator)
        await page.enter(camera=camera)
        return page

    async def admit_everybody(self) -> None:
        await self.leader.press("Admit all")
        for page in self.participants.values():
            await page.is_in_room()

    async def gather(self, aliases: Iterable[str], *, camera: bool = True) -> None:
        """A live room with the facilitator and these participants, everybody muted."""
        await self.wait_outside(aliases, camera=camera)
        await self.lead(camera=camera)
        await self.leader.start()
        await self.admit_everybody()

    async def everybody_speaks(self) -> None:
        for page in self.inside:
            await page.speak()

    async def all_pairs_receive(self, *, sound: bool = True, within_s: float = 20.0) -> None:
        """Every page decodes every other's video and, with `sound`, hears it."""
        ids = {page.alias: await page.me() for page in self.inside}
        checks = []
        for viewer, other in permutations(self.inside, 2):
            checks.append(viewer.decodes_video_of(ids[other.alias], within_s))
            if sound:
                checks.append(viewer.hears(ids[other.alias], within_s))
        await asyncio.gather(*checks)


async def schedule(server: ServerProcess, people: People, plan: Plan | None = None, **changes: object) -> Stage:
    """A host signs in and schedules through the form."""
    plan = replace(plan or Plan(), **changes)  # type: ignore[arg-type]
    host = HostPage(await people.arrive("host"), server.origin)
    await host.sign_in()
    links = await host.schedule(plan)
    return Stage(server, people, plan, links, host)
