"""A second browser engine in the same room: Firefox joins, is seen and heard, sees and hears, and is muted."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.support.browser import People
from tests.support.deadline import until
from tests.support.figures import record
from tests.support.firefox import firefox
from tests.support.journey import ALIASES, Stage, schedule
from tests.support.journey_lips import Watching, added_to_voices
from tests.support.journey_sound import everyone_hears, nobody_hears_anything
from tests.support.people import ParticipantPage, RoomPage
from tests.support.server_process import ServerProcess, machine_address, serving

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

FOX, CHROME = ALIASES[:2]
SILENT_WITHIN_MS = 100.0
SILENT_FOR_S = 2.0
FOLLOWS_WITHIN_S = 30.0
HELD_PICTURE_MS = 1_500.0
LOOKS = 8  # of a second; with both in one stream a browser begins after some 5 s, and adds 80 ms a second
ADDED_MOST_MS = 20.0
HELD_VOICE_MS = 350.0
NOTICED_MS = 125.0  # ITU-R BT.1359
TOGETHER_LOOKS = 2  # one alone may see the picture pass by
TOGETHER_WITHIN_S = 30.0
PHONE, DESK = (320, 640), (1_280, 800)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    address = machine_address()
    folder = tmp_path_factory.mktemp("server")
    async with serving(folder, HOLDSPACE_UDP_BIND=address, HOLDSPACE_UDP_ADVERTISE=address) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def second_browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    async with firefox(tmp_path_factory.mktemp("firefox")) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(server: ServerProcess, people: People, second_browser: Browser) -> Stage:
    """The tests of this file are one story, in order."""
    stage = await schedule(server, people)
    await stage.participant(FOX, browser=second_browser)
    return stage


def others(stage: Stage) -> list[RoomPage]:
    return [stage.leader, stage[CHROME]]


def seen_and_heard(stage: Stage) -> list[tuple[RoomPage, RoomPage]]:
    """A viewer in each browser, and whom they see and hear."""
    return [(stage[FOX], stage.leader), (stage.leader, stage[FOX])]


async def one_slot_shows_another_person(viewer: RoomPage, one: RoomPage, other: RoomPage) -> None:
    """Both go dark; whoever had the second slot is the first to come back, and gets the first."""
    mids = {page: await viewer.camera_slot_of(await page.me()) for page in (one, other)}
    first, second = sorted(mids, key=lambda page: mids[page])
    for page in (first, second):
        await page.hide_camera()
    await viewer.shows_no_camera_of(await first.me(), await second.me())
    for page in (second, first):
        await page.show_camera()
        await viewer.decodes_video_of(await page.me())
    assert await viewer.camera_slot_of(await second.me()) == mids[first]
    assert await viewer.camera_slot_of(await first.me()) == mids[second]


async def layers_follow_the_tile(viewer: RoomPage, other: RoomPage) -> None:
    """Down, up and down again, as the window has room for; whatever is shown goes on moving."""
    person = await other.me()
    await in_a_window(viewer, PHONE)
    await viewer.decodes_video_of(person)
    small = await settled_height(viewer, person)
    for size, is_larger in ((DESK, True), (PHONE, False)):
        await in_a_window(viewer, size)

        async def has_followed(is_larger: bool = is_larger) -> bool:
            return ((await height_of(viewer, person)) > small) is is_larger

        await until(has_followed, f"{viewer.alias} gets {other.alias} for a window of {size[0]} px", FOLLOWS_WITHIN_S)
        await viewer.decodes_video_of(person)


async def in_a_window(viewer: RoomPage, size: tuple[int, int]) -> None:
    await viewer.page.set_viewport_size({"width": size[0], "height": size[1]})


async def height_of(viewer: RoomPage, person: str) -> int:
    return (await viewer.probe.received())[person]["camera"].height


async def settled_height(viewer: RoomPage, person: str) -> int:
    """Once it has been the same for a second."""
    heights: list[int] = []

    async def is_settled() -> bool:
        heights.append(await height_of(viewer, person))
        return len(heights) > 20 and len(set(heights[-20:])) == 1

    await until(is_settled, f"{viewer.alias} gets one size")
    return heights[-1]


async def test_firefox_waits_and_is_admitted(stage: Stage) -> None:
    fox: ParticipantPage = stage[FOX]
    await fox.knock()
    assert "Firefox" in await fox.page.evaluate("navigator.userAgent")
    assert await fox.probe.connections() == 0, "A media transport in the waiting room"
    await stage.wait_outside((CHROME,))
    await stage.lead()
    await stage.leader.start()
    await stage.admit_everybody()


async def test_everybody_sees_and_hears_everybody(stage: Stage) -> None:
    await stage.everybody_speaks()
    await stage.all_pairs_receive()


@pytest.mark.timely
async def test_the_picture_of_a_voice_that_is_late_waits_for_it_in_both_browsers(stage: Stage) -> None:
    async def comes_together(viewer: RoomPage, other: RoomPage) -> None:
        watching = await Watching.of(viewer, await other.me())
        await watching.hold_voice(HELD_VOICE_MS)
        leads: list[float] = []

        async def are_together() -> bool:
            waits = await watching.waits()
            if waits is None or waits.voice < 0.9 * HELD_VOICE_MS or abs(waits.lead) > NOTICED_MS:
                leads.clear()
            else:
                leads.append(waits.lead)
            return len(leads) == TOGETHER_LOOKS

        try:
            await until(are_together, f"{viewer.alias} sees {other.alias} as late as it hears them", TOGETHER_WITHIN_S)
        finally:
            await watching.hold_voice(None)
        record(f"lips ahead of a voice that is held for {HELD_VOICE_MS:.0f} ms, at {viewer.alias}", leads[-1], "ms")

    await asyncio.gather(*(comes_together(*pair) for pair in seen_and_heard(stage)))


@pytest.mark.timely
async def test_no_voice_waits_for_a_picture_in_either_browser(stage: Stage) -> None:
    async def goes_on_at_once(viewer: RoomPage, other: RoomPage) -> None:
        watching = await Watching.of(viewer, await other.me())
        await watching.hold_picture(HELD_PICTURE_MS)

        async def is_held() -> bool:
            waits = await watching.waits()
            return waits is not None and waits.picture > HELD_PICTURE_MS / 2

        await until(is_held, f"{viewer.alias} sees {other.alias} late", TOGETHER_WITHIN_S)
        added = [await added_to_voices(viewer) for _ in range(LOOKS)]
        await watching.let_picture_go()
        assert all(len(look) == len(stage.inside) - 1 for look in added), f"Somebody was not heard: {added}"
        most = max(max(look.values()) for look in added)
        assert most < ADDED_MOST_MS, f"{viewer.alias} hears somebody later for a picture: {added}"

    await asyncio.gather(*(goes_on_at_once(*pair) for pair in seen_and_heard(stage)))


async def test_one_slot_of_firefox_shows_one_person_and_then_another(stage: Stage) -> None:
    await one_slot_shows_another_person(stage[FOX], stage.leader, stage[CHROME])


async def test_one_slot_of_chromium_shows_chromium_and_then_firefox(stage: Stage) -> None:
    await one_slot_shows_another_person(stage.leader, stage[CHROME], stage[FOX])


async def test_a_facilitator_mutes_firefox_and_it_unmutes_itself_once_it_may(stage: Stage) -> None:
    fox = stage[FOX]
    await stage.leader.mute(FOX)
    await expect(fox.button("Microphone on. Mute")).to_have_count(0)
    await expect(stage[CHROME].tile(FOX, "muted")).to_be_visible()
    await stage.leader.do_to(FOX, f"Allow {FOX} to unmute")
    await expect(fox.page.get_by_text("You can turn your microphone on again when you like.")).to_be_visible()
    await fox.speak()
    await everyone_hears(others(stage), await fox.me())


async def test_nothing_of_a_muted_firefox_passes_though_it_goes_on_sending(stage: Stage) -> None:
    fox = stage[FOX]
    for page in others(stage):
        await page.be_quiet()
    await fox.probe.keep_sending("mic")
    await everyone_hears(others(stage), await fox.me())
    await stage.leader.mute(FOX)
    acknowledged_at = (await stage.leader.acknowledged("mute-participant")).at
    late_ms = await nobody_hears_anything(others(stage), fox, acknowledged_at, SILENT_FOR_S)
    assert late_ms <= SILENT_WITHIN_MS


async def test_firefox_follows_from_layer_to_layer(stage: Stage) -> None:
    await layers_follow_the_tile(stage[FOX], stage[CHROME])


async def test_the_layers_that_firefox_publishes_are_followed(stage: Stage) -> None:
    await layers_follow_the_tile(stage[CHROME], stage[FOX])
