"""Renders every page with sample data in Chromium and leaves screenshots: `python -m tests.support.look [name …]`.

Three widths, light and dark, with axe-core and the sideways-scroll check on each; files go to `artifacts/look/`. The
pages are answered from memory under the real content security policy, so what a browser would block is seen here.
"""

import asyncio
import sys
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, Route, ViewportSize, async_playwright
from playwright.async_api import Page as BrowserPage

from server.security import content_security_policy
from tests.support import axe
from tests.support.browser import chromium_path
from tests.support.sample_pages import sample_pages
from tests.support.sample_words import SITE
from web.pages import NOBODY, Page, Viewer
from web.render import Renderer
from web.site import STATIC

OUT = Path("artifacts/look")
ORIGIN = "http://localhost:8080"
SIZES = ((1280, 800), (768, 900), (320, 640))
FIRST_SIZE: ViewportSize = {"width": 1280, "height": 720}
AMINA = Viewer(name="Amina", is_admin=True)
AT_ONCE = 4  # half of a page's time is waiting
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json"}
CSP = content_security_policy(ORIGIN)


async def look(names: list[str], *, leaves_pictures: bool = True) -> list[str]:
    """Every problem found, each with its page, size and theme."""
    OUT.mkdir(parents=True, exist_ok=True)
    pages = {name: html for name, html in rendered().items() if not names or name in names}
    left = iter(pages)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])

        async def in_one_tab() -> list[str]:
            tab = await _tab(browser, pages)
            return [problem for name in left for problem in await tab.look(name, leaves_pictures=leaves_pictures)]

        found = await asyncio.gather(*(in_one_tab() for _ in range(AT_ONCE)))
        await browser.close()
    return [problem for problems in found for problem in problems]


def rendered() -> dict[str, str]:
    """Every sample page as HTML, by name; without the room, which is the browser app's."""
    renderer = Renderer(SITE)
    return {name: renderer.render(page, _viewer(page)) for name, page in sample_pages().items() if name != "room"}


def _viewer(page: Page) -> Viewer:
    """Who sees it: pages of hosts and admins with the head and foot of somebody who is signed in."""
    return AMINA if page.template.startswith(("host/", "admin/", "account")) else NOBODY


async def _tab(browser: Browser, pages: Mapping[str, str]) -> "_Tab":
    context = await browser.new_context(locale="en-GB", timezone_id="Europe/Berlin", reduced_motion="reduce")
    await context.route("**/*", lambda route: _answer(route, pages))
    return _Tab(await context.new_page())


class _Tab:
    """Shows one page after the other, each as if it were the first."""

    def __init__(self, page: BrowserPage) -> None:
        self._page = page
        self._said: list[str] = []
        page.on("console", lambda said: self._said.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._said.append(str(error)))

    async def look(self, name: str, *, leaves_pictures: bool) -> list[str]:
        page = self._page
        problems: list[str] = []
        await page.set_viewport_size(FIRST_SIZE)
        await page.emulate_media(color_scheme="light")
        await page.goto(f"{ORIGIN}/look/{name}")
        await page.wait_for_load_state("networkidle")
        for (width, height), theme in product(SIZES, THEMES):
            await page.set_viewport_size({"width": width, "height": height})
            await page.emulate_media(color_scheme=theme)
            found = [str(one) for one in await axe.violations(page)] + await axe.overflow(page)
            problems += [f"{width} px, {theme}: {one}" for one in found]
            if leaves_pictures:
                await page.screenshot(path=OUT / f"{name}-{width}-{theme}.png", full_page=True)
        await page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        problems += self._said
        self._said.clear()
        return [f"{name}: {problem}" for problem in problems]


async def _answer(route: Route, pages: Mapping[str, str]) -> None:
    path = urlsplit(route.request.url).path
    if path.startswith("/look/"):
        html = pages[path.removeprefix("/look/")]
        await route.fulfill(body=html, content_type="text/html", headers={"Content-Security-Policy": CSP})
    elif path.startswith(f"/static/{SITE.build}/"):
        file = STATIC / path.removeprefix(f"/static/{SITE.build}/")
        await route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
    elif route.request.method == "POST":
        await route.fulfill(status=204)  # a script asks for more: the page as it came is what is looked at
    elif path == "/manifest.webmanifest":
        await route.fulfill(body="{}", content_type="application/manifest+json")
    else:
        await route.fulfill(status=404, body="")


if __name__ == "__main__":
    found = asyncio.run(look(sys.argv[1:]))
    print("\n".join(found))
    sys.exit(1 if found else 0)
