"""A host's first weeks, through the pages: from an empty database to a series across a change of the clocks in two
zones, a moved and a canceled date, the same instants on page, in mail and in calendar files of three zones, doors that
open by themselves, and a backup who is called because nobody came to lead."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.support import axe, ics_reader
from tests.support.shifted_server import Mailbox, ShiftedServer, link_in, shifted_server, text_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

NEW_YORK, LISBON = ZoneInfo("America/New_York"), ZoneInfo("Europe/Lisbon")
BEGIN = datetime(2027, 3, 8, 10, tzinfo=UTC)  # the clocks change on 14 March in New York, on 28 March in Lisbon
UNTIL = datetime(2027, 4, 12)  # noqa: DTZ001 - the reader's instants are naive, in UTC
READERS = {
    "Europe/Berlin": "bea@example.org",
    "America/Los_Angeles": "lou@example.org",
    "Asia/Tokyo": "toshi@example.org",
}
FACILITATOR, BACKUP = "flor@example.org", "bo@example.org"


@dataclass
class Windows:
    """One browser; each person has a context of their own."""

    browser: Browser
    origin: str
    contexts: list[BrowserContext] = field(default_factory=list)

    async def open(self, path: str = "/", zone: str = "Europe/Lisbon") -> Page:
        context = await self.browser.new_context(locale="en-GB", timezone_id=zone)
        self.contexts.append(context)
        page = await context.new_page()
        await page.goto(path if path.startswith("http") else self.origin + path)
        return page


@asynccontextmanager
async def windows(browser: Browser, origin: str) -> AsyncIterator[Windows]:
    opened = Windows(browser, origin)
    try:
        yield opened
    finally:
        for context in opened.contexts:
            await context.close()


async def press(page: Page, words: str) -> None:
    await page.get_by_role("button", name=words, exact=True).click()


async def write(page: Page, label: str, text: str) -> None:
    await page.get_by_label(label, exact=True).fill(text)


async def instants_of(page: Page, selector: str) -> set[datetime]:
    """Every instant that a part of a page names."""
    found = await page.locator(f"{selector} time").evaluate_all("all => all.map(one => one.dateTime)")
    return {datetime.fromisoformat(text) for text in found}


async def first_start(server: ShiftedServer, opened: Windows, mailbox: Mailbox, link: str) -> Page:
    page = await opened.open(link)
    await press(page, "Continue")
    await write(page, "Your organisation", "Evening groups")
    await write(page, "Your name", "Amina")
    await write(page, "Your e-mail address", "amina@example.org")
    await press(page, "Continue")
    await write(page, "Name", "Flor")
    await write(page, "E-mail address", FACILITATOR)
    await press(page, "Invite")
    invited = await mailbox.wait_for(FACILITATOR, "An invitation")
    assert "/enter#" in text_of(invited)
    await expect(page.get_by_role("heading", name="Schedule a session")).to_be_visible()
    return page


async def schedule(page: Page, name: str, first: datetime, zone: str) -> str:
    """A weekly series of a new group; its page's address."""
    await write(page, "Name of the group", name)
    await write(page, "Date", f"{first:%Y-%m-%d}")
    await write(page, "Time", f"{first:%H:%M}")
    await page.get_by_label("Time zone", exact=True).select_option(zone)
    await page.get_by_label("Repeats", exact=True).select_option("weekly")
    await press(page, "Save and get the link")
    await page.wait_for_url(re.compile(r"/series/e_[^/?]+"))
    return page.url.partition("?")[0]


async def change_date(page: Page, series: str, day: datetime) -> None:
    await page.goto(series)
    await page.get_by_role("link", name=re.compile(f"Change .*{day.day} March 2027")).click()


async def calendar_instants(address: str) -> dict[datetime, bool]:
    """Starts of a calendar file by its own lines alone; True where the date is canceled."""
    async with aiohttp.ClientSession() as http, http.get(address) as response:
        assert response.status == 200, address
        meetings = ics_reader.meetings(await response.read(), UNTIL)
    return {one.begins.replace(tzinfo=UTC): one.is_canceled for one in meetings}


