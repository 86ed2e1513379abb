"""Removal closes media at once and holds at every door until a facilitator lets the person ask again."""

from contextlib import suppress

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.support.browser import People
from tests.support.deadline import until
from tests.support.figures import record
from tests.support.journey import ALIASES, Stage, schedule
from tests.support.journey_raw import RawMember
from tests.support.journey_sound import everyone_hears, heard_by
from tests.support.people import ParticipantPage, RoomPage
from tests.support.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

DISRUPTOR, WITNESS = ALIASES[:2]
GONE = "You are no longer in this session"
STOPS_WITHIN_MS = 500.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(server: ServerProcess, people: People) -> Stage:
    """A live room with two participants, the first of whom came by a personal link."""
    stage = await schedule(server, people)
    link = stage.personal_links[DISRUPTOR] = await stage.host.make_link("first guest", "Participant")
    disruptor = await stage.participant(DISRUPTOR)
    await disruptor.exchange(link)
    await stage.gather((DISRUPTOR, WITNESS))
    await disruptor.speak()
    await everyone_hears(rest(stage), await disruptor.me())
    for page in rest(stage):
        await page.decodes_video_of(await disruptor.me())
    return stage


def rest(stage: Stage) -> list[RoomPage]:
    return [stage.leader, stage[WITNESS]]


async def cookies_of(page: RoomPage) -> dict[str, str]:
    return {one["name"]: one["value"] for one in await page.person.context.cookies()}


async def test_media_stops_in_both_directions(stage: Stage) -> None:
    disruptor = stage[DISRUPTOR]
    person = await disruptor.me()
    await disruptor.probe.keep_sending("mic")
    await everyone_hears(rest(stage), person)
    slots = {page.alias: (await page.probe.received())[person] for page in rest(stage)}
    await stage.leader.remove(DISRUPTOR)
    removed_at = (await stage.leader.acknowledged("remove")).at
    await disruptor.sees(GONE)

    async def all_is_quiet() -> bool:
        now = await disruptor.page.evaluate("() => performance.timeOrigin + performance.now()")
        return bool(now - removed_at > 2_000)

    await until(all_is_quiet, "two seconds have passed since the removal")
    latest = [(await heard_by(page)).last_packet_at for page in rest(stage)]
    for page in rest(stage):
        camera = (await page.probe.by_mid())[slots[page.alias]["camera"].mid]
        latest.append(camera["lastPacketAt"])
        assert person not in await page.probe.received()
        await expect(page.tile(DISRUPTOR)).to_have_count(0)
    latest.append((await heard_by(disruptor)).last_packet_at)
    record("removal acknowledged to the last packet either way", max(latest) - removed_at, "ms")
    assert max(latest) - removed_at <= STOPS_WITHIN_MS


async def test_the_page_says_so_in_neutral_words_and_offers_no_way_back(stage: Stage) -> None:
    page = stage[DISRUPTOR]
    await page.sees(GONE)
    await expect(page.button("Ask to come back")).to_have_count(0)
    assert "remov" not in (await page.page.get_by_role("main").inner_text()).lower()


async def test_a_reload_does_not_lead_back(stage: Stage) -> None:
    await stage[DISRUPTOR].page.reload()
    await stays_out(stage[DISRUPTOR])


async def test_a_second_tab_does_not_lead_back(stage: Stage) -> None:
    page = stage[DISRUPTOR]
    await page.person.new_tab()
    await page.page.goto(f"{stage.links.session_url}/room")
    await stays_out(page)


async def test_the_same_link_in_another_browser_does_not_lead_back(stage: Stage) -> None:
    person = await stage.people.arrive("another browser")
    page = ParticipantPage(person, stage.links.session_url, "Another Name")
    await page.exchange(stage.personal_links[DISRUPTOR])
    await page.page.goto(f"{stage.links.session_url}/room")
    await stays_out(page)
    await person.close()


async def test_neither_a_new_socket_nor_the_resume_token_leads_back(stage: Stage) -> None:
    cookies = await cookies_of(stage[DISRUPTOR])
    async with RawMember(stage.links.session_url, cookies) as by_ticket:
        await by_ticket.join()
        token = by_ticket.resume
        await is_turned_away(by_ticket)
    async with RawMember(stage.links.session_url, cookies) as by_token:
        await by_token.hello(resume=token)
        await is_turned_away(by_token)


async def is_turned_away(raw: RawMember) -> None:
    """Whatever it asks for, it learns that it was removed and nothing else, until the server closes."""
    with suppress(ConnectionError):
        await raw.send({"type": "accept-guidelines", "id": 0, "version": 1})
        await raw.send({"type": "knock", "id": 1, "alias": "New Name"})
    while (message := await raw.read()) is not None:
        if message["type"] == "refused" and message["id"] == 1:
            assert message["reason"] == "removed"
            break
    kinds = {message["type"] for message in raw.messages}
    assert kinds <= {"welcome", "outcome", "ok", "refused"}, kinds
    outcomes = [message["view"]["kind"] for message in raw.messages if message["type"] == "outcome"]
    assert set(outcomes) <= {"removed"}
    assert outcomes or raw.close_code is not None


async def test_after_a_facilitator_allows_it_the_person_may_ask_again(stage: Stage) -> None:
    await stage.leader.press(f"Let {DISRUPTOR} ask again")
    page = stage[DISRUPTOR]
    await page.page.goto(f"{stage.links.session_url}/room")
    await page.button("Ask to come back").click()
    await page.is_waiting()
    await stage.leader.press("Admit all")
    await page.is_in_room()


async def stays_out(page: ParticipantPage) -> None:
    """The page ends at the neutral words, or its request to join does; it is neither waiting nor inside."""
    ask = page.button("Ask to join")
    gone = page.heading(GONE)
    await expect(gone.or_(ask).first).to_be_visible()
    if await ask.count():
        await page.get_ready(camera=False)
        await ask.click()
    await page.sees(GONE)
    await expect(page.controls).to_have_count(0)
