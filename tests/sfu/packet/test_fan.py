"""The steady case: what flows, as the interpreted and as the compiled fan send it."""

import random
from collections import Counter, defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfu.codecs import VP8, Kind
from sfu.packet.addresses import to_path
from sfu.packet.arena import STRIDE, VECTOR_BYTES, Arena, Sent
from sfu.packet.control_blocks import MAX_SEGMENT
from sfu.packet.fan import Entry, Fan, arranged
from sfu.packet.fan_fast import FastFan
from sfu.packet.lane import Lane
from sfu.packet.media import MediaPacket
from sfu.packet.outbox import Outbox
from sfu.packet.rows import PUBLICATION_WORDS, Row
from sfu.packet.rtp import RtpView
from sfu.packet.sent_ring import SentRing
from sfu.packet.srtp import Ciphers
from sfu.packet.track import Track
from sfu.packet.track_fast import FastTrack
from sfu.plane import Address
from tests.support.rtp_peer import PROFILE, RtpPeer, build_rtp

SSRC, ROOM = 0xC0FFEE, 7


class Bench:
    """One fan, its lanes, and what they were sent, decrypted by nobody: (lane, datagrams of each message)."""

    def __init__(self, make: Any, *, egress: int = 64, lanes: int = 3, is_direct: bool = True) -> None:
        self.arena = Arena(batch=48, egress=egress)
        self.sent: dict[int, list[list[bytes]]] = defaultdict(list)
        self.outbox = Outbox(self.arena, self.take_entries)
        if is_direct:
            self.outbox.send_runs = self.take_runs
        self.drops: Counter[str] = Counter()
        self.fan: Fan = make(self.arena, self.outbox, self.drops)
        ciphers = Ciphers(self.arena)
        self.peers = [RtpPeer(f"u{index}", f"a-password-of-number-{index}") for index in range(lanes)]
        self.lanes = [Lane() for _ in self.peers]
        self.ports: dict[bytes, int] = {}
        for index, (lane, peer) in enumerate(zip(self.lanes, self.peers, strict=True)):
            path = to_path(0, Address("192.0.2.1", 1000 + index))
            self.ports[path] = index
            lane.lead_to(path)
            lane.seal_with(ciphers.tx(PROFILE, peer.tx_key))
        self.view = RtpView(self.arena.ingress)
        self.place = 0

    def take_entries(self, entries: list[Sent]) -> None:
        for path, slot, length in entries:
            self.sent[self.ports[path]].append([self.datagram(slot, length)])

    def take_runs(self, count: int) -> None:
        words = memoryview(self.arena.headers_store).cast("Q")
        names = {lane.name_at: index for index, lane in enumerate(self.lanes)}
        for at in range(0, 8 * count, 8):
            first = (words[at + 2] - self.arena.vectors_at) // VECTOR_BYTES
            slots = range(first, first + words[at + 3])
            run = [self.datagram(slot, self.arena.vectors[2 * slot + 1]) for slot in slots]
            size = len(run[0])
            assert all(len(one) == size for one in run[:-1])
            assert len(run[-1]) <= size
            assert len(run) == 1 or size <= MAX_SEGMENT
            is_segmented = words[at + 5] == 24
            assert is_segmented is (len(run) > 1)
            self.sent[names[words[at]]].append(run)

    def datagram(self, slot: int, length: int) -> bytes:
        return bytes(self.arena.egress[slot * STRIDE : slot * STRIDE + length])

    def packet(self, track: Track, number: int, payload: bytes, extensions: dict[int, bytes]) -> MediaPacket:
        data = build_rtp(VP8.payload_type, number, number * 3000, track.ssrc, payload, extensions=extensions)
        start = self.place * STRIDE
        self.place = (self.place + 1) % self.arena.batch
        self.arena.ingress[start : start + len(data)] = data
        assert self.view.parse(start, start + len(data))
        self.view.clean(5.0)
        packet = MediaPacket(self.view, False, None, 200_000 + number, 5.0)
        self.fan.add(ROOM, track, packet, start)
        return packet

    def flush(self) -> None:
        self.fan.run()
        self.outbox.flush()

    def opened(self, index: int) -> list[Any]:
        """What a lane's browser reads, in order."""
        peer = self.peers[index]
        for run in self.sent[index]:
            for datagram in run:
                peer.open(datagram)
        assert peer.unreadable == 0
        packets = [packet for ssrc in sorted(peer.rtp) for packet in peer.rtp[ssrc]]
        peer.rtp.clear()
        self.sent[index].clear()
        return packets


def track(ssrc: int = SSRC) -> Track:
    """One that either fan can take."""
    return FastTrack(None, ssrc, Kind.VIDEO, 0.0, Row(PUBLICATION_WORDS))


