"""The latest packets of one video track, shared by all viewers into whose slots it flows (media.md 15).

Bounded by number, time and bytes. A viewer's own numbers are not kept: they follow from the track's by a constant.
"""

from typing import Final

from sfu.packet.media import MediaPacket

MAX_PACKETS: Final = 512
MAX_AGE_S: Final = 1.0
MAX_BYTES: Final = 600_000
_MASK: Final = MAX_PACKETS - 1


class History:
    """A ring by the track's dense packet number."""

    __slots__ = ("_bytes", "_newest", "_newest_at", "_ring", "_tail")

    def __init__(self) -> None:
        self._ring: list[MediaPacket | None] = []
        self._tail = 0
        self._newest = -1
        self._newest_at = 0.0
        self._bytes = 0

    def __len__(self) -> int:
        return sum(packet is not None for packet in self._ring)

    def add(self, packet: MediaPacket) -> None:
        """Keep one, in the place of the one 512 numbers before."""
        ring, number = self._ring, packet.number
        if not ring:
            ring = self._ring = [None] * MAX_PACKETS
            self._tail = number
        elif number < self._tail:
            return
        old = ring[number & _MASK]
        if old is not None:
            self._bytes -= len(old.data)
        ring[number & _MASK] = packet
        self._bytes += len(packet.data)
        if number > self._newest:
            self._newest = number
            self._newest_at = packet.at
        tail, limit = self._tail, packet.at - MAX_AGE_S
        while tail < self._newest:
            oldest = ring[tail & _MASK]
            if oldest is not None and oldest.number == tail:
                if oldest.at >= limit and self._bytes <= MAX_BYTES:
                    break
                self._bytes -= len(oldest.data)
                ring[tail & _MASK] = None
            tail += 1
        self._tail = tail

    def get(self, number: int, now: float) -> MediaPacket | None:
        """The packet of that number, if it is not older than a second."""
        if not self._ring:
            return None
        packet = self._ring[number & _MASK]
        if packet is None or packet.number != number or now - packet.at > MAX_AGE_S:
            return None
        return packet

    def latest(self, count: int) -> list[MediaPacket]:
        """Those of the last `count` that are kept."""
        if not self._ring:
            return []
        found = (self._ring[number & _MASK] for number in range(max(0, self._newest - count + 1), self._newest + 1))
        return [packet for packet in found if packet is not None]

    def trim(self, now: float) -> None:
        """Let go of everything if nothing came for a second."""
        if self._ring and now - self._newest_at > MAX_AGE_S:
            self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._ring = []
        self._newest = -1
        self._bytes = 0
