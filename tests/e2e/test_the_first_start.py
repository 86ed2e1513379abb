"""From an empty database: the link of the console, six fields and four presses, and a first session is scheduled."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.support import axe
from tests.support.browser import People
from tests.support.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

MOST_FIELDS, MOST_PRESSES = 6, 4
PASSWORD = "a long sentence nobody guesses"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ServerProcess]:
    """With nobody in it yet."""
    server = ServerProcess(tmp_path_factory.mktemp("server"))
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


class Newcomer:
    """Somebody who has never seen the product, and what it costs them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.fields = 0
        self.presses = 0

    async def write(self, label: str, text: str) -> None:
        await self.page.get_by_label(label, exact=True).fill(text)
        self.fields += 1

    async def press(self, words: str, role: str = "button") -> None:
        assert await axe.violations(self.page) == []
        await self.page.get_by_role(role, name=words, exact=True).click()  # type: ignore[arg-type]
        self.presses += 1


async def test_a_first_session_is_scheduled_from_nothing(server: ServerProcess, people: People) -> None:
    found = re.search(r"Open this link to begin.*?(http\S+#\S+)", server.log, re.DOTALL)
    assert found, server.log
    person = await people.arrive("Amina")
    newcomer = Newcomer(person.page)
    page = person.page
    await page.goto(found[1])
    await newcomer.press("Continue")
    await expect(page.get_by_role("heading", name="Begin")).to_be_visible()
    await newcomer.write("Your organisation", "Evening groups")
    await newcomer.write("Your name", "Amina")
    await newcomer.write("Password", PASSWORD)
    await newcomer.press("Continue")
    await newcomer.press("Not now", "link")
    starts = datetime.now(UTC) + timedelta(days=2)
    await newcomer.write("Name of the group", "Tuesday circle")
    await newcomer.write("Date", f"{starts:%Y-%m-%d}")
    await newcomer.write("Time", "19:00")
    await newcomer.press("Save and get the link")
    await expect(page.get_by_role("heading", name="Tuesday circle")).to_be_visible()
    await expect(page.get_by_label("Participant link", exact=True)).to_be_visible()
    assert newcomer.fields <= MOST_FIELDS
    assert newcomer.presses <= MOST_PRESSES
    await page.goto(f"{server.origin}/host")
    await expect(page.get_by_text("Tuesday circle").first).to_be_visible()


async def test_the_link_of_the_console_worked_once(server: ServerProcess, people: People) -> None:
    found = re.search(r"(http\S+/enter#\S+)", server.log)
    assert found
    person = await people.arrive("Somebody else")
    await person.page.goto(found[1])
    person.guard.tolerate("422")
    await person.page.get_by_role("button", name="Continue").click()
    await expect(person.page.get_by_role("alert")).to_contain_text("does not work any more")
