"""The last facilitator's tab dies: after the grace the room is held, and the first one back resumes it as it was."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from playwright.async_api import Error as PlaywrightError

from tests.support.browser import People
from tests.support.journey import ALIASES, FACILITATOR_ALIAS, Stage
from tests.support.journey_seed import seed
from tests.support.journey_sound import everyone_hears, nobody_hears_anything
from tests.support.people import RoomPage
from tests.support.people_host import HostPage, Plan
from tests.support.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SPEAKER, LISTENER = ALIASES[:2]
GRACE_MS = 4_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    """With a session whose grace is seconds, not the 90 of the default."""
    running = ServerProcess(tmp_path_factory.mktemp("server"))
    yield running
    await running.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(server: ServerProcess, browser: Browser) -> AsyncIterator[Stage]:
    plan = Plan()
    links = await seed(server, plan, lost_grace_ms=GRACE_MS)
    await server.start()
    people = People(browser, server.origin)
    host = HostPage(await people.arrive("host"), server.origin)
    stage = Stage(server, people, plan, links, host)
    await stage.gather((SPEAKER, LISTENER))
    await stage[SPEAKER].speak()
    await everyone_hears([stage.leader, stage[LISTENER]], await stage[SPEAKER].me())
    yield stage
    people.check()
    await people.close()


def participants(stage: Stage) -> list[RoomPage]:
    return list(stage.participants.values())


async def crash(page: RoomPage) -> None:
    """The renderer dies; nothing of the page runs any more."""
    try:
        await page.page.goto("chrome://crash", timeout=5_000)
    except PlaywrightError as crashed:
        assert "crash" in str(crashed).lower(), crashed


async def test_after_the_grace_the_room_is_held_and_silent(stage: Stage) -> None:
    await stage[SPEAKER].probe.keep_sending("mic")
    await crash(stage.leader)
    for page in participants(stage):
        await page.sees("We are waiting for a facilitator", within_s=GRACE_MS / 1_000 + 15)
    held_at = await stage[LISTENER].page.evaluate("() => performance.timeOrigin + performance.now()")
    late_ms = await nobody_hears_anything(participants(stage), stage[SPEAKER], held_at, 2.0)
    assert late_ms <= 0, "Somebody was heard in a held room."


async def test_before_that_the_room_waits_for_the_grace(stage: Stage) -> None:
    """The frames tell: the hold came no sooner than the grace after the last view with a facilitator present."""
    frames = await stage[LISTENER].probe.frames()
    lost = [one.at for one in frames if one.direction == "in" and '"presence": "break"' in _text(one.message)]
    held = [one.at for one in frames if one.direction == "in" and '"phase": "held"' in _text(one.message)]
    assert lost and held
    assert held[0] - lost[0] >= GRACE_MS * 0.9


async def test_the_facilitator_who_returns_resumes_the_room_as_it_was(stage: Stage) -> None:
    await stage.leader.return_in_new_tab()
    await resume_if_asked(stage)
    await everyone_hears([stage.leader, stage[LISTENER]], await stage[SPEAKER].me())
    for page in participants(stage):
        await expect(page.tile(FACILITATOR_ALIAS)).to_have_count(1)
    ids = [await page.me() for page in participants(stage)]
    await asyncio.gather(*(stage.leader.decodes_video_of(person) for person in ids))
    await expect(stage[SPEAKER].button("Microphone on. Mute")).to_be_visible()
    await expect(stage[LISTENER].button("Muted. Turn microphone on")).to_be_visible()


async def resume_if_asked(stage: Stage) -> None:
    await stage.leader.open_panel()
    resume = stage.leader.button("Resume the room", stage.leader.panel)
    if await resume.count():
        await resume.click()


def _text(message: object) -> str:
    return json.dumps(message)
