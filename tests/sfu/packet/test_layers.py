"""Which layer flows through a slot, and when it changes."""

from sfu.codecs import Kind
from sfu.packet.layers import LayerSelector, Verdict, temporal_layers
from sfu.packet.media import MediaPacket
from sfu.packet.rtp import RtpView
from sfu.packet.track import Track
from sfu.packet.vp8 import Descriptor
from sfu.plane import Layer
from tests.support.rtp_peer import build_rtp

Q, H = Track("q", 1, Kind.VIDEO, 0.0), Track("h", 2, Kind.VIDEO, 0.0)


def picture(tid: int, *, start: bool = True, sync: bool = False, key: bool = False) -> Descriptor:
    return Descriptor(start, key, 2, 15, 7, 4, 9, tid, sync)


def test_nothing_flows_before_a_keyframe_of_the_target() -> None:
    selector = LayerSelector()
    selector.target = Layer("h")
    assert selector.judge(Q, True, None) is Verdict.IGNORE
    assert selector.judge(H, False, None) is Verdict.IGNORE
    assert selector.is_waiting()
    assert selector.judge(H, True, None) is Verdict.SWITCH
    assert selector.judge(H, False, None) is Verdict.FORWARD
    assert not selector.is_waiting()


def test_the_old_layer_flows_until_the_keyframe_of_the_new() -> None:
    selector = LayerSelector()
    selector.target = Layer("q")
    selector.judge(Q, True, None)
    selector.target = Layer("h")
    assert selector.is_waiting()
    assert selector.judge(Q, False, None) is Verdict.FORWARD
    assert selector.judge(Q, True, None) is Verdict.FORWARD
    assert selector.judge(H, False, None) is Verdict.IGNORE
    assert selector.judge(H, True, None) is Verdict.SWITCH
    assert selector.judge(Q, True, None) is Verdict.IGNORE


def test_without_a_named_layer_what_flows_stays() -> None:
    selector = LayerSelector()
    assert selector.judge(H, True, None) is Verdict.SWITCH
    assert selector.judge(Q, True, None) is Verdict.IGNORE
    assert selector.judge(Track("h", 3, Kind.VIDEO, 0.0), True, None) is Verdict.SWITCH


def test_temporal_layers_above_the_target_are_left_out_from_a_picture_on() -> None:
    selector = LayerSelector()
    selector.judge(Q, True, picture(0, key=True))
    assert selector.judge(Q, False, picture(2)) is Verdict.FORWARD
    selector.target = Layer(None, 0)
    assert selector.judge(Q, False, picture(2, start=False)) is Verdict.FORWARD
    assert selector.judge(Q, False, picture(1)) is Verdict.LEAVE_OUT
    assert selector.judge(Q, False, picture(0)) is Verdict.FORWARD


def test_a_temporal_layer_comes_back_at_its_sync_point_or_a_keyframe() -> None:
    selector = LayerSelector()
    selector.target = Layer(None, 0)
    selector.judge(Q, True, picture(0, key=True))
    selector.target = Layer(None, 2)
    assert selector.judge(Q, False, picture(2)) is Verdict.LEAVE_OUT
    assert selector.judge(Q, False, picture(1, sync=True)) is Verdict.FORWARD
    assert selector.judge(Q, False, picture(2)) is Verdict.LEAVE_OUT
    assert selector.judge(Q, True, picture(0, key=True)) is Verdict.FORWARD
    assert selector.judge(Q, False, picture(2)) is Verdict.FORWARD


def test_temporal_layers_are_counted_by_what_came() -> None:
    def packet(tid: int | None) -> MediaPacket:
        head = b"\x10" if tid is None else bytes((0x90, 0x20, tid << 6))
        data = build_rtp(96, 1, 2, 3, head + b"picture")
        view = RtpView(memoryview(bytearray(data)))
        assert view.parse(0, len(data))
        return MediaPacket(view, False, None)

    assert temporal_layers([]) == 0
    assert temporal_layers([packet(None), packet(None)]) == 1
    assert temporal_layers([packet(0), packet(2), packet(1), packet(2)]) == 3
