"""What every packet plane does: one suite over the in-process plane and over a media process with real sockets."""

import random
import struct
from collections.abc import AsyncIterator

import pytest

from sfu.codecs import OPUS, VP8, Kind
from sfu.plane import Layer
from tests.support.plane_rig import InlineRig, ProcessRig, Stage, started
from tests.support.rtp_peer import (
    build_rtp,
    nack,
    pli,
    read_stun_success,
    remb,
    sender_report,
    stun_check,
)

MIC, CAMERA, RTX = 0x1111, 0x2222, 0x3333
OUT, OUT_VIDEO, OUT_RTX = 0xA001, 0xA002, 0xA003


@pytest.fixture(params=["inline", "inline-session", "process"])
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[InlineRig | ProcessRig]:
    made = ProcessRig() if request.param == "process" else InlineRig(direct_srtp=request.param == "inline")
    async with started(made) as ready:
        yield ready


@pytest.fixture
def stage(rig: InlineRig | ProcessRig) -> Stage:
    return Stage(rig)


async def test_a_valid_check_is_answered_with_the_address_it_came_from(rig, stage):
    client = await stage.join()
    host, port = read_stun_success(client.peer.stun[0], client.peer.pwd)
    assert (host, port) == (client.link.address.host, client.link.address.port)
    assert rig.sink.named("path") == [(client.number, client.link.address)]


async def test_checks_without_integrity_fingerprint_or_a_known_ufrag_get_silence(rig, stage):
    client = await stage.join(checked=False)
    name, pwd = f"{client.peer.ufrag}:them", client.peer.pwd
    for datagram in (
        stun_check(name, pwd, integrity=False),
        stun_check(name, pwd, fingerprint=False),
        stun_check(name, "another password"),
        stun_check("nobody:them", pwd),
        stun_check(client.peer.ufrag, pwd),
    ):
        client.send(datagram)
    await rig.fence()
    assert client.peer.stun == []
    assert rig.sink.named("path") == []


