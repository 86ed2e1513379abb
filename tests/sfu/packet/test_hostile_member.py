"""A member with good keys who sends nonsense: only they may notice, and they stay connected (rule U5)."""

import itertools
import random
import struct
from collections.abc import Iterator

import pytest

from sfu.codecs import Kind
from sfu.packet import rtcp as rtcp_module
from sfu.packet import transport_feedback
from sfu.packet.demux import MAX_CONTEXTS
from sfu.packet.downlinks import FEEDBACK_BURST
from sfu.packet.packet_cache import PacketCache, Sent
from sfu.packet.peer import NACK_BURST, RTCP_BURST, RTCP_PER_S
from sfu.packet.rtcp import MAX_NACKS, MAX_STATUSES, Nack
from sfu.packet.transport_feedback import TransportFeedback
from tests.support.hostile_member import (
    CAMERA,
    MIC,
    OUT,
    OUT_RTX,
    OUT_VIDEO,
    hostile_room,
    hostile_rtcp,
    hostile_rtp,
    try_send,
)
from tests.support.plane_rig import InlineRig, Stage, started
from tests.support.rtp_peer import nack, rtcp, sender_report


@pytest.mark.parametrize("seed", range(4))
async def test_mutations_reach_nobody_as_an_error(seed: int) -> None:
    rng = random.Random(seed)
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        room = await hostile_room(rig)
        hostile, speaker, listener = room.hostile, room.speaker, room.listener
        seqs: dict[int, int] = {}
        for step in range(4_000):
            if rng.random() < 0.7:
                try_send(hostile, hostile_rtp(rng, seqs), is_rtcp=False)
            else:
                try_send(hostile, hostile_rtcp(rng), is_rtcp=True)
            if step % 40 == 0:
                speaker.audio(MIC, step // 40, struct.pack("!I", step))
                for client in (speaker, listener, hostile):
                    client.check()
                rig.plane.advance(0.05)
        await rig.fence()
        drops = (await rig.plane.stats()).drops
        assert drops.get("error", 0) == 0
        assert drops.get("timer-error", 0) == 0
        assert drops.get("srtp-protect", 0) == 0
        for client in (hostile, listener):
            packets = client.received(OUT)
            assert [packet.payload for packet in packets] == [struct.pack("!I", step) for step in range(0, 4_000, 40)]
            assert client.peer.unreadable == 0
        assert speaker.peer.rtp == {}
        shown = [packet.seq for packet in listener.received(OUT_VIDEO)]
        assert len(shown) > 100
        assert len(set(shown)) == len(shown)
        assert len(rig.plane.core._peers[hostile.number].ssrcs) <= MAX_CONTEXTS


@pytest.mark.parametrize(("kind", "pps"), [(Kind.AUDIO, 400), (Kind.VIDEO, 2_500)])
async def test_a_flood_of_one_publication_is_forwarded_at_a_bounded_rate(kind: Kind, pps: int) -> None:
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        stage = Stage(rig)
        hostile, listener = await stage.join(), await stage.join()
        stage.slot(listener, kind, ssrc=OUT, show=stage.publish(hostile, kind, ssrc=MIC))
        send = hostile.audio if kind is Kind.AUDIO else hostile.video
        if kind is Kind.VIDEO:
            hostile.video(MIC, 0, key=True)
        for seq in range(1, 2 * pps):
            send(MIC, seq)
        await rig.fence()
        burst = len(listener.received(OUT))
        assert burst == pytest.approx(pps, abs=2)
        rig.plane.advance(0.1)
        for seq in range(2 * pps, 3 * pps):
            send(MIC, seq)
        await rig.fence()
        assert len(listener.received(OUT)) - burst == pytest.approx(pps * 0.1, abs=2)
        assert (await rig.plane.stats()).drops["media-rate"] == pytest.approx(1.9 * pps, abs=5)


async def test_jumping_numbers_cost_little_and_hide_nothing() -> None:
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        stage = Stage(rig)
        hostile, listener = await stage.join(), await stage.join()
        stage.slot(listener, ssrc=OUT, show=stage.publish(hostile, ssrc=MIC))
        for step in range(500):
            hostile.audio(MIC, step * 1000 & 0xFFFF)
            rig.plane.advance(0.01)
        await rig.fence()
        seqs = [packet.seq for packet in listener.received(OUT)]
        assert len(seqs) == 500
        assert {(later - earlier) & 0xFFFF for earlier, later in itertools.pairwise(seqs)} == {128}


async def test_one_datagram_of_many_sender_reports_is_one_report_to_each_viewer() -> None:
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        stage = Stage(rig)
        hostile, listeners = await stage.join(), [await stage.join() for _ in range(3)]
        mic = stage.publish(hostile, ssrc=MIC)
        for listener in listeners:
            stage.slot(listener, ssrc=OUT, show=mic)
        hostile.audio(MIC, 1)
        await rig.fence()
        before = rig.plane.core.outbox.packets
        hostile.rtcp(b"".join(sender_report(MIC, number << 16, 1) for number in range(1, 48)))
        assert rig.plane.core.outbox.packets - before == len(listeners)
        rig.plane.advance(1.0)
        await rig.fence()
        listeners[0].peer.rtcp.clear()
        hostile.rtcp(sender_report(MIC, 99 << 16, 1))
        await rig.fence()
        assert len(listeners[0].peer.take_rtcp(200)) == 1


async def test_nacks_for_what_never_was_end_at_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        stage = Stage(rig)
        publisher, hostile = await stage.join(), await stage.join()
        camera = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA)
        stage.slot(hostile, Kind.VIDEO, ssrc=OUT_VIDEO, rtx=OUT_RTX, show=camera)
        publisher.video(CAMERA, 1, key=True)
        await rig.fence()
        newest = hostile.received(OUT_VIDEO)[-1].seq
        looked_up = []
        take = PacketCache.take

        def counting(cache: PacketCache, seq: int, now: float, pause_s: float) -> Sent | None:
            looked_up.append(seq)
            return take(cache, seq, now, pause_s)

        monkeypatch.setattr(PacketCache, "take", counting)
        part = rtcp(205, 1, struct.pack("!II", 1, OUT_VIDEO) + struct.pack("!HH", newest + 9_000 & 0xFFFF, 0xFFFF) * 5)
        hostile.rtcp(part * 40)
        assert 0 < len(looked_up) <= MAX_NACKS
        for _ in range(100):
            hostile.rtcp(part * 40)
        assert len(looked_up) <= NACK_BURST
        assert (await rig.plane.stats()).drops["nack-rate"] > 0
        rig.plane.advance(0.1)
        hostile.rtcp(nack(OUT_VIDEO, newest))
        await rig.fence()
        assert len(hostile.received(OUT_RTX)) == 1


