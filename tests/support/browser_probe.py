"""Reads what a page received and sent, through a script that wraps `RTCPeerConnection` and `WebSocket` from outside.

The app is not asked about itself: packets, frames and audio energy come from the browser's own `getStats`, and which
person a track belongs to from the newest `slots` message on the wire.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from playwright.async_api import Page

_NOT_THE_PAGES = count(1_000_000, 1_000)  # request ids far above the page's own
PROBE_JS = Path(__file__).with_name("browser_probe.js").read_text()


@dataclass(frozen=True)
class Frame:
    """One signaling frame. `at`: milliseconds of wall time; `direction`: in, out or close."""

    at: float
    direction: str
    message: dict[str, Any]

    @property
    def type(self) -> str:
        return str(self.message.get("type"))


@dataclass(frozen=True)
class Received:
    """What one slot has received since its connection began. `last_packet_at`: ms of wall time; `height`: pixels."""

    mid: str
    packets: int
    lost: int
    last_packet_at: float
    frames: int
    energy: float
    height: int


class Probe:
    """The probe of one page; a reload starts it anew."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._said = next(_NOT_THE_PAGES)

    async def frames(self) -> list[Frame]:
        rows = await self._page.evaluate("() => window.__probe.frames")
        return [Frame(row["at"], row["direction"], row["message"]) for row in rows]

    async def find_frame(self, matches: Callable[[Frame], bool]) -> Frame | None:
        """The newest frame that matches."""
        return next((frame for frame in reversed(await self.frames()) if matches(frame)), None)

    async def frames_text(self) -> str:
        """Every frame as text, to search for what should not be in it."""
        return json.dumps([frame.message for frame in await self.frames()], ensure_ascii=False)

    async def received(self) -> dict[str, dict[str, Received]]:
        """By person's id, then by source (mic, camera, screen)."""
        people = await self._page.evaluate("() => window.__probe.received()")
        return {
            person: {
                source: Received(
                    one["mid"],
                    one["packets"],
                    one["lost"],
                    one["lastPacketAt"],
                    one["frames"],
                    one["energy"],
                    one["height"],
                )
                for source, one in sources.items()
            }
            for person, sources in people.items()
        }

    async def by_mid(self) -> dict[str, dict[str, Any]]:
        mids: dict[str, dict[str, Any]] = await self._page.evaluate("() => window.__probe.byMid()")
        return mids

    async def sent(self) -> dict[str, int]:
        """Packets sent by source."""
        sources: dict[str, int] = await self._page.evaluate("() => window.__probe.sent()")
        return sources

    async def keep_sending(self, source: str) -> None:
        """Turn the page into one that ignores every request to be silent on `source`."""
        await self._page.evaluate("(source) => window.__probe.keepSending(source)", source)

    async def say(self, kind: str, **fields: Any) -> None:
        """A further request on the page's own socket, as a page with another layout would make it.

        Numbers of requests only rise, so after this the page's own ones go unanswered: for the end of a story.
        """
        self._said += 1
        await self._page.evaluate(
            "(message) => window.__probe.say(message)", {"type": kind, "id": self._said, **fields}
        )

    async def first_decoded(self) -> dict[str, float]:
        """When this page first decoded a frame of each person, ms of wall time."""
        moments: dict[str, float] = await self._page.evaluate("() => window.__probe.firstDecoded")
        return moments

    async def forget_media(self) -> None:
        """Begin "first decoded" anew; what the present connection has received is old from now on."""
        await self._page.evaluate("() => window.__probe.forgetMedia()")

    async def connections(self) -> int:
        """How many peer connections this page ever made."""
        count: int = await self._page.evaluate("() => window.__probe.connections.length")
        return count

    async def me(self) -> str:
        """This page's person id, from its newest `welcome`."""
        welcome = await self.find_frame(lambda frame: frame.direction == "in" and frame.type == "welcome")
        assert welcome is not None, "The page has not been welcomed."
        return str(welcome.message["me"])
