"""The buffers of the packet path: allocated once, never moved, never freed while the plane lives.

Pointers into them sit as bare integers in kernel structures and pass through two cffi libraries, so nothing else ties
their lifetime to a use (media.md section 6). Each slot is `STRIDE` bytes: a datagram, the SRTP trailer, and room for
the two bytes of RTX.
"""

from collections.abc import Callable
from typing import Final

STRIDE: Final = 2304
MAX_DATAGRAM: Final = 2048
BATCH: Final = 64
EGRESS: Final = 2048


class Arena:
    """`ingress` holds one received batch, `egress` what leaves in the next flush; both are writable views."""

    def __init__(self, batch: int = BATCH, egress: int = EGRESS) -> None:
        self.batch = batch
        self.capacity = egress
        # A bytearray with an exported view can neither move nor shrink: Python itself guards the address.
        self.ingress_store = bytearray(batch * STRIDE)
        self.egress_store = bytearray(egress * STRIDE)
        self.ingress = memoryview(self.ingress_store)
        self.egress = memoryview(self.egress_store)


Sent = tuple[bytes, int, int]


class Outbox:
    """What waits for the next flush: (path, slot index in `Arena.egress`, length).

    A full outbox is transmitted at once, so `reserve` always finds a slot.
    """

    def __init__(self, arena: Arena, transmit: Callable[[list[Sent]], None]) -> None:
        self._arena = arena
        self._transmit = transmit
        self.entries: list[Sent] = []
        self.packets = 0

    def reserve(self) -> int:
        """The index of a free egress slot; it is used up only by `commit`."""
        if len(self.entries) >= self._arena.capacity:
            self.flush()
        return len(self.entries)

    def commit(self, path: bytes, index: int, length: int) -> None:
        """Send what was written into slot `index` in the next flush."""
        self.entries.append((path, index, length))

    def put(self, path: bytes, datagram: bytes) -> None:
        """Send a ready datagram in the next flush."""
        index = self.reserve()
        at = index * STRIDE
        self._arena.egress[at : at + len(datagram)] = datagram
        self.entries.append((path, index, len(datagram)))

    def flush(self) -> None:
        """Hand everything to the shell; the slots are free when this returns."""
        entries = self.entries
        if entries:
            self.packets += len(entries)
            try:
                self._transmit(entries)
            finally:
                self.entries = []
