"""A reload and a second tab: the seat, the hand and the role stay; microphone and camera come back closed."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.support.browser import People
from tests.support.figures import record
from tests.support.journey import ALIASES, Stage, schedule
from tests.support.journey_sound import everyone_hears
from tests.support.people import RoomPage
from tests.support.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

RETURNER, WITNESS = ALIASES[:2]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(server: ServerProcess, people: People) -> Stage:
    stage = await schedule(server, people)
    await stage.gather((RETURNER, WITNESS))
    return stage


async def has_one_tile(page: RoomPage, alias: str) -> None:
    await expect(page.tile(alias)).to_have_count(1)


async def test_a_reload_returns_to_the_same_seat_muted(stage: Stage) -> None:
    page = stage[RETURNER]
    await page.speak()
    await page.button("Raise hand").click()
    person = await page.me()
    await everyone_hears([stage.leader, stage[WITNESS]], person)

    started = await page.page.evaluate("() => performance.timeOrigin + performance.now()")
    await page.page.reload()
    await page.is_in_room()
    assert await page.me() == person
    await page.decodes_video_of(await stage[WITNESS].me())
    first = (await page.probe.first_decoded()).values()
    record("reload to first decoded frame", (min(first) - started) / 1_000, "s")

    await expect(page.button("Muted. Turn microphone on")).to_be_visible()
    await expect(page.button("Camera off. Turn camera on")).to_be_visible()
    await expect(page.button("Lower hand")).to_be_visible()
    await has_one_tile(stage.leader, RETURNER)
    await expect(stage.leader.tile(RETURNER, "muted")).to_be_visible()
    await expect(stage.leader.tile(RETURNER, "hand 1")).to_be_visible()
    assert (await page.probe.sent()).get("mic", 0) == 0, "The microphone sent before its owner opened it."


async def test_who_came_back_can_be_seen_and_heard_again(stage: Stage) -> None:
    page = stage[RETURNER]
    await page.speak()
    await page.show_camera()
    person = await page.me()
    await everyone_hears([stage.leader, stage[WITNESS]], person)
    await stage.leader.decodes_video_of(person)
    await stage[WITNESS].decodes_video_of(person)


async def test_a_second_tab_asks_and_may_stay_away(stage: Stage) -> None:
    page = stage[RETURNER]
    first_tab = page.page
    second = await page.person.new_tab()
    await second.goto(f"{stage.links.session_url}/room")
    await ask_to_join_if_asked(page)
    await page.sees("This session is open in another tab")
    await page.button("Stay there").click()
    page.person.page = first_tab
    await expect(page.controls).to_be_visible()
    await has_one_tile(stage.leader, RETURNER)
    await second.close()


async def test_a_second_tab_moves_the_seat_and_closes_the_first(stage: Stage) -> None:
    page = stage[RETURNER]
    first_tab, person = page.page, await page.me()
    second = await page.person.new_tab()
    await second.goto(f"{stage.links.session_url}/room")
    await ask_to_join_if_asked(page)
    await page.sees("This session is open in another tab")
    await page.button("Move here").click()
    await page.is_in_room()
    assert await page.me() == person
    await expect(page.button("Muted. Turn microphone on")).to_be_visible()
    await expect(first_tab.get_by_role("toolbar", name="Controls")).to_have_count(0)
    await has_one_tile(stage.leader, RETURNER)
    await page.decodes_video_of(await stage[WITNESS].me())


async def ask_to_join_if_asked(page: RoomPage) -> None:
    """A new tab may show the pre-join page first."""
    elsewhere = page.heading("This session is open in another tab")
    ask = page.button("Ask to join")
    await expect(elsewhere.or_(ask).first).to_be_visible()
    if await ask.count():
        await page.get_ready(camera=False)
        await ask.click()
