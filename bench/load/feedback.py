"""What a receiver says once a second: a receiver report without loss, and a REMB that leaves a server all the room."""

import struct
from collections.abc import Mapping
from itertools import islice
from typing import Final

BITS_PER_S: Final = 50_000_000
EVERY_S: Final = 1.0
_RR, _PSFB, _REMB = 201, 206, 15
_MOST_BLOCKS: Final = 31
_BLOCK: Final = struct.Struct("!IIIIII")


def report(own: int, next_of: Mapping[int, int], bps: int | None = BITS_PER_S) -> bytes:
    """A compound of RR (RFC 3550 section 6.4.2) and REMB; `next_of`: the number expected next, by received SSRC.

    `bps` None: without a REMB.
    """
    received = list(islice(next_of.items(), _MOST_BLOCKS))
    blocks = b"".join(_BLOCK.pack(ssrc, 0, (after - 1) & 0xFFFF, 0, 0, 0) for ssrc, after in received)
    head = struct.pack("!BBHI", 0x80 | len(received), _RR, 1 + 6 * len(received), own)
    estimate = b"" if bps is None else _estimate(own, [ssrc for ssrc, _ in received], bps)
    return head + blocks + estimate


def _estimate(own: int, ssrcs: list[int], bps: int) -> bytes:
    """18 bits of mantissa, 6 of exponent."""
    exponent = max(0, bps.bit_length() - 18)
    body = struct.pack("!II4sI", own, 0, b"REMB", len(ssrcs) << 24 | exponent << 18 | bps >> exponent)
    body += struct.pack(f"!{len(ssrcs)}I", *ssrcs)
    return struct.pack("!BBH", 0x80 | _REMB, _PSFB, len(body) // 4) + body
