"""What a page says and does about its line: the panel, sound alone, the layers of its camera, pages of nine."""

import re
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.support.browser import People
from tests.support.deadline import until
from tests.support.journey import ALIASES, FACILITATOR_ALIAS, Stage, schedule
from tests.support.journey_members import MediaMember
from tests.support.journey_screens import Screens
from tests.support.people import RoomPage
from tests.support.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

FIRST = ALIASES[0]
LAYERS_WITHIN_S = 20.0
# A device that is quick enough for a picture of 720 lines, whatever this machine is.
EIGHT_CORES = "Object.defineProperty(Navigator.prototype, 'hardwareConcurrency', { get: () => 8 });"
ACTIVE_LAYERS = """() => {
    const camera = __probe.current().getTransceivers().find(({ mid }) => mid === __probe.uplinks.camera);
    return camera.sender.getParameters().encodings.filter(({ active }) => active).map(({ rid }) => rid).join("");
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(server: ServerProcess, people: People) -> Stage:
    """Two with cameras, in windows of a desk; the tests of this file are one story, in order."""
    stage = await schedule(server, people)
    page = await stage.participant(FIRST, 1_280, 800)
    await page.person.context.add_init_script(EIGHT_CORES)
    await page.knock()
    await stage.lead(width=1_280, height=800)
    await stage.leader.start()
    await stage.admit_everybody()
    return stage


@pytest.fixture(scope="module")
def screens() -> Screens:
    return Screens()


async def newest_viewing(page: RoomPage) -> dict[str, Any]:
    frame = await page.probe.find_frame(lambda frame: frame.direction == "out" and frame.type == "viewing")
    return {} if frame is None else frame.message


async def sends_up_to(page: RoomPage, layer: str) -> None:
    """The largest encoding that the browser keeps active; "" for none. Smaller ones may be kept for others."""

    async def does() -> bool:
        active: str = await page.page.evaluate(ACTIVE_LAYERS)
        return active[-1:] == layer

    try:
        await until(does, f"{page.alias} sends up to the layer {layer!r}", LAYERS_WITHIN_S)
    except AssertionError as error:
        wanted = await page.probe.find_frame(lambda frame: frame.type == "layers-wanted")
        error.add_note(f"It sends {await page.page.evaluate(ACTIVE_LAYERS)!r} and was asked for {wanted}.")
        raise


async def test_the_state_of_the_line_is_always_there_in_a_word_and_leads_to_the_panel(stage: Stage) -> None:
    page = stage[FIRST].page
    button = page.get_by_role("button", name="Your connection: good. Open the connection panel")
    await expect(button).to_have_text("Good")
    await button.focus()
    await page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Connection")
    await expect(panel.get_by_text(re.compile(r"^Good\. \d+ kbit/s, \d+ % lost on the way$")).first).to_be_visible()
    await expect(panel.get_by_text("Straight to the server, by UDP", exact=True)).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(button).to_be_focused()


async def test_the_summary_holds_no_address_and_no_name(stage: Stage) -> None:
    member = stage[FIRST]
    page = member.page
    await member.person.context.grant_permissions(["camera", "microphone", "clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name=re.compile("^Your connection")).click()
    await page.get_by_role("button", name="Copy a summary").click()
    await expect(page.get_by_role("status").get_by_text("Copied. It holds no name and no address.")).to_be_visible()
    text = await page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("Holdspace connection, ")
    assert not re.search(r"\d+\.\d+\.\d+\.\d+|[0-9a-f]*:[0-9a-f:]+:[0-9a-f]+", text.partition("Z, ")[2])
    for secret in (FIRST, FACILITATOR_ALIAS, stage.plan.title, await member.me()):
        assert secret not in text
    await page.keyboard.press("Escape")


async def test_the_server_hears_how_the_page_finds_its_line(stage: Stage) -> None:
    await stage[FIRST].acknowledged("quality-report")
    report = await stage[FIRST].sent_request("quality-report")
    assert (report.message["up"]["state"], report.message["down"]["state"]) == ("good", "good")


async def test_a_camera_is_sent_as_large_as_somebody_looks_at_it(stage: Stage) -> None:
    member, leader = stage[FIRST], stage.leader
    await leader.decodes_video_of(await member.me())
    tile = (await newest_viewing(leader))["tiles"][0]
    assert tile["person"] == await member.me()
    assert tile["width"] >= 480
    await sends_up_to(member, "h")
    # On a phone the open panel lies over the pictures.
    await leader.page.set_viewport_size({"width": 360, "height": 640})
    await sends_up_to(member, "")
    await leader.button("Close", leader.panel).click()
    await sends_up_to(member, "q")
    await leader.decodes_video_of(await member.me())


async def test_sound_alone_stops_pictures_at_their_sender_and_ones_own(stage: Stage) -> None:
    member, leader = stage[FIRST], stage.leader
    await leader.button("More", leader.controls).click()
    await leader.page.get_by_role("radio", name="Audio only").check()
    await leader.page.keyboard.press("Escape")
    await expect(
        leader.page.get_by_text("Audio only: no video is received or sent, so that sound stays clear.")
    ).to_be_visible()
    await sends_up_to(member, "")

    async def is_told() -> bool:
        return (await newest_viewing(leader)).get("video") == "none"

    await until(is_told, "the page asks for sound alone")
    off = leader.button("Camera off. Turn camera on")
    await off.press("Enter")  # barred, and it says why
    await expect(leader.page.get_by_text("Audio only is on, so your camera stays off.")).to_be_visible()
    await expect(off).to_be_visible()


async def test_sound_alone_is_remembered_on_the_device_until_pictures_are_wanted(stage: Stage) -> None:
    member, leader = stage[FIRST], stage.leader
    await leader.page.reload()
    await leader.is_in_room()
    await leader.button("Show pictures").click()
    await leader.decodes_video_of(await member.me())
    await expect(leader.button("Camera off. Turn camera on")).to_be_visible()
    await leader.show_camera()


async def test_twelve_people_are_paged_and_only_the_page_in_sight_is_asked_for(stage: Stage) -> None:
    leader = stage.leader
    await leader.page.set_viewport_size({"width": 1_280, "height": 800})
    async with AsyncExitStack() as crowd:
        for index in range(10):
            member = MediaMember(stage.links.session_url, f"Guest {index:02}", seed=index)
            await member.start()
            crowd.push_async_callback(member.http.close)
            crowd.push_async_callback(member.stop)
            await member.knock()
        await leader.press("Admit all")
        await leader.page.get_by_role("region", name="Facilitator panel").get_by_role("button", name="Close").click()
        pager = leader.page.get_by_role("navigation", name="Pages of people")
        await expect(pager.get_by_text("Page 1 of 2")).to_be_visible()
        await expect(leader.tiles).to_have_count(9)
        first = await asked_for(leader, 9)
        await pager.get_by_role("button", name="Next page").click()
        await expect(leader.tiles).to_have_count(3)
        second = await asked_for(leader, 2)
        assert not first & second
        assert len(first | second) == 11


async def asked_for(page: RoomPage, count: int) -> set[str]:
    """Whose pictures the page asks for, once there are so many."""
    people: set[str] = set()

    async def are_so_many() -> bool:
        nonlocal people
        people = {tile["person"] for tile in (await newest_viewing(page)).get("tiles", ())}
        return len(people) == count

    await until(are_so_many, f"{page.alias} asks for {count} pictures")
    return people


async def hears_of_lines(page: RoomPage, up: str, pictures: str, others: dict[str, str]) -> None:
    """As if the server had said so: a real bad line takes its time, and is tried in `bench/` and the journeys."""
    offer = await page.probe.find_frame(lambda frame: frame.type == "offer")
    assert offer is not None
    transport = offer.message["transport"]
    named = [{"person": person, "state": state} for person, state in others.items()]
    said = {"type": "quality", "transport": transport, "up": up, "down": "good", "pictures": pictures, "others": named}
    await page.page.evaluate("(said) => __probe.sockets.at(-1).onmessage({ data: JSON.stringify(said) })", said)


async def test_a_bad_line_is_said_in_words_of_oneself_and_of_others(stage: Stage, screens: Screens) -> None:
    member, leader = stage[FIRST], stage.leader
    await hears_of_lines(member, "weak", "fewer", {await leader.me(): "weak"})
    await expect(member.page.get_by_role("button", name="Your connection: weak")).to_have_text("Weak")
    await expect(member.page.get_by_text("Your connection is weak. Sound needs less")).to_be_visible()
    await expect(member.tile(FACILITATOR_ALIAS, "Their connection is weak")).to_be_visible()
    await screens.look(member.page, "line-weak")
    await hears_of_lines(member, "good", "none", {})
    await expect(member.page.get_by_text("Your connection carries sound only for now.")).to_be_visible()
    await expect(member.tile(FACILITATOR_ALIAS, "Their connection is weak")).to_have_count(0)
    await screens.look(member.page, "line-sound-only")
    await hears_of_lines(member, "good", "all", {})
    screens.check("line-weak", "line-sound-only")


async def test_every_state_of_the_line_is_accessible(stage: Stage, screens: Screens) -> None:
    member = stage[FIRST]
    await member.page.get_by_role("button", name=re.compile("^Your connection")).click()
    await member.button("Copy a summary").click()
    await expect(member.page.get_by_role("textbox", name="Summary")).to_be_visible()
    await screens.look(member.page, "connection-open")
    await member.page.keyboard.press("Escape")
    await member.controls.get_by_role("button", name="People").click()
    await member.button(f"Keep {FACILITATOR_ALIAS} large").click()
    await expect(member.button(f"Stop keeping {FACILITATOR_ALIAS} large")).to_be_visible()
    await screens.look(member.page, "kept-large")
    await member.button(f"Stop keeping {FACILITATOR_ALIAS} large").click()
    await member.page.get_by_role("region", name="People", exact=True).get_by_role("button", name="Close").click()
    await member.button("More", member.controls).click()
    await member.page.get_by_role("radio", name="Audio only").check()
    await screens.look(member.page, "more-with-pictures")
    await member.page.keyboard.press("Escape")
    await screens.look(member.page, "audio-only")
    await member.button("Show pictures").click()
    screens.check("connection-open", "kept-large", "more-with-pictures", "audio-only")
