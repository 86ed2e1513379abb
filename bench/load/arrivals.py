"""Transport-wide feedback of a receiver, as browsers send it where a server offers it on what they receive.

draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1: which numbers came, and when, in steps of 250 us.
"""

import struct
from collections.abc import Sequence
from typing import Final

EVERY_S: Final = 0.1
_HEAD: Final = struct.Struct("!BBHIIHHI")
_RTPFB, _FORMAT = 205, 15
_STEP_NS: Final = 250_000
_REFERENCE_NS: Final = 64_000_000
_MOST: Final = 8_000
_NONE, _SMALL, _LARGE = 0, 1, 2


class Arrivals:
    """Notes the packets of one link; `extension` is the id of the transport-wide number in the server's offer."""

    def __init__(self, extension: int) -> None:
        self._extension = extension
        self._at: dict[int, int] = {}  # SSRC → where the number stands
        self._noted: dict[int, int] = {}
        self._highest: int | None = None
        self._count = 0
        self._ssrc = 0

    def note(self, packets: memoryview, at: int, ssrc: int, stamp_ns: int) -> None:
        """A packet of media that begins at `at`."""
        where = self._at.get(ssrc)
        if where is None or packets[at + where - 1] != (self._extension << 4 | 1):
            where = find(packets, at, self._extension)
            if where is None:
                return
            self._at[ssrc] = where
        number = packets[at + where] << 8 | packets[at + where + 1]
        if self._highest is None:
            self._highest = number
        extended = self._highest + ((number - self._highest + 0x8000) & 0xFFFF) - 0x8000
        self._highest = max(self._highest, extended)
        self._noted[extended] = stamp_ns
        self._ssrc = ssrc

    def feedback(self, own: int) -> bytes | None:
        """What came since the last time; None where nothing did."""
        if not self._noted:
            return None
        numbers = sorted(self._noted)[:_MOST]
        first, last = numbers[0], min(numbers[-1], numbers[0] + _MOST)
        reference = self._noted[first] // _REFERENCE_NS
        symbols, deltas, before = [], [], reference * _REFERENCE_NS // _STEP_NS
        for number in range(first, last + 1):
            stamp = self._noted.get(number)
            if stamp is None:
                symbols.append(_NONE)
                continue
            step = max(-0x8000, min(0x7FFF, stamp // _STEP_NS - before))
            before += step
            is_small = 0 <= step <= 0xFF
            symbols.append(_SMALL if is_small else _LARGE)
            deltas.append(struct.pack("!B" if is_small else "!h", step))
        self._noted.clear()
        body = _chunks(symbols) + b"".join(deltas)
        body += bytes(-len(body) % 4)
        head = _HEAD.pack(
            *(0x80 | _FORMAT, _RTPFB, (_HEAD.size + len(body)) // 4 - 1, own, self._ssrc, first & 0xFFFF),
            *(len(symbols), (reference & 0xFFFFFF) << 8 | self._count),
        )
        self._count = (self._count + 1) & 0xFF
        return head + body


def find(packets: memoryview, at: int, extension: int) -> int | None:
    """Where, from the packet's beginning, the data of a one-byte header extension stands (RFC 8285 section 4.2)."""
    if not packets[at] & 0x10:
        return None
    begin = 12 + 4 * (packets[at] & 0x0F)
    words = packets[at + begin + 2] << 8 | packets[at + begin + 3]
    where, end = begin + 4, begin + 4 + 4 * words
    while where < end:
        element = packets[at + where]
        if not element:
            where += 1
        elif element >> 4 == extension:
            return where + 1
        else:
            where += 2 + (element & 0x0F)
    return None


def _chunks(symbols: Sequence[int]) -> bytes:
    """A run of seven or more as one run, else seven at a time."""
    found, at = [], 0
    while at < len(symbols):
        run = 1
        while at + run < len(symbols) and symbols[at + run] == symbols[at] and run < 0x1FFF:
            run += 1
        if run >= 7 or at + run == len(symbols):
            found.append(symbols[at] << 13 | run)
            at += run
            continue
        vector = 0xC000
        for place, symbol in enumerate(symbols[at : at + 7]):
            vector |= symbol << (12 - 2 * place)
        found.append(vector)
        at += 7
    return struct.pack(f"!{len(found)}H", *found)
