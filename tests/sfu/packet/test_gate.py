"""THE GATE: no packet of a closed publication ever leaves, by whatever SSRC, layer or repair it comes (I2)."""

import contextlib
import struct
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from sfu.codecs import OPUS, VP8, Kind
from sfu.packet.inline import InlinePlane
from sfu.packet.publication import Publication
from sfu.packet.rtp import RtpView
from sfu.packet.track import Track
from sfu.plane import Address, Layer, PublicationSpec, SlotSpec
from tests.support.plane_rig import RecordingSink, idle_fan
from tests.support.rtp_peer import RtpPeer, build_rtp, nack, sender_report

RIDS = ("q", "h")
MIC, CAMERA = 0, 1
SSRCS = {MIC: (100, 101, 102), CAMERA: (200, 201, 202, 203)}
REPAIRS = (300, 301)
VIEWERS = 2


class Gate(RuleBasedStateMachine):
    """One publisher with a microphone and a simulcast camera, two viewers; every payload says when it was sent."""

    @initialize(seed=st.integers(0, 1 << 30))
    def begin(self, seed: int) -> None:
        self.plane = InlinePlane(seed=seed, now=50.0)
        starting = self.plane.start([Address("127.0.0.1", 1)], RecordingSink())
        with contextlib.suppress(StopIteration):
            starting.send(None)
        self.is_open = {MIC: False, CAMERA: False}
        self.pubs: dict[int, int] = {}
        self.ids = 100
        self.seqs: dict[int, int] = {}
        self.publisher = self.peer(1)
        self.viewers = [self.peer(2 + index) for index in range(VIEWERS)]
        self.shown: dict[int, int | None] = {}
        self.serial = 0
        self.seen: list[list[int]] = [[] for _ in range(VIEWERS)]
        self.delivered: list[bytes] = []
        for source in (MIC, CAMERA):
            self.publish(source)
        for index in range(VIEWERS):
            number = 2 + index
            self.plane.add_slot(10 * number, number, SlotSpec(Kind.AUDIO, "10", 1000, None, (111,)))
            self.plane.add_slot(10 * number + 1, number, SlotSpec(Kind.VIDEO, "11", 1001, 1002, (96, 97)))
            self.plane.subscribe(10 * number, self.pubs[MIC], None)
            self.plane.subscribe(10 * number + 1, self.pubs[CAMERA], Layer("q"))

    def peer(self, number: int) -> RtpPeer:
        peer = RtpPeer(f"uf{number:02d}", f"password-of-number-{number:04d}")
        self.plane.add_peer(number, 1, peer.ufrag, peer.pwd)
        self.plane.set_srtp(number, peer.profile, peer.rx_key, peer.tx_key)
        self.plane.deliver(peer.check(), Address("192.0.2.1", number))
        return peer

    def publish(self, source: int) -> None:
        self.ids += 1
        self.pubs[source] = self.ids
        if source == MIC:
            spec = PublicationSpec(Kind.AUDIO, "00", (111,), SSRCS[MIC][:1])
        else:
            spec = PublicationSpec(Kind.VIDEO, "01", (96, 97), rids=RIDS)
        self.plane.add_publication(self.ids, 1, spec)

    def note(self, source: int, is_open: bool) -> None:
        self.is_open[source] = is_open
        self.serial += 1

    def send(self, packet: bytes) -> None:
        self.plane.deliver(self.publisher.seal(packet), Address("192.0.2.1", 1))
        self.collect()

    def body(self, source: int) -> bytes:
        """What is sent while the gate is closed says so."""
        word = b"open" if self.is_open[source] else b"SHUT"
        return word + struct.pack("!I", self.serial)

    def collect(self) -> None:
        """Read what came out since: nothing may say that it was sent behind a closed gate."""
        for address, datagram in self.plane.take():
            if address.port < 2:
                continue
            viewer = self.viewers[address.port - 2]
            viewer.open(datagram)
        for viewer, seen in zip(self.viewers, self.seen, strict=True):
            assert viewer.unreadable == 0
            for ssrc, packets in viewer.rtp.items():
                for packet in packets:
                    assert b"SHUT" not in packet.payload
                    self.delivered.append(packet.payload)
                    if ssrc == 1001:
                        seen.append(packet.seq)
            viewer.rtp.clear()

    def next_seq(self, ssrc: int, skip: int = 0) -> int:
        self.seqs[ssrc] = self.seqs.get(ssrc, 0) + 1 + skip
        return self.seqs[ssrc]

    @rule(ssrc=st.sampled_from(SSRCS[MIC]), with_mid=st.booleans(), skip=st.integers(0, 2))
    def speak(self, ssrc: int, with_mid: bool, skip: int) -> None:
        extensions: dict[int, Any] = {2: b"\x05"}
        if with_mid:
            extensions[1] = b"00"
        seq = self.next_seq(ssrc, skip)
        self.send(build_rtp(OPUS.payload_type, seq, seq * 960, ssrc, self.body(MIC), extensions=extensions))

    @rule(
        ssrc=st.sampled_from(SSRCS[CAMERA]),
        rid=st.sampled_from((*RIDS, "f", None)),
        is_key=st.booleans(),
        skip=st.integers(0, 2),
    )
    def film(self, ssrc: int, rid: str | None, is_key: bool, skip: int) -> None:
        extensions = {1: b"01"}
        if rid is not None:
            extensions[5] = rid.encode()
        seq = self.next_seq(ssrc, skip)
        payload = (b"\x10\x00" if is_key else b"\x10\x01") + self.body(CAMERA)
        self.send(build_rtp(VP8.payload_type, seq, seq * 3000, ssrc, payload, extensions=extensions))

    @rule(ssrc=st.sampled_from(REPAIRS), original=st.integers(0, 40), rid=st.sampled_from(RIDS))
    def repair(self, ssrc: int, original: int, rid: str) -> None:
        seq = self.next_seq(ssrc)
        payload = struct.pack("!H", original) + b"\x10\x00" + self.body(CAMERA)
        extensions = {1: b"01", 6: rid.encode()}
        self.send(build_rtp(97, seq, original * 3000, ssrc, payload, extensions=extensions))

    @rule(source=st.sampled_from((MIC, CAMERA)), is_open=st.booleans())
    def set_gate(self, source: int, is_open: bool) -> None:
        self.plane.set_gate(self.pubs[source], is_open)
        self.note(source, is_open)

    @rule(source=st.sampled_from((MIC, CAMERA)))
    def renegotiate(self, source: int) -> None:
        """The publication is made anew: its gate is closed again, whatever it was."""
        self.plane.remove_publication(self.pubs[source])
        self.publish(source)
        self.note(source, False)
        for index in range(VIEWERS):
            slot = 10 * (2 + index) + (source == CAMERA)
            self.plane.subscribe(slot, self.pubs[source], None if source == MIC else Layer("h"))

    @rule(index=st.integers(0, VIEWERS - 1), source=st.sampled_from((MIC, CAMERA)), is_shown=st.booleans())
    def show(self, index: int, source: int, is_shown: bool) -> None:
        slot = 10 * (2 + index) + (source == CAMERA)
        self.plane.subscribe(slot, self.pubs[source] if is_shown else None, Layer("q"))

    @rule(index=st.integers(0, VIEWERS - 1), is_paused=st.booleans(), rid=st.sampled_from(RIDS))
    def pause_or_retarget(self, index: int, is_paused: bool, rid: str) -> None:
        slot = 10 * (2 + index) + 1
        self.plane.set_paused(slot, is_paused)
        self.plane.set_target_layer(slot, Layer(rid))

    @rule(index=st.integers(0, VIEWERS - 1))
    def ask_again(self, index: int) -> None:
        """A viewer asks for everything that it ever got; a closed gate answers nothing."""
        self.collect()
        numbers = self.seen[index][-40:]
        before = self.count_repairs()
        viewer = self.viewers[index]
        self.plane.deliver(viewer.seal_rtcp(nack(1001, *numbers)), Address("192.0.2.1", 2 + index))
        if not self.is_open[CAMERA]:
            assert self.count_repairs() == before
        self.collect()

    def count_repairs(self) -> int:
        sent = self.plane.take()
        self.plane._sent = list(sent)
        return sum(1 for _, datagram in sent if datagram[0] >> 6 == 2 and datagram[8:12] == struct.pack("!I", 1002))

    @precondition(lambda self: hasattr(self, "plane"))
    @rule(seconds=st.sampled_from((0.02, 0.5, 2.0)))
    def wait(self, seconds: float) -> None:
        self.plane.advance(seconds)
        self.collect()

    @rule(ssrc=st.sampled_from((*SSRCS[MIC], *SSRCS[CAMERA])))
    def report(self, ssrc: int) -> None:
        packet = sender_report(ssrc, 1 << 40, 5)
        self.plane.deliver(self.publisher.seal_rtcp(packet), Address("192.0.2.1", 1))
        self.collect()


