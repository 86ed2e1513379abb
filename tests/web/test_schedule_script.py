"""The schedule form in a real browser: with its script the next dates follow what is written, without it a button."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Page, Route, async_playwright, expect

from server.security import content_security_policy
from tests.support.browser import chromium_path
from tests.support.from_memory import ORIGIN, TYPES
from tests.support.sample_host_pages import host_samples
from tests.support.sample_words import SITE
from web.render import Renderer
from web.site import STATIC

pytestmark = pytest.mark.browser

NOTHING = {"rule": "", "dates": [], "notes": [], "conflicts": [], "errors": {}, "repeats": {}}
WEEKLY = NOTHING | {
    "rule": "Every week on Saturday",
    "dates": [{"day": "Saturday 21 November 2026", "clock": "19:30", "note": ""}],
    "notes": ["The clocks in Lisbon change."],
    "conflicts": ["Jo leads another group at that time."],
    "repeats": {"never": "Does not repeat", "weekly": "Every week", "monthly-date": "Every month on the 21st"},
}


class Form:
    """The page over a server that answers as a test says."""

    def __init__(self) -> None:
        self.answer: dict[str, object] = NOTHING
        self.asked: list[dict[str, list[str]]] = []

    async def serve(self, route: Route, sample: str) -> None:
        path = urlsplit(route.request.url).path
        prefix = f"/static/{SITE.build}/"
        if path == "/host/series/dates":
            self.asked.append(parse_qs(route.request.post_data or ""))
            await route.fulfill(json=self.answer)
        elif path.startswith(prefix):
            file = STATIC / path.removeprefix(prefix)
            await route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        else:
            body = Renderer(SITE).render(host_samples()[sample])
            headers = {"Content-Security-Policy": content_security_policy(ORIGIN)}
            await route.fulfill(body=body, content_type="text/html", headers=headers)


@pytest.fixture
def form() -> Form:
    return Form()


async def page_of(form: Form, sample: str, scripts: bool) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        context = await browser.new_context(java_script_enabled=scripts, timezone_id="Asia/Tokyo", locale="en-GB")
        await context.route("**/*", lambda route: form.serve(route, sample))
        page = await context.new_page()
        await page.goto(f"{ORIGIN}/host/series/new")
        yield page
        await browser.close()


@pytest.fixture
async def page(form: Form) -> AsyncIterator[Page]:
    async for one in page_of(form, "schedule", scripts=True):
        yield one


@pytest.fixture
async def plain(form: Form) -> AsyncIterator[Page]:
    async for one in page_of(form, "schedule-weekly", scripts=False):
        yield one


async def test_the_next_dates_follow_what_is_written(page: Page, form: Form) -> None:
    await expect(page.get_by_role("button", name="Show the dates")).to_have_count(0)
    await expect(page.get_by_role("heading", name="The next dates")).to_be_hidden()
    await page.get_by_label("Date", exact=True).fill("2026-11-21")
    assert form.asked == [], "a date without a time is none yet"
    form.answer = WEEKLY
    await page.get_by_label("Time", exact=True).fill("19:30")
    await expect(page.get_by_text("Every week on Saturday")).to_be_visible()
    for words in ("Saturday 21 November 2026, 19:30", "The clocks in Lisbon change.", "Jo leads another group"):
        await expect(page.get_by_text(words)).to_be_visible()
    assert form.asked[-1]["date"] == ["2026-11-21"]
    assert form.asked[-1]["zone"] == ["Asia/Tokyo"]
    monthly = page.locator('#repeat option[value="monthly-date"]')
    await expect(monthly).to_have_text("Every month on the 21st")
    assert await page.locator('#repeat option[value="monthly-last"]').evaluate("(one) => one.hidden")


async def test_a_time_that_has_passed_is_named_beside_the_field_and_goes_again(page: Page, form: Form) -> None:
    form.answer = NOTHING | {"errors": {"time": "This time has passed. Choose a later one."}}
    await page.get_by_label("Date", exact=True).fill("2020-11-21")
    time = page.get_by_label("Time", exact=True)
    await time.fill("19:30")
    await expect(time).to_have_attribute("aria-invalid", "true")
    await expect(time).to_have_accessible_description("This time has passed. Choose a later one.")
    form.answer = WEEKLY
    await time.fill("20:30")
    await expect(page.get_by_text("Every week on Saturday")).to_be_visible()
    await expect(page.get_by_text("This time has passed.")).to_be_hidden()
    assert await time.get_attribute("aria-invalid") is None


async def test_what_a_choice_does_not_need_is_folded_away(page: Page) -> None:
    await expect(page.get_by_role("checkbox", name="Monday")).to_be_hidden()
    await page.get_by_label("Repeats").select_option("weekly")
    await expect(page.get_by_role("checkbox", name="Monday")).to_be_visible()
    await expect(page.get_by_label("Last date")).to_be_hidden()
    await page.get_by_role("radio", name="Until a date").check()
    await expect(page.get_by_label("Last date")).to_be_visible()
    await page.get_by_label("Repeats").select_option("daily")
    await expect(page.get_by_role("checkbox", name="Monday")).to_be_hidden()


async def test_a_newcomer_fills_in_three_fields_and_presses_once(page: Page) -> None:
    """Whoever has no group yet: what has to be written is what is empty, everything else has a start."""
    fields = page.locator("#schedule :is(input, select, textarea):visible")
    seen = {await one.get_attribute("name"): await one.input_value() for one in await fields.all()}
    assert {name for name, value in seen.items() if not value and name not in ("repeat",)} == {"name", "date", "time"}
    assert set(seen) == {"name", "date", "time", "zone", "length", "repeat"}
    await expect(page.locator("#schedule button:visible")).to_have_count(1)


async def test_without_scripts_a_button_shows_the_dates_and_enter_saves(plain: Page) -> None:
    await expect(plain.get_by_role("button", name="Show the dates")).to_be_visible()
    await expect(plain.get_by_text("Every week on Saturday, 8 times")).to_be_visible()
    first = plain.locator("#schedule button[type=submit]").first
    await expect(first).to_have_text("Save and get the link")
