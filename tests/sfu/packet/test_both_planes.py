"""The interpreted plane is the reference: the fast one sends the same bytes in the same messages, whatever happens."""

import contextlib
import random
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfu.codecs import OPUS, RED, VP8, Kind
from sfu.packet.addresses import to_path
from sfu.packet.arena import Arena
from sfu.packet.fast import FAST
from sfu.packet.forms import INTERPRETED
from sfu.packet.ice import Credentials
from sfu.packet.inline import InlinePlane
from sfu.packet.load import ALL_VIDEO
from sfu.packet.loop_compiled import _peer
from sfu.packet.paths_fast import PathTable, key_of
from sfu.packet.peer_fast import FastPeer
from sfu.packet.rows import J_SCRATCH, JOB_WORDS, Row
from sfu.plane import Address, PublicationSpec, SlotSpec
from tests.support.plane_rig import VIDEO_DELTA, VIDEO_KEY, RecordingSink
from tests.support.rtp_peer import RtpPeer, build_rtp, nack, pli, sender_report

PEOPLE = 3
MIC, CAMERA = 0, 1
BATCH = 12
REPAIRS = 8  # a source's retransmissions: so much above its SSRC


class Twins:
    """Two planes with the same room; everything happens to both."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.sinks = [RecordingSink(), RecordingSink()]
        self.planes = [
            InlinePlane(seed=seed, now=50.0, arena=Arena(batch=BATCH, egress=40), forms=forms, has_runs=True)
            for forms in (INTERPRETED, FAST)
        ]
        for plane, sink in zip(self.planes, self.sinks, strict=True):
            with contextlib.suppress(StopIteration):
                plane.start([Address("127.0.0.1", 1)], sink).send(None)
        self.peers = [
            RtpPeer(f"uf{number:02d}", f"password-of-number-{number:04d}", seed=number) for number in range(PEOPLE)
        ]
        self.ports = [1_000 + number for number in range(PEOPLE)]
        self.seqs: dict[int, int] = {}
        self.twcc = [self.random.randrange(65_536) for _ in range(PEOPLE)]
        self.kept: list[tuple[int, bytes]] = []
        self.seen: dict[tuple[int, int], int] = {}
        self.sent = 0
        for number, peer in enumerate(self.peers):
            self.both("add_peer", number, 1, peer.ufrag, peer.pwd)
            self.both("set_srtp", number, peer.profile, peer.rx_key, peer.tx_key)
            self.arrive([(number, peer.check())])
            for source, kind, types in ((MIC, Kind.AUDIO, (111, 63)), (CAMERA, Kind.VIDEO, (96, 97))):
                ssrc = ssrc_of(number, source)
                fid = {ssrc: ssrc + REPAIRS} if source == CAMERA else {}
                spec = PublicationSpec(kind, f"{source:02d}", types, (ssrc,), fid, ())
                self.both("add_publication", pub_of(number, source), number, spec)
                self.both("set_gate", pub_of(number, source), True)
        for viewer in range(PEOPLE):
            for shown in range(PEOPLE):
                if shown != viewer:
                    self.both("add_slot", slot_of(viewer, shown, MIC), viewer, self.slot(viewer, shown, MIC))
                    self.both("add_slot", slot_of(viewer, shown, CAMERA), viewer, self.slot(viewer, shown, CAMERA))
                    for source in (MIC, CAMERA):
                        self.both("subscribe", slot_of(viewer, shown, source), pub_of(shown, source), None)

    def slot(self, viewer: int, shown: int, source: int) -> SlotSpec:
        ssrc = 0x5000 + 16 * shown + 4 * source
        if source == MIC:
            return SlotSpec(Kind.AUDIO, f"{10 + shown}", ssrc, None, (111, 63), viewer == 0)
        return SlotSpec(Kind.VIDEO, f"{20 + shown}", ssrc, ssrc + 1, (96, 97), viewer == 0)

    def both(self, verb: str, *args: Any) -> None:
        for plane in self.planes:
            getattr(plane, verb)(*args)

    def arrive(self, datagrams: list[tuple[int, bytes]]) -> None:
        for plane in self.planes:
            plane.deliver_batch([(data, Address("192.0.2.1", self.ports[who])) for who, data in datagrams])
        self.compare()

    def advance(self, seconds: float) -> None:
        self.both("advance", seconds)
        self.compare()

    def compare(self) -> None:
        plain, fast = (plane.take() for plane in self.planes)
        # To each address in order; whom a timer serves first is left to a set.
        plain.sort(key=port_of)
        fast.sort(key=port_of)
        assert plain == fast
        assert self.planes[0].message_sizes == self.planes[1].message_sizes
        assert self.sinks[0].calls == self.sinks[1].calls
        assert self.planes[0].core.drops == self.planes[1].core.drops
        for address, data in plain:
            if len(data) >= 12 and data[0] >= 128 and not 192 <= data[1] <= 223:
                seq, ssrc = struct.unpack_from("!2xH4xI", data)
                self.seen[(address.port - 1_000) % PEOPLE, ssrc] = seq
                self.sent += 1

    def compare_counts(self) -> None:
        plain, fast = (plane.core.stats(0.0) for plane in self.planes)
        assert plain == fast

    def packet(self, who: int, source: int) -> list[tuple[int, bytes]]:
        """The next packet of a source, perhaps an odd one, and perhaps not now."""
        rng, ssrc = self.random, ssrc_of(who, source)
        seq = self.seqs[ssrc] = (self.seqs.get(ssrc, 65_500) + rng.choice((1,) * 30 + (2, 3, 200))) & 0xFFFF
        self.twcc[who] = (self.twcc[who] + rng.choice((1,) * 20 + (2, 90))) & 0xFFFF
        extensions = {3: b"\1\2\3", 4: self.twcc[who].to_bytes(2, "big")}
        if source == MIC:
            payload, payload_type = bytes(rng.choice((0, 20, 88, 88, 88))), OPUS.payload_type
            extensions[2] = bytes((0x80 | rng.randrange(128),))
            if rng.random() < 0.03:
                payload, payload_type = bytes((OPUS.payload_type,)) + b"again", RED.payload_type
        else:
            head = VIDEO_KEY if rng.random() < 0.1 else VIDEO_DELTA
            payload, payload_type = head + bytes(rng.choice((700, 800, 800, 801, 801, 0))), VP8.payload_type
        if rng.random() < 0.05:
            extensions |= rng.choice(({1: f"{source:02d}".encode()}, {9: b"unknown"}))
        data = build_rtp(payload_type, seq, seq * 960, ssrc, payload, marker=rng.random() < 0.3, extensions=extensions)
        if rng.random() < 0.02:
            data = bytes((data[0] | 0x20,)) + data[1:] + b"\0\0\3"
        fate = rng.random()
        if source == CAMERA and fate < 0.08 and not data[0] & 0x20:
            repair = self.repair(ssrc, seq, payload, extensions)
            if fate < 0.04:
                self.kept.append((who, self.peers[who].seal(repair)))
                return []
            return [(who, self.peers[who].seal(repair))]  # before anybody could have missed it
        sealed = self.peers[who].seal(data)
        fate = rng.random()
        if fate < 0.04:
            self.kept.append((who, sealed))
            return []
        if fate < 0.05:
            return [(who, sealed[:-1] + bytes((sealed[-1] ^ 1,)))]
        if fate < 0.06:
            return [(who, sealed), (who, sealed)]
        if fate < 0.07:
            return [((who + 1) % PEOPLE, sealed)]
        return [(who, sealed)]

    def repair(self, ssrc: int, seq: int, payload: bytes, extensions: dict[int, bytes]) -> bytes:
        rtx_ssrc = ssrc + REPAIRS
        rtx_seq = self.seqs[rtx_ssrc] = (self.seqs.get(rtx_ssrc, 65_530) + 1) & 0xFFFF
        body = struct.pack("!H", seq) + payload
        return build_rtp(VP8.rtx or 0, rtx_seq, seq * 960, rtx_ssrc, body, extensions=extensions)

    def batch(self) -> None:
        rng = self.random
        datagrams: list[tuple[int, bytes]] = []
        for _ in range(rng.randrange(1, 5)):
            who, source = rng.randrange(PEOPLE), rng.choice((MIC, CAMERA, CAMERA))
            for _ in range(rng.choice((1, 1, 3)) if source == CAMERA else 1):
                datagrams += self.packet(who, source)
        while self.kept and rng.random() < 0.2:
            datagrams.insert(rng.randrange(len(datagrams) + 1), self.kept.pop(rng.randrange(len(self.kept))))
        self.arrive(datagrams[:BATCH])

    def feedback(self) -> None:
        rng = self.random
        viewer = rng.randrange(PEOPLE)
        slots = [(ssrc, seq) for (who, ssrc), seq in self.seen.items() if who == viewer]
        if not slots:
            return
        ssrc, seq = rng.choice(slots)
        packet = rng.choice((nack(ssrc, (seq - rng.randrange(40)) & 0xFFFF), pli(ssrc)))
        if rng.random() < 0.3:
            packet = sender_report(ssrc_of(viewer, rng.choice((MIC, CAMERA))), 1 << 32, 960)
        self.arrive([(viewer, self.peers[viewer].seal_rtcp(packet))])

    def verb(self) -> None:
        rng = self.random
        who, source = rng.randrange(PEOPLE), rng.choice((MIC, CAMERA))
        match rng.randrange(6):
            case 0:
                self.both("set_gate", pub_of(who, source), False)
            case 1 | 2:
                self.both("set_gate", pub_of(who, source), True)
            case 3:
                self.both("set_paused", slot_of((who + 1) % PEOPLE, who, source), rng.random() < 0.5)
            case 4:
                self.ports[who] = 1_000 + who + PEOPLE * rng.randrange(3)
                self.arrive([(who, self.peers[who].check())])
            case 5:
                self.shed(rng.randrange(3))
        self.compare()

    def shed(self, step: int) -> None:
        for plane in self.planes:
            plane.core.ingress.load.step = step


def port_of(sent: tuple[Address, bytes]) -> int:
    return sent[0].port


def pub_of(number: int, source: int) -> int:
    return 100 + 10 * number + source


def slot_of(viewer: int, shown: int, source: int) -> int:
    return 1_000 + 100 * viewer + 10 * shown + source


def ssrc_of(number: int, source: int) -> int:
    return 0x1000 + 16 * number + source


def taken(plane: InlinePlane) -> int:
    """How many packets came without the interpreter's looking at them."""
    return int(plane.core.ingress.taken)  # type: ignore[attr-defined]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1 << 30))
