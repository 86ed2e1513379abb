"""Somebody is admitted while the media process cannot keep up: they keep their seat, know why, and need only wait."""

import aiohttp
import pytest
from playwright.async_api import Browser, expect

from tests.support.browser import People
from tests.support.deadline import until
from tests.support.journey import ALIASES, schedule
from tests.support.server_process import ServerProcess
from tests.support.starved import starved

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

WAITS = "sound and pictures come a little later, by themselves. Nobody can see or hear you yet."
FULL_WITHIN_S = 20.0
COMES_IN_WITHIN_S = 40.0  # 10 s of calm are wanted, and a browser beside others needs a while


async def test_a_newcomer_reads_why_nothing_comes_yet_and_then_it_comes(
    server: ServerProcess, browser: Browser, people: People
) -> None:
    stage = await schedule(server, people)
    newcomer = await stage.participant(ALIASES[0])
    await stage.wait_outside(ALIASES[:1])
    await stage.lead()
    await stage.leader.start()
    await stage.leader.speak()
    (_, media) = server.pids()
    async with aiohttp.ClientSession() as http, starved(media):

        async def is_full() -> bool:
            async with http.get(f"{server.origin}/metrics") as response:
                return "holdspace_media_full 1.0" in await response.text()

        await until(is_full, "the media process is full", FULL_WITHIN_S)
        await stage.leader.admit(ALIASES[0])
        await newcomer.is_in_room()
        notice = newcomer.page.get_by_text(WAITS)
        await expect(notice).to_be_visible()
        await expect(newcomer.page.get_by_text("Nobody can see or hear you.")).to_be_visible()
        await expect(stage.leader.tile(ALIASES[0])).to_be_visible()
        await newcomer.write("I can read and write")
    await expect(notice).to_be_hidden(timeout=COMES_IN_WITHIN_S * 1_000)
    await newcomer.hears(await stage.leader.me())
    await newcomer.close_chat()
    await newcomer.decodes_video_of(await stage.leader.me())
    await stage.leader.decodes_video_of(await newcomer.me())