@pytest.mark.parametrize("make", [Fan, FastFan])
@pytest.mark.parametrize("is_direct", [True, False])
def test_each_lane_gets_its_own_numbers_name_and_key(make: Any, is_direct: bool) -> None:
    bench, source = Bench(make, is_direct=is_direct), track()
    for index, lane in enumerate(bench.lanes):
        assert bench.fan.link(ROOM, lane, source, (index, 100 + index, 0xAA00 + index))
        assert not bench.fan.link(ROOM, lane, source, (0, 0, 0))
    for number in range(5):
        bench.packet(source, number, b"\x10\x01%d" % number + bytes(200), {1: b"99", 3: b"abc", 4: b"\1\2"})
    bench.flush()
    for index in range(len(bench.lanes)):
        packets = bench.opened(index)
        first = 200_000 + index
        assert [packet.seq for packet in packets] == [(first + step) & 0xFFFF for step in range(5)]
        assert [packet.timestamp for packet in packets] == [100 + index + 3000 * step for step in range(5)]
        assert {packet.ssrc for packet in packets} == {0xAA00 + index}
        assert all(1 not in packet.extensions for packet in packets)
        assert all(4 not in packet.extensions for packet in packets)
        assert [packet.payload[2:3] for packet in packets] == [b"%d" % step for step in range(5)]


@pytest.mark.parametrize("make", [Fan, FastFan])
def test_transport_wide_numbers_are_written_and_remembered(make: Any) -> None:
    bench, source = Bench(make, lanes=2), track()
    bench.lanes[0].ring = SentRing()
    bench.lanes[0].next_number = 65_534
    for lane in bench.lanes:
        bench.fan.link(ROOM, lane, source, (0, 0, 1))
    for number in range(4):
        bench.packet(source, number, bytes(100 + 3 * number), {4: b"\1\2"} if number != 1 else {3: b"abc"})
    bench.flush()
    packets = sorted(bench.opened(0), key=lambda packet: packet.seq)
    assert [packet.extensions.get(4) for packet in packets if 4 in packet.extensions].count(b"\xff\xff") == 1
    numbers = {int.from_bytes(packet.extensions[4], "big") for packet in packets if 4 in packet.extensions}
    assert numbers == {65_534, 65_535, 0}
    assert bench.lanes[0].next_number == 1
    ring = bench.lanes[0].ring
    assert ring is not None
    assert all(ring.sent_us(number) == 5_000_000 for number in numbers)
    assert sorted(ring.size(number) for number in numbers) == [20 + size + 16 for size in (100, 106, 109)]
    named = {ring.origin(int.from_bytes(one.extensions[4], "big")): one for one in packets if 4 in one.extensions}
    assert {name: one.ssrc << 16 | one.seq for name, one in named.items()} == {name: name for name in named}
    assert all(4 not in packet.extensions for packet in bench.opened(1))


@pytest.mark.parametrize("make", [Fan, FastFan])
def test_more_than_the_outbox_holds_is_sent_in_parts(make: Any) -> None:
    bench, source = Bench(make, egress=5, lanes=4), track()
    for lane in bench.lanes:
        bench.fan.link(ROOM, lane, source, (0, 0, 1))
    for number in range(23):
        bench.packet(source, number, bytes(50), {})
    bench.flush()
    for index in range(4):
        assert [packet.seq - (200_000 & 0xFFFF) for packet in bench.opened(index)] == list(range(23))


@pytest.mark.parametrize("is_direct", [True, False])
def test_trouble_with_one_lane_leaves_the_packets_of_those_before_it_alone(is_direct: bool) -> None:
    bench, source = Bench(Fan, is_direct=is_direct), track()
    for lane in bench.lanes:
        bench.fan.link(ROOM, lane, source, (0, 0, 1))
    way = bench.lanes[1].find_way()
    assert way is not None
    bench.lanes[1].way = (None, *way[1:])  # type: ignore[assignment]
    bench.packet(source, 1, b"words", {})
    bench.fan.run()
    assert bench.drops == {"fan-error": 1}
    bench.outbox.put(next(iter(bench.ports)), b"something else, as long as it takes")
    bench.outbox.flush()
    assert bench.peers[0].unreadable == 0
    sent = [datagram for run in bench.sent[0] for datagram in run]
    assert len(sent) == 2
    bench.peers[0].open(next(one for one in sent if not one.startswith(b"something")))
    assert [packet.payload for packet in bench.peers[0].rtp[1]] == [b"words"]


@pytest.mark.parametrize("make", [Fan, FastFan])
def test_what_waits_leaves_before_a_flow_ends_and_nothing_after(make: Any) -> None:
    bench, source = Bench(make, lanes=2), track()
    for lane in bench.lanes:
        bench.fan.link(ROOM, lane, source, (0, 0, 1))
    bench.packet(source, 1, b"before", {})
    bench.fan.unlink(ROOM, bench.lanes[0], source)
    bench.packet(source, 2, b"after", {})
    bench.flush()
    assert [packet.payload for packet in bench.opened(0)] == [b"before"]
    assert [packet.payload for packet in bench.opened(1)] == [b"before", b"after"]
    bench.lanes[1].lead_to(None)
    bench.packet(source, 3, b"nowhere", {})
    bench.flush()
    assert bench.opened(1) == []


