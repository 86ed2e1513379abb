"""A scheduled start: pages turn by themselves when the doors open, and the room is live at its time."""

from time import time

import pytest
import pytest_asyncio
from playwright.async_api import expect

from rooms.ids import Instant
from rooms.live.settings import Schedule
from tests.support.browser import People
from tests.support.journey import ALIASES, Stage
from tests.support.journey_seed import seed
from tests.support.people_host import HostPage, Plan
from tests.support.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

LOOKER, KNOCKER = ALIASES[:2]
DOORS_IN_S, START_IN_S = 12.0, 30.0
SLACK_S = 15.0
MARK = "() => { window.__sameDocument = true; }"
IS_MARKED = "() => window.__sameDocument === true"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(server: ServerProcess, people: People) -> Stage:
    """Two people who are much too early, one on the session page and one on the way in."""
    host = HostPage(await people.arrive("host"), server.origin)
    plan = Plan(title="Morning circle")
    looker, knocker = await people.arrive(LOOKER), await people.arrive(KNOCKER)
    now = int(time() * 1_000)
    schedule = Schedule(
        doors_at=Instant(now + int(DOORS_IN_S * 1_000)),
        start_at=Instant(now + int(START_IN_S * 1_000)),
        end_at=Instant(now + 3_600_000),
    )
    links = await seed(server, plan, schedule=schedule)
    stage = Stage(server, people, plan, links, host)
    for person in (looker, knocker):
        stage.participant_in(person)
    await looker.page.goto(links.session_url)
    await stage[KNOCKER].open()
    return stage


async def test_before_doors_nobody_can_ask_to_join(stage: Stage) -> None:
    await expect(stage[LOOKER].page.get_by_role("link", name="Join", exact=True)).to_be_hidden()
    await expect(stage[KNOCKER].button("Ask to join")).to_have_count(0)
    for alias in (LOOKER, KNOCKER):
        await stage[alias].page.evaluate(MARK)


async def test_both_pages_turn_by_themselves_when_the_doors_open(stage: Stage) -> None:
    deadline_ms = (DOORS_IN_S + SLACK_S) * 1_000
    await expect(stage[KNOCKER].button("Ask to join")).to_be_visible(timeout=deadline_ms)
    await expect(stage[LOOKER].page.get_by_role("link", name="Join", exact=True)).to_be_visible(timeout=deadline_ms)
    for alias in (LOOKER, KNOCKER):
        assert await stage[alias].page.evaluate(IS_MARKED), "The page was loaded again."
    await stage[KNOCKER].get_ready(camera=False)
    await stage[KNOCKER].ask_to_join()


async def test_the_room_is_live_at_its_time_without_a_press(stage: Stage) -> None:
    leader = await stage.lead(camera=False)
    await leader.sees_waiting(KNOCKER)
    await stage[KNOCKER].is_waiting()
    start = leader.button("Start the session", leader.panel)
    await expect(start).to_have_count(0, timeout=(START_IN_S + SLACK_S) * 1_000)
    await leader.admit(KNOCKER)
    await stage[KNOCKER].is_in_room()
    sent = {frame.type for frame in await leader.probe.frames() if frame.direction == "out"}
    assert "start-session" not in sent
