"""The end is the same for all: the after page, no words left behind, and no way in again."""

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.support.browser import People
from tests.support.deadline import until
from tests.support.journey import ALIASES, Stage, schedule
from tests.support.journey_raw import RawMember
from tests.support.people import RoomPage
from tests.support.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

INSIDE, LEAVER, STILL_WAITING = ALIASES[:3]
WORDS = "Thank you for listening tonight"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(server: ServerProcess, people: People) -> Stage:
    stage = await schedule(server, people)
    await stage.gather((INSIDE, LEAVER))
    await stage[INSIDE].write(WORDS)
    await stage.wait_outside([STILL_WAITING])
    await stage.leader.sees_waiting(STILL_WAITING)
    return stage


async def test_leaving_is_one_press_and_leads_to_the_after_page(stage: Stage) -> None:
    page = stage[LEAVER]
    await page.leave()
    await expect(stage.leader.tile(LEAVER)).to_have_count(0)
    await expect(page.button("Ask to come back")).to_be_visible()


async def test_the_end_reaches_everyone_inside_or_waiting(stage: Stage) -> None:
    await stage.leader.end()
    for page in (stage.leader, stage[INSIDE], stage[STILL_WAITING]):
        await page.sees("The session has ended")
        await expect(page.controls).to_have_count(0)

        async def has_no_media(page: RoomPage = page) -> bool:
            return bool(await page.page.evaluate("() => window.__probe.current() === null"))

        await until(has_no_media, f"{page.alias}'s connection closes")


async def test_devices_are_let_go(stage: Stage) -> None:
    playing = "() => [...document.querySelectorAll('video, audio')].filter((one) => one.srcObject).length"
    for page in (stage.leader, stage[INSIDE]):
        live = await page.page.evaluate(playing)
        assert live == 0, f"{page.alias} still shows or plays something"


async def test_the_after_page_works_and_offers_help(stage: Stage) -> None:
    page = stage[INSIDE].page
    await page.goto(f"{stage.links.session_url}/after")
    await expect(page.get_by_role("heading", name="The session has ended", level=1)).to_be_visible()
    await expect(page.get_by_text(stage.plan.resources)).to_be_visible()
    assert WORDS not in await page.content()


async def test_nobody_comes_in_after_the_end(stage: Stage) -> None:
    cookies = {one["name"]: one["value"] for one in await stage[INSIDE].person.context.cookies()}
    async with (
        RawMember(stage.links.session_url, cookies) as raw,
        raw.http.post(f"{stage.links.session_url}/ticket") as response,
    ):
        assert response.status == 410
        assert (await response.json())["error"] == "ended"
