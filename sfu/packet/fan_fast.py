"""The fan of the fast plane: keeps flows as rows of numbers and lets `fan_compiled` do the work.

What leaves by TCP, or without recvmmsg, goes the interpreted way. Tables are made larger only while nothing runs.
"""

import struct
from collections import Counter
from typing import Final

from cffi import FFI

from sfu.packet import entry_compiled, rows
from sfu.packet.arena import Arena, address_of_store
from sfu.packet.fan import Entry, Fan, fan_out, writer
from sfu.packet.lane import Constants, Lane
from sfu.packet.media import MediaPacket
from sfu.packet.outbox import Outbox
from sfu.packet.rooms_fast import RoomRows
from sfu.packet.rows import DONE, ENTRY_WORDS, JOB_WORDS, ODD_LANES, STALE, Row
from sfu.packet.srtp import protect_address, unprotect_address
from sfu.packet.track import Track
from sfu.packet.track_fast import FastTrack, fast_track

_ENTRY: Final = struct.Struct(f"={ENTRY_WORDS}q")


class FastFan(Fan):
    """See `Fan`. Raises ValueError where libsrtp cannot be called directly."""

    def __init__(self, arena: Arena, outbox: Outbox, drops: Counter[str]) -> None:
        super().__init__(arena, outbox, drops)
        self._rooms: dict[int, RoomRows] = {}
        self._entries = bytearray(self._limit * _ENTRY.size)
        self._order = Row(self._limit)
        self._box = bytearray(8)
        self._tracks: dict[int, FastTrack] = {}
        self.job = Row(JOB_WORDS)
        words = self.job.words
        words[rows.J_PROTECT] = protect_address()
        words[rows.J_UNPROTECT] = unprotect_address()
        words[rows.J_ENTRIES] = address_of_store(self._entries)
        words[rows.J_ORDER] = self._order.address
        words[rows.J_LIMIT] = self._limit
        words[rows.J_INGRESS] = address_of_store(arena.ingress_store)
        words[rows.J_EGRESS] = address_of_store(arena.egress_store)
        words[rows.J_CAPACITY] = arena.capacity
        words[rows.J_BOX] = address_of_store(self._box)
        words[rows.J_HEADERS] = address_of_store(arena.headers_store)
        words[rows.J_VECTORS] = arena.vectors_at
        self._words = words
        outbox.on_limit = self.look_again
        self._call = FFI().cast("long long (*)(long long)", entry_compiled.ADDRESS)

    def add(self, room: int, track: Track, packet: MediaPacket, place: int) -> None:
        words, layout = self._words, packet.layout
        count = words[rows.J_COUNT]
        _ENTRY.pack_into(
            self._entries,
            count * _ENTRY.size,
            self._rooms[room].row.address,
            fast_track(track).row.address,
            fast_track(track).row.words[rows.T_COLUMN],
            packet.number,
            packet.timestamp,
            place,
            len(packet.data),
            layout.twcc_at,
        )
        words[rows.J_COUNT] = count + 1
        words[rows.J_NOW_US] = int(packet.at * 1e6)
        if count + 1 >= self._limit:
            self.run()

    def run(self) -> None:
        words, outbox = self._words, self._outbox
        if not words[rows.J_COUNT]:
            return
        while True:
            words[rows.J_USED], words[rows.J_RUNS] = outbox.used, outbox.runs
            words[rows.J_WHAT] = entry_compiled.FAN
            reason = self._call(self.job.address)
            outbox.used, outbox.runs = words[rows.J_USED], words[rows.J_RUNS]
            if reason == DONE:
                break
            self.help(reason)
        self.count_refused()

    def help(self, reason: int) -> None:
        """Do what compiled code cannot: see `fan_compiled.fan_out`."""
        if reason == STALE:
            number, room = self._present_room()
            room.refresh(self._lanes[number], self._outbox)
        elif reason == ODD_LANES:
            self._words[rows.J_IS_ODD_DONE] = 1
            self._serve_odd(self._present_room()[1])
        else:
            self._outbox.flush()

    def count_refused(self) -> None:
        """Add what libsrtp refused to the drops."""
        refused = self._words[rows.J_REFUSED]
        if refused:
            self._drops["srtp-protect"] += refused
            self._words[rows.J_REFUSED] = 0

    def _present_room(self) -> tuple[int, RoomRows]:
        row = self._words[rows.J_ROOM]
        return next((number, room) for number, room in self._rooms.items() if room.row.address == row)

    def _serve_odd(self, room: RoomRows) -> None:
        now_us, count = self._words[rows.J_NOW_US], self._words[rows.J_PICKED]
        entries = [self._entry(self._order.words[place]) for place in range(count)]
        try:
            fan_out(room.odd, entries, self._arena, self._outbox, self._drops, now_us)
        except Exception:
            self._drops["fan-error"] += count

    def _entry(self, index: int) -> Entry:
        at = index * _ENTRY.size
        _, row, _, number, timestamp, place, length, twcc_at = _ENTRY.unpack_from(self._entries, at)
        data = bytes(self._arena.ingress[place : place + length])
        head, write = data[0] << 8 | data[1], writer(length)
        return self._tracks[row], number, timestamp, data, length, twcc_at, place, head, data[12:], write

    def look_again(self) -> None:
        """Something about the sockets may have changed: each room's lanes are written anew."""
        for room in self._rooms.values():
            room.mark()

    def link(self, room: int, lane: Lane, track: Track, constants: Constants) -> bool:
        if not super().link(room, lane, track, constants):
            return False
        found = self._rooms.get(room)
        if found is None:
            found = self._rooms[room] = RoomRows()
        found.put(lane, fast_track(track), constants)
        self._tracks[fast_track(track).row.address] = fast_track(track)
        return True

    def unlink(self, room: int, lane: Lane, track: Track) -> None:
        super().unlink(room, lane, track)
        self._rooms[room].take(lane, fast_track(track))
        if not track.flows:
            del self._tracks[fast_track(track).row.address]
        if room not in self._lanes:
            del self._rooms[room]