async def test_audio_is_rewritten_as_the_slots_own(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    pub = stage.publish(speaker, ssrc=MIC)
    slot = stage.slot(listener, ssrc=OUT, mid="17", show=pub)
    await rig.fence()
    for seq in range(5):
        speaker.audio(MIC, 65_533 + seq & 0xFFFF, b"frame%d" % seq, mid="00")
    await rig.until(lambda: len(listener.received(OUT)) == 5)
    packets = listener.received(OUT)
    assert [packet.payload for packet in packets] == [b"frame%d" % seq for seq in range(5)]
    assert [packet.seq for packet in packets] == [packets[0].seq + step for step in range(5)]
    assert packets[0].seq < 32_768
    assert {packet.timestamp - packets[0].timestamp & 0xFFFFFFFF for packet in packets[:3]} == {0, 960, 1920}
    assert all(packet.extensions[1] == b"17" for packet in packets)
    assert all(packet.extensions[2] == bytes((0x80 | 20,)) for packet in packets)
    assert all(set(packet.extensions) == {1, 2, 3} for packet in packets)
    assert all(packet.extensions[3] != b"\1\2\3" for packet in packets)
    assert rig.sink.named("switched") == [(slot, pub, None)]
    assert speaker.received(OUT) == []


async def test_nothing_is_inserted_when_the_publisher_no_longer_sends_its_mid(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    stage.slot(listener, ssrc=OUT, show=stage.publish(speaker, ssrc=MIC))
    await rig.fence()
    speaker.audio(MIC, 1)
    await rig.until(lambda: listener.received(OUT))
    assert 1 not in listener.received(OUT)[0].extensions


async def test_unknown_extensions_contributors_and_padding_do_not_travel(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    stage.slot(listener, ssrc=OUT, show=stage.publish(speaker, ssrc=MIC))
    await rig.fence()
    hostile = {2: b"\x10", 5: b"q", 6: b"h", 9: b"secret", 14: b"more"}
    packet = build_rtp(
        OPUS.payload_type, 7, 7, MIC, b"payload", extensions=hostile, csrcs=(1, 2, 0xDEADBEEF), padding=9
    )
    speaker.rtp(packet)
    two_byte = struct.pack("!BBHIIHH", 0x90, OPUS.payload_type, 8, 8, MIC, 0x1000, 1) + b"\x63\x02xy" + b"payload"
    speaker.rtp(two_byte)
    await rig.until(lambda: len(listener.received(OUT)) == 2)
    for received in listener.received(OUT):
        assert received.payload == b"payload"
        assert received.csrcs == 0
        assert not received.padded
        assert set(received.extensions) <= {2}


async def test_a_gate_is_closed_until_it_is_opened_and_after_it_is_closed(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    pub = stage.publish(speaker, ssrc=MIC, open_=False)
    stage.slot(listener, ssrc=OUT, show=pub)
    await rig.fence()
    speaker.audio(MIC, 1)
    await rig.fence()
    assert listener.received(OUT) == []
    rig.plane.set_gate(pub, True)
    await rig.plane.settle()
    speaker.audio(MIC, 2)
    await rig.until(lambda: len(listener.received(OUT)) == 1)
    rig.plane.set_gate(pub, False)
    await rig.plane.settle()
    for seq in range(3, 60):
        speaker.audio(MIC, seq)
    await rig.fence()
    assert len(listener.received(OUT)) == 1
    rig.plane.set_gate(pub, True)
    await rig.plane.settle()
    speaker.audio(MIC, 60)
    await rig.until(lambda: len(listener.received(OUT)) == 2)
    first, second = listener.received(OUT)
    assert second.seq == first.seq + 1
    assert second.timestamp - first.timestamp & 0xFFFFFFFF == 58 * 960
    assert (await rig.plane.stats()).publications[pub].gated == 58


async def test_a_closed_gate_gives_no_level(rig, stage):
    loud, silenced, listener = await stage.join(), await stage.join(), await stage.join()
    heard, muted = stage.publish(loud, ssrc=MIC), stage.publish(silenced, ssrc=MIC, open_=False)
    stage.slot(listener, ssrc=OUT, show=heard)
    await rig.fence()
    for seq in range(50):
        loud.audio(MIC, seq, level=5)
        silenced.audio(MIC, seq, level=5)
    await rig.until(lambda: rig.sink.named("levels"))
    assert {level.pub for (levels,) in rig.sink.named("levels") for level in levels} == {heard}
    assert muted not in {level.pub for (levels,) in rig.sink.named("levels") for level in levels}


async def test_video_begins_with_a_keyframe_that_is_asked_for(rig, stage):
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA)
    await rig.fence()
    publisher.video(CAMERA, 1)
    await rig.fence()
    slot = stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, show=pub)
    await rig.until(lambda: [part for part in publisher.peer.rtcp if (part.kind, part.count) == (206, 1)])
    [request] = publisher.peer.take_rtcp(206, 1)
    assert request.word(1) == CAMERA
    publisher.video(CAMERA, 2)
    await rig.fence()
    assert viewer.received(OUT_VIDEO) == []
    publisher.video(CAMERA, 3, key=True)
    publisher.video(CAMERA, 4)
    await rig.until(lambda: len(viewer.received(OUT_VIDEO)) == 2)
    assert rig.sink.named("switched") == [(slot, pub, Layer())]


async def test_keyframe_requests_of_many_are_one_in_half_a_second(rig, stage):
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA)
    stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, show=pub)
    await rig.fence()
    publisher.video(CAMERA, 1, key=True)
    await rig.until(lambda: viewer.received(OUT_VIDEO))
    publisher.peer.rtcp.clear()
    for _ in range(100):
        viewer.rtcp(pli(OUT_VIDEO))
    await rig.fence()
    assert len(publisher.peer.take_rtcp(206, 1)) == 1
    await rig.until(lambda: publisher.peer.take_rtcp(206, 1), 1.0)


async def test_a_slot_switches_between_people_without_a_hole(rig, stage):
    one, two, viewer = await stage.join(), await stage.join(), await stage.join()
    first = stage.publish(one, Kind.VIDEO, ssrc=CAMERA)
    second = stage.publish(two, Kind.VIDEO, ssrc=CAMERA)
    slot = stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, show=first)
    await rig.fence()
    one.video(CAMERA, 100, key=True, timestamp=5_000_000)
    await rig.until(lambda: len(viewer.received(OUT_VIDEO)) == 1)
    rig.plane.subscribe(slot, second, None)
    await rig.fence()
    two.video(CAMERA, 40_000, timestamp=90)
    one.video(CAMERA, 101, timestamp=5_003_000)
    await rig.until(lambda: len(viewer.received(OUT_VIDEO)) == 2)
    two.video(CAMERA, 40_001, key=True, timestamp=3_090)
    one.video(CAMERA, 102, timestamp=5_006_000)
    two.video(CAMERA, 40_002, timestamp=6_090)
    await rig.until(lambda: len(viewer.received(OUT_VIDEO)) >= 4)
    packets = viewer.received(OUT_VIDEO)
    assert [packet.seq - packets[0].seq for packet in packets] == [0, 1, 2, 3]
    assert packets[2].payload[:2] == b"\x10\x00"
    assert packets[3].timestamp - packets[2].timestamp & 0xFFFFFFFF == 3000
    assert 0 < packets[2].timestamp - packets[1].timestamp & 0xFFFFFFFF < 90_000 * 5


