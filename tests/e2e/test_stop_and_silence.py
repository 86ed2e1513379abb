"""An orderly stop says goodbye; and in all that was written meanwhile, nobody's words, name or token appears."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.support.browser import People
from tests.support.deadline import until
from tests.support.figures import record
from tests.support.journey import ALIASES, FACILITATOR_ALIAS, Stage, schedule
from tests.support.people import RoomPage
from tests.support.people_host import Plan
from tests.support.server_process import HOST_NAME, HOST_PASSWORD, ServerProcess, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

INSIDE, WAITING = ALIASES[:2]
CHAT = "I have not told anybody else about the letter"
NOTE = "May I sit by the window"
MESSAGE = "We begin when the tea is ready"
GOING_AWAY = 1001
EXIT_WITHIN_S = 20.0
SECRET_FIELDS = {"resume", "ticket"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    """As talkative as it gets."""
    async with serving(tmp_path_factory.mktemp("server"), HOLDSPACE_LOG_LEVEL="debug") as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(server: ServerProcess, browser: Browser) -> AsyncIterator[Stage]:
    """A room in which everything was said once."""
    people = People(browser, server.origin)
    stage = await schedule(server, people, Plan(title="The Tuesday circle on grief"))
    await stage.gather((INSIDE,))
    await stage[INSIDE].write(CHAT)
    await stage.wait_outside((WAITING,), camera=False)
    await stage[WAITING].send_note(NOTE)
    await stage.leader.open_panel()
    await stage.leader.panel.get_by_role("textbox", name="Message to everyone waiting").fill(MESSAGE)
    await stage.leader.press("Send to waiting")
    await expect(stage[WAITING].page.get_by_text(MESSAGE, exact=True)).to_be_visible()
    for person in people.everyone:
        person.guard.tolerate("WebSocket connection to .* failed", "ERR_CONNECTION_REFUSED", "status of 503")
    yield stage
    people.check()
    await people.close()


async def canaries(stage: Stage) -> list[str]:
    """Everything that must not be written down: names, words, tokens, the password."""
    found = [*ALIASES[:2], FACILITATOR_ALIAS, CHAT, NOTE, MESSAGE, stage.plan.title, HOST_PASSWORD, f'"{HOST_NAME}"']
    found += [stage.plan.waiting_message, stage.plan.resources, stage.links.facilitator.split("#", 1)[1]]
    for page in pages(stage):
        for frame in await page.probe.frames():
            found += [str(frame.message[field]) for field in SECRET_FIELDS if frame.message.get(field)]
        found += [cookie["value"] for cookie in await page.person.context.cookies()]
    return found


def pages(stage: Stage) -> list[RoomPage]:
    return [stage.leader, *stage.participants.values()]


async def test_metrics_count_and_name_nobody(stage: Stage) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{stage.server.origin}/metrics") as response:
        assert response.status == 200
        text = await response.text()
    assert "holdspace" in text
    person = await stage.leader.me()
    for secret in [*await canaries(stage), person, stage.links.session]:
        assert secret not in text


async def test_no_url_carries_a_token(stage: Stage) -> None:
    secrets = [secret for secret in await canaries(stage) if len(secret) >= 20]
    for person in stage.people.everyone:
        for url in person.guard.urls:
            spoken = url.split("#", 1)[0]
            assert not any(secret in spoken for secret in secrets), "A token was in an address."


async def test_a_stop_tells_every_page_and_ends_in_time(stage: Stage) -> None:
    secrets = await canaries(stage)
    code = await stage.server.terminate(within_s=EXIT_WITHIN_S)
    assert code == 0, stage.server.log[-2_000:]
    for page in pages(stage):

        async def was_told(page: RoomPage = page) -> bool:
            closes = [frame for frame in await page.probe.frames() if frame.direction == "close"]
            return any(frame.message["code"] == GOING_AWAY for frame in closes)

        await until(was_told, f"{page.alias}'s socket closes with {GOING_AWAY}")
        kinds = {frame.type for frame in await page.probe.frames() if frame.direction == "in"}
        assert "draining" in kinds
    assert server_is_gone(stage.server)
    log = stage.server.log
    assert len(log.splitlines()) > 20, "A log at debug level that says nothing proves nothing."
    record("length of the searched log", len(log), "bytes")
    for secret in secrets:
        assert secret not in log, "The log holds somebody's words, name or token."
    own_ports = (str(stage.server.port), str(stage.server.udp_port))
    addresses = [line for line in log.splitlines() if "127.0.0.1" in line or "::1" in line]
    assert all(any(port in line for port in own_ports) for line in addresses), "The log holds somebody's address."


def server_is_gone(server: ServerProcess) -> bool:
    return server.process is not None and server.process.returncode is not None


async def test_after_the_stop_the_pages_come_back_by_themselves(stage: Stage) -> None:
    await stage.server.start()
    for page in (stage.leader, stage[INSIDE]):
        await expect(page.page.get_by_text("Reconnecting. You do not need to do anything.")).to_have_count(
            0, timeout=30_000
        )
        await page.is_in_room()
    await stage.leader.decodes_video_of(await stage[INSIDE].me())
