"""The small scripts of the pages in a real browser, and the pages without any script."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.async_api import BrowserContext, Page, Request, Route, async_playwright, expect

from server.security import content_security_policy
from tests.support.browser import chromium_path
from tests.support.from_memory import ORIGIN, TYPES
from tests.support.sample_pages import sample_pages
from tests.support.sample_words import SESSION, SITE, TOKEN
from web.pages import Page as AnyPage
from web.render import Renderer
from web.site import STATIC

pytestmark = pytest.mark.browser

NEUTRAL = "https://neutral.example/"


class Web:
    """Answers a browser from memory: sample pages by path, static files, a state that tests set."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self._renderer = Renderer(SITE)
        self.pages: dict[str, AnyPage] = {}
        self.state: dict[str, object] = {}
        self.asked_for_state = 0
        self.posted: list[str] = []
        self.visited: list[str] = []

    async def open(self, path: str, sample: str) -> Page:
        page = await self.context.new_page()
        await self.show(page, path, sample_pages()[sample])
        return page

    async def show(self, page: Page, path: str, what: AnyPage) -> None:
        self.pages[urlsplit(path).path] = what
        await page.goto(ORIGIN + path)

    async def answer(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        prefix = f"/static/{SITE.build}/"
        if route.request.is_navigation_request():
            self.visited.append(route.request.url)
        if route.request.method == "POST":
            self.posted.append(route.request.post_data or "")
            await route.fulfill(body="<h1>posted</h1>", content_type="text/html")
        elif url.path.endswith("/state"):
            self.asked_for_state += 1
            await route.fulfill(json=self.state)
        elif url.path.startswith(prefix):
            file = STATIC / url.path.removeprefix(prefix)
            await route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        elif url.path in self.pages and url.netloc == urlsplit(ORIGIN).netloc:
            policy = {"Content-Security-Policy": content_security_policy(ORIGIN)}
            body = self._renderer.render(self.pages[url.path])
            await route.fulfill(body=body, content_type="text/html", headers=policy)
        else:
            await route.fulfill(body="<h1>elsewhere</h1>", content_type="text/html")


async def web_in(javascript: bool) -> AsyncIterator[Web]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        context = await browser.new_context(
            java_script_enabled=javascript,
            timezone_id="Asia/Tokyo",
            locale="en-GB",
            permissions=["clipboard-read", "clipboard-write"],
        )
        web = Web(context)
        await context.route("**/*", web.answer)
        yield web
        await browser.close()


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async for one in web_in(javascript=True):
        yield one


@pytest.fixture
async def plain_web() -> AsyncIterator[Web]:
    async for one in web_in(javascript=False):
        yield one


async def test_a_token_in_the_fragment_leaves_the_address_and_is_posted_by_the_person_alone(web: Web) -> None:
    page = await web.open(f"/enter#{TOKEN}", "enter")
    go_on = page.get_by_role("button", name="Continue")
    await expect(go_on).to_be_focused()
    await expect(page.get_by_text("Your link is here.")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Your personal link")).not_to_be_visible()
    assert urlsplit(page.url).fragment == ""
    await page.wait_for_load_state("networkidle")
    assert web.posted == [], "another site's page could lead here: nobody is signed in without a press"
    await go_on.click()
    await expect(page.get_by_role("heading", name="posted")).to_be_visible()
    assert web.posted == [f"link={TOKEN}"]
    assert not [url for url in web.visited if TOKEN in url.partition("#")[0]]
    await page.go_back()
    assert TOKEN not in page.url


async def test_a_form_says_where_it_comes_from_and_a_way_out_does_not(web: Web) -> None:
    """Browsers without `Sec-Fetch-Site` have the `Origin` alone to show that a form is ours."""
    requests: list[Request] = []
    web.context.on("request", lambda request: requests.append(request))
    page = await web.open("/enter", "enter")
    await page.get_by_role("textbox", name="Your personal link").fill(TOKEN)
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="posted")).to_be_visible()
    (posted,) = [request for request in requests if request.method == "POST"]
    assert (await posted.all_headers())["origin"] == ORIGIN
    page = await web.open("/help", "help")
    for _ in range(3):
        await page.keyboard.press("Shift")
    await page.wait_for_url(f"{NEUTRAL}**")
    out = [await request.all_headers() for request in requests if request.url.startswith(NEUTRAL)]
    assert out
    assert not any("referer" in sent for sent in out)


async def test_a_link_that_is_opened_on_the_page_itself_is_taken_too(web: Web) -> None:
    page = await web.open("/enter", "enter")
    await expect(page.get_by_role("textbox", name="Your personal link")).to_be_visible()
    await page.goto(f"{ORIGIN}/enter#{TOKEN}")
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="posted")).to_be_visible()
    assert web.posted == [f"link={TOKEN}"]


async def test_without_scripts_a_link_can_be_pasted(plain_web: Web) -> None:
    page = await plain_web.open(f"/enter#{TOKEN}", "enter")
    await page.get_by_role("textbox", name="Your personal link").fill(TOKEN)
    await page.get_by_role("button", name="Continue").click()
    assert plain_web.posted == [f"link={TOKEN}"]


async def test_without_scripts_every_page_has_its_words_and_no_dead_button(plain_web: Web) -> None:
    page = await plain_web.context.new_page()
    for name, what in sample_pages().items():
        await plain_web.show(page, f"/plain/{name}", what)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect(page.get_by_role("button", name="Copy")).to_have_count(0)
        await expect(page.get_by_text("Appearance")).not_to_be_visible()


