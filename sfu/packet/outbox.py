"""What waits for the next flush: single datagrams, and runs of one viewer that leave as one message each.

Both lie in `Arena.egress`. A single one is an entry (path, slot, length). A run is a `struct mmsghdr` in
`Arena.headers` over consecutive slots, ready for the kernel; where nobody takes such (`send_runs` is None: no
recvmmsg on this host, or a plane without sockets), and for paths that are no UDP socket, its packets are entries too.
"""

import struct
from collections.abc import Callable
from typing import Final

from sfu.packet.arena import STRIDE, Arena, Sent
from sfu.packet.lane import Lane

MAX_SEGMENTS: Final = 64  # the kernel's limit; a batch of the fan is shorter
# `struct mmsghdr`: name, its length, I/O vectors, how many, ancillary data, its length, flags, result. The upper half
# of the last word is padding to the kernel; ours says which socket.
HEADER: Final = struct.Struct("=8Q")


class Outbox:
    """`used` egress slots are taken. A full outbox is transmitted at once, so `reserve` always finds a slot."""

    def __init__(self, arena: Arena, transmit: Callable[[list[Sent]], None]) -> None:
        self._arena = arena
        self._transmit = transmit
        self.send_runs: Callable[[int], None] | None = None
        self.max_segments: dict[int, int] = {}  # by socket, where it is not the usual number
        self.on_limit: Callable[[], None] | None = None  # told of a change of that
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

    def give_up_runs(self, socket_index: int) -> None:
        """What leaves by this socket cannot be cut in parts behind it."""
        self.max_segments[socket_index] = 1
        if self.on_limit is not None:
            self.on_limit()

    def add_singly(self, path: bytes | None, runs: list[tuple[int, int, int, int]]) -> None:
        """Slots of runs (first slot, how many packets, bytes of each, bytes of the last) for a path as entries."""
        if path is not None:
            for first, count, size, last in runs:
                end = first + count - 1
                self.entries += [(path, slot, size) for slot in range(first, end)]
                self.entries.append((path, end, last))

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
