"""Pausing the room leaves only facilitators seen and heard; resuming gives each person back what they had."""

import asyncio

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.support.browser import People
from tests.support.figures import record
from tests.support.journey import ALIASES, Stage, schedule
from tests.support.journey_sound import everyone_hears, nobody_hears_anything
from tests.support.people import RoomPage
from tests.support.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SPEAKER, LISTENER, CLOSER = ALIASES[:3]
SILENT_WITHIN_MS = 100.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(server: ServerProcess, people: People) -> Stage:
    """One who speaks with the camera on, one who is muted, one who will close the microphone during the pause."""
    stage = await schedule(server, people)
    await stage.gather((SPEAKER, LISTENER, CLOSER))
    for alias in (SPEAKER, CLOSER):
        await stage[alias].speak()
    await everyone_hears(others(stage, SPEAKER), await stage[SPEAKER].me())
    await everyone_hears(others(stage, CLOSER), await stage[CLOSER].me())
    return stage


def others(stage: Stage, alias: str) -> list[RoomPage]:
    return [page for page in stage.inside if page.alias != alias]


async def test_in_a_pause_nobody_but_facilitators_is_seen_or_heard(stage: Stage) -> None:
    await stage[SPEAKER].probe.keep_sending("mic")
    await stage.leader.press("Pause the room")
    paused_at = (await stage.leader.acknowledged("pause-room")).at
    for alias in ALIASES[:3]:
        await stage[alias].sees("The room is paused")
    everybody: list[RoomPage] = list(stage.inside)
    late_ms = await nobody_hears_anything(everybody, stage[SPEAKER], paused_at, 2.0)
    record("pause acknowledged to the last participant's packet at anybody", late_ms, "ms")
    assert late_ms <= SILENT_WITHIN_MS
    leader_id = await stage.leader.me()
    await asyncio.gather(*(page.decodes_video_of(leader_id) for page in stage.participants.values()))
    ids = {alias: await page.me() for alias, page in stage.participants.items()}
    for page in stage.inside:
        for alias, person in ids.items():
            if alias == page.alias:
                continue
            camera = (await page.probe.received()).get(person, {}).get("camera")
            assert camera is None or camera.last_packet_at <= paused_at + SILENT_WITHIN_MS


async def test_a_microphone_closed_in_the_pause_stays_closed_and_the_others_come_back(stage: Stage) -> None:
    await stage[CLOSER].be_quiet()
    await stage.leader.press("Resume the room")
    await stage.leader.acknowledged("resume-room")
    speaker = await stage[SPEAKER].me()
    await everyone_hears(others(stage, SPEAKER), speaker)
    await asyncio.gather(*(page.decodes_video_of(speaker) for page in others(stage, SPEAKER)))
    for page in others(stage, LISTENER):
        await expect(page.tile(LISTENER, "muted")).to_be_visible()
        await expect(page.tile(LISTENER, "camera on")).to_be_visible()
    for page in others(stage, CLOSER):
        await expect(page.tile(CLOSER, "muted")).to_be_visible()
    await expect(stage[SPEAKER].button("Microphone on. Mute")).to_be_visible()
    await expect(stage[LISTENER].button("Muted. Turn microphone on")).to_be_visible()
    await expect(stage[CLOSER].button("Muted. Turn microphone on")).to_be_visible()
