"""RTP headers: total for any bytes, clean before they travel."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from sfu.packet.rtp import RtpView, abs_send_time
from tests.support.rtp_peer import build_rtp, parse_rtp


def view_of(data: bytes) -> tuple[RtpView, bool]:
    view = RtpView(memoryview(bytearray(data + bytes(8))))
    return view, view.parse(0, len(data))


def after_clean(data: bytes, now: float = 5.0) -> bytes:
    view, is_good = view_of(data)
    assert is_good
    assert view.strip_padding()
    view.clean(now)
    return bytes(view.buffer[view.start : view.end])


EXTENSIONS = {1: b"07", 2: b"\x94", 3: b"abc", 4: b"\x12\x34", 5: b"q", 6: b"h", 11: b"unknown"}
PACKET = build_rtp(111, 513, 90_000, 0xCAFE, b"payload", marker=True, extensions=EXTENSIONS)


def test_a_header_is_read_with_its_extensions() -> None:
    view, is_good = view_of(PACKET)
    assert is_good
    assert (view.payload_type, view.seq, view.timestamp, view.ssrc) == (111, 513, 90_000, 0xCAFE)
    assert (view.mid, view.level, view.twcc, view.rid, view.repaired_rid) == (b"07", 0x94, 0x1234, b"q", b"h")
    assert bytes(view.buffer[view.header_end : view.end]) == b"payload"


def test_only_the_allow_list_is_left_and_the_length_is_kept() -> None:
    cleaned = after_clean(PACKET)
    assert len(cleaned) == len(PACKET)
    packet = parse_rtp(cleaned)
    assert packet.extensions == {2: b"\x94", 3: abs_send_time(5.0)}
    assert packet.payload == b"payload"


def test_contributors_are_cut_out_and_padding_is_taken_off() -> None:
    packet = parse_rtp(after_clean(build_rtp(111, 1, 2, 3, b"pay", csrcs=(9, 8), padding=5, extensions={2: b"\x01"})))
    assert (packet.csrcs, packet.padded, packet.payload, packet.extensions) == (0, False, b"pay", {2: b"\x01"})


def test_a_two_byte_extension_block_is_blanked_whole() -> None:
    data = struct.pack("!BBHIIHH", 0x90, 111, 1, 2, 3, 0x1000, 1) + b"\x63\x02xy" + b"pay"
    assert parse_rtp(after_clean(data)).extensions == {}


def test_an_extension_that_runs_over_its_block_hides_nothing() -> None:
    data = struct.pack("!BBHIIHH", 0x90, 111, 1, 2, 3, 0xBEDE, 1) + b"\x20\x15\x5fx" + b"pay"
    cleaned = after_clean(data)
    assert cleaned[16:20] == b"\x20\x15\0\0"


def test_a_padding_count_that_cannot_be_is_refused() -> None:
    for count in (0, 4, 255):
        view, is_good = view_of(struct.pack("!BBHII", 0xA0, 111, 1, 2, 3) + b"xy" + bytes((count,)))
        assert is_good
        assert not view.strip_padding()


def test_a_retransmission_becomes_the_packet_that_it_repeats() -> None:
    view, is_good = view_of(build_rtp(97, 9, 777, 0xBEEF, b"\x02\x01" + b"body", extensions={1: b"01"}))
    assert is_good
    assert view.unwrap_rtx(0xCAFE, 96)
    assert (view.seq, view.ssrc, view.payload_type, view.timestamp, view.mid) == (0x201, 0xCAFE, 96, 777, b"01")
    assert bytes(view.buffer[view.header_end : view.end]) == b"body"


@given(st.binary(max_size=120))
def test_any_bytes_are_read_stripped_unwrapped_and_cleaned(data: bytes) -> None:
    for first in (data, b"\x90" + data, b"\xbf" + data, b"\xb0\x6f" + bytes(10) + b"\xbe\xde" + data):
        view, is_good = view_of(first)
        if is_good and view.strip_padding():
            assert view.start <= view.header_end <= view.end <= len(first)
            view.clean(1.0)
            assert view.start <= view.header_end <= view.end <= len(first)
            parse_rtp(bytes(view.buffer[view.start : view.end]))
        view, is_good = view_of(first)
        if is_good and view.strip_padding() and view.unwrap_rtx(1, 96):
            assert view.end <= len(first)


@given(st.dictionaries(st.integers(1, 14), st.binary(min_size=1, max_size=16), max_size=8), st.binary(max_size=20))
def test_whatever_extensions_come_only_ours_leave(extensions: dict[int, bytes], payload: bytes) -> None:
    packet = parse_rtp(after_clean(build_rtp(96, 1, 2, 3, payload, extensions=extensions)))
    assert packet.payload == payload
    assert set(packet.extensions) <= {2, 3}