async def test_the_session_page_turns_by_itself(web: Web) -> None:
    here = f"/s/{SESSION}"
    words = {"word": "Doors are open", "sentence": "The session starts in 8 minutes. You can come in and wait."}
    web.state = {"state": "doors-open", "action": "join", "refresh_ms": 60_000, **words}
    page = await web.context.new_page()
    await page.clock.install()
    web.pages[here] = sample_pages()["session-not-open"]
    await page.goto(ORIGIN + here)
    join = page.get_by_role("link", name="Join", exact=True)
    await expect(join).not_to_be_visible()
    await page.clock.run_for(61_000)
    await expect(join).to_be_visible()
    await expect(page.get_by_text("Doors are open", exact=True)).to_be_visible()
    await expect(page.get_by_role("status")).to_contain_text("Doors are open. The session starts in 8 minutes.")
    await expect(page.get_by_text("You can keep this page open")).not_to_be_visible()
    assert web.asked_for_state == 1


async def test_each_minute_of_a_countdown_is_shown_and_not_said(web: Web) -> None:
    here = f"/s/{SESSION}"
    sentence = "Doors open in 2 hours 14 minutes."
    web.state = {
        "state": "not-open",
        "word": "Not open yet",
        "sentence": sentence,
        "action": "none",
        "refresh_ms": 60_000,
    }
    page = await web.context.new_page()
    await page.clock.install()
    web.pages[here] = sample_pages()["session-not-open"]
    await page.goto(ORIGIN + here)
    await page.clock.run_for(61_000)
    await expect(page.get_by_text(sentence)).to_be_visible()
    await expect(page.get_by_role("status")).to_be_empty()


async def test_the_reader_s_own_time_is_added_where_it_differs(web: Web) -> None:
    page = await web.open(f"/s/{SESSION}", "session-open")
    await expect(page.get_by_text(re.compile(r"04:30 to 05:45 \(your time\)"))).to_be_visible()


async def test_an_appearance_is_kept_on_this_device(web: Web) -> None:
    page = await web.open("/", "home")
    await page.get_by_role("button", name="Dark").click()
    assert await page.locator("html").get_attribute("data-theme") == "dark"
    await page.reload()
    assert await page.locator("html").get_attribute("data-theme") == "dark"
    await expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="As my device").click()
    assert await page.locator("html").get_attribute("data-theme") is None


async def test_leaving_quickly_takes_the_place_of_the_page(web: Web) -> None:
    page = await web.open("/", "home")
    before = await page.evaluate("history.length")
    await page.get_by_role("link", name="Leave quickly").click()
    await page.wait_for_url(NEUTRAL)
    assert await page.evaluate("history.length") == before


async def test_shift_three_times_leaves_quickly_and_writing_capitals_does_not(web: Web) -> None:
    page = await web.open("/", "home")
    field = page.get_by_role("textbox", name="I have a link")
    for letter in "ABCD":
        await field.press(f"Shift+{letter}")
    await expect(field).to_have_value("ABCD")
    for _ in range(3):
        await page.keyboard.press("Shift")
    await page.wait_for_url(NEUTRAL)


async def test_the_shift_of_a_capital_is_no_press(web: Web) -> None:
    page = await web.open("/", "home")
    field = page.get_by_role("textbox", name="I have a link")
    await field.press("Shift+A")
    for _ in range(2):
        await page.keyboard.press("Shift")
    await expect(field).to_be_visible()
    await page.keyboard.press("Shift")
    await page.wait_for_url(NEUTRAL)


async def test_whoever_goes_on_pressing_is_gone_as_soon(web: Web) -> None:
    page = await web.open("/", "home")
    begun: list[str] = []
    page.on("request", lambda request: begun.append(request.url) if request.url == NEUTRAL else None)
    await page.evaluate(
        """() => {
            for (let press = 0; press < 9; press += 1)
                for (const kind of ["keydown", "keyup"])
                    document.dispatchEvent(new KeyboardEvent(kind, { key: "Shift", bubbles: true }));
        }"""
    )
    await page.keyboard.press("Shift")
    await page.wait_for_url(NEUTRAL)
    assert begun == [NEUTRAL]


async def test_a_link_is_copied_and_said(web: Web) -> None:
    page = await web.open("/host/sessions/new", "manage")
    await page.get_by_role("button", name="Copy the participant link").click()
    await expect(page.get_by_role("button", name="Copied the participant link")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == f"http://localhost:8080/s/{SESSION}"


async def test_a_page_that_answered_a_form_takes_its_own_address(web: Web) -> None:
    page = await web.open("/host/sessions/new", "manage")
    await page.wait_for_url(f"**/host/sessions/{SESSION}")


async def test_the_zone_of_the_browser_is_proposed(web: Web) -> None:
    page = await web.open("/host/sessions/new", "schedule")
    await expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")


async def test_after_a_form_came_back_the_summary_has_the_focus_and_leads_to_the_field(web: Web) -> None:
    page = await web.open("/host/sessions/new", "schedule-again")
    await expect(page.locator("#error-summary")).to_be_focused()
    await page.get_by_role("link", name="Name of the group", exact=True).click()
    await expect(page.get_by_role("textbox", name="Name of the group", exact=True)).to_be_focused()


def test_scripts_write_text_only() -> None:
    markup = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function")
    for path in Path(STATIC / "js" / "pages").glob("*.js"):
        assert not markup.search(path.read_text(encoding="utf-8")), path.name


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_wish_for_more_contrast_holds_in_both_schemes(web: Web, scheme: Literal["light", "dark"]) -> None:
    page = await web.open("/", "home")
    await page.emulate_media(color_scheme=scheme, contrast="more")
    text, muted = [
        await page.locator(place).first.evaluate("(one) => getComputedStyle(one).color")
        for place in ("h1", ".field-hint")
    ]
    assert text == muted
