"""Every state of every page: axe finds nothing, nothing scrolls sideways, and a picture of it is left in artifacts/."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.support.browser import People
from tests.support.journey import ALIASES, FACILITATOR_ALIAS, Stage
from tests.support.journey_screens import Screens
from tests.support.journey_seed import seed
from tests.support.people import ParticipantPage
from tests.support.people_host import HostPage, Plan
from tests.support.server_process import ServerProcess, create_host

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

FIRST, SECOND, THIRD, FOURTH = ALIASES
GRACE_MS = 2_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    running = ServerProcess(tmp_path_factory.mktemp("server"))
    yield running
    await running.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(server: ServerProcess, browser: Browser) -> AsyncIterator[Stage]:
    """Doors are open, nobody is there; the facilitator's grace is short, so that the hold can be seen."""
    plan = Plan(guidelines="Speak for yourself.\nWhat is said here stays here.\nYou may pass at any time.")
    await create_host(server)
    links = await seed(server, plan, lost_grace_ms=GRACE_MS)
    await server.start()
    people = People(browser, server.origin)
    host = HostPage(await people.arrive("host", width=1_280, height=800), server.origin)
    yield Stage(server, people, plan, links, host)
    people.check()
    await people.close()


@pytest.fixture(scope="module")
def screens() -> Screens:
    return Screens()


async def test_pages_for_everybody(stage: Stage, screens: Screens) -> None:
    page = stage.host.page
    for state, path in (("home", "/"), ("help", "/help"), ("sign-in", "/sign-in"), ("enter", "/enter")):
        await page.goto(stage.server.origin + path)
        await screens.look(page, state)
    screens.check("home", "help", "sign-in", "enter")


async def test_pages_of_a_host(stage: Stage, screens: Screens) -> None:
    host = stage.host
    await host.sign_in()
    await host.open_form()
    await screens.look(host.page, "schedule-form")
    host.person.guard.tolerate("status of 422")  # the answer to a form with something to mend
    await host.page.get_by_role("button", name="Save and get the link").click()
    await expect(host.page.get_by_role("button", name="Save and get the link")).to_be_visible()
    await screens.look(host.page, "schedule-form-with-problems")
    links = await host.schedule(Plan(title="Next month", starts_in=timedelta(hours=3)))
    await screens.look(host.page, "manage")
    await host.make_link("second guest", "Participant")
    await screens.look(host.page, "manage-new-link")
    await host.page.goto(f"{stage.server.origin}/host")
    await screens.look(host.page, "host")
    person = await stage.people.arrive("early")
    await person.page.goto(links.session_url)
    await screens.look(person.page, "session-before-doors")
    await person.page.goto(f"{links.session_url}/room")
    await expect(person.page.get_by_role("heading", level=1)).to_be_visible()
    await screens.look(person.page, "pre-join-before-doors")
    await stage.people.leave(person)
    screens.check("schedule-form", "schedule-form-with-problems", "manage", "host", "session-before-doors")


async def test_on_the_way_in(stage: Stage, screens: Screens) -> None:
    page = await stage.participant(FIRST)
    await page.page.goto(stage.links.session_url)
    await screens.look(page.page, "session-doors-open")
    await page.open()
    await screens.look(page.page, "pre-join")
    await page.get_ready()
    await screens.look(page.page, "pre-join-with-preview")
    await page.ask_to_join()
    await screens.look(page.page, "waiting")
    await stage.lead(width=1_280, height=800)
    await stage.leader.press(f"Hold {FIRST}")
    await expect(page.page.get_by_role("main").get_by_text("A facilitator asks you to hold on")).to_be_visible()
    await screens.look(page.page, "held-waiting")
    screens.check("session-doors-open", "pre-join", "pre-join-with-preview", "waiting", "held-waiting")