def test_both_planes_send_the_same_whatever_arrives(seed: int) -> None:
    """Losses, reorderings, repeats, forged packets, odd headers, gates, pauses, NACKs, other addresses, time."""
    twins = Twins(seed)
    for _ in range(120):
        chance = twins.random.random()
        if chance < 0.72:
            twins.batch()
        elif chance < 0.82:
            twins.feedback()
        elif chance < 0.87:
            twins.verb()
        twins.advance(twins.random.choice((0.0, 0.002, 0.005, 0.02, 0.06)))
    twins.compare_counts()


def test_most_of_what_is_steady_never_meets_the_interpreter() -> None:
    """Else the test above would compare the interpreted plane with itself."""
    twins = Twins(7)
    for _ in range(400):
        twins.batch()
        twins.advance(0.004)
    assert twins.sent > 1_000
    assert taken(twins.planes[1]) > 0.5 * twins.planes[1].core.ingress.packets


def test_what_is_shed_and_what_is_not_never_meets_the_interpreter_either() -> None:
    """Where there is too much to do, a packet must not cost several times as much."""
    twins = Twins(7)
    for _ in range(100):
        twins.batch()
        twins.advance(0.004)
    twins.shed(ALL_VIDEO)
    before, packets = taken(twins.planes[1]), twins.planes[1].core.ingress.packets
    sent = twins.sent
    for _ in range(200):
        twins.batch()
        twins.advance(0.004)
    assert twins.planes[1].core.drops["shed"] > 200
    assert twins.sent > sent + 100
    assert taken(twins.planes[1]) - before > 0.7 * (twins.planes[1].core.ingress.packets - packets)


