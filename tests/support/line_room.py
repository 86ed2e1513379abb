"""A live room of three real pages, one of them (`far`) behind a bad line; the statistics of all three are kept."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from time import time

from playwright.async_api import Browser

from tests.support.bad_proxy import BadProxy, bad_proxy
from tests.support.browser import People
from tests.support.deadline import until
from tests.support.journey import ALIASES, FACILITATOR_ALIAS, Stage, schedule
from tests.support.line import Line, bad_line
from tests.support.line_figures import Sample, flows_from
from tests.support.people import ParticipantPage, RoomPage
from tests.support.server_process import ServerProcess

FAR, NEAR = ALIASES[:2]
LINE_PROBE_JS = Path(__file__).with_name("line_probe.js").read_text()
EVERY_MS = 200


@dataclass
class LineRoom:
    """`near` and the stage's leader are on clear lines. `ids`: person by alias."""

    stage: Stage
    line: Line
    proxy: BadProxy
    ids: dict[str, str] = field(default_factory=dict)
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    clear: tuple[float, float] = (0.0, 0.0)  # wall time in which nothing was bad, to judge the rest by

    @property
    def far(self) -> ParticipantPage:
        return self.stage[FAR]

    @property
    def near(self) -> ParticipantPage:
        return self.stage[NEAR]

    @property
    def pages(self) -> list[RoomPage]:
        return self.stage.inside

    async def begin(self) -> None:
        """Everybody is seen and heard; from now on every page is sampled."""
        await self.stage.everybody_speaks()
        await self.stage.all_pairs_receive()
        self.ids = {page.alias: await page.me() for page in self.pages}
        self.samples = {page.alias: [] for page in self.pages}
        for page in self.pages:
            await page.page.evaluate("(every) => window.__line.start(every)", EVERY_MS)

    async def collect(self) -> None:
        """Take what the pages kept since the last time."""
        for page in self.pages:
            rows = await page.page.evaluate("() => window.__line.take()")
            self.samples[page.alias] += [Sample.from_page(row) for row in rows]

    def over_the_line(self) -> list[tuple[RoomPage, RoomPage]]:
        """Viewer and person, wherever one of them is behind the line."""
        return [(v, o) for v, o in permutations(self.pages, 2) if FAR in (v.alias, o.alias)]

    def apart_from_it(self) -> list[tuple[RoomPage, RoomPage]]:
        return [(v, o) for v, o in permutations(self.pages, 2) if FAR not in (v.alias, o.alias)]

    async def flows_again(self, after: float, within_s: float, silent: Collection[str] = ()) -> float:
        """Until everything over the line flows both ways, but for the microphones of the `silent` aliases.

        Seconds from `after` (wall time). Raises AssertionError naming what does not flow.
        """
        missing: list[str] = []
        latest = 0.0

        async def everything_flows() -> bool:
            nonlocal latest
            await self.collect()
            missing.clear()
            for viewer, other in self.over_the_line():
                for source in ("camera",) if other.alias in silent else ("mic", "camera"):
                    moment = flows_from(self.samples[viewer.alias], self.ids[other.alias], source, after)
                    if moment is None:
                        missing.append(f"{source} of {other.alias} at {viewer.alias}")
                    latest = max(latest, moment or 0.0)
            return not missing

        try:
            await until(everything_flows, "media flows over the line again", within_s)
        except AssertionError as late:
            raise AssertionError(
                f"{late}: {missing}, {[self.samples[p.alias][-1].state for p in self.pages]}"
            ) from None
        return latest - after

    async def stay_clear(self, seconds: float) -> None:
        """What everybody notices of everybody on this machine without any bad line."""
        since = time()
        await self.for_a_while(seconds)
        self.clear = (since, time())

    async def for_a_while(self, seconds: float) -> None:
        """The line stays as it is for so long: what is measured is time itself."""
        await asyncio.sleep(seconds)
        await self.collect()


@asynccontextmanager
async def line_room(server: ServerProcess, browser: Browser, host: str, seed: int) -> AsyncIterator[LineRoom]:
    """Three people in a live room on a clear line; `host` is the address where the server takes media."""
    async with bad_line(host, server.udp_port, seed) as line, bad_proxy() as proxy:
        people = People(browser, server.origin)
        try:
            stage = await schedule(server, people)
            far = await people.arrive(FAR, width=1_000, height=700, proxy=proxy.url)
            await line.carry(far.context)
            stage.participant_in(far)
            room = LineRoom(stage, line, proxy)
            await stage.participant(NEAR, width=1_000, height=700)
            for person in people.everyone:
                await person.context.add_init_script(LINE_PROBE_JS)
            await stage.wait_outside((FAR, NEAR))
            leader = await people.arrive(FACILITATOR_ALIAS, width=1_000, height=700)
            await leader.context.add_init_script(LINE_PROBE_JS)
            await stage.lead(person=leader)
            await stage.leader.start()
            await stage.admit_everybody()
            await room.begin()
            yield room
        finally:
            await people.close()
