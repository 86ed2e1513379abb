"""Tells who speaks: at most four times a second, the newest last."""

import asyncio
from collections.abc import Callable
from typing import Final

INTERVAL_S: Final = 0.25


class SpeakingNews:
    """`changed` whenever it may have; `read` gives who speaks now, `tell` gets it where it differs from the last."""

    def __init__(self, read: Callable[[], tuple[int, ...]], tell: Callable[[tuple[int, ...]], None]) -> None:
        self._read = read
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._told: tuple[int, ...] = ()
        self._told_at = float("-inf")

    def changed(self) -> None:
        if self._timer is None:
            wait = max(0.0, self._told_at + INTERVAL_S - self._loop.time())
            self._timer = self._loop.call_later(wait, self._now)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _now(self) -> None:
        self._timer = None
        self._told_at = self._loop.time()
        speaking = self._read()
        if speaking != self._told:
            self._told = speaking
            self._tell(speaking)
