"""Somebody looks for a group: what they choose finds groups of every page of the directory, and leaves no trace."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from rooms.program.authority import OrgRole
from rooms.program.group import GroupInput, Topic
from tests.support import axe
from tests.support.shifted_server import shifted_server

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

NOW = datetime(2027, 3, 8, 10, tzinfo=UTC)
ANXIETY, GRIEF = 21, 19


async def test_the_finder_looks_through_every_page_and_tells_nobody(browser: Browser, tmp_path: Path) -> None:
    async with shifted_server(tmp_path) as (server, _mailbox), server.running(NOW) as services:
        await services.organisation.begin("Lantern", "Europe/Lisbon", "en", None)
        host = await services.accounts.create("Ines", OrgRole.HOST)
        for number in range(ANXIETY + GRIEF):
            topic = Topic.ANXIETY if number < ANXIETY else Topic.BEREAVEMENT
            await services.groups.create(
                host.id, GroupInput(name=f"Circle {number:02}", topic=topic, is_public=True, is_neutral=False)
            )
        context = await browser.new_context(locale="en-GB", timezone_id="Europe/Lisbon")
        page = await context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url.removeprefix(server.origin)))
        await page.goto(f"{server.origin}/groups")
        await expect(page.get_by_role("heading", name=f"{ANXIETY + GRIEF} groups")).to_be_visible()
        asked.clear()

        await page.get_by_label("Topic", exact=True).select_option(Topic.ANXIETY.value)
        await expect(page.get_by_role("heading", name=f"{ANXIETY} groups")).to_be_visible()
        await page.get_by_label("Topic", exact=True).select_option(Topic.BEREAVEMENT.value)
        await expect(page.get_by_role("heading", name=f"{GRIEF} groups")).to_be_visible()
        await expect(page.locator("#cards > li:visible")).to_have_count(GRIEF)
        assert await axe.violations(page) == []

        assert set(asked) <= {"/groups?all=1"}, "the same request, whatever was chosen"
        assert page.url == f"{server.origin}/groups"
        await context.close()
