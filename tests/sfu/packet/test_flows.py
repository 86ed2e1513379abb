"""What flows into a slot by constants alone, and what ends that: losses, padding, other codecs, narrow histories."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sfu.codecs import H264, OPUS, VP8, Kind
from sfu.packet.flow import Flow
from sfu.packet.history import MAX_AGE_S, MAX_BYTES, MAX_PACKETS, History
from sfu.packet.layout import read_layout
from sfu.packet.media import MediaPacket
from sfu.packet.rtp import RtpView
from sfu.packet.track import Track
from sfu.plane import PublicationSpec, SlotSpec
from tests.support.plane_rig import VIDEO_KEY, InlineRig, Stage
from tests.support.rtp_peer import build_rtp, nack

MIC, CAMERA = 0x1111, 0x2222
OUT, OUT_VIDEO, OUT_RTX = 0xA001, 0xA002, 0xA003


async def test_losses_of_the_publisher_keep_their_numbers_and_late_packets_fill_them(
    rig: InlineRig, stage: Stage
) -> None:
    speaker, listener = await stage.join(), await stage.join()
    stage.slot(listener, ssrc=OUT, show=stage.publish(speaker, ssrc=MIC))
    for seq in (1, 2, 5, 4, 4, 6, 3, 7):
        speaker.audio(MIC, seq, b"%d" % seq)
    await rig.fence()
    packets = listener.received(OUT)
    first = packets[0].seq
    assert [(packet.seq - first, packet.payload) for packet in packets] == [
        (seq - 1, b"%d" % seq) for seq in (1, 2, 5, 4, 6, 3, 7)
    ]


async def test_a_long_loss_leaves_a_hole_of_bounded_size(rig: InlineRig, stage: Stage) -> None:
    speaker, listener = await stage.join(), await stage.join()
    stage.slot(listener, ssrc=OUT, show=stage.publish(speaker, ssrc=MIC))
    for seq in (1, 2, 3, 20_003, 20_004, 20_000):
        speaker.audio(MIC, seq)
    await rig.fence()
    packets = listener.received(OUT)
    assert [packet.seq - packets[0].seq for packet in packets] == [0, 1, 2, 130, 131]


async def test_packets_without_content_leave_no_hole_in_what_flows(rig: InlineRig, stage: Stage) -> None:
    publisher, viewer = await stage.join(), await stage.join()
    stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, show=stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA))
    publisher.video(CAMERA, 1, key=True)
    for seq in range(2, 40):
        if seq % 3:
            publisher.video(CAMERA, seq)
        else:
            publisher.rtp(build_rtp(VP8.payload_type, seq, 0, CAMERA, b"", padding=100))
    await rig.fence()
    packets = viewer.received(OUT_VIDEO)
    assert len(packets) == 26
    assert [packet.seq - packets[0].seq for packet in packets] == list(range(26))


async def test_what_flowed_is_sent_again_as_it_was(rig: InlineRig, stage: Stage) -> None:
    publisher, viewers = await stage.join(), [await stage.join() for _ in range(3)]
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA, rtx=CAMERA + 1)
    slots = [stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, rtx=OUT_RTX, show=pub) for viewer in viewers]
    publisher.video(CAMERA, 1, key=True)
    for seq in (2, 3, 6, 7):
        publisher.video(CAMERA, seq, payload=b"\x10\x01number %d" % seq)
    repair = (4).to_bytes(2, "big") + b"\x10\x01number 4"
    publisher.rtp(build_rtp(VP8.rtx or 0, 1, 4 * 3000, CAMERA + 1, repair))
    await rig.fence()
    for viewer in viewers:
        by_seq = {packet.seq: packet for packet in viewer.received(OUT_VIDEO)}
        assert len(by_seq) == 6
        first = min(by_seq)
        viewer.rtcp(nack(OUT_VIDEO, *range(first, first + 9)))
        await rig.fence()
        again = {int.from_bytes(packet.payload[:2], "big"): packet for packet in viewer.received(OUT_RTX)}
        assert set(again) == set(by_seq)
        for seq, packet in again.items():
            assert packet.payload[2:] == by_seq[seq].payload
            assert packet.timestamp == by_seq[seq].timestamp
    stats = (await rig.plane.stats()).slots
    assert [(stats[slot].packets, stats[slot].retransmitted) for slot in slots] == [(6, 6)] * 3
    assert [stats[slot].bytes for slot in slots] == [
        sum(12 + len(packet.payload) for packet in viewer.received(OUT_VIDEO)) for viewer in viewers
    ]


async def test_nothing_that_flowed_before_the_gate_closed_is_sent_again(rig: InlineRig, stage: Stage) -> None:
    publisher, viewer = await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA)
    stage.slot(viewer, Kind.VIDEO, ssrc=OUT_VIDEO, rtx=OUT_RTX, show=pub)
    publisher.video(CAMERA, 1, key=True)
    for seq in range(2, 9):
        publisher.video(CAMERA, seq)
    rig.plane.set_gate(pub, False)
    rig.plane.set_gate(pub, True)
    publisher.video(CAMERA, 20, key=True)
    publisher.video(CAMERA, 21)
    await rig.fence()
    seqs = [packet.seq for packet in viewer.received(OUT_VIDEO)]
    assert [seq - seqs[0] for seq in seqs] == list(range(10))
    viewer.rtcp(nack(OUT_VIDEO, *seqs))
    await rig.fence()
    assert {int.from_bytes(packet.payload[:2], "big") for packet in viewer.received(OUT_RTX)} == set(seqs[8:])


async def test_a_publisher_may_change_its_codec_only_to_one_that_a_viewer_accepted(
    rig: InlineRig, stage: Stage
) -> None:
    publisher, both, one = await stage.join(), await stage.join(), await stage.join()
    types = (VP8.payload_type, H264.payload_type)
    pub = stage.new_id()
    rig.plane.add_publication(pub, publisher.number, PublicationSpec(Kind.VIDEO, "01", types, (CAMERA,)))
    rig.plane.set_gate(pub, True)
    for viewer, accepted in ((both, types), (one, types[:1])):
        slot = stage.new_id()
        rig.plane.add_slot(slot, viewer.number, SlotSpec(Kind.VIDEO, "10", OUT_VIDEO, None, accepted))
        rig.plane.subscribe(slot, pub, None)
    publisher.video(CAMERA, 1, key=True)
    publisher.video(CAMERA, 2)
    for seq in (3, 4):
        publisher.rtp(build_rtp(H264.payload_type, seq, seq * 3000, CAMERA, b"\x67other"))
    publisher.video(CAMERA, 5, key=True)
    publisher.video(CAMERA, 6)
    await rig.fence()
    assert [packet.payload_type for packet in both.received(OUT_VIDEO)] == [96, 96, 102, 102, 96, 96]
    assert [packet.payload_type for packet in one.received(OUT_VIDEO)] == [96, 96, 96, 96]
    for viewer in (both, one):
        seqs = [packet.seq for packet in viewer.received(OUT_VIDEO)]
        assert len(set(seqs)) == len(seqs)
        assert seqs == sorted(seqs)


async def test_one_person_shown_twice_has_two_sequences(rig: InlineRig, stage: Stage) -> None:
    speaker, listener = await stage.join(), await stage.join()
    pub = stage.publish(speaker, ssrc=MIC)
    stage.slot(listener, ssrc=OUT, show=pub)
    stage.slot(listener, ssrc=OUT + 9, mid="11", show=pub)
    for seq in range(20):
        speaker.audio(MIC, seq)
    await rig.fence()
    for ssrc in (OUT, OUT + 9):
        seqs = [packet.seq for packet in listener.received(ssrc)]
        assert seqs == list(range(seqs[0], seqs[0] + 20))


async def test_a_viewer_whose_address_changes_misses_nothing(rig: InlineRig, stage: Stage) -> None:
    speaker, listener = await stage.join(), await stage.join()
    stage.slot(listener, ssrc=OUT, show=stage.publish(speaker, ssrc=MIC))
    for seq in range(4):
        speaker.audio(MIC, seq)
    listener.link = rig.link(listener.peer)
    listener.check()
    for seq in range(4, 8):
        speaker.audio(MIC, seq)
    await rig.fence()
    seqs = [packet.seq for packet in listener.received(OUT)]
    assert seqs == list(range(seqs[0], seqs[0] + 8))


def packet(number: int, at: float, size: int = 100) -> MediaPacket:
    data = build_rtp(96, number, number, 3, bytes(size - 12))
    view = RtpView(memoryview(bytearray(data)))
    assert view.parse(0, len(data))
    return MediaPacket(view, False, None, number, at)


def test_a_history_is_bounded_by_number_time_and_bytes() -> None:
    history = History()
    for number in range(1_000, 3_000):
        history.add(packet(number, 1.0))
        assert len(history) <= MAX_PACKETS
    assert history.get(2_999, 1.5) is not None
    assert history.get(2_999, 1.0 + MAX_AGE_S + 0.1) is None
    assert history.get(1_500, 1.0) is None
    for number in range(3_000, 3_400):
        history.add(packet(number, 1.0, 2_000))
        assert sum(len(one.data) for one in history._ring if one is not None) <= MAX_BYTES + 2_000
    history.add(packet(3_400, 2.5))
    assert len(history) == 1
    history.trim(3.0)
    assert len(history) == 1
    history.trim(4.0)
    assert len(history) == 0


@given(st.lists(st.tuples(st.integers(-20, 60), st.floats(0, 0.2)), max_size=120))
def test_a_history_finds_the_newest_of_each_number_whatever_comes(steps: list[tuple[int, float]]) -> None:
    history, number, now = History(), 10_000, 0.0
    for step, later in steps:
        number, now = number + step, now + later
        history.add(packet(number, now))
        found = history.get(number, now)
        assert found is None or found.number == number
        assert len(history) <= MAX_PACKETS
        kept = [one for one in history._ring if one is not None]
        assert history._bytes == sum(len(one.data) for one in kept)


def test_a_flow_finds_only_what_flowed() -> None:
    track = Track(None, 3, Kind.VIDEO, 0.0)
    track.history.add(packet(99, 1.0))
    flow = Flow(track, 99, 65_530, 0)
    assert flow.find(93, 1.0) is None
    for number in range(100, 110):
        one = packet(number, 1.0)
        track.history.add(one)
        track.on_flow(one)
    found = flow.find((105 + 65_530) & 0xFFFF, 1.0)
    assert found is not None
    assert found.number == 105
    flow.end()
    after = packet(110, 1.0)
    track.history.add(after)
    track.on_flow(after)
    assert flow.find((110 + 65_530) & 0xFFFF, 1.0) is None
    assert flow.find((99 + 65_530) & 0xFFFF, 1.0) is None


@given(
    st.dictionaries(st.integers(1, 15), st.binary(min_size=1, max_size=6), max_size=6),
    st.dictionaries(st.integers(1, 15), st.binary(min_size=1, max_size=6), max_size=6),
    st.randoms(use_true_random=False),
)
def test_a_layout_is_recognised_only_where_it_is_the_same(
    before: dict[int, bytes], now: dict[int, bytes], random: Random
) -> None:
    """Read with an expectation, a packet is the same as read without one."""
    if random.random() < 0.5:
        now = {key: bytes(random.randrange(256) for _ in data) for key, data in before.items()}
    first = build_rtp(OPUS.payload_type, 1, 2, 3, b"payload", extensions=before)
    second = build_rtp(OPUS.payload_type, 2, 3, 3, b"payload", extensions=now)
    expected = read_layout(memoryview(first), 0, len(first), first[0])
    read = []
    for expectation in (expected, None):
        view = RtpView(memoryview(bytearray(second)))
        assert view.read(0, len(second))
        assert view.extend(expectation)
        seen = (view.mid, view.rid, view.repaired_rid, view.level, view.twcc, view.header_end)
        view.clean(1.0)
        read.append((seen, bytes(view.buffer)))
    assert read[0] == read[1]


async def test_a_keyframe_is_noticed_while_somebody_waits_for_one(rig: InlineRig, stage: Stage) -> None:
    """Content viewers are not asked for keyframes; a newcomer gets the next one though all others flow."""
    publisher, first, second = await stage.join(), await stage.join(), await stage.join()
    pub = stage.publish(publisher, Kind.VIDEO, ssrc=CAMERA)
    stage.slot(first, Kind.VIDEO, ssrc=OUT_VIDEO, show=pub)
    publisher.video(CAMERA, 1, key=True)
    publisher.video(CAMERA, 2)
    stage.slot(second, Kind.VIDEO, ssrc=OUT_VIDEO, show=pub)
    publisher.video(CAMERA, 3)
    publisher.video(CAMERA, 4, key=True)
    publisher.video(CAMERA, 5)
    await rig.fence()
    assert len(first.received(OUT_VIDEO)) == 5
    assert second.received(OUT_VIDEO)[0].payload == VIDEO_KEY
    assert len(second.received(OUT_VIDEO)) == 2
