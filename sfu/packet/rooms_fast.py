"""One room as compiled code sees it: lanes by row, tracks by column, a cell is the row of the flow or -1."""

import struct
from collections.abc import Sequence
from typing import Final

from sfu.packet import rows
from sfu.packet.arena import address_of_store
from sfu.packet.lane import Constants, Lane
from sfu.packet.outbox import Outbox
from sfu.packet.rows import ROOM_WORDS, Row
from sfu.packet.srtp import address_of_context
from sfu.packet.track import Track
from sfu.packet.track_fast import FastTrack

_FLOW: Final = struct.Struct(f"={rows.FLOW_WORDS}q")
_LANE: Final = struct.Struct(f"={rows.LANE_WORDS}q")
_NOBODY: Final = (0,) * rows.LANE_WORDS


class _Table:
    """Rows of words, made twice as long when they do not suffice."""

    def __init__(self, count: int, words: int, fill: int = 0) -> None:
        self.count, self.words, self._fill = count, words, fill
        self.store = self._make(count)
        self.address = address_of_store(self.store)

    def _make(self, count: int) -> bytearray:
        return bytearray(self._fill.to_bytes(8, "little", signed=True) * (count * self.words))

    def hold(self, row: int) -> None:
        """Have that row."""
        while row >= self.count:
            store = self._make(2 * self.count)
            store[: len(self.store)] = self.store
            self.count, self.store = 2 * self.count, store
            self.address = address_of_store(store)


class RoomRows:
    """`row` says where everything lies; it is written anew by `refresh`, before the next batch after any change."""

    def __init__(self) -> None:
        self.row = Row(ROOM_WORDS)
        self.odd: list[Lane] = []
        self._lanes = bytearray()
        self._flows = _Table(64, rows.FLOW_WORDS)
        self._cells = _Table(8, 16, -1)
        self._rows: list[Lane | None] = []
        self._columns: dict[Track, int] = {}
        self._row_of: dict[Lane, int] = {}
        self._free_columns: list[int] = []
        self._free_flows: list[int] = []
        self._flow_count = 0
        self.mark()

    def mark(self) -> None:
        """Something changed: see `refresh`."""
        self.row.words[rows.R_IS_STALE] = 1

    def put(self, lane: Lane, track: FastTrack, constants: Constants) -> None:
        """The track flows into the lane."""
        row = self._row_of.get(lane)
        if row is None:
            row = self._row_of[lane] = next((at for at, one in enumerate(self._rows) if one is None), len(self._rows))
            if row == len(self._rows):
                self._rows.append(None)
                self._cells.hold(row)
            self._rows[row] = lane
            lane.on_change = self.mark
        column = self._columns.get(track)
        if column is None:
            column = self._free_columns.pop() if self._free_columns else len(self._columns)
            self._columns[track] = column
            if column >= self._cells.words:
                self._widen()
            track.row.words[rows.T_COLUMN] = column
            track.row.words[rows.T_ROOM] = self.row.address
        if self._free_flows:
            cell = self._free_flows.pop()
        else:
            cell, self._flow_count = self._flow_count, self._flow_count + 1
            self._flows.hold(cell)
        _FLOW.pack_into(self._flows.store, cell * _FLOW.size, *constants)
        self._set_cell(row, column, cell)
        self.mark()

    def take(self, lane: Lane, track: FastTrack) -> None:
        """It flows there no more."""
        row, column = self._row_of[lane], self._columns[track]
        at = 8 * (row * self._cells.words + column)
        self._free_flows.append(int.from_bytes(self._cells.store[at : at + 8], "little"))
        self._set_cell(row, column, -1)
        if not track.flows:
            del self._columns[track]
            self._free_columns.append(column)
            track.row.words[rows.T_ROOM] = 0
        if not lane.flows:
            del self._row_of[lane]
            self._rows[row] = None
            lane.on_change = None
        self.mark()

    def refresh(self, lanes: Sequence[Lane], outbox: Outbox) -> None:
        """Write anew what may have changed, lanes in the order in which they are to be served."""
        self.odd.clear()
        cells, table = self._cells, bytearray()
        for lane in lanes:
            if lane.is_udp and outbox.send_runs is not None:
                where = cells.address + 8 * cells.words * self._row_of[lane]
                table += _LANE.pack(*_described(lane, outbox.segments(lane), where))
            else:
                self.odd.append(lane)
        self._lanes = table
        words = self.row.words
        words[rows.R_LANES] = address_of_store(table) if table else 0
        words[rows.R_LANE_COUNT] = len(table) // _LANE.size
        words[rows.R_FLOWS], words[rows.R_ODD] = self._flows.address, len(self.odd)
        words[rows.R_IS_STALE] = 0

    def _set_cell(self, row: int, column: int, value: int) -> None:
        at = 8 * (row * self._cells.words + column)
        self._cells.store[at : at + 8] = value.to_bytes(8, "little", signed=True)

    def _widen(self) -> None:
        old = self._cells
        wide = self._cells = _Table(old.count, 2 * old.words, -1)
        for row in range(old.count):
            line = old.store[8 * row * old.words : 8 * (row + 1) * old.words]
            wide.store[8 * row * wide.words : 8 * row * wide.words + len(line)] = line


def _described(lane: Lane, segments: int, cells: int) -> tuple[int, ...]:
    ring, controls = lane.ring, lane.controls
    if lane.path is None or lane.tx is None:
        return _NOBODY
    return (
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
        0 if ring is None else address_of_store(ring.origins),
        cells,
    )