def feedback_on_nothing(statuses: int) -> bytes:
    """Transport-wide feedback of so many packets that did not come: one run in two bytes."""
    return rtcp(205, 15, struct.pack("!IIHHIHH", 1, OUT_VIDEO, 0, statuses, 5, statuses, 0))


async def test_a_flood_of_transport_feedback_is_not_read_beyond_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    async with started(InlineRig()) as rig:
        stage = Stage(rig)
        hostile = await stage.join()
        reads = []
        read = transport_feedback.read

        def counting(data: memoryview | bytes, at: int, end: int, most: int) -> TransportFeedback | None:
            reads.append(most)
            return read(data, at, end, most)

        monkeypatch.setattr(transport_feedback, "read", counting)
        hostile.rtcp(feedback_on_nothing(100))
        assert not reads, "nobody asked for it"
        stage.slot(hostile, Kind.VIDEO, ssrc=OUT_VIDEO, rtx=OUT_RTX, twcc=True)
        await rig.fence()
        for _ in range(400):
            hostile.rtcp(feedback_on_nothing(MAX_STATUSES))
        assert len(reads) == FEEDBACK_BURST
        hostile.rtcp(feedback_on_nothing(100) * 40)
        assert len(reads) == FEEDBACK_BURST
        rig.plane.advance(1.0)
        for _ in range(2):
            hostile.rtcp(feedback_on_nothing(20) * 40)
        assert len(reads) == 2 * FEEDBACK_BURST


async def test_nacks_beyond_their_budget_are_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        hostile = await Stage(rig).join()
        made: list[int] = []
        read = rtcp_module._nack

        def counting(data: memoryview | bytes, at: int, end: int, most: int) -> Iterator[Nack]:
            for lost in read(data, at, end, most):
                made.extend(lost.seqs)
                yield lost

        monkeypatch.setattr(rtcp_module, "_nack", counting)
        for _ in range(200):
            hostile.rtcp(rtcp(205, 1, struct.pack("!II", 1, 77) + struct.pack("!HH", 5, 0xFFFF) * 31))
        assert len(made) == NACK_BURST, "of an SSRC that nobody has"
        counted = rig.plane.core.drops["nack-rate"]
        rig.plane.advance(0.01)
        hostile.rtcp(rtcp(205, 1, struct.pack("!II", 1, 77) + struct.pack("!HH", 5, 0xFFFF) * 31))
        assert NACK_BURST < len(made) < NACK_BURST + 60
        assert rig.plane.core.drops["nack-rate"] == counted + 1, "some of it was not read"


async def test_a_flood_of_reports_is_read_at_a_bounded_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        stage = Stage(rig)
        publisher, hostile = await stage.join(), await stage.join()
        parsed: list[int] = []
        parse = rtcp_module.parse

        def counting(data: memoryview | bytes, allowance: rtcp_module.Allowance) -> Iterator[rtcp_module.Message]:
            parsed.append(len(data))
            return parse(data, allowance)

        monkeypatch.setattr(rtcp_module, "parse", counting)
        report = rtcp(201, 1, struct.pack("!IIIIIII", 1, OUT, 0, 0, 0, 0, 0))
        for _ in range(3 * RTCP_BURST):
            hostile.rtcp(report)
        assert len(parsed) == RTCP_BURST
        assert (await rig.plane.stats()).drops["rtcp-rate"] == 2 * RTCP_BURST
        publisher.rtcp(report)
        assert len(parsed) == RTCP_BURST + 1
        rig.plane.advance(0.1)
        for _ in range(3 * RTCP_BURST):
            hostile.rtcp(report)
        assert len(parsed) == pytest.approx(RTCP_BURST + 1 + RTCP_PER_S / 10, abs=2)
