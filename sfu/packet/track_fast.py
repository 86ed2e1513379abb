"""A track whose state lies in a row: compiled code numbers, counts and keeps its packets, others see a `Track`."""

import math
from collections.abc import Iterable
from typing import Any, Final

from sfu.codecs import RED, Kind
from sfu.packet import rows
from sfu.packet.history_fast import RowHistory, pack_places
from sfu.packet.layout import Layout
from sfu.packet.media import MediaPacket
from sfu.packet.receive_stats import ReceiveStats
from sfu.packet.rows import LAYOUT_WORDS, TRACK_WORDS, Row
from sfu.packet.throttle import KeyframeThrottle
from sfu.packet.track import Newest, Track

_BLOCK: Final = 8 * LAYOUT_WORDS


class _Word:
    """An attribute that is a word of `row`."""

    def __init__(self, place: int) -> None:
        self._place = place

    def __get__(self, owner: Any, kind: type) -> int:
        return owner.row.words[self._place]  # type: ignore[no-any-return]

    def __set__(self, owner: Any, value: int) -> None:
        owner.row.words[self._place] = value


class _Real:
    """The same of a C double."""

    def __init__(self, place: int) -> None:
        self._place = place

    def __get__(self, owner: Any, kind: type) -> float:
        return owner.row.reals[self._place]  # type: ignore[no-any-return]

    def __set__(self, owner: Any, value: float) -> None:
        owner.row.reals[self._place] = value


def word(place: int) -> Any:
    """See `_Word`."""
    return _Word(place)


def real(place: int) -> Any:
    """See `_Real`."""
    return _Real(place)


class RowStats(ReceiveStats):
    """See `ReceiveStats`."""

    def __init__(self, ssrc: int, clock_rate: int, row: Row) -> None:
        self.row = row
        row.reals[rows.T_CLOCK] = clock_rate
        super().__init__(ssrc, clock_rate)

    packets: int = word(rows.T_PACKETS)
    highest: int = word(rows.T_HIGHEST)
    _jitter: float = real(rows.T_JITTER)

    @property
    def _transit(self) -> float | None:
        transit = self.row.reals[rows.T_TRANSIT]
        return None if math.isnan(transit) else transit

    @_transit.setter
    def _transit(self, transit: float | None) -> None:
        self.row.reals[rows.T_TRANSIT] = math.nan if transit is None else transit


class RowThrottle(KeyframeThrottle):
    """See `KeyframeThrottle`: while a keyframe is awaited, each packet is looked at."""

    __slots__ = ("row",)

    def __init__(self, row: Row) -> None:
        self.row = row
        super().__init__()

    is_pending: bool = word(rows.T_IS_PENDING)


class FastTrack(Track):
    """See `Track`. `publication`: the row of its publication."""

    __slots__ = ("_payload_type", "layout", "row")

    def __init__(self, rid: str | None, ssrc: int, kind: Kind, now: float, publication: Row) -> None:
        self.row = Row(TRACK_WORDS)
        super().__init__(rid, ssrc, kind, now)
        words = self.row.words
        words[rows.T_SSRC] = ssrc
        words[rows.T_PUBLICATION] = publication.address
        words[rows.T_IS_KEPT] = kind is Kind.VIDEO
        self.stats = RowStats(ssrc, self.clock_rate, self.row)
        self.throttle = RowThrottle(self.row)
        self.history = RowHistory(self.row)
        self.layout: Layout | None = None

    bytes: int = word(rows.T_BYTES)
    last_at: float = real(rows.T_LAST_AT)
    shift: int = word(rows.T_SHIFT)
    flows: int = word(rows.T_FLOWS)
    flowed: int = word(rows.T_FLOWED)
    flowed_bytes: int = word(rows.T_FLOWED_BYTES)
    flowed_octets: int = word(rows.T_FLOWED_OCTETS)

    @property
    def payload_type(self) -> int:
        return self._payload_type

    @payload_type.setter
    def payload_type(self, payload_type: int) -> None:
        self._payload_type = payload_type
        # A voice that repeats itself is looked at: not everybody may understand it.
        self.row.words[rows.T_TYPE] = -1 if payload_type == RED.payload_type else payload_type

    @property
    def newest(self) -> MediaPacket | Newest | None:
        words = self.row.words
        number = words[rows.T_NEWEST]
        if number < 0:
            return None
        return Newest(number, words[rows.T_NEWEST_TIMESTAMP], self.row.reals[rows.T_NEWEST_AT])

    @newest.setter
    def newest(self, newest: MediaPacket | Newest | None) -> None:
        words = self.row.words
        if newest is None:
            words[rows.T_NEWEST] = -1
        else:
            words[rows.T_NEWEST], words[rows.T_NEWEST_TIMESTAMP] = newest.number, newest.timestamp
            self.row.reals[rows.T_NEWEST_AT] = newest.at

    def expect(self, layout: Layout) -> None:
        """What the extensions look like from now on, as far as compiled code can recognise them."""
        pattern = layout.pattern
        if layout is self.layout or not layout.is_plain or pattern is None:
            return
        self.layout = layout
        words = self.row.words
        words[rows.T_HEADER] = layout.header_length
        words[rows.T_TWCC_AT] = layout.twcc_at
        words[rows.T_LEVEL_AT] = layout.level_at
        words[rows.T_STAMP_AT] = layout.abs_send_time_at
        words[rows.T_PLACES] = pack_places(layout)
        mask, values = pattern
        _write(words, rows.T_MASKS, mask)
        _write(words, rows.T_VALUES, values)
        words[rows.T_LAYOUT_WORDS] = (len(mask) + 7) // 8


def fast_track(track: Track) -> FastTrack:
    """What every track of the fast plane is. Raises TypeError for one of the other plane."""
    if not isinstance(track, FastTrack):
        raise TypeError("not a track of the fast plane")
    return track


def _write(words: memoryview, at: int, data: bytes) -> None:
    parts: Iterable[int] = memoryview(data.ljust(_BLOCK, b"\0")).cast("q")
    for step, part in enumerate(parts):
        words[at + step] = part
