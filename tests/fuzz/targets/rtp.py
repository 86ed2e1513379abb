"""RTP headers: two packets of one source, the second also read by the layout that the first one had."""

import struct
from collections.abc import Iterator

from sfu.codecs import EXT_ABS_SEND_TIME, EXT_LEVEL, EXT_TWCC
from sfu.packet.layout import MIN_HEADER
from sfu.packet.rtp import RtpView

START = 64
ROOM = 2048
KEPT = frozenset({EXT_ABS_SEND_TIME, EXT_LEVEL, EXT_TWCC})
Facts = tuple[object, ...]


def one(data: bytes) -> None:
    """A length of the first packet in two bytes, then both."""
    if len(data) < 2:
        return
    cut = 2 + (data[0] << 8 | data[1]) % (len(data) - 1)
    first, second = data[2:cut][:1500], data[cut:][:1500]
    before, _ = _read(first)
    is_read, view = _read(second)
    expected = _read(first)[1].layout if before else None
    again = _view(second)
    is_same = again.read(START, START + len(second)) and again.extend(expected)
    assert is_same == is_read
    if is_read:
        assert facts(again) == facts(view)
        _used(second)


def facts(view: RtpView) -> Facts:
    """All that others ask of a view."""
    return (
        *(view.start, view.end, view.header_end, view.first, view.marker_type, view.payload_type, view.seq),
        *(view.timestamp, view.ssrc, view.mid, view.rid, view.repaired_rid, view.level, view.twcc),
        *(view.layout.abs_send_time_at, view.layout.twcc_at, view.layout.level_at),
        view.layout.is_plain,
    )


def _view(packet: bytes) -> RtpView:
    buffer = bytearray(b"\xa5" * ROOM)
    buffer[START : START + len(packet)] = packet
    return RtpView(memoryview(buffer))


def _read(packet: bytes) -> tuple[bool, RtpView]:
    view = _view(packet)
    is_read = view.parse(START, START + len(packet))
    assert is_read in (True, False)
    if is_read:
        assert START + MIN_HEADER <= view.header_end <= view.end == START + len(packet)
        assert 0 <= view.payload_type < 128
    return is_read, view


def _used(packet: bytes) -> None:
    """As the plane uses it: padding off, perhaps unwrapped, cleaned, and read again by others."""
    for unwraps in (False, True):
        _, view = _read(packet)
        if not view.strip_padding():
            return
        assert view.header_end <= view.end
        if unwraps:
            original = bytes(view.buffer[view.header_end : view.header_end + 2])
            if not view.unwrap_rtx(0x1234, 96):
                return
            assert (view.seq, view.ssrc, view.payload_type) == (int.from_bytes(original, "big"), 0x1234, 96)
        payload = bytes(view.buffer[view.header_end : view.end])
        numbers = (view.seq, view.timestamp, view.ssrc, view.marker_type)
        view.clean(7.25)
        _is_clean(view, payload, numbers)


def _is_clean(view: RtpView, payload: bytes, numbers: tuple[int, ...]) -> None:
    buffer = bytes(view.buffer)
    assert buffer[:START] == b"\xa5" * START, "nothing before the packet is touched"
    assert buffer[view.end :].lstrip(b"\xa5") == b"" or view.end < ROOM
    packet = buffer[view.start : view.end]
    assert packet[0] & 0xEF == 0x80, "version 2, no padding, no contributors"
    assert (view.seq, view.timestamp, view.ssrc, view.marker_type) == numbers
    marker_type, seq, timestamp, ssrc = struct.unpack_from("!BHII", packet, 1)
    assert (seq, timestamp, ssrc, marker_type) == numbers
    at = MIN_HEADER
    if packet[0] & 0x10:
        profile, words = struct.unpack_from("!HH", packet, at)
        assert profile == 0xBEDE
        block = packet[at + 4 : at + 4 + 4 * words]
        assert len(block) == 4 * words
        assert extensions(block) <= KEPT
        at += 4 + 4 * words
    assert packet[at:] == payload


def extensions(block: bytes) -> set[int]:
    """The identifiers that another reader finds in a block of one-byte extensions (RFC 8285 section 4.2)."""
    found, at = set(), 0
    while at < len(block):
        if block[at] == 0:
            at += 1
            continue
        identifier, size = block[at] >> 4, (block[at] & 15) + 1
        assert identifier != 15 and at + 1 + size <= len(block)
        data = block[at + 1 : at + 1 + size]
        if identifier == EXT_TWCC:
            assert data == b"\x00\x00"
        found.add(identifier)
        at += 1 + size
    return found


def seeds() -> Iterator[bytes]:
    plain = struct.pack("!BBHII", 0x80, 111, 7, 960, 0x1111) + b"opus"
    for block in (
        b"\x4000\x10\x85\x30\x12\x34",
        b"\x4100\x22\x01\x02\x03\x31\x00\x09\x10\xff\x00\x00\x00",
        b"\x52abc\xf0\x01\x02\x03",
        b"\x00\x00\x00\x00\xa0\x01\x00\x00",
    ):
        whole = block + bytes(-len(block) % 4)
        head = struct.pack("!BBHII", 0x90, 0xE0, 8, 3000, 0x2222)
        packet = head + struct.pack("!HH", 0xBEDE, len(whole) // 4) + whole + b"\x00\x05payload"
        yield struct.pack("!H", len(packet)) + packet + packet
        yield struct.pack("!H", len(plain)) + plain + packet
    two_bytes = struct.pack("!BBHIIHH", 0x90, 96, 9, 1, 2, 0x1000, 1) + b"\x01\x01\x05\x00" + b"x"
    padded = struct.pack("!BBHII", 0xA2, 96, 9, 1, 2) + bytes(8) + b"media\x00\x00\x03"
    yield struct.pack("!H", len(two_bytes)) + two_bytes + padded
    yield struct.pack("!H", len(padded)) + padded + two_bytes
