"""The steady case: packets of tracks that flow, one batch to all viewers at once.

A track *flows* into a slot while each of its packets becomes that slot's by the same constants (see `Constants`).
Everything else (switches, late packets, filters, pauses) is the `Subscription`'s, packet by packet. Whatever changes a
lane or its flows first sends what waits, so a batch sees constants and one slot's packets never overtake one another.
"""

import struct
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from operator import itemgetter
from typing import Final

from sfu.codecs import EXT_TWCC
from sfu.packet.arena import HEADER_BYTES, STRIDE, VECTOR_BYTES, Arena
from sfu.packet.control_blocks import MAX_SEGMENT
from sfu.packet.lane import Constants, Lane
from sfu.packet.media import MediaPacket
from sfu.packet.outbox import HEADER, MAX_SEGMENTS, Outbox
from sfu.packet.sent_ring import MASK
from sfu.packet.track import Track

MAX_BATCH: Final = 48  # packets; as many segments of the largest size fit into one message
TWCC_HEAD: Final = EXT_TWCC << 4 | 1
_writers: dict[int, Callable[..., None]] = {}
_TWCC: Final = struct.Struct("!BH")
_size: Final = itemgetter(4)

# (track, number, timestamp, clean packet, its length, where the head of its TWCC extension is, where the same bytes lie
# in the arena's ingress store, its first two bytes as a number, what follows the fixed header, what writes a packet of
# this length)
Entry = tuple[Track, int, int, bytes, int, int, int, int, bytes, Callable[..., None]]


class Fan:
    """Collects a batch and sends it; lanes are kept by room, because nothing flows from one to another."""

    def __init__(self, arena: Arena, outbox: Outbox, drops: Counter[str]) -> None:
        self.now = 0.0
        self._arena = arena
        self._outbox = outbox
        self._drops = drops
        self._lanes: dict[int, list[Lane]] = {}
        self._waiting: dict[int, list[Entry]] = {}
        self._count = 0
        self._limit = min(MAX_BATCH, arena.capacity)

    # Packets.

    def add(self, room: int, track: Track, packet: MediaPacket, place: int) -> None:
        """A packet for every slot into which this track flows; it leaves with the batch.

        `place`: where the same bytes lie in the arena's ingress store.
        """
        data, layout = packet.data, packet.layout
        length = len(data)
        entry = (
            track,
            packet.number,
            packet.timestamp,
            data,
            length,
            layout.twcc_at,
            place,
            packet.first << 8 | packet.marker_type,
            data[12:],
            _writers.get(length) or writer(length),
        )
        self.now = packet.at
        waiting = self._waiting.get(room)
        if waiting is None:
            self._waiting[room] = [entry]
        else:
            waiting.append(entry)
        self._count += 1
        if self._count >= self._limit:
            self.run()

    def run(self) -> None:
        """Write what waits into the outbox."""
        if not self._count:
            return
        waiting, self._waiting, self._count = self._waiting, {}, 0
        for room, entries in waiting.items():
            try:
                self._send(room, arranged(entries, self._arena.ingress))
            except Exception:
                # It costs these packets, and nobody in another room.
                self._drops["fan-error"] += len(entries)

    def _send(self, room: int, entries: list[Entry]) -> None:
        now_us = int(self.now * 1e6)
        fan_out(self._lanes[room], entries, self._arena, self._outbox, self._drops, now_us)

    def settle(self) -> None:
        """Send what waits, before something changes."""
        self.run()
        if self._outbox.runs:
            self._outbox.flush()

    # What control's verbs and the network change.

    def link(self, room: int, lane: Lane, track: Track, constants: Constants) -> bool:
        """From the next packet on the track flows here. False: it does already, into another slot of this viewer."""
        if track in lane.flows:
            return False
        self.settle()
        if not lane.flows:
            self._lanes.setdefault(room, []).append(lane)
        lane.flows[track] = constants
        track.flows += 1
        return True

    def unlink(self, room: int, lane: Lane, track: Track) -> None:
        """The track flows here no more."""
        self.settle()
        del lane.flows[track]
        track.flows -= 1
        if not lane.flows:
            self._lanes[room].remove(lane)
            if not self._lanes[room]:
                del self._lanes[room]


def arranged(entries: list[Entry], ingress: memoryview) -> list[Entry]:
    """Longest first, so that equal sizes leave together; packets of one track keep their order.

    Browsers cut a frame into parts of which the last are a byte longer: that byte is evened out. Where a track's packet
    is longer still than its one before, it begins a part of its own.
    """
    if len(entries) == 1:
        return entries
    rises = _rises(entries)
    if rises:
        entries = evened(entries, ingress)
        rises = _rises(entries)
    if not rises:
        entries.sort(key=_size, reverse=True)
        return entries
    whole: list[Entry] = []
    for begin, end in pairwise((0, *rises, len(entries))):
        whole += sorted(entries[begin:end], key=_size, reverse=True)
    return whole


