"""What one viewer's slot does over time: switches, layers, repairs, requests. The contract suite has the rest."""

import pytest

from sfu.codecs import VP8, Kind
from sfu.packet.rtp import abs_send_time
from sfu.plane import Layer, SlotSpec
from tests.support.plane_rig import VIDEO_KEY, InlineRig, Stage
from tests.support.rtp_peer import build_rtp, nack, pli, rtcp

MIC, CAMERA = 0x1111, 0x2222
OUT, OUT_VIDEO, OUT_RTX = 0xA001, 0xA002, 0xA003


async def test_the_person_shown_before_does_not_stay_under_anothers_name(rig: InlineRig, stage: Stage) -> None:
    one, two, viewer = await stage.join(), await stage.join(), await stage.join()
    first = stage.publish(one, Kind.VIDEO, ssrc=CAMERA)
    second = stage.publish(two, Kind.VIDEO, ssrc=CAMERA)
    slot = stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, show=first)
    one.video(CAMERA, 1, key=True)
    rig.plane.subscribe(slot, second, None)
    rig.plane.advance(2.9)
    one.video(CAMERA, 2)
    await rig.fence()
    assert len(viewer.received(OUT_VIDEO)) == 2
    rig.plane.advance(0.2)
    one.video(CAMERA, 3, key=True)
    await rig.fence()
    assert len(viewer.received(OUT_VIDEO)) == 2
    two.video(CAMERA, 9, key=True)
    await rig.fence()
    assert len(viewer.received(OUT_VIDEO)) == 3


async def test_audio_switches_at_once(rig: InlineRig, stage: Stage) -> None:
    one, two, viewer = await stage.join(), await stage.join(), await stage.join()
    first, second = stage.publish(one, ssrc=MIC), stage.publish(two, ssrc=MIC)
    slot = stage.slot(viewer, ssrc=OUT, show=first)
    one.audio(MIC, 1, b"one")
    rig.plane.subscribe(slot, second, None)
    one.audio(MIC, 2, b"one")
    two.audio(MIC, 500, b"two")
    rig.plane.subscribe(slot, None, None)
    two.audio(MIC, 501, b"two")
    rig.plane.subscribe(slot, first, None)
    one.audio(MIC, 3, b"one")
    await rig.fence()
    packets = viewer.received(OUT)
    assert [packet.payload for packet in packets] == [b"one", b"two", b"one"]
    assert [packet.seq - packets[0].seq for packet in packets] == [0, 1, 2]


async def test_a_slot_that_waits_asks_again_each_half_second(rig: InlineRig, stage: Stage) -> None:
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA)
    publisher.video(CAMERA, 1)
    stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, show=pub)
    rig.plane.advance(3.0)
    await rig.fence()
    assert 5 <= len(publisher.peer.take_rtcp(206, 1)) <= 7
    publisher.video(CAMERA, 2, key=True)
    rig.plane.advance(3.0)
    await rig.fence()
    assert publisher.peer.take_rtcp(206, 1) == []


async def test_a_keyframe_whose_start_came_late_is_no_beginning(rig: InlineRig, stage: Stage) -> None:
    publisher, watching, viewer = await stage.join(), await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA, rtx=CAMERA + 1)
    stage.slot(watching, Kind.VIDEO, ssrc=OUT_VIDEO, show=pub)
    publisher.video(CAMERA, 1, key=True)
    publisher.video(CAMERA, 2)
    stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, show=pub)
    rig.plane.advance(0.6)
    for seq in (4, 5):
        publisher.video(CAMERA, seq, timestamp=9_000, payload=b"\x00\x00" + b"c" * 50)
    repair = (3).to_bytes(2, "big") + VIDEO_KEY
    publisher.rtp(build_rtp(VP8.rtx, 1, 9_000, CAMERA + 1, repair))
    publisher.video(CAMERA, 6)
    await rig.fence()
    assert viewer.received(OUT_VIDEO) == []
    assert sorted(packet.seq - watching.received(OUT_VIDEO)[0].seq for packet in watching.received(OUT_VIDEO)) == [
        *range(6)
    ]
    publisher.peer.rtcp.clear()
    rig.plane.advance(1.2)
    await rig.fence()
    assert publisher.peer.take_rtcp(206, 1)
    publisher.video(CAMERA, 7, key=True)
    await rig.fence()
    assert len(viewer.received(OUT_VIDEO)) == 1