async def test_a_lost_packet_is_sent_again_on_the_rtx_ssrc_once_a_moment(rig, stage):
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA)
    slot = stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, rtx=OUT_RTX, mid="11", show=pub)
    await rig.fence()
    publisher.video(CAMERA, 1, key=True, extensions={1: b"00"})
    publisher.video(CAMERA, 2, extensions={1: b"00"})
    await rig.until(lambda: len(viewer.received(OUT_VIDEO)) == 2)
    lost = viewer.received(OUT_VIDEO)[1]
    for _ in range(10):
        viewer.rtcp(nack(OUT_VIDEO, lost.seq, 9, 10))
    await rig.until(lambda: viewer.received(OUT_RTX))
    await rig.fence()
    [again] = viewer.received(OUT_RTX)
    assert again.payload == struct.pack("!H", lost.seq) + lost.payload
    assert again.payload_type == VP8.rtx
    assert again.timestamp == lost.timestamp
    assert again.extensions == {1: b"11"}
    assert (await rig.plane.stats()).slots[slot].retransmitted == 1


async def test_nothing_is_sent_again_after_the_gate_closed(rig, stage):
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA)
    stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, rtx=OUT_RTX, show=pub)
    await rig.fence()
    publisher.video(CAMERA, 1, key=True)
    await rig.until(lambda: viewer.received(OUT_VIDEO))
    rig.plane.set_gate(pub, False)
    await rig.plane.settle()
    viewer.rtcp(nack(OUT_VIDEO, viewer.received(OUT_VIDEO)[0].seq))
    await rig.fence()
    assert viewer.received(OUT_RTX) == []


async def test_the_publisher_is_asked_for_its_gaps_and_its_repairs_are_forwarded_once(rig, stage):
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA, rtx=RTX)
    stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, show=pub)
    await rig.fence()
    publisher.video(CAMERA, 1, key=True)
    publisher.video(CAMERA, 4)
    await rig.until(lambda: [part for part in publisher.peer.rtcp if part.kind == 205 and part.count == 1])
    request = publisher.peer.take_rtcp(205, 1)[0]
    assert (request.word(1), request.word(2)) == (CAMERA, 2 << 16 | 1)
    for rtx_seq, original in enumerate((2, 2, 3, 4, 1)):
        repair = struct.pack("!H", original) + b"\x10\x01repair%d" % original
        publisher.rtp(build_rtp(VP8.rtx, rtx_seq, original * 3000, RTX, repair))
    publisher.rtp(build_rtp(VP8.rtx, 9, 3000, RTX, b"", padding=200))
    await rig.until(lambda: len(viewer.received(OUT_VIDEO)) == 4)
    await rig.fence()
    packets = sorted(viewer.received(OUT_VIDEO), key=lambda packet: packet.seq)
    assert [packet.seq - packets[0].seq for packet in packets] == [0, 1, 2, 3]
    assert packets[1].payload == b"\x10\x01repair2"
    assert (await rig.plane.stats()).drops["probe"] == 4


async def test_the_estimate_of_a_receiver_reaches_control(rig, stage):
    viewer = await stage.join()
    viewer.rtcp(remb(2_500_000))
    await rig.until(lambda: rig.sink.named("downlink_bps"))
    [(peer, bps)] = rig.sink.named("downlink_bps")
    assert peer == viewer.number
    assert bps == pytest.approx(2_500_000, rel=0.01)


