"""Peers and publications whose hot state lies in rows: what compiled code asks before it takes a packet.

Whoever changes that state by the usual attributes changes the rows.
"""

from typing import TYPE_CHECKING, Any

from sfu.codecs import Kind
from sfu.packet import rows
from sfu.packet.bwe import ArrivalLog
from sfu.packet.ice import Credentials, IceAgent
from sfu.packet.levels import LevelMeter
from sfu.packet.peer import Peer
from sfu.packet.publication import Publication, Viewer
from sfu.packet.rows import MAX_SOURCES, PEER_WORDS, PUBLICATION_WORDS, Row
from sfu.packet.srtp import Cipher, address_of_context
from sfu.packet.track import Track
from sfu.packet.track_fast import FastTrack, real, word

if TYPE_CHECKING:
    from sfu.packet.fan import Fan


class RowAgent(IceAgent):
    """See `IceAgent`: what was heard is also what compiled code took."""

    __slots__ = ("_heard", "row")

    def __init__(self, row: Row, credentials: Credentials, now: float) -> None:
        self.row = row
        super().__init__(credentials, last_check=now, last_heard=now)

    @property
    def last_heard(self) -> float:
        return max(self._heard, self.row.reals[rows.M_HEARD])

    @last_heard.setter
    def last_heard(self, heard: float) -> None:
        self._heard = heard


class FastPeer(Peer):
    """See `Peer`."""

    __slots__ = ("_log", "_rx", "row", "sources")

    def __init__(self, number: int, room: int, credentials: Credentials, now: float) -> None:
        self.row = Row(PEER_WORDS)
        self.row.reals[rows.M_HEARD] = now
        self._rx: Cipher | None = None
        self._log = ArrivalLog()
        self.sources: dict[int, FastTrack] = {}  # what `row` points to
        super().__init__(number, room, RowAgent(self.row, credentials, now))

    last_media: float = real(rows.M_HEARD)
    stamp: int = word(rows.M_STAMP)
    stamped_at: float = real(rows.M_STAMPED_AT)

    @property
    def rx(self) -> Cipher | None:
        return self._rx

    @rx.setter
    def rx(self, rx: Cipher | None) -> None:
        self._rx = rx
        self.row.words[rows.M_RX] = 0 if rx is None else address_of_context(rx)
        self.row.words[rows.M_TRAILER] = 0 if rx is None else -rx.opening[4]

    @property
    def arrivals(self) -> ArrivalLog:
        words, log = self.row.words, self._log
        noted = words[rows.M_NOTED]
        if noted:
            words[rows.M_NOTED] = 0
            ssrc, reals = words[rows.M_NOTED_SSRC], self.row.reals
            for at in range(rows.M_ARRIVALS, rows.M_ARRIVALS + 2 * noted, 2):
                log.on_packet(words[at], ssrc, reals[at + 1])
        return log

    @arrivals.setter
    def arrivals(self, log: ArrivalLog) -> None:
        self._log = log

    def learn(self, ssrc: int, track: FastTrack) -> None:
        """Packets of this SSRC are this track's, which compiled code may look at."""
        if self.sources.get(ssrc) is track:
            return
        sources = {known: one for known, one in self.sources.items() if self.ssrcs.get(known) is not None}
        sources[ssrc] = track
        self.sources = dict(list(sources.items())[-MAX_SOURCES:])
        words = self.row.words
        for index, (known, one) in enumerate(self.sources.items()):
            words[rows.M_SOURCES + 2 * index] = known
            words[rows.M_SOURCES + 2 * index + 1] = one.row.address
        words[rows.M_SOURCE_COUNT] = len(self.sources)


class RowMeter(LevelMeter):
    """See `LevelMeter`: what compiled code noted counts first."""

    __slots__ = ("_row",)

    def __init__(self, row: Row) -> None:
        super().__init__()
        self._row = row

    def on_level(self, octet: int, now: float) -> None:
        self._take_notes()
        super().on_level(octet, now)

    def read(self, now: float) -> int:
        self._take_notes()
        return super().read(now)

    def reset(self) -> None:
        self._row.words[rows.P_NOTED] = 0
        super().reset()

    def _take_notes(self) -> None:
        words, reals = self._row.words, self._row.reals
        noted = words[rows.P_NOTED]
        words[rows.P_NOTED] = 0
        for at in range(rows.P_LEVELS, rows.P_LEVELS + 2 * noted, 2):
            super().on_level(words[at], reals[at + 1])


class FastPublication(Publication):
    """See `Publication`: THE GATE is a word that compiled code reads before it takes a packet."""

    def __init__(self, number: int, peer: Peer | None, spec: Any, on_gap: Any, fan: "Fan") -> None:
        self.row = Row(PUBLICATION_WORDS)
        super().__init__(number, peer, spec, on_gap, fan)
        self.row.words[rows.P_IS_AUDIO] = spec.kind is Kind.AUDIO
        self.row.reals[rows.P_INTERVAL] = self._interval
        self.meter = RowMeter(self.row)

    is_open: bool = word(rows.P_IS_OPEN)
    _paid_until: float = real(rows.P_PAID_UNTIL)

    def watch(self, viewer: Viewer) -> None:
        super().watch(viewer)
        self.row.words[rows.P_WATCHING] = len(self.watching)

    def unwatch(self, viewer: Viewer) -> None:
        super().unwatch(viewer)
        self.row.words[rows.P_WATCHING] = len(self.watching)

    def _new_track(self, rid: str | None, ssrc: int, now: float) -> Track:
        track, rids = FastTrack(rid, ssrc, self.spec.kind, now, self.row), self.spec.rids
        track.row.words[rows.T_IS_UPPER] = rid in rids[1:]
        if rid in rids[:1]:
            self.row.words[rows.P_HAS_LOWEST] = 1  # a source gives way to another, never to none
        return track
