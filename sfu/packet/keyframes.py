"""Does this packet begin a keyframe? One total test per video codec of the table in `sfu.codecs`."""

from collections.abc import Callable
from typing import Final

from sfu.codecs import H264, VP8, VP9
from sfu.packet import vp8

Payload = memoryview | bytes


def is_vp8_keyframe(payload: Payload) -> bool:
    """RFC 7741 section 4.3."""
    if len(payload) >= 1 and not payload[0] & 0x10:
        return False
    descriptor = vp8.parse(payload)
    return descriptor is not None and descriptor.is_keyframe


def is_vp9_keyframe(payload: Payload) -> bool:
    """Not inter-picture predicted, the beginning of a frame, and of spatial layer 0 (RFC 9628 section 4.2)."""
    if len(payload) < 1:
        return False
    first = payload[0]
    if first & 0x40 or not first & 0x08:
        return False
    at = 1
    if first & 0x80:
        if len(payload) < 2:
            return False
        at = 3 if payload[1] & 0x80 else 2
    if first & 0x20:
        return len(payload) > at and payload[at] & 0x0E == 0
    return len(payload) > at


def is_h264_keyframe(payload: Payload) -> bool:
    """An SPS or an IDR slice: alone, in a STAP-A, or at the start of an FU-A (RFC 6184 section 5)."""
    if len(payload) < 2:
        return False
    kind = payload[0] & 0x1F
    if kind in (5, 7):
        return True
    if kind == 24:
        at = 1
        while at + 3 <= len(payload):
            if payload[at + 2] & 0x1F in (5, 7):
                return True
            at += 2 + (payload[at] << 8 | payload[at + 1])
        return False
    if kind == 28:
        return bool(payload[1] & 0x80) and payload[1] & 0x1F in (5, 7)
    return False


KEYFRAME_TESTS: Final[dict[int, Callable[[Payload], bool]]] = {
    VP8.payload_type: is_vp8_keyframe,
    VP9.payload_type: is_vp9_keyframe,
    H264.payload_type: is_h264_keyframe,
}
