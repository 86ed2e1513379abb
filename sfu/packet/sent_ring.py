"""When each packet of one downlink left, by transport-wide sequence number: preallocated, two integer stores a packet.

Whoever sends writes `times[seq & MASK] = microseconds` and `labels[seq & MASK] = seq << 16 | size`, in interpreted or
compiled code alike; `record` is that in words. Whoever reads feedback asks `sent_us` and `size`, which know a packet
only while no later one has taken its place (4096 packets: more than 3 s of the busiest downlink).
"""

from sys import byteorder
from typing import Final

SIZE: Final = 4096
MASK: Final = SIZE - 1
FORGOTTEN: Final = ((1 << 64) - 1) ^ 0xFFFF  # in place of a number; the size stays


class SentRing:
    """`times` in microseconds of the plane's monotonic clock, `labels` with number and size; both memoryview('Q')."""

    __slots__ = ("labels", "times")

    def __init__(self) -> None:
        self.times = memoryview(bytearray(8 * SIZE)).cast("Q")
        # All ones in place of numbers, and no size.
        self.labels = memoryview(bytearray(FORGOTTEN.to_bytes(8, byteorder) * SIZE)).cast("Q")

    def record(self, seq: int, sent_us: int, size: int) -> None:
        """One packet with 16-bit number `seq`, `size` bytes (below 65536) on the wire."""
        at = seq & MASK
        self.times[at] = sent_us
        self.labels[at] = seq << 16 | size

    def sent_us(self, seq: int) -> int | None:
        """When `seq` left, None when that is not known (any more)."""
        at = seq & MASK
        return self.times[at] if self.labels[at] >> 16 == seq else None

    def size(self, seq: int) -> int:
        """Bytes of `seq`, 0 when not known (any more)."""
        label = self.labels[seq & MASK]
        return label & 0xFFFF if label >> 16 == seq else 0

    def forget(self, seq: int) -> None:
        """`seq` has been accounted for: what is told of it again is not known."""
        at = seq & MASK
        if self.labels[at] >> 16 == seq:
            self.labels[at] |= FORGOTTEN