async def test_from_an_empty_database_to_a_backup_who_takes_over(browser: Browser, tmp_path: Path) -> None:
    async with shifted_server(tmp_path) as (server, mailbox), windows(browser, server.origin) as opened:
        async with server.running(BEGIN) as services:
            link = await services.first_start.link()
            assert link is not None
            page = await first_start(server, opened, mailbox, link)
            first = datetime(2027, 3, 10, 19, tzinfo=NEW_YORK)
            series = await schedule(page, "Lantern circle", first, "America/New_York")
            expected = [first + timedelta(weeks=week) for week in range(4)]
            assert expected[0].utcoffset() != expected[1].utcoffset()
            assert {one.astimezone(UTC) for one in expected} <= await instants_of(page, ".manage-page")

            await page.goto(f"{server.origin}/host/series/new")
            await page.get_by_label("Group", exact=True).select_option("")
            other = datetime(2027, 3, 24, 19, tzinfo=LISBON)
            await schedule(page, "Harbour circle", other, "Europe/Lisbon")
            after = other + timedelta(weeks=1)
            assert after.astimezone(UTC) - other.astimezone(UTC) == timedelta(days=7, hours=-1)
            assert {other.astimezone(UTC), after.astimezone(UTC)} <= await instants_of(page, ".manage-page")

            await lead_by(page, series, services_backup=(await invite(page, server, mailbox, "Bo", BACKUP)))
            group = await publish(page, series)

            people = {zone: await opened.open(group, zone) for zone in READERS}
            for zone, reader in people.items():
                await ask_for_a_place(reader, READERS[zone])
                await mailbox.wait_for(READERS[zone], "You have a place")

            # The second date moves by a day, the third is canceled.
            await change_date(page, series, expected[1])
            moved = expected[1] + timedelta(days=1, hours=1)
            await write(page, "Date", f"{moved:%Y-%m-%d}")
            await write(page, "Time", f"{moved:%H:%M}")
            assert await axe.violations(page) == []
            await press(page, "Save the change")
            await change_date(page, series, expected[2])
            await press(page, "Cancel what is chosen")

            truth = {one.astimezone(UTC) for one in (expected[0], moved, expected[3])}
            for zone, reader in people.items():
                await reader.goto(group)
                shown = await instants_of(reader, ".date-list")
                assert truth <= shown
                assert expected[2].astimezone(UTC) not in shown
                feed = await calendar_instants(f"{group}/calendar.ics")
                assert {at for at, is_canceled in feed.items() if not is_canceled} >= truth
                assert expected[1].astimezone(UTC) not in feed
                assert feed.get(expected[2].astimezone(UTC), True), "canceled, or not there any more"
                letter = await mailbox.wait_for(READERS[zone], "New time")
                local = moved.astimezone(ZoneInfo(zone))
                assert f"{local:%H:%M}" in text_of(letter)
                assert f"{local.day} {local:%B}" in text_of(letter)
                attached = [part for part in letter.walk() if part.get_content_type() == "text/calendar"]
                (meeting,) = ics_reader.meetings(attached[0].get_payload(decode=True), UNTIL)
                assert meeting.begins.replace(tzinfo=UTC) == moved.astimezone(UTC)
                canceled = await mailbox.wait_for(READERS[zone], "Canceled")
                gone = expected[2].astimezone(ZoneInfo(zone))
                assert f"{gone:%H:%M}" in text_of(canceled)

            session = await page_of_first_date(page, series)

        doors = expected[0].astimezone(UTC) - timedelta(minutes=15)
        async with server.running(doors - timedelta(seconds=8)):
            waiting = await opened.open(session, "Asia/Tokyo")
            await expect(waiting.get_by_text("Not open yet")).to_be_visible()
            await expect(waiting.get_by_role("link", name=re.compile("Join"))).to_be_visible(timeout=60_000)

        async with server.running(expected[0].astimezone(UTC) + timedelta(minutes=5, seconds=-4)):
            called = await mailbox.wait_for(BACKUP, "People are waiting", within_s=90)
            backup = await opened.open(link_in(called, "/lead"))
            await press(backup, "I will lead")
            await backup.wait_for_url(re.compile(r"/s/s_[^/]+/room"))


async def invite(page: Page, server: ShiftedServer, mailbox: Mailbox, name: str, address: str) -> str:
    await page.goto(f"{server.origin}/admin/people")
    await write(page, "Name", name)
    await write(page, "E-mail address", address)
    await press(page, "Invite")
    await mailbox.wait_for(address, "An invitation")
    return name


async def lead_by(page: Page, series: str, services_backup: str) -> None:
    """Flor leads, the other one stands by."""
    await page.goto(series.partition("/series/")[0] + "/staff")
    for name, position in (("Flor", "Facilitator"), (services_backup, "Backup")):
        await page.get_by_label("Person", exact=True).select_option(label=name)
        await page.get_by_label("As", exact=True).select_option(label=position)
        await press(page, "Add")
        await expect(page.locator("#staff").get_by_text(name).first).to_be_visible()


async def publish(page: Page, series: str) -> str:
    """The group is shown in the directory; the address of its page."""
    await page.goto(series.partition("/series/")[0] + "/edit")
    await page.get_by_label(re.compile("Show it in the directory")).check()
    await page.get_by_role("button", name=re.compile("^Save")).first.click()
    await page.goto(series)
    return await page.get_by_label("Page of the group", exact=True).input_value()


async def ask_for_a_place(page: Page, address: str) -> None:
    await page.get_by_role("link", name="Ask for a place").click()
    await write(page, "E-mail (if you like)", address)
    await page.get_by_label(re.compile("I have read this, and I agree")).check()
    await press(page, "Ask for a place")
    await page.wait_for_url(re.compile(r"/p"))


async def page_of_first_date(page: Page, series: str) -> str:
    await page.goto(series)
    return await page.get_by_label("Participant link", exact=True).input_value()
