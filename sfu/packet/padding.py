"""A packet of nothing but padding on a slot's RTX stream: receivers count it and throw it away (RFC 3550 5.1)."""

import struct
from typing import Final

from sfu.codecs import EXT_TWCC

MAX_PADDING: Final = 255
_HEAD: Final = struct.Struct("!BBHIIHHBHx")
_PADDED_WITH_EXTENSION: Final = 0xB0
_ONE_BYTE: Final = 0xBEDE
_PADDING: Final = bytes(MAX_PADDING - 1) + bytes((MAX_PADDING,))


def write_padding(
    buffer: memoryview, at: int, payload_type: int, seq: int, timestamp: int, ssrc: int, number: int
) -> int:
    """Write one at `at`, with transport-wide number; returns its length."""
    _HEAD.pack_into(
        buffer,
        at,
        _PADDED_WITH_EXTENSION,
        payload_type,
        seq,
        timestamp,
        ssrc,
        _ONE_BYTE,
        1,
        EXT_TWCC << 4 | 1,
        number,
    )
    where = at + _HEAD.size
    buffer[where : where + MAX_PADDING] = _PADDING
    return _HEAD.size + MAX_PADDING
