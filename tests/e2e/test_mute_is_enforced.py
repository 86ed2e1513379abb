"""Mute is a gate at the server: a page that sends on is heard by nobody, and nobody opens another's microphone."""

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.support.browser import People
from tests.support.figures import record
from tests.support.journey import ALIASES, FACILITATOR_ALIAS, Stage, schedule
from tests.support.journey_sound import everyone_hears, nobody_hears_anything
from tests.support.people import RoomPage
from tests.support.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

STUBBORN, *LISTENERS = ALIASES[:3]
SILENT_WITHIN_MS = 100.0
SILENT_FOR_S = 3.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(server: ServerProcess, people: People) -> Stage:
    """A live room in which one page alone speaks, and is made to ignore every request to be silent."""
    stage = await schedule(server, people)
    await stage.gather(ALIASES[:3], camera=False)
    stubborn = stage[STUBBORN]
    await stubborn.speak()
    await stubborn.probe.keep_sending("mic")
    await everyone_hears(listeners(stage), await stubborn.me())
    return stage


def listeners(stage: Stage) -> list[RoomPage]:
    return [stage.leader, *(stage[alias] for alias in LISTENERS)]


def unmute_request(stage: Stage) -> Locator:
    return stage[STUBBORN].page.get_by_role("dialog", name=f"{FACILITATOR_ALIAS} asks you to unmute")


async def test_a_muted_microphone_reaches_nobody_though_it_goes_on_sending(stage: Stage) -> None:
    await stage.leader.mute(STUBBORN)
    acknowledged_at = (await stage.leader.acknowledged("mute-participant")).at
    late_ms = await nobody_hears_anything(listeners(stage), stage[STUBBORN], acknowledged_at, SILENT_FOR_S)
    record("mute acknowledged to the last packet at anybody", late_ms, "ms")
    assert late_ms <= SILENT_WITHIN_MS
    await expect(stage[STUBBORN].button("Microphone on. Mute")).to_have_count(0)
    for page in listeners(stage):
        await expect(page.tile(STUBBORN, "muted")).to_be_visible()


async def test_allowing_somebody_to_unmute_opens_nothing(stage: Stage) -> None:
    await stage.leader.do_to(STUBBORN, f"Allow {STUBBORN} to unmute")
    acknowledged_at = (await stage.leader.acknowledged("allow-unmute")).at
    late_ms = await nobody_hears_anything(listeners(stage), stage[STUBBORN], acknowledged_at, SILENT_FOR_S)
    assert late_ms <= 0, "A packet passed after allow-unmute."


async def test_a_person_who_is_asked_to_unmute_may_stay_muted(stage: Stage) -> None:
    await stage.leader.do_to(STUBBORN, f"Ask {STUBBORN} to unmute")
    asked_at = (await stage.leader.acknowledged("ask-to-unmute")).at
    dialog = unmute_request(stage)
    await expect(dialog).to_be_visible()
    await stage[STUBBORN].button("Stay muted", dialog).click()
    await expect(dialog).to_have_count(0)
    late_ms = await nobody_hears_anything(listeners(stage), stage[STUBBORN], asked_at, SILENT_FOR_S)
    assert late_ms <= 0, "A packet passed although the person chose to stay muted."


async def test_a_person_who_agrees_is_heard_again(stage: Stage) -> None:
    await stage.leader.do_to(STUBBORN, f"Ask {STUBBORN} to unmute")
    dialog = unmute_request(stage)
    await stage[STUBBORN].button("Unmute", dialog).click()
    await everyone_hears(listeners(stage), await stage[STUBBORN].me())


async def test_mute_all_silences_participants_at_once(stage: Stage) -> None:
    await stage.leader.press("Mute all")
    acknowledged_at = (await stage.leader.acknowledged("mute-all")).at
    late_ms = await nobody_hears_anything(listeners(stage), stage[STUBBORN], acknowledged_at, SILENT_FOR_S)
    record("mute-all acknowledged to the last packet at anybody", late_ms, "ms")
    assert late_ms <= SILENT_WITHIN_MS
