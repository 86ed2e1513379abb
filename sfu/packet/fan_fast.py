"""The fan of the fast plane: keeps flows as rows of numbers and lets `fan_compiled` do the work.

What leaves by TCP, or without recvmmsg, goes the interpreted way. Tables are made larger only while nothing runs.
"""

import struct
from collections import Counter
from typing import Final

from cffi import FFI

from sfu.packet import fan_compiled as body
from sfu.packet.arena import Arena, address_of_store
from sfu.packet.fan import Entry, Fan, fan_out
from sfu.packet.lane import Constants, Lane
from sfu.packet.outbox import Outbox
from sfu.packet.sent_ring import SentRing
from sfu.packet.srtp import address_of_context, protect_address
from sfu.packet.track import Track

MAX_MID: Final = 7
_ENTRY: Final = struct.Struct("=8q")
_write_entry: Final = _ENTRY.pack_into
_FLOW: Final = struct.Struct("=5q")
_LANE: Final = struct.Struct("=12q")
_NOBODY: Final = (0,) * body.LANE_WORDS
# Of a job: LANES to COLUMNS, and NOW_US to SERVED.
_PLACES: Final = struct.Struct("=5q")
_STATE: Final = struct.Struct("=5q")


class _Table:
    """Rows of words, made twice as long when they do not suffice."""

    def __init__(self, rows: int, words: int, fill: int = 0) -> None:
        self.rows, self.words, self._fill = rows, words, fill
        self.store = self._make(rows)
        self.address = address_of_store(self.store)

    def _make(self, rows: int) -> bytearray:
        return bytearray(self._fill.to_bytes(8, "little", signed=True) * (rows * self.words))

    def hold(self, row: int) -> None:
        """Have that row."""
        while row >= self.rows:
            store = self._make(2 * self.rows)
            store[: len(self.store)] = self.store
            self.rows, self.store = 2 * self.rows, store
            self.address = address_of_store(store)


