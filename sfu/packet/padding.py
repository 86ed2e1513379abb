"""A packet of nothing but padding on a slot's RTX stream: receivers count it and throw it away (RFC 3550 5.1)."""

import struct
from typing import Final

from sfu.codecs import EXT_MID, EXT_TWCC

MAX_PADDING: Final = 255
_HEAD: Final = struct.Struct("!BBHIIHHBHB")
_PADDED_WITH_EXTENSION: Final = 0xB0
_ONE_BYTE: Final = 0xBEDE


def write_padding(
    buffer: memoryview, at: int, payload_type: int, seq: int, timestamp: int, ssrc: int, mid: bytes, number: int
) -> int:
    """Write one at `at`, with transport-wide number and MID; returns its length."""
    words = (4 + len(mid) + 3) // 4
    _HEAD.pack_into(
        buffer,
        at,
        _PADDED_WITH_EXTENSION,
        payload_type,
        seq,
        timestamp,
        ssrc,
        _ONE_BYTE,
        words,
        EXT_TWCC << 4 | 1,
        number,
        EXT_MID << 4 | len(mid) - 1,
    )
    header = 16 + 4 * words
    where = at + _HEAD.size
    end = at + header + MAX_PADDING
    buffer[where:end] = mid + bytes(end - where - len(mid) - 1) + bytes((MAX_PADDING,))
    return header + MAX_PADDING