@pytest.mark.parametrize("make", [Fan, FastFan])
def test_a_number_given_out_before_is_refused_and_costs_nobody_else(make: Any) -> None:
    bench, source, other = Bench(make, lanes=1), track(), track(5)
    bench.fan.link(ROOM, bench.lanes[0], source, (0, 0, 1))
    bench.fan.link(ROOM, bench.lanes[0], other, (0, 0, 2))
    bench.packet(source, 1, b"first", {})
    bench.packet(source, 1, b"again", {})
    bench.packet(other, 1, b"other", {})
    bench.flush()
    assert sorted(packet.payload for packet in bench.opened(0)) == [b"first", b"other"]
    assert bench.drops == {"srtp-protect": 1}


def test_both_fans_send_the_same_bytes() -> None:
    """Over rooms that change: the same packets, in the same messages, to the same lanes."""
    rng = random.Random(12)
    benches = [Bench(Fan, egress=96, lanes=20), Bench(FastFan, egress=96, lanes=20)]
    sources = [[track(0x100 + index) for index in range(40)] for _ in benches]
    linked: set[tuple[int, int]] = set()
    for bench in benches:
        for lane in bench.lanes[::3]:
            lane.ring = SentRing()
    for step in range(400):
        for _ in range(rng.randrange(4)):
            at = rng.randrange(20), rng.randrange(40)
            constants = (rng.randrange(-99, 99), rng.getrandbits(32), (at[0] << 8) + at[1])
            for bench, tracks in zip(benches, sources, strict=True):
                if at in linked:
                    bench.fan.unlink(ROOM, bench.lanes[at[0]], tracks[at[1]])
                else:
                    bench.fan.link(ROOM, bench.lanes[at[0]], tracks[at[1]], constants)
            linked ^= {at}
        for _ in range(rng.randrange(1, 9)):
            column, size = rng.randrange(40), rng.choice((80, 1100, 1100, 1101, 1101, 1300))
            extensions = rng.choice(({}, {1: b"00", 4: b"\0\0"}, {3: b"abc", 4: b"\0\0"}))
            for bench, tracks in zip(benches, sources, strict=True):
                if tracks[column].flows:
                    bench.packet(tracks[column], step * 10 + _, bytes(size), extensions)
        for bench in benches:
            bench.flush()
        assert benches[0].sent == benches[1].sent
    assert sum(len(runs) for runs in benches[0].sent.values()) > 1_000
    assert max(len(run) for runs in benches[0].sent.values() for run in runs) >= 3


@pytest.mark.parametrize("make", [Fan, FastFan])
def test_a_frame_whose_last_parts_are_a_byte_longer_is_one_message(make: Any) -> None:
    """By a byte of padding, which changes nothing that a browser reads; the copy kept for repairs has none."""
    bench, source = Bench(make, lanes=2), track()
    for lane in bench.lanes:
        bench.fan.link(ROOM, lane, source, (0, 0, 1))
    payloads = [bytes((65 + at,)) * size for at, size in enumerate((1099, 1099, 1100, 1100, 700))]
    kept = [bench.packet(source, number, payload, {1: b"00"}) for number, payload in enumerate(payloads)]
    bench.flush()
    assert [packet.data[20:] for packet in kept] == payloads
    assert not any(packet.data[0] & 0x20 for packet in kept)
    assert [[len(one) for one in run] for run in bench.sent[0]] == [[12 + 8 + 1100 + 16] * 4 + [12 + 8 + 700 + 16]]
    for index in range(2):
        packets = bench.opened(index)
        assert [packet.payload for packet in packets] == payloads
        assert [packet.padded for packet in packets] == [True, True, False, False, False]
        assert [packet.seq for packet in packets] == [(200_000 + step) & 0xFFFF for step in range(5)]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from((20, 40, 60, 80))), min_size=1, max_size=48))
def test_a_batch_is_arranged_by_size_and_no_track_is_reordered(packets: list[tuple[int, int]]) -> None:
    tracks = [track(index) for index in range(4)]
    entries: list[Entry] = [
        (tracks[which], number, 0, b"", size, 0, 0, 0, 0, b"", print) for number, (which, size) in enumerate(packets)
    ]
    ordered = arranged(list(entries), memoryview(bytearray(1)))
    assert sorted(entry[1] for entry in ordered) == list(range(len(entries)))
    for one in tracks:
        numbers = [entry[1] for entry in ordered if entry[0] is one]
        assert numbers == sorted(numbers)
    if len({which for which, _ in packets}) == len(packets):
        assert [entry[4] for entry in ordered] == sorted((size for _, size in packets), reverse=True)