async def test_sender_reports_are_the_slots_own_and_give_a_round_trip(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    pub = stage.publish(speaker, ssrc=MIC)
    slot = stage.slot(listener, ssrc=OUT, mid="12", show=pub)
    await rig.fence()
    for seq in range(3):
        speaker.audio(MIC, seq, b"12345")
    await rig.until(lambda: len(listener.received(OUT)) == 3)
    ntp = 0x0123456789ABCDEF
    speaker.rtcp(sender_report(MIC, ntp, 5 * 960))
    await rig.until(lambda: [part for part in listener.peer.rtcp if part.kind == 200])
    [report] = listener.peer.take_rtcp(200)
    ssrc, copied, timestamp, packets, octets = struct.unpack("!IQIII", report.body)
    assert (ssrc, copied, packets, octets) == (OUT, ntp, 3, 15)
    last = listener.received(OUT)[2]
    assert timestamp - last.timestamp & 0xFFFFFFFF == 3 * 960
    [description] = listener.peer.take_rtcp(202)
    assert description.word(0) == OUT
    assert b"s12" in description.body
    block = struct.pack("!IIIIII", OUT, 64 << 24, 0, 0, ntp >> 16 & 0xFFFFFFFF, 0)
    listener.rtcp(struct.pack("!BBHI", 0x81, 201, 7, 1) + block)
    await rig.fence()
    stats = (await rig.plane.stats()).slots[slot]
    assert stats.fraction_lost == 0.25
    assert stats.rtt_ms is not None
    assert stats.rtt_ms >= 0


async def test_the_publisher_gets_true_reports_and_transport_feedback(rig, stage):
    speaker = await stage.join()
    stage.publish(speaker, ssrc=MIC)
    await rig.fence()
    for seq in (1, 2, 3, 5, 6):
        speaker.audio(MIC, seq)
    await rig.until(lambda: [part for part in speaker.peer.rtcp if (part.kind, part.count) == (205, 15)])
    feedback = speaker.peer.take_rtcp(205, 15)[0]
    base, count = struct.unpack_from("!HH", feedback.body, 8)
    assert feedback.word(1) == MIC
    assert (base, count) == (1, 6)

    def lost() -> bool:
        return any(part.kind == 201 and part.count and part.word(2) & 0xFFFFFF == 1 for part in speaker.peer.rtcp)

    await rig.until(lost)
    block = next(part for part in speaker.peer.rtcp if part.kind == 201 and part.word(2) & 0xFFFFFF == 1)
    assert (block.word(1), block.word(3)) == (MIC, 6)


async def test_dtls_travels_both_ways_but_only_for_bound_addresses(rig, stage):
    client = await stage.join(keys=False, checked=False)
    hello = b"\x16\xfe\xfd" + bytes(20)
    client.send(hello)
    rig.plane.send_dtls(client.number, b"\x16 early " + bytes(20))
    await rig.fence()
    assert rig.sink.named("dtls") == []
    assert client.peer.dtls == []
    client.check()
    await rig.until(lambda: client.peer.dtls)
    client.send(hello)
    await rig.until(lambda: rig.sink.named("dtls"))
    assert rig.sink.named("dtls") == [(client.number, hello)]
    rig.plane.send_dtls(client.number, b"\x16 later " + bytes(20))
    await rig.until(lambda: len(client.peer.dtls) == 2)
    assert [datagram[:8] for datagram in client.peer.dtls] == [b"\x16 early ", b"\x16 later "]


async def test_nothing_is_forwarded_from_one_room_to_another(rig, stage):
    speaker, stranger = await stage.join(room=1), await stage.join(room=2)
    pub = stage.publish(speaker, ssrc=MIC)
    stage.slot(stranger, ssrc=OUT, show=pub)
    await rig.fence()
    speaker.audio(MIC, 1)
    await rig.fence()
    assert stranger.received(OUT) == []
    assert (await rig.plane.stats()).drops["subscribe-refused"] == 1


async def test_an_ssrc_is_learned_from_its_mid_and_only_from_it(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    stage.slot(listener, ssrc=OUT, show=stage.publish(speaker, mid="03"))
    await rig.fence()
    speaker.audio(MIC, 1)
    speaker.audio(MIC, 2, mid="04")
    speaker.audio(MIC, 3, b"first", mid="03")
    speaker.audio(MIC, 4, b"second")
    await rig.until(lambda: len(listener.received(OUT)) == 2)
    assert [packet.payload for packet in listener.received(OUT)] == [b"first", b"second"]


async def test_an_ssrc_of_another_publication_is_never_taken_over(rig, stage):
    publisher, viewer = await stage.join(), await stage.join()
    mic = stage.publish(publisher, ssrc=MIC, mid="00", open_=False)
    camera = stage.publish(publisher, Kind.VIDEO, ssrc=MIC, mid="01")
    other = stage.publish(publisher, ssrc=None, mid="02")
    stage.slot(viewer, ssrc=OUT, show=mic)
    stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, show=camera)
    stage.slot(viewer, ssrc=OUT + 16, show=other)
    await rig.fence()
    publisher.audio(MIC, 1)
    publisher.audio(MIC, 2, mid="02")
    publisher.video(MIC, 3, key=True)
    await rig.fence()
    assert all(not packets for packets in viewer.peer.rtp.values())
    assert (await rig.plane.stats()).drops["ssrc-claimed"] == 1


async def test_simulcast_layers_are_learned_and_switched_on_a_keyframe_of_the_target(rig, stage):
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, mid="01", rids=("q", "h"))
    slot = stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, show=pub, target=Layer("q"))
    await rig.fence()
    publisher.video(1001, 1, key=True, extensions={1: b"01", 5: b"q"})
    publisher.video(1002, 1, key=True, extensions={1: b"01", 5: b"h"})
    publisher.video(1003, 1, key=True, extensions={1: b"01", 5: b"x"})
    await rig.until(lambda: len(viewer.received(OUT_VIDEO)) == 1)
    rig.plane.set_target_layer(slot, Layer("h"))
    await rig.until(lambda: publisher.peer.take_rtcp(206, 1))
    publisher.video(1001, 2)
    publisher.video(1002, 2)
    publisher.video(1002, 3, key=True, payload=b"\x10\x00high")
    publisher.video(1001, 3)
    publisher.video(1002, 4, payload=b"\x10\x01high")
    await rig.until(lambda: len(viewer.received(OUT_VIDEO)) == 4)
    packets = viewer.received(OUT_VIDEO)
    assert [packet.payload[2:6] == b"high" for packet in packets] == [False, False, True, True]
    assert [packet.seq - packets[0].seq for packet in packets] == [0, 1, 2, 3]
    assert rig.sink.named("switched") == [(slot, pub, Layer("q")), (slot, pub, Layer("h"))]
    await rig.until(lambda: rig.sink.named("layers"))
    assert {rate.rid for rate in rig.sink.named("layers")[-1][1]} == {"q", "h"}


