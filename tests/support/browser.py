"""A real Chromium for the end-to-end tests: one browser per module, one context (cookies, storage) per person.

Chromium comes from the system, as people of the project install it: `CHROMIUM_PATH`, else `chromium` on the PATH. Its
camera is a fake one and its microphone plays a steady hum made here, so that silence always means a closed gate.
"""

import math
import os
import shutil
import struct
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Page, Playwright, async_playwright, expect

from tests.support.browser_guard import Guard
from tests.support.browser_probe import PROBE_JS, Probe

CAMERA_FPS = 10  # five pages encode and decode twenty pictures on two cores
HUM_HZ = 330
CRASH_FLAGS = ("--disable-gpu", "--disable-dev-shm-usage")
QUIET_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Whatever a page or the browser itself may try, no name outside this machine resolves.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


PATIENCE_MS = 15_000  # for what a page is to show; a busy machine is slow, not wrong
expect.set_options(timeout=PATIENCE_MS)


class NoChromium(RuntimeError):
    """No browser to test with; the message says what to install."""


def chromium_path() -> str:
    """The browser's path. Raises `NoChromium`."""
    asked = os.environ.get("CHROMIUM_PATH")
    if asked:
        if not Path(asked).is_file():
            raise NoChromium(f"CHROMIUM_PATH names {asked}, and there is no such file.")
        return asked
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        raise NoChromium(
            "The browser tests need Chromium: `apt install chromium` (Debian) or set CHROMIUM_PATH to the executable."
        )
    return found


def write_hum(path: Path, seconds: float = 2.0, rate: int = 48_000) -> None:
    """A WAV file of two partials that loops without a click; a voice for people who are not there."""
    frames = bytearray()
    for n in range(int(seconds * rate)):
        angle = 2 * math.pi * HUM_HZ * n / rate
        frames += struct.pack("<h", int(9_000 * (math.sin(angle) + 0.5 * math.sin(2 * angle))))
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(bytes(frames))


@dataclass
class Person:
    """Somebody with a browser of their own. `page` is their newest tab."""

    name: str
    context: BrowserContext
    guard: Guard
    page: Page
    tabs: list[Page] = field(default_factory=list)

    @property
    def probe(self) -> Probe:
        return Probe(self.page)

    async def new_tab(self) -> Page:
        """A further tab of the same browser, with its own sessionStorage; it becomes `page`."""
        self.page = await self.context.new_page()
        self.tabs.append(self.page)
        return self.page

    async def close(self) -> None:
        await self.context.close()


class People:
    """Makes persons in one browser and looks after their guards."""

    def __init__(self, browser: Browser, origin: str) -> None:
        self._browser = browser
        self._origin = origin
        self.everyone: list[Person] = []

    async def arrive(
        self,
        name: str,
        *,
        width: int = 800,
        height: int = 600,
        devices: bool = True,
        javascript: bool = True,
        has_touch: bool = False,
        browser: Browser | None = None,
        proxy: str | None = None,
    ) -> Person:
        """A person with an empty browser. Without `devices` the browser answers no to camera and microphone.

        `browser`: another one than everybody's; Firefox asks nobody for permission (its preferences say so). `proxy`:
        where pages and WebSockets go through.
        """
        chosen = browser or self._browser
        asks = chosen.browser_type.name == "chromium"
        context = await chosen.new_context(
            viewport={"width": width, "height": height},
            locale="en-GB",
            timezone_id="Europe/Lisbon",
            java_script_enabled=javascript,
            has_touch=has_touch,
            permissions=["camera", "microphone"] if devices and asks else [],
            proxy=None if proxy is None else {"server": proxy},
        )
        context.set_default_timeout(PATIENCE_MS)
        guard = Guard(name, self._origin)
        await context.add_init_script(PROBE_JS)
        context.on("page", guard.watch)
        page = await context.new_page()
        person = Person(name, context, guard, page, [page])
        self.everyone.append(person)
        return person

    async def leave(self, person: Person) -> None:
        """Close their browser; what their guard heard until now still counts."""
        await person.close()

    def check(self) -> None:
        """Fails with everything that any page did wrong since the last check."""
        heard = [line for person in self.everyone for line in person.guard.take()]
        assert not heard, "Pages complained:\n" + "\n".join(heard)

    async def close(self) -> None:
        for person in self.everyone:
            await person.close()
        self.everyone.clear()


async def launch(playwright: Playwright, hum: Path, camera: Path | None = None) -> Browser:
    """Chromium with a fake camera, or one that plays this Y4M file, and a humming microphone. Raises `NoChromium`."""
    flags = [
        *QUIET_FLAGS,
        *CRASH_FLAGS,
        "--use-fake-ui-for-media-stream",
        f"--use-fake-device-for-media-stream=fps={CAMERA_FPS}",
        f"--use-file-for-fake-audio-capture={hum}",
    ]
    if camera is not None:
        flags.append(f"--use-file-for-fake-video-capture={camera}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
    return await playwright.chromium.launch(executable_path=chromium_path(), args=flags)


@asynccontextmanager
async def chromium(folder: Path, camera: Path | None = None) -> AsyncIterator[Browser]:
    """A running browser; `folder` takes the microphone's sound. `camera`: a Y4M file in place of the fake camera."""
    hum = folder / "hum.wav"
    write_hum(hum)
    async with async_playwright() as playwright:
        browser = await launch(playwright, hum, camera)
        try:
            yield browser
        finally:
            await browser.close()
