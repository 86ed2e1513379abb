"""What a packet plane forwards and repairs, and how it reports; every plane passes (fixtures: conftest)."""

import struct
from itertools import count

import pytest

from sfu.codecs import OPUS, VP8, Kind
from sfu.packet.bwe import ArrivalLog
from sfu.plane import Layer
from tests.support.rtp_peer import (
    build_rtp,
    nack,
    pli,
    remb,
    sender_report,
)

MIC, CAMERA, RTX = 0x1111, 0x2222, 0x3333
OUT, OUT_VIDEO, OUT_RTX = 0xA001, 0xA002, 0xA003


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
    assert all(packet.extensions[2] == bytes((0x80 | 20,)) for packet in packets)
    assert all(set(packet.extensions) == {2, 3} for packet in packets)
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
    assert again.extensions == {}
    assert (await rig.plane.stats()).slots[slot].retransmitted == 1


def feedback(packets):
    """What a viewer's transport-wide feedback says to whom these came, a millisecond apart."""
    log = ArrivalLog()
    for index, packet in enumerate(packets):
        log.on_packet(int.from_bytes(packet.extensions[4], "big"), packet.ssrc, 1.0 + index / 1_000)
    return log.feedback(1, 1.1)


async def test_what_feedback_shows_as_lost_is_sent_again_unasked_and_so_is_its_repair(rig, stage):
    publisher, viewer = await stage.join(), await stage.join()
    camera, mic = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA), stage.publish(publisher, ssrc=MIC)
    slot = stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, rtx=OUT_RTX, mid="11", show=camera, twcc=True)
    stage.slot(viewer, ssrc=OUT, mid="12", show=mic, twcc=True)
    await rig.fence()
    for seq in range(1, 5):
        publisher.video(CAMERA, seq, key=seq == 1, extensions={3: b"abc", 4: b"ab"})
    await rig.until(lambda: len(viewer.received(OUT_VIDEO)) == 4)
    for seq in range(1, 4):
        publisher.audio(MIC, seq)
    await rig.until(lambda: len(viewer.received(OUT)) == 3)
    pictures, voice = viewer.received(OUT_VIDEO), viewer.received(OUT)
    lost = pictures[3]
    viewer.rtcp(feedback([*pictures[:3], voice[0], voice[2]]))  # a voice is not repaired
    await rig.until(lambda: viewer.received(OUT_RTX))
    viewer.rtcp(feedback([*pictures[:3], voice[0], voice[2]]))
    await rig.fence()
    [again] = viewer.received(OUT_RTX)
    assert again.payload == struct.pack("!H", lost.seq) + lost.payload
    publisher.audio(MIC, 4)
    await rig.until(lambda: len(viewer.received(OUT)) == 4)
    turns = count()
    await rig.until(lambda: next(turns) == 6)  # each of 5 ms or more: a repair may be repeated after 20
    viewer.rtcp(feedback([voice[2], viewer.received(OUT)[3]]))
    await rig.until(lambda: len(viewer.received(OUT_RTX)) == 2)
    assert viewer.received(OUT_RTX)[1].payload == again.payload
    assert (await rig.plane.stats()).slots[slot].retransmitted == 2


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


async def test_a_repair_that_comes_before_the_loss_is_noticed_flows_at_once(rig, stage):
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA, rtx=RTX)
    stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, show=pub)
    await rig.fence()

    def repeat(rtx_seq, original):
        body = struct.pack("!H", original) + b"\x10\x01repair%d" % original
        publisher.rtp(build_rtp(VP8.rtx, rtx_seq, original * 3000, RTX, body))

    publisher.video(CAMERA, 1, key=True)
    publisher.video(CAMERA, 2)
    repeat(1, 3)
    await rig.until(lambda: len(viewer.received(OUT_VIDEO)) == 3)
    publisher.video(CAMERA, 3)  # it was not lost but late
    publisher.video(CAMERA, 4)
    repeat(2, 7)
    for rtx_seq, original in enumerate((5, 6, 7, 6, 8 + 128), 3):
        repeat(rtx_seq, original)
    publisher.video(CAMERA, 8)
    await rig.until(lambda: len(viewer.received(OUT_VIDEO)) == 8)
    await rig.fence()
    packets = sorted(viewer.received(OUT_VIDEO), key=lambda packet: packet.seq)
    assert [packet.seq - packets[0].seq for packet in packets] == list(range(8))
    assert [packet.timestamp - packets[0].timestamp for packet in packets] == [3000 * index for index in range(8)]
    assert [packet.payload for packet in packets[4:7]] == [b"\x10\x01repair%d" % original for original in (5, 6, 7)]
    stats = await rig.plane.stats()
    assert (stats.drops["probe"], stats.drops["late"]) == (3, 1)
    [of_camera] = stats.publications.values()
    assert of_camera.lost == 3  # the publisher must learn of what was lost, repaired or not


async def test_the_estimate_of_a_receiver_reaches_control(rig, stage):
    viewer = await stage.join()
    stage.slot(viewer, ssrc=900)
    await rig.fence()
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
