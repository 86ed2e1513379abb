"""The one timer of a room: rings at an instant, can be moved, never two at once."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from rooms.ids import Instant
from server.ports import Clock

LONGEST_S: Final = 3_600.0  # a loop's timers are not made for weeks: it rings early and is set again


class Alarm(Protocol):
    """`set(None, ...)` switches it off. It may ring early; who is rung looks at the clock."""

    def set(self, at: Instant | None, ring: Callable[[], None]) -> None: ...


class LoopAlarm:
    """On the running event loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._handle: asyncio.TimerHandle | None = None

    def set(self, at: Instant | None, ring: Callable[[], None]) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
        if at is not None:
            delay_s = min(max(0.0, (at - self._clock.now()) / 1_000), LONGEST_S)
            self._handle = asyncio.get_running_loop().call_later(delay_s, ring)
