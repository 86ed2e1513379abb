"""A real Firefox beside Chromium: the system's own, driven over WebDriver BiDi, with the same persons and page objects.

`FIREFOX_PATH`, else `firefox-esr` or `firefox` on the PATH. Its camera and its microphone are the fake ones built in: a
picture that changes colour and a steady tone.
"""

import os
import shlex
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

ROOT = Path(__file__).resolve().parents[2]
# https://firefox-source-docs.mozilla.org and modules/libpref/init/all.js name each of these.
PREFERENCES: dict[str, str | float | bool] = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "app.normandy.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
}


class NoFirefox(RuntimeError):
    """No second browser to test with; the message says what to install."""


def firefox_path() -> str:
    """The browser's path. Raises `NoFirefox`."""
    asked = os.environ.get("FIREFOX_PATH")
    if asked and not Path(asked).is_file():
        raise NoFirefox(f"FIREFOX_PATH names {asked}, and there is no such file.")
    found = asked or shutil.which("firefox-esr") or shutil.which("firefox")
    if not found:
        raise NoFirefox(
            "These tests need Firefox: `apt install firefox-esr` (Debian) or set FIREFOX_PATH to the executable."
        )
    return found


def write_launcher(folder: Path) -> Path:
    """An executable that starts Firefox behind the bridge, wherever it is started from."""
    launcher = folder / "firefox"
    command = shlex.join([sys.executable, "-m", "tests.support.bidi_bridge", firefox_path()])
    launcher.write_text(f'#!/bin/sh\ncd {shlex.quote(str(ROOT))}\nexec {command} "$@"\n')
    launcher.chmod(0o755)
    return launcher


@asynccontextmanager
async def firefox(folder: Path) -> AsyncIterator[Browser]:
    """A running Firefox; `folder` takes its launcher. Raises `NoFirefox`."""
    async with async_playwright() as playwright:
        browser = await playwright.firefox.launch(
            channel="moz-firefox", executable_path=write_launcher(folder), firefox_user_prefs=PREFERENCES
        )
        try:
            yield browser
        finally:
            await browser.close()
