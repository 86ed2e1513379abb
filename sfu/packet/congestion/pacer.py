"""Spreads a picture's packets over time where all of them at once would keep voices waiting: on narrow lines only.

A keyframe of 5 kB takes 130 ms of a 300 kbps line, and a voice that leaves behind it waits so long. Spread at a little
more than the line's rate, it waits for one packet.
"""

from collections import deque
from collections.abc import Callable
from typing import Final, Generic, TypeVar

NARROW_BPS: Final = 1_000_000
WIDE_BPS: Final = 1_300_000
FACTOR: Final = 1.1
BURST_S: Final = 0.010
MAX_WAIT_S: Final = 0.4
MAX_BYTES: Final = 250_000

T = TypeVar("T")


class Pacer(Generic[T]):
    """Packets of video in, the same in the same order out; `rate_bps` is the line's.

    `wake` is called when there is something to `release` and before there was not.
    """

    __slots__ = ("_at", "_bytes", "_credit", "_queue", "_wake", "rate_bps")

    def __init__(self, now: float, wake: Callable[[], None] | None = None) -> None:
        self._wake = wake
        self.rate_bps = NARROW_BPS
        self._queue: deque[tuple[T, int]] = deque()
        self._bytes = 0
        self._credit = 0.0
        self._at = now

    @staticmethod
    def is_wanted(bps: int, *, is_on: bool) -> bool:
        """Is this line so narrow that its video should go through a pacer?"""
        return bps < (WIDE_BPS if is_on else NARROW_BPS)

    @property
    def is_empty(self) -> bool:
        return not self._queue

    def put(self, packet: T, size: int) -> None:
        """One packet of `size` bytes; what does not fit any more is dropped, oldest first."""
        if self._wake is not None and not self._queue:
            self._wake()
        self._queue.append((packet, size))
        self._bytes += size
        while self._bytes > MAX_BYTES:
            self._bytes -= self._queue.popleft()[1]

    def release(self, now: float) -> list[T]:
        """What may leave now."""
        rate = FACTOR * self.rate_bps / 8
        queue = self._queue
        if queue:
            # What waits longer than a picture may leaves faster.
            rate = max(rate, self._bytes / MAX_WAIT_S)
        self._credit = min(self._credit + (now - self._at) * rate, BURST_S * rate)
        self._at = now
        leaving: list[T] = []
        while queue and self._credit >= 0:
            packet, size = queue.popleft()
            self._credit -= size
            self._bytes -= size
            leaving.append(packet)
        return leaving

    def drop(self, is_unwanted: Callable[[T], bool]) -> None:
        """Some of what waits may not leave any more."""
        kept = [entry for entry in self._queue if not is_unwanted(entry[0])]
        if len(kept) < len(self._queue):
            self._queue = deque(kept)
            self._bytes = sum(size for _, size in kept)

    def clear(self) -> None:
        """Nothing that waits is wanted any more."""
        self._queue.clear()
        self._bytes = 0