TestGate = Gate.TestCase
TestGate.settings = settings(max_examples=120, stateful_step_count=60, deadline=None)


def test_the_machine_lets_open_media_through() -> None:
    """The property above would also hold for a plane that forwards nothing."""
    machine = Gate()
    machine.begin(1)
    machine.set_gate(MIC, True)
    machine.set_gate(CAMERA, True)
    machine.speak(100, False, 0)
    machine.film(200, "q", True, 0)
    machine.film(200, "q", False, 2)
    machine.collect()
    assert len(machine.delivered) == 3 * VIEWERS
    machine.ask_again(0)
    assert len(machine.delivered) == 3 * VIEWERS + 2


def test_a_repair_is_stopped_by_the_gate_itself() -> None:
    """Not only because a closed publication misses nothing."""
    spec = PublicationSpec(Kind.VIDEO, "01", (96,))
    publication = Publication(1, None, spec, lambda publication, track: None, idle_fan())
    data = build_rtp(97, 1, 2, 300, struct.pack("!H", 5) + b"\x10\x00body")
    view = RtpView(memoryview(bytearray(data)))
    for is_open, verdict in ((False, "gated"), (True, None)):
        publication.set_gate(is_open)
        track = publication.tracks.setdefault(None, Track(None, 100, Kind.VIDEO, 0.0))
        track.stats.on_packet(6, 0, 0.0)
        track.missing.on_gap(6, 2, 0.0)
        assert view.parse(0, len(data))
        assert publication.receive_repair(view, None, 96, 0.0) == verdict
    assert publication.gated == 1