def _rises(entries: list[Entry]) -> list[int]:
    """Where a packet is longer than the one before of its track, in the part that begins at the last such place."""
    sizes: dict[Track, int] = {}
    rises: list[int] = []
    for index, entry in enumerate(entries):
        track, size = entry[0], entry[4]
        if size > sizes.get(track, size):
            rises.append(index)
            sizes.clear()
        sizes[track] = size
    return rises


def evened(entries: list[Entry], ingress: memoryview) -> list[Entry]:
    """Packets a byte shorter than their track's longest here get a byte of padding (RFC 3550 section 5.1)."""
    longest: dict[Track, int] = {}
    for entry in entries:
        longest[entry[0]] = max(longest.get(entry[0], 0), entry[4])
    even: list[Entry] = []
    for entry in entries:
        if entry[4] == longest[entry[0]] - 1:
            track, number, timestamp, data, length, twcc_at, place, head, body, _ = entry
            # After decryption the room of the SRTP trailer is free.
            ingress[place] |= 0x20
            ingress[place + length] = 1
            length, head = length + 1, head | 0x2000
            padded = (data + b"\1", length, twcc_at, place, head, body + b"\1", writer(length))
            even.append((track, number, timestamp, *padded))
        else:
            even.append(entry)
    return even


def writer(length: int) -> Callable[..., None]:
    """What writes header and payload of a packet of this length in one call; there are as many as lengths."""
    write = _writers.get(length)
    if write is None:
        write = _writers[length] = struct.Struct(f"!HHII{length - 12}s").pack_into
    return write


def fan_out(
    lanes: list[Lane], entries: list[Entry], arena: Arena, outbox: Outbox, drops: Counter[str], now_us: int
) -> None:
    """Every entry into every lane where its track flows: copied, renumbered, protected, cut into runs."""
    egress, vectors, headers, capacity = arena.egress, arena.vectors, arena.headers, arena.capacity
    write_twcc, write_header, count = _TWCC.pack_into, HEADER.pack_into, len(entries)
    vectors_at, takes_runs, is_whole = arena.vectors_at, outbox.send_runs is not None, not outbox.max_segments
    slot, runs = outbox.used, outbox.runs
    try:
        for lane in lanes:
            way = lane.way or lane.find_way()
            if way is None:
                continue
            if slot + count > capacity:
                outbox.used, outbox.runs = slot, runs
                outbox.flush()
                slot = runs = 0
            (
                protect,
                handle,
                pointers,
                box,
                trailer,
                find,
                name_at,
                name_length,
                socket,
                controls,
                stride,
                alone,
                alone_length,
            ) = way
            ring = lane.ring
            if ring is not None:
                number = lane.next_number
                times, labels, origins = ring.times, ring.labels, ring.origins
            # The open run: its first slot, its size (-1: it takes no more), how many it may and does hold.
            first, size, most, held = slot, -1, MAX_SEGMENTS if is_whole else outbox.segments(lane), 0
            marks: list[tuple[int, int, int, int]] = []
            for track, seq, timestamp, _, length, twcc_at, _, head, body, write in entries:
                constants = find(track)
                if constants is None:
                    continue
                seq_offset, timestamp_offset, ssrc = constants
                at, seq = slot * STRIDE, (seq + seq_offset) & 0xFFFF
                write(
                    egress,
                    at,
                    head,
                    seq,
                    (timestamp + timestamp_offset) & 0xFFFFFFFF,
                    ssrc,
                    body,
                )
                if twcc_at and ring is not None:
                    write_twcc(egress, at + twcc_at, TWCC_HEAD, number)
                    index = number & MASK
                    times[index] = now_us
                    labels[index] = number << 16 | length + trailer
                    origins[index] = ssrc << 16 | seq
                    number = (number + 1) & 0xFFFF
                box[0] = length
                if protect(handle, pointers[slot], box):
                    drops["srtp-protect"] += 1
                    continue
                length += trailer
                vectors[2 * slot + 1] = length
                if length == size and held < most:
                    held += 1
                elif length < size and held < most:
                    marks.append((first, held + 1, size, length))
                    size, held = -1, 0
                else:
                    if held:
                        marks.append((first, held, size, size))
                    first = slot
                    if length <= MAX_SEGMENT:
                        size, held = length, 1
                    else:
                        marks.append((slot, 1, length, length))
                        size, held = -1, 0
                slot += 1
            if held:
                marks.append((first, held, size, size))
            if ring is not None:
                lane.next_number = number
            if not takes_runs or not lane.is_udp:
                outbox.add_singly(lane.path, marks)
                continue
            for first, held, size, _ in marks:
                control, control_length = (controls + size * stride, stride) if held > 1 else (alone, alone_length)
                vector = vectors_at + first * VECTOR_BYTES
                at = runs * HEADER_BYTES
                write_header(headers, at, name_at, name_length, vector, held, control, control_length, 0, socket)
                runs += 1
    finally:
        # Whatever one lane's trouble: slots that are spoken for stay taken.
        outbox.used, outbox.runs = slot, runs