class _Room:
    """Lanes by row, tracks by column; a cell is the row of the flow, -1 where nothing flows."""

    def __init__(self) -> None:
        self.lanes = _Table(8, body.LANE_WORDS)
        self.flows = _Table(64, body.FLOW_WORDS)
        self.cells = _Table(8, 16, -1)
        self.rows: list[Lane | None] = []
        self.columns: dict[Track, int] = {}
        self.odd: list[Lane] = []
        self._rings: list[SentRing | None] = []
        self._segments: list[int] = []
        self._row_of: dict[Lane, int] = {}
        self._free_columns: list[int] = []
        self._free_flows: list[int] = []
        self._flow_count = 0

    def put(self, lane: Lane, track: Track, constants: Constants) -> None:
        """The track flows into the lane."""
        row = self._row_of.get(lane)
        if row is None:
            row = self._row_of[lane] = next((at for at, one in enumerate(self.rows) if one is None), len(self.rows))
            if row == len(self.rows):
                self.rows.append(None)
                self._rings.append(None)
                self._segments.append(0)
                self.lanes.hold(row)
                self.cells.hold(row)
            self.rows[row] = lane
            lane.way = None
        column = self.columns.get(track)
        if column is None:
            column = self._free_columns.pop() if self._free_columns else len(self.columns)
            self.columns[track] = column
            if column >= self.cells.words:
                self._widen()
        if self._free_flows:
            cell = self._free_flows.pop()
        else:
            cell, self._flow_count = self._flow_count, self._flow_count + 1
            self.flows.hold(cell)
        offset, timestamp_offset, ssrc, mid = constants
        fits = mid if len(mid) <= MAX_MID else b""
        numbers = (offset, timestamp_offset, ssrc, int.from_bytes(fits, "little"), len(fits))
        _FLOW.pack_into(self.flows.store, cell * _FLOW.size, *numbers)
        self._cell(row, column, cell)

    def take(self, lane: Lane, track: Track) -> None:
        """It flows there no more."""
        row, column = self._row_of[lane], self.columns[track]
        at = 8 * (row * self.cells.words + column)
        self._free_flows.append(int.from_bytes(self.cells.store[at : at + 8], "little"))
        self._cell(row, column, -1)
        if not track.flows:
            del self.columns[track]
            self._free_columns.append(column)
        if not lane.flows:
            del self._row_of[lane]
            self.rows[row] = None
            _LANE.pack_into(self.lanes.store, row * _LANE.size, *_NOBODY)

    def refresh(self, outbox: Outbox) -> None:
        """Write anew what changed about lanes since the last batch."""
        self.odd.clear()
        for row, lane in enumerate(self.rows):
            if lane is None:
                continue
            if not lane.is_udp or outbox.send_runs is None:
                _LANE.pack_into(self.lanes.store, row * _LANE.size, *_NOBODY)
                self.odd.append(lane)
            elif (
                lane.way is None
                or self._rings[row] is not lane.ring
                or (outbox.max_segments and self._segments[row] != outbox.segments(lane))
            ):
                self._describe(row, lane, outbox.segments(lane))

    def _describe(self, row: int, lane: Lane, segments: int) -> None:
        ring, controls, values = lane.ring, lane.controls, _NOBODY
        if lane.find_way() is not None and lane.tx is not None:
            self._rings[row], self._segments[row] = ring, segments
            values = (
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
        _LANE.pack_into(self.lanes.store, row * _LANE.size, *values)

    def _cell(self, row: int, column: int, value: int) -> None:
        at = 8 * (row * self.cells.words + column)
        self.cells.store[at : at + 8] = value.to_bytes(8, "little", signed=True)

    def _widen(self) -> None:
        old = self.cells
        wide = self.cells = _Table(old.rows, 2 * old.words, -1)
        for row in range(old.rows):
            line = old.store[8 * row * old.words : 8 * (row + 1) * old.words]
            wide.store[8 * row * wide.words : 8 * row * wide.words + len(line)] = line


class FastFan(Fan):
    """See `Fan`. Raises ValueError where libsrtp cannot be called directly."""

    def __init__(self, arena: Arena, outbox: Outbox, drops: Counter[str]) -> None:
        super().__init__(arena, outbox, drops)
        self._rooms: dict[int, _Room] = {}
        self._entries = bytearray(self._limit * _ENTRY.size)
        self._job = bytearray(8 * body.JOB_WORDS)
        self._box = bytearray(8)
        words = memoryview(self._job).cast("q")
        words[body.PROTECT] = protect_address()
        words[body.ENTRIES] = address_of_store(self._entries)
        words[body.INGRESS] = address_of_store(arena.ingress_store)
        words[body.EGRESS] = address_of_store(arena.egress_store)
        words[body.CAPACITY] = arena.capacity
        words[body.BOX] = address_of_store(self._box)
        words[body.HEADERS] = address_of_store(arena.headers_store)
        words[body.VECTORS] = arena.vectors_at
        self._words = words
        ffi = FFI()
        self._call = ffi.cast("void (*)(long long)", body.ADDRESS)
        self._job_at = address_of_store(self._job)

    def _send(self, room_number: int, entries: list[Entry]) -> None:
        room = self._rooms[room_number]
        outbox, words, now_us = self._outbox, self._words, int(self.now * 1e6)
        room.refresh(outbox)
        if room.odd:
            fan_out(room.odd, entries, self._arena, outbox, self._drops, now_us)
        columns, store, at = room.columns, self._entries, 0
        for track, number, timestamp, data, length, mid_at, twcc_at, place, *_ in entries:
            mid_length = (data[mid_at - 1] & 0x0F) + 1 if mid_at else 0
            _write_entry(store, at, columns[track], number, timestamp, place, length, mid_at, mid_length, twcc_at)
            at += _ENTRY.size
        count, cells = len(room.rows), room.cells
        places = (room.lanes.address, count, room.flows.address, cells.address, cells.words)
        _PLACES.pack_into(self._job, 8 * body.LANES, *places)
        words[body.COUNT] = len(entries)
        served = 0
        while served < count:
            _STATE.pack_into(self._job, 8 * body.NOW_US, now_us, outbox.used, outbox.runs, 0, served)
            self._call(self._job_at)
            _, outbox.used, outbox.runs, refused, served = _STATE.unpack_from(self._job, 8 * body.NOW_US)
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