async def test_a_paused_slot_is_silent_and_goes_on_with_a_keyframe(rig, stage):
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA)
    slot = stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, show=pub)
    await rig.fence()
    publisher.video(CAMERA, 1, key=True)
    await rig.until(lambda: viewer.received(OUT_VIDEO))
    rig.plane.set_paused(slot, True)
    await rig.plane.settle()
    publisher.video(CAMERA, 2, key=True)
    await rig.fence()
    rig.plane.set_paused(slot, False)
    await rig.plane.settle()
    publisher.video(CAMERA, 3)
    publisher.video(CAMERA, 4, key=True)
    await rig.until(lambda: len(viewer.received(OUT_VIDEO)) == 2)
    first, second = viewer.received(OUT_VIDEO)
    assert second.seq == first.seq + 1
    assert second.payload[:2] == b"\x10\x00"


async def test_server_side_media_passes_the_same_gate(rig, stage):
    viewer = await stage.join()
    pub = stage.publish(None, open_=False)
    stage.slot(viewer, ssrc=OUT, show=pub)
    rig.plane.inject(pub, build_rtp(OPUS.payload_type, 1, 1, 5, b"hidden"))
    rig.plane.inject(pub, b"not rtp")
    await rig.fence()
    rig.plane.set_gate(pub, True)
    rig.plane.inject(pub, build_rtp(OPUS.payload_type, 2, 961, 5, b"shown"))
    await rig.until(lambda: viewer.received(OUT))
    assert [packet.payload for packet in viewer.received(OUT)] == [b"shown"]