@pytest.mark.parametrize("gate_moved", [False, True])
def test_what_was_lost_before_the_gate_opened_is_not_asked_for_nor_let_in(gate_moved: bool) -> None:
    told: list[Track] = []
    spec = PublicationSpec(Kind.VIDEO, "01", (96,))
    publication = Publication(1, None, spec, lambda publication, track: told.append(track), idle_fan())
    publication.set_gate(True)

    def send(data: bytes) -> str | None:
        view = RtpView(memoryview(bytearray(data)))
        assert view.parse(0, len(data))
        is_repair = view.payload_type == 97
        return publication.receive_repair(view, None, 96, 0.0) if is_repair else publication.receive(view, None, 0.0)

    def picture(seq: int) -> bytes:
        return build_rtp(96, seq, 3000 * seq, 100, b"\x10\x00body")

    def repair(seq: int) -> bytes:
        return build_rtp(97, seq, 3000 * seq, 300, struct.pack("!H", seq) + b"\x10\x00body")

    assert send(picture(1)) is None
    if gate_moved:
        publication.set_gate(False)
        publication.set_gate(True)
    hidden = "probe" if gate_moved else None
    assert send(repair(2)) == hidden
    assert send(picture(5)) is None
    assert [send(repair(seq)) for seq in (3, 4)] == [hidden] * 2
    assert bool(told) is not gate_moved
    assert send(repair(6)) is None
    assert send(picture(9)) is None
    assert [send(repair(seq)) for seq in (7, 8)] == [None] * 2
    assert told