async def test_a_closed_gate_is_not_asked_for_keyframes_and_an_opened_one_is(rig: InlineRig, stage: Stage) -> None:
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA, open_=False)
    publisher.video(CAMERA, 1, key=True)
    stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, show=pub)
    rig.plane.request_keyframe(pub)
    rig.plane.advance(2.0)
    await rig.fence()
    assert publisher.peer.take_rtcp(206, 1) == []
    rig.plane.set_gate(pub, True)
    await rig.fence()
    assert len(publisher.peer.take_rtcp(206, 1)) == 1


async def test_a_keyframe_can_be_asked_of_one_layer(rig: InlineRig, stage: Stage) -> None:
    publisher = await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, mid="01", rids=("q", "h"))
    publisher.video(1001, 1, extensions={1: b"01", 5: b"q"})
    publisher.video(1002, 1, extensions={1: b"01", 5: b"h"})
    rig.plane.request_keyframe(pub, "h")
    await rig.fence()
    assert [part.word(1) for part in publisher.peer.take_rtcp(206, 1)] == [1002]
    rig.plane.advance(1.0)
    rig.plane.request_keyframe(pub)
    await rig.fence()
    assert [part.word(1) for part in publisher.peer.take_rtcp(206, 1)] == [1001, 1002]


async def test_a_new_ssrc_of_the_same_camera_continues_the_picture(rig: InlineRig, stage: Stage) -> None:
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA, mid="01")
    stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, show=pub)
    publisher.video(CAMERA, 1, key=True)
    publisher.video(5005, 40_000, extensions={1: b"01"})
    await rig.fence()
    rig.plane.advance(0.6)
    await rig.fence()
    assert 5005 in [part.word(1) for part in publisher.peer.take_rtcp(206, 1)]
    publisher.video(5005, 40_001, key=True)
    await rig.fence()
    first, second = viewer.received(OUT_VIDEO)
    assert second.seq == first.seq + 1


async def test_a_publisher_that_changes_its_ssrc_all_the_time_floods_nobody(rig: InlineRig, stage: Stage) -> None:
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, ssrc=MIC, mid="00")
    slot = stage.slot(viewer, ssrc=OUT, show=pub)
    for step in range(200):
        publisher.audio(MIC + step % 10, step, mid="00")
    await rig.fence()
    assert rig.sink.named("switched") == [(slot, pub, None)]
    seqs = [packet.seq for packet in viewer.received(OUT)]
    assert seqs == list(range(seqs[0], seqs[0] + 200))


