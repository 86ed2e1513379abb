"""How much arrived: the rate of acknowledged bytes over the last half second of the receiver's clock."""

from collections import deque
from typing import Final

WINDOW_US: Final = 500_000
MIN_SPAN_US: Final = 100_000
GONE_US: Final = 2_000_000  # after so long nothing of before counts
MAX_ENTRIES: Final = 64


class AckedRate:
    """Fed once a feedback with the bytes that it acknowledges."""

    __slots__ = ("_entries", "_total")

    def __init__(self) -> None:
        self._entries: deque[tuple[int, int]] = deque()
        self._total = 0  # without the oldest entry, which marks only when counting began

    def add(self, arrival_us: int, size: int) -> None:
        """`size` bytes, the last of them at `arrival_us`."""
        entries = self._entries
        if entries and abs(arrival_us - entries[-1][0]) > GONE_US:
            entries.clear()
            self._total = 0
        if entries and arrival_us <= entries[-1][0]:
            if len(entries) > 1:
                self._total += size
                entries[-1] = (entries[-1][0], entries[-1][1] + size)
            return
        if entries:
            self._total += size
        entries.append((arrival_us, size))
        while len(entries) > 2 and (arrival_us - entries[1][0] >= WINDOW_US or len(entries) > MAX_ENTRIES):
            entries.popleft()
            self._total -= entries[0][1]

    @property
    def newest_bps(self) -> int | None:
        """Over the last two feedbacks: what the line carries now, if it is busy."""
        entries = self._entries
        if len(entries) < 3:
            return self.bps
        span = entries[-1][0] - entries[-3][0]
        return (entries[-1][1] + entries[-2][1]) * 8_000_000 // span

    @property
    def bps(self) -> int | None:
        """None before there is a tenth of a second to judge by."""
        entries = self._entries
        if len(entries) < 2:
            return None
        span = entries[-1][0] - entries[0][0]
        return self._total * 8_000_000 // span if span >= MIN_SPAN_US else None
