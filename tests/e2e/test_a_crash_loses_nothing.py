"""kill -9 of the whole server in a live room: the same seats, media again, and every decision as it was."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bench.restart import MEDIA_BACK_P95_S, MUTED, REMOVED, SPEAKER, WAITING, Writer, measure, p95, prepare
from tests.support.browser import People
from tests.support.figures import record
from tests.support.journey import ALIASES, Stage
from tests.support.journey_sound import everyone_hears, nobody_hears_anything
from tests.support.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

RUNS = 3


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(server: ServerProcess, people: People) -> AsyncIterator[tuple[Stage, Writer]]:
    stage, writer = await prepare(server, people)
    yield stage, writer
    await writer.member.__aexit__(None, None, None)


@pytest.fixture
def stage(room: tuple[Stage, Writer]) -> Stage:
    return room[0]


async def test_everybody_is_back_in_their_seat_with_media_and_no_word_is_lost(room: tuple[Stage, Writer]) -> None:
    figures = await measure(*room, runs=RUNS)
    record(f"kill -9 to media at every page, slowest of {RUNS} runs", p95(figures.from_kill_s), "s")
    record("new process answers to media at every page, slowest", p95(figures.from_listen_s), "s")
    assert figures.acknowledged > 0
    assert figures.lost == 0, f"{figures.lost} of {figures.acknowledged} acknowledged lines are gone"
    assert figures.doubled == 0
    # Starting Python takes as long as this machine is busy; what is ours begins when the new process answers.
    assert p95(figures.from_listen_s) <= MEDIA_BACK_P95_S, figures.from_listen_s


async def test_who_spoke_is_heard_and_who_was_muted_is_not(stage: Stage) -> None:
    await expect(stage[SPEAKER].button("Microphone on. Mute")).to_be_visible()
    await everyone_hears([stage.leader, stage[MUTED]], await stage[SPEAKER].me())
    await stage[SPEAKER].be_quiet()
    await expect(stage.leader.tile(MUTED, "muted")).to_be_visible()
    await stage[MUTED].probe.keep_sending("mic")
    now = await stage[MUTED].page.evaluate("() => performance.timeOrigin + performance.now()")
    late_ms = await nobody_hears_anything([stage.leader, stage[SPEAKER]], stage[MUTED], now + 500, 3.0)
    assert late_ms <= 0, "A muted person was heard after the restart."


async def test_the_waiting_wait_the_removed_stay_out_and_the_lock_holds(stage: Stage) -> None:
    await stage[WAITING].is_waiting()
    await stage.leader.sees_waiting(WAITING)
    await stage[REMOVED].page.reload()
    await stage[REMOVED].sees("You are no longer in this session")
    await stage.leader.open_panel()
    await expect(stage.leader.button("Unlock entry", stage.leader.panel)).to_be_visible()
    await expect(stage.leader.tiles).to_have_count(4)
    assert set(ALIASES) == {SPEAKER, MUTED, WAITING, REMOVED}
