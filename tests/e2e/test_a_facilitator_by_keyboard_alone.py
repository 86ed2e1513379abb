"""The whole work of a facilitator with keys alone, from the link to the end; no pointer event ever happens."""

import re

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.support.browser import People
from tests.support.journey import ALIASES, FACILITATOR_ALIAS, Stage, schedule
from tests.support.people import FacilitatorPage
from tests.support.people_keyboard import Keyboard
from tests.support.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

FIRST, SECOND, THIRD = ALIASES[:3]
COUNT_POINTERS = """
window.__pointers = 0;
addEventListener("pointerdown", () => { window.__pointers += 1; }, true);
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(server: ServerProcess, people: People) -> Stage:
    stage = await schedule(server, people)
    await stage.wait_outside((FIRST, SECOND, THIRD), camera=False)
    person = await people.arrive(FACILITATOR_ALIAS, width=1_280, height=800)
    await person.context.add_init_script(COUNT_POINTERS)
    stage.facilitator = FacilitatorPage(person, stage.links.session_url, FACILITATOR_ALIAS)
    return stage


@pytest.fixture
def keys(stage: Stage) -> Keyboard:
    return Keyboard(stage.leader.page)


def in_panel(stage: Stage, name: str) -> Locator:
    return stage.leader.button(name, stage.leader.panel)


async def act(stage: Stage, keys: Keyboard, alias: str, name: str) -> None:
    """An act on a person inside, through the disclosure where there is one."""
    wanted = in_panel(stage, name)
    if not await wanted.is_visible():
        await keys.press(in_panel(stage, f"Actions for {alias}"))
    await keys.press(wanted)


async def test_coming_in(stage: Stage, keys: Keyboard) -> None:
    page = stage.leader
    await page.exchange(stage.links.facilitator)
    await page.open()
    await keys.write(page.page.get_by_role("textbox", name="Name to show"), FACILITATOR_ALIAS)
    await keys.press(page.button("Turn camera on"), "Space")
    await expect(page.button("Turn camera off")).to_be_visible()
    agree = page.page.get_by_role("checkbox", name="I agree to these guidelines")
    if await agree.count():
        await keys.check(agree)
    await keys.press(page.button("Enter the room"))
    await page.is_in_room()
    await keys.focus_is_somewhere()


async def test_starting_and_admitting(stage: Stage, keys: Keyboard) -> None:
    page = stage.leader
    if not await page.panel.is_visible():
        await keys.press(page.controls.get_by_role("button", name=re.compile(r"^Lead\b")))
    await keys.press(in_panel(stage, "Start the session"))
    await page.acknowledged("start-session")
    await keys.press(in_panel(stage, f"Admit {FIRST}"))
    await stage[FIRST].is_in_room()
    await keys.focus_is_somewhere()
    await keys.write(page.panel.get_by_role("textbox", name="Message to everyone waiting"), "One more minute, please.")
    await keys.press(in_panel(stage, "Send to waiting"))
    await expect(stage[SECOND].page.get_by_text("One more minute, please.", exact=True)).to_be_visible()
    await keys.check(page.panel.get_by_role("checkbox", name=f"Select {SECOND}"))
    await keys.press(in_panel(stage, "Admit selected"))
    await stage[SECOND].is_in_room()
    await keys.focus_is_somewhere()


async def test_declining(stage: Stage, keys: Keyboard) -> None:
    await keys.press(in_panel(stage, f"Decline {THIRD}"))
    await stage[THIRD].sees("This session cannot take you today")
    await keys.focus_is_somewhere()


async def test_muting_and_asking_to_unmute(stage: Stage, keys: Keyboard) -> None:
    await stage[FIRST].speak()
    await act(stage, keys, FIRST, f"Mute {FIRST}")
    await stage.leader.acknowledged("mute-participant")
    await expect(stage.leader.tile(FIRST, "muted")).to_be_visible()
    await act(stage, keys, FIRST, f"Ask {FIRST} to unmute")
    asked = stage[FIRST].page.get_by_role("dialog", name=f"{FACILITATOR_ALIAS} asks you to unmute")
    await Keyboard(stage[FIRST].page).press(stage[FIRST].button("Unmute", asked))
    await expect(stage[FIRST].button("Microphone on. Mute")).to_be_visible()


async def test_writing_to_the_room(stage: Stage, keys: Keyboard) -> None:
    page = stage.leader
    if not await page.chat.is_visible():
        await keys.press(page.controls.get_by_role("button", name=re.compile("^Chat")))
    await keys.write(page.page.get_by_role("textbox", name="Message", exact=True), "Welcome, both of you")
    await keys.press(page.button("Send"))
    await stage[SECOND].reads("Welcome, both of you")


async def test_pausing_and_resuming(stage: Stage, keys: Keyboard) -> None:
    page = stage.leader
    if not await page.panel.is_visible():
        await keys.press(page.controls.get_by_role("button", name=re.compile(r"^Lead\b")))
    await keys.press(in_panel(stage, "Pause the room"))
    await stage[FIRST].sees("The room is paused")
    await keys.focus_is_somewhere()
    await keys.press(in_panel(stage, "Resume the room"))
    await expect(stage[FIRST].heading("The room is paused")).to_have_count(0)
    await keys.focus_is_somewhere()


async def test_what_has_the_focus_stays_in_sight_when_there_is_less_room(stage: Stage, keys: Keyboard) -> None:
    page = stage.leader.page
    size = page.viewport_size
    assert size is not None
    await keys.to(in_panel(stage, "Pause the room"))
    for height in (size["height"] - 160, size["height"] - 320):
        await page.set_viewport_size({"width": size["width"], "height": height})
        await keys.stays_in_sight()
    await page.set_viewport_size(size)


async def test_own_microphone_and_camera(stage: Stage, keys: Keyboard) -> None:
    page = stage.leader
    await keys.press(page.button("Muted. Turn microphone on"), "Space")
    await expect(page.button("Microphone on. Mute")).to_be_visible()
    await keys.press(page.button("Camera on. Turn camera off"), "Space")
    await expect(page.button("Camera off. Turn camera on")).to_be_visible()
    await keys.focus_is_somewhere()


async def test_removing_asks_first_and_gives_focus_back(stage: Stage, keys: Keyboard) -> None:
    page = stage.leader
    await act(stage, keys, SECOND, f"Remove {SECOND}")
    dialog = page.page.get_by_role("dialog", name=f"Remove {SECOND}?")
    await expect(dialog).to_be_visible()
    await keys.escape()
    await expect(dialog).to_have_count(0)
    await keys.focus_is_somewhere()
    await expect(page.tile(SECOND)).to_be_visible()
    await act(stage, keys, SECOND, f"Remove {SECOND}")
    await keys.press(page.button("Remove", dialog))
    await stage[SECOND].sees("You are no longer in this session")
    await keys.focus_is_somewhere()


async def test_locking_extending_and_ending(stage: Stage, keys: Keyboard) -> None:
    page = stage.leader
    await keys.press(in_panel(stage, "Lock entry"))
    await page.acknowledged("lock-entry")
    await keys.press(in_panel(stage, "Extend by 10 minutes"))
    await page.acknowledged("extend")
    await keys.press(in_panel(stage, "End for all"))
    dialog = page.page.get_by_role("dialog", name="End the session for everyone?")
    await keys.press(page.button("End for all", dialog))
    await page.sees("The session has ended")
    await keys.focus_is_somewhere()


async def test_no_pointer_was_used(stage: Stage) -> None:
    assert await stage.leader.page.evaluate("() => window.__pointers") == 0
