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

from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, ViewportSize, async_playwright
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
SIZES = ((1280, 800), (768, 900), (320, 640))
FIRST_SIZE: ViewportSize = {"width": 1280, "height": 720}
AMINA = Viewer(name="Amina", is_admin=True)
AT_ONCE = 4  # half of a page's time is waiting
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


async def look(names: list[str], *, leaves_pictures: bool = True) -> list[str]:
    """Every problem found, each with its page, size and theme."""
    OUT.mkdir(parents=True, exist_ok=True)
    pages = {name: html for name, html in rendered().items() if not names or name in names}
    left = iter(pages)
    async with TestServer(_site(pages)) as server, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])

        async def in_one_tab() -> list[str]:
            tab = _Tab(await _page(browser), str(server.make_url("/look/")))
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


async def _page(browser: Browser) -> BrowserPage:
    context = await browser.new_context(locale="en-GB", timezone_id="Europe/Berlin", reduced_motion="reduce")
    await context.add_init_script(path=axe.AXE_JS)
    return await context.new_page()


class _Tab:
    """Shows one page after the other, each as if it were the first."""

    def __init__(self, page: BrowserPage, where: str) -> None:
        self._page = page
        self._where = where
        self._said: list[str] = []
        page.on("console", lambda said: self._said.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._said.append(str(error)))

    async def look(self, name: str, *, leaves_pictures: bool) -> list[str]:
        page = self._page
        problems: list[str] = []
        await page.set_viewport_size(FIRST_SIZE)
        await page.emulate_media(color_scheme="light")
        await page.goto(self._where + name)
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


def _site(pages: Mapping[str, str]) -> web.Application:
    """Answers what the pages ask for; whatever else they ask for is not there, which Chromium says in its console."""

    async def page(request: web.Request) -> web.Response:
        policy = content_security_policy(str(request.url.origin()))
        html = pages[request.match_info["name"]]
        return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": policy})

    async def static(request: web.Request) -> web.FileResponse:
        return web.FileResponse(STATIC / request.match_info["path"], headers={"Cache-Control": "max-age=3600"})

    async def manifest(_: web.Request) -> web.Response:
        return web.Response(text="{}", content_type="application/manifest+json")

    async def posted(_: web.Request) -> web.Response:
        return web.Response(status=204)  # a script asks for more: the page as it came is what is looked at

    app = web.Application()
    app.router.add_get("/look/{name}", page)
    app.router.add_get(f"/static/{SITE.build}/{{path:.*}}", static)
    app.router.add_get("/manifest.webmanifest", manifest)
    app.router.add_post("/{path:.*}", posted)
    return app


if __name__ == "__main__":
    found = asyncio.run(look(sys.argv[1:]))
    print("\n".join(found))
    sys.exit(1 if found else 0)
