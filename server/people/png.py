"""Whether bytes are one whole PNG and nothing else (PNG specification, third edition, sections 5 and 11). Pure."""

import struct
import zlib
from typing import Final

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
SMALLEST, LARGEST = 16, 2_048
CRITICAL: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
BROKEN: Final = "This PNG is damaged or not complete. Save it again, and send it once more."


def is_png(content: bytes) -> bool:
    return content.startswith(SIGNATURE)


def check_png(content: bytes) -> None:
    """Signature, every chunk's length and checksum, sides of 16 to 2048, the end and nothing after it.

    Raises `ValueError` with one sentence.
    """
    at, is_first, has_picture = len(SIGNATURE), True, False
    while True:
        if at + 12 > len(content):
            raise ValueError(BROKEN)
        length, kind = struct.unpack_from(">I4s", content, at)
        body = content[at + 8 : at + 8 + length]
        if at + 12 + length > len(content) or zlib.crc32(kind + body) != _crc(content, at + 8 + length):
            raise ValueError(BROKEN)
        is_critical = not kind[0] & 0x20  # 5.4: a chunk that must be understood
        if (is_critical and kind not in CRITICAL) or is_first != (kind == b"IHDR"):
            raise ValueError(BROKEN)
        if is_first:
            _check_header(body)
        has_picture = has_picture or kind == b"IDAT"
        at, is_first = at + 12 + length, False
        if kind == b"IEND":
            break
    if not has_picture or at != len(content):
        raise ValueError(BROKEN)


def _check_header(body: bytes) -> None:
    if len(body) != 13:
        raise ValueError(BROKEN)
    width, height = struct.unpack_from(">II", body)
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        raise ValueError(
            f"Use a picture of {SMALLEST} to {LARGEST} pixels on each side; this one has {width} by {height}."
        )


def _crc(content: bytes, at: int) -> int:
    found: int = struct.unpack_from(">I", content, at)[0]
    return found
