"""What waits for the next flush: single datagrams, and runs of one viewer that leave as one message each.

Both lie in `Arena.egress`. A single one is an entry (path, slot, length). A run is a `struct mmsghdr` in
`Arena.headers` over consecutive slots, ready for the kernel; where nobody takes such (`send_runs` is None: no
recvmmsg on this host, or a plane without sockets), and for paths that are no UDP socket, its packets are entries too.
"""

import struct
from collections.abc import Callable
from typing import Final

from sfu.packet.arena import HEADER_BYTES, STRIDE, VECTOR_BYTES, Arena, Sent
from sfu.packet.lane import Lane

MAX_SEGMENTS: Final = 64  # the kernel's limit; a batch of the fan is shorter
_HEADER: Final = struct.Struct("=8Q")


class Outbox:
    """`used` egress slots are taken. A full outbox is transmitted at once, so `reserve` always finds a slot."""

    def __init__(self, arena: Arena, transmit: Callable[[list[Sent]], None]) -> None:
        self._arena = arena
        self._headers = arena.headers
        self._transmit = transmit
        self.send_runs: Callable[[int], None] | None = None
        self.max_segments: dict[int, int] = {}  # by socket, where it is not the usual number
        self.entries: list[Sent] = []
        self.used = 0
        self.runs = 0
        self.packets = 0

    def reserve(self) -> int:
        """The index of a free egress slot; it is used up only by `commit`."""
        if self.used >= self._arena.capacity:
            self.flush()
        return self.used

    def commit(self, path: bytes, index: int, length: int) -> None:
        """Send what was written into slot `index` in the next flush."""
        self.entries.append((path, index, length))
        self.used = index + 1

    def put(self, path: bytes, datagram: bytes) -> None:
        """Send a ready datagram in the next flush."""
        index = self.reserve()
        at = index * STRIDE
        self._arena.egress[at : at + len(datagram)] = datagram
        self.commit(path, index, len(datagram))

    def segments(self, lane: Lane) -> int:
        """How many packets of this lane one message may hold."""
        return self.max_segments.get(lane.socket_index, MAX_SEGMENTS)

    def run(self, lane: Lane, first: int, count: int, size: int, last: int) -> None:
        """Slots `first` ... hold `count` packets for this lane: all of `size` bytes, the last one of `last`."""
        if self.send_runs is None or not lane.is_udp:
            path = lane.path
            if path is not None:
                self.entries += [(path, slot, size) for slot in range(first, first + count - 1)]
                self.entries.append((path, first + count - 1, last))
            return
        control, length = lane.controls.of(size if count > 1 else 0)
        vectors = self._arena.vectors_at + first * VECTOR_BYTES
        # The upper half of the last word is padding to the kernel.
        _HEADER.pack_into(
            self._headers,
            self.runs * HEADER_BYTES,
            lane.name_at,
            lane.name_length,
            vectors,
            count,
            control,
            length,
            0,
            lane.socket_index << 32,
        )
        self.runs += 1

    def flush(self) -> None:
        """Hand everything to the shell, single ones first; the slots are free when this returns."""
        self.packets += self.used
        entries, runs = self.entries, self.runs
        self.used = self.runs = 0
        try:
            if entries:
                self.entries = []
                self._transmit(entries)
        finally:
            if runs and self.send_runs is not None:
                self.send_runs(runs)
