"""What left on one downlink and when, by transport-wide sequence number: preallocated, three integer stores a packet.

Whoever sends writes, at `seq & MASK` and in interpreted or compiled code alike: to `times` microseconds, to `labels`
`seq << 16 | size`, to `origins` `SSRC << 16 | sequence number` of the slot; `record` is that in words. Whoever reads
feedback asks `sent_us`, `size` and `origin`, which know a packet only while no later one has taken its place (4096
packets: more than 3 s of the busiest downlink).
"""

from sys import byteorder
from typing import Final

SIZE: Final = 4096
MASK: Final = SIZE - 1
NO_ORIGIN: Final = 0  # padding
REPEATED: Final = 1 << 48  # in an origin: that packet once more, on the slot's RTX SSRC
FORGOTTEN: Final = ((1 << 64) - 1) ^ 0xFFFF  # in place of a number; the size stays


class SentRing:
    """`times` in microseconds of the plane's monotonic clock; these and the other two are memoryview('Q')."""

    __slots__ = ("labels", "origins", "times")

    def __init__(self) -> None:
        self.times = memoryview(bytearray(8 * SIZE)).cast("Q")
        self.origins = memoryview(bytearray(8 * SIZE)).cast("Q")
        # All ones in place of numbers, and no size.
        self.labels = memoryview(bytearray(FORGOTTEN.to_bytes(8, byteorder) * SIZE)).cast("Q")

    def record(self, seq: int, sent_us: int, size: int, origin: int = NO_ORIGIN) -> None:
        """One packet with 16-bit number `seq`, `size` bytes (below 65536) on the wire."""
        at = seq & MASK
        self.times[at] = sent_us
        self.labels[at] = seq << 16 | size
        self.origins[at] = origin

    def sent_us(self, seq: int) -> int | None:
        """When `seq` left, None when that is not known (any more)."""
        at = seq & MASK
        return self.times[at] if self.labels[at] >> 16 == seq else None

    def size(self, seq: int) -> int:
        """Bytes of `seq`, 0 when not known (any more)."""
        label = self.labels[seq & MASK]
        return label & 0xFFFF if label >> 16 == seq else 0

    def origin(self, seq: int) -> int:
        """Which packet of which slot `seq` was, `NO_ORIGIN` when it is none of a slot or not known (any more)."""
        at = seq & MASK
        return self.origins[at] if self.labels[at] >> 16 == seq else NO_ORIGIN

    def forget(self, seq: int) -> None:
        """`seq` has been accounted for: what is told of it again is not known."""
        at = seq & MASK
        if self.labels[at] >> 16 == seq:
            self.labels[at] |= FORGOTTEN