async def test_dropped_temporal_layers_leave_no_trace(rig: InlineRig, stage: Stage) -> None:
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA)
    slot = stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, rtx=OUT_RTX, show=pub)
    rig.plane.set_target_layer(slot, Layer(None, 0))
    seq = 0
    for picture in range(0x7FF0, 0x7FF0 + 40):
        tid = (0, 2, 1, 2)[picture % 4]
        for part in range(2):
            seq += 1
            number = 0x8000 | picture & 0x7FFF
            head = bytes((0x90 if part == 0 else 0x80, 0xE0)) + number.to_bytes(2, "big")
            head += bytes((picture // 4 & 0xFF, tid << 6))
            body = b"\x00" if picture == 0x7FF0 else b"\x01"
            publisher.video(CAMERA, seq, timestamp=picture * 3000, payload=head + body + b"%d" % part)
    await rig.fence()
    packets = viewer.received(OUT_VIDEO)
    assert len(packets) == 20
    assert [packet.seq - packets[0].seq for packet in packets] == list(range(20))
    pictures = [int.from_bytes(packet.payload[2:4], "big") & 0x7FFF for packet in packets]
    assert pictures == [(0x7FF0 + index // 2) & 0x7FFF for index in range(20)]
    levels = [packet.payload[4] for packet in packets]
    assert levels == [(levels[0] + index // 2) & 0xFF for index in range(20)]
    viewer.rtcp(nack(OUT_VIDEO, packets[10].seq))
    await rig.fence()
    [again] = viewer.received(OUT_RTX)
    assert again.payload[2:] == packets[10].payload


async def test_a_picture_that_was_lost_whole_comes_with_its_repair(rig: InlineRig, stage: Stage) -> None:
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA, rtx=CAMERA + 1)
    slot = stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, rtx=OUT_RTX, show=pub)
    rig.plane.set_target_layer(slot, Layer(None, 0))

    def body(picture: int) -> bytes:
        head = bytes((0x90, 0xE0)) + (0x8000 | picture).to_bytes(2, "big")
        head += bytes((picture // 2, (picture % 2) << 6))
        return head + (b"\x00" if picture == 0 else b"\x01") + b"number %d" % picture

    for picture in (0, 1, 2, 3, 6):
        publisher.video(CAMERA, 1 + picture, timestamp=picture * 3000, payload=body(picture))
    for picture in (4, 5):
        repair = (1 + picture).to_bytes(2, "big") + body(picture)
        publisher.rtp(build_rtp(VP8.rtx, picture, picture * 3000, CAMERA + 1, repair))
    await rig.fence()
    packets = sorted(viewer.received(OUT_VIDEO), key=lambda packet: packet.timestamp)
    assert [packet.payload[7:] for packet in packets] == [b"number %d" % picture for picture in (0, 2, 4, 6)]
    pictures = [int.from_bytes(packet.payload[2:4], "big") & 0x7FFF for packet in packets]
    assert [picture - pictures[0] for picture in pictures] == [0, 1, 2, 4]  # the last keeps free what 5 might have been
    assert [packet.seq - packets[0].seq for packet in packets] == [0, 1, 2, 4]


async def test_a_repair_says_when_it_was_sent(rig: InlineRig, stage: Stage) -> None:
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA)
    stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, rtx=OUT_RTX, show=pub)
    publisher.video(CAMERA, 1, key=True, extensions={3: b"\0\0\0"})
    rig.plane.advance(0.5)
    await rig.fence()
    viewer.rtcp(nack(OUT_VIDEO, viewer.received(OUT_VIDEO)[0].seq))
    await rig.fence()
    first = int.from_bytes(viewer.received(OUT_VIDEO)[0].extensions[3], "big")
    again = int.from_bytes(viewer.received(OUT_RTX)[0].extensions[3], "big")
    assert (again - first & 0xFFFFFF) / 262_144 == pytest.approx(0.5, abs=0.02)


async def test_an_uplink_cap_is_told_while_it_holds(rig: InlineRig, stage: Stage) -> None:
    publisher = await stage.join()
    stage.publish(publisher, ssrc=MIC)
    rig.plane.set_uplink_cap(publisher.number, 300_000)
    for seq in range(4):
        publisher.audio(MIC, seq, stamp=abs_send_time(rig.plane.now))
        rig.plane.advance(0.5)
    await rig.fence()
    [*estimates] = publisher.peer.take_rtcp(206, 15)
    assert estimates
    word = estimates[0].word(3)
    assert ((word & 0x3FFFF) << (word >> 18 & 63), word >> 24, estimates[0].word(4)) == (300_000, 1, MIC)
    rig.plane.set_uplink_cap(publisher.number, None)
    for seq in range(4, 8):
        publisher.audio(MIC, seq, stamp=abs_send_time(rig.plane.now))
        rig.plane.advance(0.5)
    await rig.fence()
    assert publisher.peer.take_rtcp(206, 15) == []


async def test_nobody_ends_or_steers_what_is_not_theirs(rig: InlineRig, stage: Stage) -> None:
    speaker, listener, other = await stage.join(), await stage.join(), await stage.join()
    camera = stage.publish(speaker, Kind.VIDEO, ssrc=CAMERA)
    stage.slot(listener, Kind.VIDEO, ssrc=OUT_VIDEO, rtx=OUT_RTX, show=camera)
    speaker.video(CAMERA, 1, key=True)
    await rig.fence()
    speaker.peer.rtcp.clear()
    seq = listener.received(OUT_VIDEO)[0].seq
    for ssrc in (CAMERA, OUT_VIDEO, OUT_RTX):
        other.rtcp(rtcp(203, 1, ssrc.to_bytes(4, "big")))
        other.rtcp(pli(ssrc))
        other.rtcp(nack(ssrc, seq))
        other.rtp(b"\x80\x60\0\1" + bytes(4) + ssrc.to_bytes(4, "big") + b"forged")
    rig.plane.advance(0.6)
    speaker.video(CAMERA, 2)
    await rig.fence()
    assert len(listener.received(OUT_VIDEO)) == 2
    assert listener.received(OUT_RTX) == []
    assert speaker.peer.take_rtcp(206, 1) == []
    assert all(not packets for packets in other.peer.rtp.values())


async def test_a_payload_type_that_a_viewer_did_not_accept_is_not_sent(rig: InlineRig, stage: Stage) -> None:
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA)
    slot = stage.new_id()

    rig.plane.add_slot(slot, viewer.number, SlotSpec(Kind.VIDEO, "10", OUT_VIDEO, None, (102, 103)))
    rig.plane.subscribe(slot, pub, None)
    publisher.video(CAMERA, 1, key=True)
    await rig.fence()
    assert viewer.received(OUT_VIDEO) == []


async def test_what_cannot_be_sent_uses_no_number_and_leaves_no_broken_picture(rig: InlineRig, stage: Stage) -> None:
    publisher, viewer = await stage.join(), await stage.join()
    mic, camera = stage.publish(publisher, ssrc=MIC), stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA, mid="01")
    stage.slot(viewer, ssrc=OUT, show=mic)
    stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, rtx=OUT_RTX, show=camera)
    publisher.audio(MIC, 1)
    publisher.video(CAMERA, 1, key=True)
    rig.plane.advance(6)
    publisher.check()
    rig.plane.advance(5)
    publisher.peer.rtcp.clear()
    for seq in range(2, 50):
        publisher.audio(MIC, seq)
        publisher.video(CAMERA, seq, key=seq == 20)
        rig.plane.advance(0.02)
    await rig.fence()
    assert publisher.peer.take_rtcp(206, 1) == []
    viewer.check()
    rig.plane.advance(0.6)
    publisher.audio(MIC, 50)
    publisher.video(CAMERA, 50)
    await rig.fence()
    assert publisher.peer.take_rtcp(206, 1)
    publisher.video(CAMERA, 51, key=True)
    await rig.fence()
    for ssrc in (OUT, OUT_VIDEO):
        first, second = viewer.received(ssrc)
        assert second.seq == first.seq + 1
    assert viewer.received(OUT_VIDEO)[1].payload == VIDEO_KEY


@pytest.mark.parametrize("wrong", ["kind", "room", "gone"])
async def test_a_slot_that_may_not_show_what_is_asked_shows_nothing(rig: InlineRig, stage: Stage, wrong: str) -> None:
    speaker, listener, stranger = await stage.join(), await stage.join(), await stage.join(room=2)
    slot = stage.slot(listener, ssrc=OUT, show=stage.publish(speaker, ssrc=MIC))
    speaker.audio(MIC, 1)
    asked = {
        "kind": lambda: stage.publish(speaker, Kind.VIDEO, ssrc=CAMERA, mid="01"),
        "room": lambda: stage.publish(stranger, ssrc=MIC),
        "gone": lambda: 99,
    }[wrong]()
    rig.plane.subscribe(slot, asked, None)
    speaker.audio(MIC, 2)
    await rig.fence()
    assert len(listener.received(OUT)) == 1
    assert (await rig.plane.stats()).drops["subscribe-refused"] == 1


async def test_nothing_that_a_slot_sends_names_a_mid(rig: InlineRig, stage: Stage) -> None:
    """Firefox takes one that comes on the RTX stream alone as the end of the media stream beside it."""
    speaker, viewer = await stage.join(), await stage.join()
    stage.slot(viewer, ssrc=OUT, mid="10", show=stage.publish(speaker, ssrc=MIC, mid="00"))
    camera = stage.publish(speaker, Kind.VIDEO, ssrc=CAMERA, mid="01")
    stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, rtx=OUT_RTX, mid="11", show=camera)
    for seq in range(4):
        speaker.audio(MIC, seq, mid="00")
        speaker.video(CAMERA, seq, key=not seq, extensions={1: b"01", 3: b"\0\0\0"})
    await rig.fence()
    viewer.rtcp(nack(OUT_VIDEO, viewer.received(OUT_VIDEO)[1].seq))
    await rig.fence()
    sent = {ssrc: viewer.received(ssrc) for ssrc in (OUT, OUT_VIDEO, OUT_RTX)}
    assert {ssrc: len(packets) for ssrc, packets in sent.items()} == {OUT: 4, OUT_VIDEO: 4, OUT_RTX: 1}
    assert all(1 not in packet.extensions for packets in sent.values() for packet in packets)