async def test_in_the_room(stage: Stage, screens: Screens) -> None:
    await stage.wait_outside((SECOND,))
    await stage.leader.start()
    for alias in (FIRST, SECOND):
        await stage.leader.admit(alias)
        await stage[alias].is_in_room()
    first = stage[FIRST]
    await stage[SECOND].speak()
    await first.decodes_video_of(await stage[SECOND].me())
    await stage[SECOND].button("Raise hand").click()
    await expect(first.tile(SECOND, "hand 1")).to_be_visible()
    await screens.look(first.page, "live-grid")

    await choose_layout(first, "Speaker")
    await screens.look(first.page, "live-speaker")
    await choose_layout(first, "Names only")
    await screens.look(first.page, "live-names-only")
    await choose_layout(first, "Grid")

    await first.write("It is good to be here.")
    await stage[SECOND].write("It is. https://example.org/a-long-address-that-does-not-break-by-itself-anywhere-at-all")
    await first.reads("It is.")
    await screens.look(first.page, "chat-open")
    await first.controls.get_by_role("button", name="People").click()
    await screens.look(first.page, "people-open")
    await first.button("More", first.controls).click()
    await screens.look(first.page, "more-open")
    await first.page.keyboard.press("Escape")

    await stage.leader.do_to(FIRST, f"Ask {FIRST} to unmute")
    await expect(first.page.get_by_role("dialog", name=f"{FACILITATOR_ALIAS} asks you to unmute")).to_be_visible()
    await screens.look(first.page, "ask-to-unmute")
    await first.button("Stay muted").click()
    screens.check("live-grid", "live-names-only", "chat-open", "people-open", "ask-to-unmute")


async def test_leading(stage: Stage, screens: Screens) -> None:
    await stage.wait_outside((THIRD, FOURTH), camera=False)
    leader = stage.leader
    await leader.sees_waiting(FOURTH)
    await stage[THIRD].send_note("I come for the first time.")
    await screens.look(leader.page, "facilitator-panel")
    await leader.do_to(SECOND, f"Remove {SECOND}")
    await expect(leader.page.get_by_role("dialog", name=f"Remove {SECOND}?")).to_be_visible()
    await screens.look(leader.page, "confirm-remove")
    await leader.button(f"Keep {SECOND} in the room").click()
    screens.check("facilitator-panel", "confirm-remove")


async def test_ways_out(stage: Stage, screens: Screens) -> None:
    await stage.leader.press(f"Decline {FOURTH}")
    await stage[FOURTH].sees("This session cannot take you today")
    await screens.look(stage[FOURTH].page, "declined")
    await stage.leader.remove(SECOND)
    await stage[SECOND].sees("You are no longer in this session")
    await screens.look(stage[SECOND].page, "removed")
    await stage.leader.admit(THIRD)
    await stage[THIRD].is_in_room()
    await stage[THIRD].leave()
    await screens.look(stage[THIRD].page, "left")
    screens.check("declined", "removed", "left")


async def test_when_the_room_rests(stage: Stage, screens: Screens) -> None:
    first = stage[FIRST]
    await stage.leader.press("Pause the room")
    await first.sees("The room is paused")
    await screens.look(first.page, "paused")
    await screens.look(stage.leader.page, "paused-facilitator")
    await stage.leader.press("Resume the room")
    await expect(first.heading("The room is paused")).to_have_count(0)

    second_tab = await first.person.context.new_page()
    await second_tab.goto(f"{stage.links.session_url}/room")
    other = ParticipantPage(first.person, stage.links.session_url, FIRST)
    first.person.page, kept = second_tab, first.person.page
    ask = other.button("Ask to join")
    await expect(other.heading("This session is open in another tab").or_(ask).first).to_be_visible()
    if await ask.count():
        await other.get_ready(camera=False)
        await ask.click()
    await other.sees("This session is open in another tab")
    await screens.look(second_tab, "second-tab")
    first.person.page = kept
    await second_tab.close()
    screens.check("paused", "second-tab")


async def test_when_the_facilitator_or_the_server_is_gone(stage: Stage, screens: Screens) -> None:
    first = stage[FIRST]
    await stage.leader.page.close()
    await first.sees("We are waiting for a facilitator", within_s=30)
    await screens.look(first.page, "held")
    first.person.guard.tolerate("WebSocket connection to .* failed", "ERR_CONNECTION_REFUSED")
    banner = first.page.get_by_text("Reconnecting. You do not need to do anything.").first
    await stage.server.kill()
    await expect(banner).to_be_visible()
    await screens.look(first.page, "reconnecting")
    await stage.server.start()
    await expect(banner).to_have_count(0, timeout=30_000)
    screens.check("held", "reconnecting")


async def test_after_the_end(stage: Stage, screens: Screens) -> None:
    leader = stage.leader
    await leader.return_in_new_tab()
    await leader.end()
    first = stage[FIRST]
    await first.sees("The session has ended")
    await screens.look(first.page, "ended")
    await first.page.goto(f"{stage.links.session_url}/after")
    await screens.look(first.page, "after")
    await first.page.goto(stage.links.session_url)
    await screens.look(first.page, "session-ended")
    screens.check("ended", "after", "session-ended")


async def choose_layout(page: ParticipantPage, name: str) -> None:
    await page.button("More", page.controls).click()
    await page.page.get_by_role("radio", name=name).check()
    await page.page.keyboard.press("Escape")
