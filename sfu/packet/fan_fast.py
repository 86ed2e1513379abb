"""The fan of the fast plane: keeps flows as rows of numbers and lets `fan_compiled` do the work.

What leaves by TCP, or without recvmmsg, goes the interpreted way. Tables are made larger only while nothing runs.
"""

from collections import Counter
from typing import Any, Final

from sfu.packet import fan_compiled as body
from sfu.packet.arena import Arena, address_of_store
from sfu.packet.fan import Entry, Fan, arranged, fan_out
from sfu.packet.lane import Constants, Lane
from sfu.packet.media import MediaPacket
from sfu.packet.outbox import Outbox
from sfu.packet.sent_ring import SentRing
from sfu.packet.srtp import address_of_context, protect_address
from sfu.packet.track import Track

MAX_MID: Final = 7


class _Room:
    """Lanes by row, tracks by column; a cell is the row of the flow, -1 where nothing flows."""

    def __init__(self) -> None:
        self.lanes = body.table(8, body.LANE_COLUMNS)
        self.flows = body.table(64, body.FLOW_COLUMNS)
        self.cells = body.table(8, 16, -1)
        self.rows: list[Lane | None] = []
        self._lane_at: dict[Lane, int] = {}
        self._track_at: dict[Track, int] = {}
        self._free_tracks: list[int] = []
        self._free_flows: list[int] = []
        self._flow_count = 0
        self._rings: dict[int, SentRing | None] = {}
        self.odd: list[Lane] = []

    def column(self, track: Track) -> int:
        """Of a track that flows somewhere here."""
        return self._track_at[track]

    def put(self, lane: Lane, track: Track, constants: Constants) -> None:
        """The track flows into the lane."""
        row = self._lane_at.get(lane)
        if row is None:
            row = next((at for at, one in enumerate(self.rows) if one is None), len(self.rows))
            if row == len(self.rows):
                self.rows.append(None)
            self.rows[row] = lane
            self._lane_at[lane] = row
            if row >= len(self.lanes):
                self.lanes, self.cells = _doubled(self.lanes, 0), _doubled(self.cells, -1)
            lane.way = None
        column = self._track_at.get(track)
        if column is None:
            column = self._free_tracks.pop() if self._free_tracks else len(self._track_at)
            self._track_at[track] = column
            if column >= self.cells.shape[1]:
                self.cells = _doubled(self.cells.T, -1).T.copy()
        if self._free_flows:
            cell = self._free_flows.pop()
        else:
            cell, self._flow_count = self._flow_count, self._flow_count + 1
            if cell >= len(self.flows):
                self.flows = _doubled(self.flows, 0)
        offset, timestamp_offset, ssrc, mid = constants
        fits = mid if len(mid) <= MAX_MID else b""
        self.flows[cell] = (offset, timestamp_offset, ssrc, int.from_bytes(fits, "little"), len(fits))
        self.cells[row, column] = cell

    def take(self, lane: Lane, track: Track) -> None:
        """It flows there no more."""
        row, column = self._lane_at[lane], self._track_at[track]
        self._free_flows.append(int(self.cells[row, column]))
        self.cells[row, column] = -1
        if not track.flows:
            del self._track_at[track]
            self._free_tracks.append(column)
        if not lane.flows:
            del self._lane_at[lane]
            self.rows[row] = None
            self.lanes[row] = 0
            self._rings.pop(row, None)

    def refresh(self, outbox: Outbox) -> None:
        """Write anew what changed about lanes since the last batch."""
        is_direct = outbox.send_runs is not None
        self.odd.clear()
        for row, lane in enumerate(self.rows):
            if lane is None:
                continue
            if not (lane.is_udp and is_direct):
                self.lanes[row, body.HANDLE] = 0
                self.odd.append(lane)
                continue
            segments = outbox.segments(lane)
            ring, values = lane.ring, self.lanes[row]
            if lane.way is None or values[body.MOST] != segments or self._rings.get(row) is not ring:
                if lane.find_way() is None or lane.tx is None:
                    values[body.HANDLE] = 0
                    continue
                controls = lane.controls
                self._rings[row] = ring
                values[:] = (
                    address_of_context(lane.tx),
                    lane.tx.sealing[4],
                    lane.name_at,
                    lane.name_length,
                    controls.base,
                    controls.stride,
                    controls.source_length,
                    lane.socket_index,
                    segments,
                    lane.next_number_at,
                    0 if ring is None else address_of_store(ring.times),
                    0 if ring is None else address_of_store(ring.labels),
                )


def _doubled(old: Any, fill: int) -> Any:
    new = body.table(2 * old.shape[0], old.shape[1], fill)
    new[: old.shape[0]] = old
    return new


class FastFan(Fan):
    """See `Fan`. Raises ValueError where libsrtp cannot be called directly."""

    def __init__(self, arena: Arena, outbox: Outbox, drops: Counter[str]) -> None:
        super().__init__(arena, outbox, drops)
        self._protect_at = protect_address()
        self._rooms: dict[int, _Room] = {}
        self._places: dict[int, int] = {}
        self._entries = body.table(self._limit, body.ENTRY_COLUMNS)
        self._result = body.table(1, 4)[0]
        box = bytearray(8)
        self._buffers = (
            body.flat(arena.ingress_store, "uint8"),
            body.flat(arena.egress_store, "uint8"),
            address_of_store(arena.egress_store),
            body.flat(box, "int32"),
            address_of_store(box),
            body.flat(arena.headers_store, "int64"),
            body.flat(arena.vectors_store, "int64"),
            arena.vectors_at,
        )

    def add(self, room: int, track: Track, packet: MediaPacket, place: int) -> None:
        self._places[id(packet.data)] = place
        super().add(room, track, packet, place)

    def run(self) -> None:
        if not self._count:
            return
        waiting, self._waiting, self._count = self._waiting, {}, 0
        for number, entries in waiting.items():
            self._run_room(self._rooms[number], arranged(entries))
        self._places.clear()

    def _run_room(self, room: _Room, entries: list[Entry]) -> None:
        outbox, result, now_us = self._outbox, self._result, int(self.now * 1e6)
        room.refresh(outbox)
        if room.odd:
            fan_out(room.odd, entries, self._arena, outbox, self._drops, now_us)
        for row, (track, seq, timestamp, data, length, mid_at, twcc_at) in enumerate(entries):
            mid_length = (data[mid_at - 1] & 0x0F) + 1 if mid_at else 0
            self._entries[row] = (
                room.column(track),
                seq,
                timestamp,
                self._places[id(data)],
                length,
                mid_at,
                mid_length,
                twcc_at,
            )
        count, served = len(room.rows), 0
        while served < count:
            result[:] = (outbox.used, outbox.runs, 0, served)
            body.fan_out(
                self._protect_at,
                room.lanes,
                count,
                room.flows,
                room.cells,
                self._entries,
                len(entries),
                *self._buffers,
                now_us,
                result,
            )
            outbox.used, outbox.runs, refused, served = map(int, result)
            if refused:
                self._drops["srtp-protect"] += refused
            if served < count:
                outbox.flush()

    def link(self, room: int, lane: Lane, track: Track, constants: Constants) -> bool:
        if not super().link(room, lane, track, constants):
            return False
        self._rooms.setdefault(room, _Room()).put(lane, track, constants)
        return True

    def unlink(self, room: int, lane: Lane, track: Track) -> None:
        super().unlink(room, lane, track)
        self._rooms[room].take(lane, track)
        if room not in self._lanes:
            del self._rooms[room]
