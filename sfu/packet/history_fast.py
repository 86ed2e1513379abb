"""`History` for compiled code: the packets' bytes in one ring, and a row about each; see `rows`.

The ring is as long as what a second needs, so that it stays in the cache; it grows when the rate does.
"""

from typing import Final

from sfu.packet import rows
from sfu.packet.arena import address_of_store
from sfu.packet.history import MAX_AGE_S, MAX_BYTES, MAX_PACKETS, History
from sfu.packet.layout import Layout
from sfu.packet.media import MediaPacket
from sfu.packet.rows import KEPT_WORDS, Row

FIRST_BYTES: Final = 64 * 1024
_MASK: Final = MAX_PACKETS - 1
_ROOM: Final = 1.25  # of what came in the last second
_BITS: Final = 12


def pack_places(layout: Layout) -> int:
    """Header length and places of abs-send-time and transport-wide number in one word."""
    places = 0
    for at in (layout.twcc_at, layout.abs_send_time_at, layout.header_length):
        places = places << _BITS | at
    return places


class RowHistory(History):
    """See `History`; what is given out is made anew from the bytes."""

    __slots__ = ("_data", "_head_before", "_kept", "_track")

    def __init__(self, track: Row) -> None:
        super().__init__()
        self._track = track
        self._data = bytearray()
        self._kept: Row | None = None
        self._head_before = 0
        track.words[rows.T_KEPT_NEWEST] = -1

    def __len__(self) -> int:
        return len(self.latest(MAX_PACKETS))

    def add(self, packet: MediaPacket) -> None:
        words, length = self._track.words, len(packet.data)
        if words[rows.T_KEPT_SIZE] < 2 * length:
            self._resize(max(FIRST_BYTES, 2 * length))
        kept = self._kept
        if kept is None:
            return
        size, head = words[rows.T_KEPT_SIZE], words[rows.T_KEPT_HEAD]
        if head % size + length > size:
            head += size - head % size
        at, place = KEPT_WORDS * (packet.number & _MASK), head % size
        self._data[place : place + length] = packet.data
        kept.words[at + rows.K_NUMBER] = packet.number
        kept.reals[at + rows.K_AT] = packet.at
        kept.words[at + rows.K_PLACE] = head
        kept.words[at + rows.K_LENGTH] = length
        kept.words[at + rows.K_PLACES] = pack_places(packet.layout)
        words[rows.T_KEPT_HEAD] = head + length
        if packet.number > words[rows.T_KEPT_NEWEST]:
            words[rows.T_KEPT_NEWEST] = packet.number

    def get(self, number: int, now: float) -> MediaPacket | None:
        packet = self._find(number)
        return None if packet is None or now - packet.at > MAX_AGE_S else packet

    def latest(self, count: int) -> list[MediaPacket]:
        newest = self._track.words[rows.T_KEPT_NEWEST]
        found = (self._find(number) for number in range(max(0, newest - count + 1), newest + 1))
        return [packet for packet in found if packet is not None]

    def trim(self, now: float) -> None:
        """Once a second: let go of what is over, and have room for what comes in a second."""
        kept, words = self._kept, self._track.words
        if kept is None:
            return
        newest_at = kept.reals[KEPT_WORDS * (words[rows.T_KEPT_NEWEST] & _MASK) + rows.K_AT]
        if now - newest_at > MAX_AGE_S:
            self.clear()
            return
        head = words[rows.T_KEPT_HEAD]
        wanted = min(MAX_BYTES, int((head - self._head_before) * _ROOM))
        self._head_before = head
        if wanted > words[rows.T_KEPT_SIZE]:
            self._resize(wanted + wanted // 4)

    def clear(self) -> None:
        words = self._track.words
        words[rows.T_KEPT_SIZE] = words[rows.T_KEPT_HEAD] = self._head_before = 0
        words[rows.T_KEPT_NEWEST] = -1
        words[rows.T_KEPT] = words[rows.T_KEPT_BYTES] = 0
        self._data = bytearray()
        self._kept = None

    def _resize(self, size: int) -> None:
        before = self.latest(MAX_PACKETS)
        self.clear()
        words = self._track.words
        self._data = bytearray((size + 7) & ~7)
        self._kept = Row(KEPT_WORDS * MAX_PACKETS)
        for at in range(0, KEPT_WORDS * MAX_PACKETS, KEPT_WORDS):
            self._kept.words[at + rows.K_NUMBER] = -1
        words[rows.T_KEPT], words[rows.T_KEPT_BYTES] = self._kept.address, address_of_store(self._data)
        words[rows.T_KEPT_SIZE] = len(self._data)
        for packet in before:
            self.add(packet)
        self._head_before = words[rows.T_KEPT_HEAD]

    def _find(self, number: int) -> MediaPacket | None:
        kept, words = self._kept, self._track.words
        if kept is None:
            return None
        at, size = KEPT_WORDS * (number & _MASK), words[rows.T_KEPT_SIZE]
        place = kept.words[at + rows.K_PLACE]
        if kept.words[at + rows.K_NUMBER] != number or words[rows.T_KEPT_HEAD] > place + size:
            return None
        begin = place % size
        data = bytes(self._data[begin : begin + kept.words[at + rows.K_LENGTH]])
        return MediaPacket.kept(data, _layout(kept.words[at + rows.K_PLACES]), number, kept.reals[at + rows.K_AT])


def _layout(places: int) -> Layout:
    header_length, stamp_at, twcc_at = (places >> shift & 0xFFF for shift in range(0, 3 * _BITS, _BITS))
    layout = Layout(header_length)
    layout.abs_send_time_at, layout.twcc_at = stamp_at, twcc_at
    return layout
