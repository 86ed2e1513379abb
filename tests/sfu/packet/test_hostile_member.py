"""A member with good keys who sends nonsense: only they may notice, and they stay connected (rule U5)."""

import itertools
import random
import struct

import pytest
from pylibsrtp import Error

from sfu.codecs import Kind
from sfu.packet.demux import MAX_CONTEXTS
from sfu.packet.packet_cache import PacketCache, Sent
from sfu.packet.peer import NACK_BURST
from sfu.packet.rtcp import MAX_NACKS
from sfu.plane import Layer
from tests.support.plane_rig import Client, InlineRig, Stage, started
from tests.support.rtp_peer import build_rtp, nack, pli, remb, rtcp, sender_report

MIC, CAMERA, RTX = 0x1111, 0x2222, 0x3333
OUT, OUT_VIDEO, OUT_RTX = 0xA001, 0xA002, 0xA003

NATURAL = {MIC: 111, CAMERA: 96, RTX: 97}
HEADS = (b"", b"", b"\x10\x00", b"\x10\x01", b"\x90\x80\x81\x02\x00", b"\x90\xe0\x05\x06\x60\x01", b"\x90\xf0")


def hostile_rtp(rng: random.Random, seqs: dict[int, int]) -> bytes:
    ssrc = rng.choice((MIC, CAMERA, CAMERA, RTX, OUT, OUT_VIDEO, rng.getrandbits(32)))
    kinds = (96, 97, 98, 99, 102, 103, 111, rng.randrange(128))
    kind = NATURAL[ssrc] if ssrc in NATURAL and rng.random() < 0.8 else rng.choice(kinds)
    seqs[ssrc] = seqs.get(ssrc, 0) + rng.choice((1, 1, 1, 1, 2, 5, 50, 130, 600))
    extensions = {rng.randint(1, 14): rng.randbytes(rng.randint(1, 16)) for _ in range(rng.randint(0, 5))}
    extensions.pop(1, None)
    if rng.random() < 0.3:
        extensions[1] = rng.choice((b"00", b"01", b"02", b"99", b"\xff\xff"))
    if rng.random() < 0.3:
        extensions[rng.choice((5, 6))] = rng.choice((b"q", b"h", b"zzz", b"\x80"))
    packet = bytearray(
        build_rtp(
            kind,
            seqs[ssrc],
            rng.getrandbits(32),
            ssrc,
            rng.choice(HEADS) + rng.randbytes(rng.choice((0, 1, 2, 3, 20, 1100))),
            extensions=extensions,
            profile=rng.choice((0xBEDE, 0xBEDE, 0x1000, rng.getrandbits(16))),
            csrcs=tuple(rng.getrandbits(32) for _ in range(rng.choice((0, 0, 3, 15)))),
            padding=rng.choice((0, 0, 1, 200, 255)),
        )
    )
    if rng.random() < 0.3:
        packet[rng.randrange(16, len(packet)) if len(packet) > 16 else 0] ^= 1 << rng.randrange(8)
    return bytes(packet)


def hostile_rtcp(rng: random.Random) -> bytes:
    ssrc = rng.choice((MIC, CAMERA, OUT, OUT_VIDEO, OUT_RTX, rng.getrandbits(32)))
    parts = [
        lambda: pli(ssrc),
        lambda: nack(ssrc, *(rng.getrandbits(16) for _ in range(rng.randint(1, 60)))),
        lambda: remb(rng.getrandbits(40)),
        lambda: sender_report(ssrc, rng.getrandbits(64), rng.getrandbits(32)),
        lambda: rtcp(203, rng.randrange(32), rng.randbytes(4 * rng.randint(0, 3))),
        lambda: rtcp(rng.randint(192, 223), rng.randrange(32), rng.randbytes(4 * rng.randint(1, 12))),
    ]
    data = bytearray(b"".join(rng.choice(parts)() for _ in range(rng.randint(1, 3))))
    if rng.random() < 0.3:
        data[rng.randrange(8, len(data)) if len(data) > 8 else 3] ^= 1 << rng.randrange(8)
    return bytes(data)


def try_send(client: Client, packet: bytes, *, is_rtcp: bool) -> None:
    try:
        (client.rtcp if is_rtcp else client.rtp)(packet)
    except (Error, ValueError):
        return  # libsrtp does not even protect it


@pytest.mark.parametrize("seed", range(4))
async def test_mutations_reach_nobody_as_an_error(seed: int) -> None:
    rng = random.Random(seed)
    async with started(InlineRig()) as rig:
        assert isinstance(rig, InlineRig)
        stage = Stage(rig)
        hostile, speaker, listener = await stage.join(), await stage.join(), await stage.join()
        stage.publish(hostile, ssrc=MIC, mid="00")
        camera = stage.publish(hostile, Kind.VIDEO, ssrc=CAMERA, rtx=RTX, mid="01")
        simulcast = stage.publish(hostile, Kind.VIDEO, mid="02", rids=("q", "h"))
        good = stage.publish(speaker, ssrc=MIC)
        for client in (hostile, listener):
            stage.slot(client, ssrc=OUT, show=good)
            temporal = stage.slot(client, Kind.VIDEO, ssrc=OUT_VIDEO, rtx=OUT_RTX, show=camera)
            stage.slot(client, Kind.VIDEO, ssrc=OUT_VIDEO + 100, rtx=OUT_RTX + 100, show=simulcast)
        seqs: dict[int, int] = {}
        rig.plane.set_target_layer(temporal, Layer(None, 1))
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

        def counting(cache: PacketCache, seq: int, now: float) -> Sent | None:
            looked_up.append(seq)
            return take(cache, seq, now)

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