@pytest.mark.parametrize("source", [MIC, CAMERA])
def test_a_gate_that_closes_between_two_batches_stops_all_that_follows(source: int) -> None:
    twins = Twins(3)
    for _ in range(60):
        twins.batch()
        twins.advance(0.004)
    before = taken(twins.planes[1])
    assert before > 0
    twins.both("set_gate", pub_of(0, source), False)
    twins.compare()
    sent = twins.sent
    for _ in range(20):
        twins.arrive([one for _ in range(3) for one in twins.packet(0, source)])
    assert twins.sent == sent
    assert taken(twins.planes[1]) == before


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 90)), max_size=120))
def test_compiled_code_finds_the_owner_of_every_path_and_of_no_other(steps: list[tuple[bool, int]]) -> None:
    table, job, scratch = PathTable(), Row(JOB_WORDS), Row(16)
    job.words[J_SCRATCH] = scratch.address
    table.publish(job)
    paths = [path_of(number) for number in range(91)]
    peers = [FastPeer(number, 1, Credentials(b"u", b"p"), 0.0) for number in range(4)]
    for is_bound, number in steps:
        if is_bound:
            table[paths[number]] = peers[number % 4]
        else:
            table.pop(paths[number], None)
    for path in paths:
        for place, one in enumerate(key_of(path)):
            scratch.words[place] = one
        owner = table.get(path)
        assert _peer(job.address) == (0 if owner is None else owner.row.address)  # type: ignore[attr-defined]


def path_of(number: int) -> bytes:
    if number % 3 == 0:
        return to_path(0, Address(f"2001:db8::{number:x}", 9_000), bytes(16) if number % 2 else b"")
    return to_path(number % 2, Address(f"192.0.2.{number}", 9_000 + number % 5), bytes((10, 0, 0, number % 2)))
