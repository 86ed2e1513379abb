"""Renders every page with sample data in Chromium and leaves screenshots: `python -m tests.support.look [name …]`.

Three widths, light and dark, with axe-core and the sideways-scroll check on each; files go to `artifacts/look/`. The
pages are answered from memory under the real content security policy, so what a browser would block is seen here.
"""

import asyncio
import sys
from pathlib import Path
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, Route, async_playwright

from tests.support import axe
from tests.support.browser import chromium_path
from tests.support.sample_pages import SITE, sample_pages
from web.render import Renderer
from web.site import STATIC

OUT = Path("artifacts/look")
ORIGIN = "http://localhost:8080"
SIZES = ((1280, 800), (768, 900), (320, 640))
THEMES = ("light", "dark")
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".json": "application/json"}
CSP = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; media-src 'self' blob:; img-src 'self'; "
    "style-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
    "require-trusted-types-for 'script'; trusted-types lit-html"
)


async def look(names: list[str]) -> int:
    """The number of problems found; each is printed with its page, size and theme."""
    OUT.mkdir(parents=True, exist_ok=True)
    pages = {name: html for name, html in rendered().items() if not names or name in names}
    problems = 0
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        for name, html in pages.items():
            for width, height in SIZES:
                for theme in THEMES:
                    problems += await _one(browser, name, html, width, height, theme)
        await browser.close()
    return problems


def rendered() -> dict[str, str]:
    """Every sample page as HTML, by name; without the room, which is the browser app's."""
    renderer = Renderer(SITE)
    return {name: renderer.render(page) for name, page in sample_pages().items() if name != "room"}


async def _one(browser: Browser, name: str, html: str, width: int, height: int, theme: str) -> int:
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        locale="en-GB",
        timezone_id="Europe/Berlin",
        bypass_csp=False,
    )
    page = await context.new_page()
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    await context.route("**/*", lambda route: _answer(route, html))
    await page.goto(f"{ORIGIN}/look/{name}")
    await page.wait_for_load_state("networkidle")
    found += await _check(page)
    await page.screenshot(path=OUT / f"{name}-{width}-{theme}.png", full_page=True)
    await context.close()
    for problem in found:
        print(f"{name} {width} {theme}: {problem}")
    return len(found)


async def _check(page: Page) -> list[str]:
    return [str(one) for one in await axe.violations(page)] + await axe.overflow(page)


async def _answer(route: Route, html: str) -> None:
    path = urlsplit(route.request.url).path
    if path.startswith("/look/"):
        await route.fulfill(body=html, content_type="text/html", headers={"Content-Security-Policy": CSP})
    elif path.startswith(f"/static/{SITE.build}/"):
        file = STATIC / path.removeprefix(f"/static/{SITE.build}/")
        await route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
    elif path == "/manifest.webmanifest":
        await route.fulfill(body="{}", content_type="application/manifest+json")
    else:
        await route.fulfill(status=404, body="")


if __name__ == "__main__":
    sys.exit(1 if asyncio.run(look(sys.argv[1:])) else 0)
