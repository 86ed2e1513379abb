"""A voice that repeats itself (RFC 2198): taken apart for any bytes, and plain for all where one viewer needs that."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from sfu.codecs import OPUS, RED
from sfu.packet.rtp import RtpView
from tests.support.rtp_peer import build_rtp, parse_rtp

EXTENSIONS = {1: b"07", 2: b"\x94", 4: b"\x12\x34"}


def red(newest: bytes, *older: bytes, inside: int = OPUS.payload_type) -> bytes:
    """The payload: headers of the older blocks, of the newest, then the blocks in the same order."""
    heads = b"".join(struct.pack("!I", 1 << 31 | inside << 24 | 960 << 10 | len(block)) for block in older)
    return heads + bytes((inside,)) + b"".join(older) + newest


def unwrapped(payload: bytes, *, marker: bool = False) -> bytes | None:
    data = build_rtp(RED.payload_type, 513, 90_000, 0xCAFE, payload, marker=marker, extensions=EXTENSIONS)
    view = RtpView(memoryview(bytearray(data + bytes(8))))
    assert view.parse(0, len(data))
    if not view.unwrap_red(OPUS.payload_type):
        return None
    assert 0 <= view.start <= view.header_end <= view.end == len(data)
    assert view.payload_type == OPUS.payload_type
    assert view.level == 0x94
    return bytes(view.buffer[view.start : view.end])


@given(st.binary(max_size=200), st.lists(st.binary(max_size=200), max_size=3), st.booleans())
def test_the_newest_block_is_left_and_the_header_with_it(newest: bytes, older: list[bytes], marker: bool) -> None:
    data = unwrapped(red(newest, *older), marker=marker)
    assert data is not None
    packet = parse_rtp(data)
    assert (packet.payload_type, packet.seq, packet.timestamp, packet.ssrc) == (OPUS.payload_type, 513, 90_000, 0xCAFE)
    assert packet.payload == newest
    assert packet.extensions[2] == b"\x94"
    assert bool(data[1] & 0x80) is marker


@given(st.binary(max_size=60))
def test_any_bytes_are_taken_apart_or_refused(payload: bytes) -> None:
    data = unwrapped(payload)
    if data is not None:
        assert payload.endswith(parse_rtp(data).payload)


def test_another_codec_inside_and_blocks_that_reach_beyond_the_packet_are_refused() -> None:
    assert unwrapped(red(b"new", b"old", inside=0)) is None
    assert unwrapped(red(b"", b"x" * 20)[:-10]) is None
    assert unwrapped(b"") is None
    assert unwrapped(b"\x80\x80\x80") is None
