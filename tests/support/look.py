"""Renders every page with sample data in Chromium and leaves screenshots: `python -m tests.support.look [name …]`.

Three widths, light and dark, with axe-core and the sideways-scroll check on each; files go to `artifacts/look/`. The
pages are answered from memory under the real content security policy, so what a browser would block is seen here.
"""

import asyncio
import sys
from itertools import product
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, Route, async_playwright

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
AMINA = Viewer(name="Amina", is_admin=True)
AT_ONCE = 4  # half of a page's time is waiting
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json"}
CSP = content_security_policy(ORIGIN)


async def look(names: list[str], *, leaves_pictures: bool = True) -> list[str]:
    """Every problem found, each with its page, size and theme."""
    OUT.mkdir(parents=True, exist_ok=True)
    pages = {name: html for name, html in rendered().items() if not names or name in names}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        turn = asyncio.Semaphore(AT_ONCE)

        async def one(name: str, html: str) -> list[str]:
            async with turn:
                return await _one(browser, name, html, leaves_pictures=leaves_pictures)

        found = await asyncio.gather(*(one(name, html) for name, html in pages.items()))
        await browser.close()
    return [problem for problems in found for problem in problems]


def rendered() -> dict[str, str]:
    """Every sample page as HTML, by name; without the room, which is the browser app's."""
    renderer = Renderer(SITE)
    return {name: renderer.render(page, _viewer(page)) for name, page in sample_pages().items() if name != "room"}


def _viewer(page: Page) -> Viewer:
    """Who sees it: pages of hosts and admins with the head and foot of somebody who is signed in."""
    return AMINA if page.template.startswith(("host/", "admin/", "account")) else NOBODY


async def _one(browser: Browser, name: str, html: str, *, leaves_pictures: bool) -> list[str]:
    context = await browser.new_context(locale="en-GB", timezone_id="Europe/Berlin", reduced_motion="reduce")
    page = await context.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    await context.route("**/*", lambda route: _answer(route, html))
    await page.goto(f"{ORIGIN}/look/{name}")
    await page.wait_for_load_state("networkidle")
    for (width, height), theme in product(SIZES, THEMES):
        await page.set_viewport_size({"width": width, "height": height})
        await page.emulate_media(color_scheme=theme)
        found = [str(one) for one in await axe.violations(page)] + await axe.overflow(page)
        problems += [f"{width} px, {theme}: {one}" for one in found]
        if leaves_pictures:
            await page.screenshot(path=OUT / f"{name}-{width}-{theme}.png", full_page=True)
    await context.close()
    return [f"{name}: {problem}" for problem in problems]


async def _answer(route: Route, html: str) -> None:
    path = urlsplit(route.request.url).path
    if path.startswith("/look/"):
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