async def test_a_removed_peer_sends_and_receives_nothing_and_its_path_is_free(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    pub = stage.publish(speaker, ssrc=MIC)
    stage.slot(listener, ssrc=OUT, show=pub)
    await rig.fence()
    rig.plane.remove_peer(listener.number)
    await rig.plane.settle()
    listener.peer.stun.clear()
    listener.check()
    speaker.audio(MIC, 1)
    await rig.fence()
    assert listener.received(OUT) == []
    assert listener.peer.stun == []
    stats = await rig.plane.stats()
    assert stats.slots == {}
    for verb in (rig.plane.remove_peer, rig.plane.remove_publication, rig.plane.remove_slot):
        verb(listener.number)
    rig.plane.set_gate(999, True)
    rig.plane.subscribe(999, pub, None)
    await rig.fence()


async def test_an_ssrc_that_comes_back_continues_its_numbers(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    pub = stage.publish(speaker, ssrc=MIC)
    slot = stage.slot(listener, ssrc=OUT, show=pub)
    await rig.fence()
    speaker.audio(MIC, 1)
    await rig.until(lambda: listener.received(OUT))
    rig.plane.remove_slot(slot)
    stage.slot(listener, ssrc=OUT, show=pub)
    await rig.fence()
    speaker.audio(MIC, 2)
    await rig.until(lambda: len(listener.received(OUT)) == 2)
    first, second = listener.received(OUT)
    assert second.seq == first.seq + 1


async def test_the_send_path_moves_only_with_a_nomination(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    stage.slot(listener, ssrc=OUT, show=stage.publish(speaker, ssrc=MIC))
    await rig.fence()
    old, listener.link = listener.link, rig.link(listener.peer)
    listener.check(use_candidate=False)
    await rig.until(lambda: len(listener.peer.stun) == 2)
    listener.audio(MIC, 1)
    await rig.fence()
    assert len(rig.sink.named("path")) == 2
    listener.check()
    await rig.until(lambda: len(rig.sink.named("path")) == 3)
    assert rig.sink.named("path")[-1] == (listener.number, listener.link.address)
    assert old.address != listener.link.address


async def test_an_ice_restart_keeps_the_old_credentials_until_the_new_are_nominated(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    stage.slot(listener, ssrc=OUT, show=stage.publish(speaker, ssrc=MIC))
    old = (listener.peer.ufrag, listener.peer.pwd)
    rig.plane.set_ice(listener.number, "next", "another-password-of-some-length")
    await rig.fence()
    listener.peer.stun.clear()
    listener.check()
    speaker.audio(MIC, 1)
    await rig.until(lambda: listener.peer.stun and listener.received(OUT))
    listener.peer.ufrag, listener.peer.pwd = "next", "another-password-of-some-length"
    listener.check(use_candidate=False)
    await rig.until(lambda: len(listener.peer.stun) == 2)
    listener.check()
    await rig.until(lambda: len(listener.peer.stun) == 3)
    listener.peer.ufrag, listener.peer.pwd = old
    listener.check()
    speaker.audio(MIC, 2)
    await rig.until(lambda: len(listener.received(OUT)) == 2)
    assert len(listener.peer.stun) == 3


async def test_garbage_costs_nobody_anything(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    stage.slot(listener, ssrc=OUT, show=stage.publish(speaker, ssrc=MIC))
    await rig.fence()
    random_ = random.Random(3)
    stranger = rig.link(listener.peer)
    for round_ in range(40):
        for sender in (stranger.send, speaker.send, listener.send):
            sender(b"")
            sender(random_.randbytes(random_.choice((1, 2, 11, 12, 19, 20, 60, 1200, 2048))))
            sender(bytes((random_.choice((0, 1, 20, 22, 63, 128, 144, 176, 191)),)) + random_.randbytes(70))
            sender(random_.randbytes(2049))
            sender(random_.randbytes(9000))
        speaker.audio(MIC, round_)
        await rig.fence()
    await rig.until(lambda: len(listener.received(OUT)) == 40)
    drops = (await rig.plane.stats()).drops
    assert drops["empty"] == 120
    assert drops.get("error", 0) == 0


async def test_settle_returns_after_everything_before_it(rig, stage):
    speaker, listener = await stage.join(), await stage.join()
    pub = stage.publish(speaker, ssrc=MIC)
    stage.slot(listener, ssrc=OUT, show=pub)
    await rig.fence()
    for seq in range(20):
        rig.plane.set_gate(pub, seq % 2 == 0)
        await rig.plane.settle()
        speaker.audio(MIC, seq, b"%d" % seq)
        await rig.fence()
    assert [int(packet.payload) for packet in listener.received(OUT)] == list(range(0, 20, 2))
