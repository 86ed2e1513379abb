"""Listens to a person's pages: a foreign request, a console error, a CSP report or an uncaught error fails the test."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.async_api import ConsoleMessage, Page, Request

_OWN_SCHEMES = {"data", "blob", "about", "chrome-error"}


class Guard:
    """`origin` is the one server the pages may talk to."""

    def __init__(self, name: str, origin: str) -> None:
        self._name = name
        self._host = urlsplit(origin).netloc
        self._heard: list[str] = []
        self._tolerated: list[re.Pattern[str]] = []
        self.urls: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("request", self._on_request)
        page.on("websocket", lambda socket: self._on_url(socket.url))
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self._hear(f"uncaught error: {error}"))

    @contextmanager
    def tolerating(self, *patterns: str) -> Iterator[None]:
        """While a test breaks something on purpose, the browser may say so in these words (regular expressions)."""
        added = [re.compile(pattern) for pattern in patterns]
        self._tolerated += added
        try:
            yield
        finally:
            self._tolerated = [kept for kept in self._tolerated if kept not in added]

    def tolerate(self, *patterns: str) -> None:
        """As `tolerating`, until the person's browser closes."""
        self._tolerated += [re.compile(pattern) for pattern in patterns]

    def take(self) -> list[str]:
        """What was heard and not tolerated; forgets it."""
        heard, self._heard = self._heard, []
        return heard

    def _hear(self, line: str) -> None:
        if not any(pattern.search(line) for pattern in self._tolerated):
            self._heard.append(f"{self._name}: {line}")

    def _on_request(self, request: Request) -> None:
        self._on_url(request.url)

    def _on_url(self, url: str) -> None:
        self.urls.append(url)
        parts = urlsplit(url)
        if parts.scheme not in _OWN_SCHEMES and parts.netloc != self._host:
            self._hear(f"request to a foreign host: {url}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            where = message.location.get("url", "")
            self._hear(f"console {message.type}: {message.text} ({where})")
