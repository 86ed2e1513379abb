"""One track flowing into one slot: which of its numbers became which of the slot's, by constants alone."""

from sfu.packet.media import MediaPacket
from sfu.packet.track import Track


class Flow:
    """From the packet after number `last_before` on, until `end`; added to the track's numbers and timestamps."""

    __slots__ = ("_bytes", "_octets", "_packets", "first", "last", "offset", "timestamp_offset", "track")

    def __init__(self, track: Track, last_before: int, offset: int, timestamp_offset: int) -> None:
        self.track = track
        self.first = last_before + 1
        self.last: int | None = None
        self.offset = offset
        self.timestamp_offset = timestamp_offset
        self._packets, self._bytes, self._octets = track.flowed, track.flowed_bytes, track.flowed_octets

    def take_counts(self) -> tuple[int, int, int]:
        """(packets, bytes, payload bytes) that flowed since the last call."""
        track = self.track
        counts = track.flowed - self._packets, track.flowed_bytes - self._bytes, track.flowed_octets - self._octets
        self._packets, self._bytes, self._octets = track.flowed, track.flowed_bytes, track.flowed_octets
        return counts

    def end(self) -> None:
        """It flows no more."""
        newest = self.track.newest
        self.last = self.first - 1 if newest is None else newest.number

    def find(self, seq: int, now: float) -> MediaPacket | None:
        """The packet that had the slot's sequence number `seq`, if it flowed and is still kept."""
        last = self.last
        if last is None:
            newest = self.track.newest
            last = self.first - 1 if newest is None else newest.number
        number = last - ((last + self.offset - seq) & 0xFFFF)
        return self.track.history.get(number, now) if number >= self.first else None
