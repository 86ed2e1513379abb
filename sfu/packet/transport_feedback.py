"""Transport-wide feedback that arrives (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1), bounded.

`bwe` writes the same packets for uplinks; this reads what a browser says of its downlink.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

NOT_RECEIVED: Final = -1
TICK_US: Final = 250
_TICKS_PER_REFERENCE: Final = 256  # 64 ms
_HEAD: Final = struct.Struct("!HHI")
_DELTA: Final = struct.Struct("!h")
_SMALL: Final = 1
_LARGE: Final = 2


@dataclass(frozen=True, slots=True)
class TransportFeedback:
    """`arrivals[i]`: when number `base + i` (16 bits) came, in ticks of 250 µs on the receiver's clock, else -1.

    The clock wraps at 2^32 ticks (12 days), but not within one feedback, where ticks run on to below 2^33: only
    differences modulo 2^32 mean something. `count` is the 8-bit number of the feedback.
    """

    base: int
    count: int
    arrivals: tuple[int, ...]


def read(data: memoryview | bytes, at: int, end: int, most: int) -> TransportFeedback | None:
    """The body (after both SSRCs) in `data[at:end]`; None when malformed or of more than `most` packets."""
    if end - at < _HEAD.size + 2:
        return None
    base, wanted, word = _HEAD.unpack_from(data, at)
    if not 0 < wanted <= most:
        return None
    body = bytes(data[at + _HEAD.size : end])
    symbols, at = _symbols(body, wanted)
    if symbols is None:
        return None
    ticks = (word >> 8 or 1 << 24) * _TICKS_PER_REFERENCE
    arrivals: list[int] = []
    try:
        for symbol in symbols:
            if symbol == _SMALL:
                ticks += body[at]
                at += 1
                arrivals.append(ticks)
            elif symbol == _LARGE:
                ticks += _DELTA.unpack_from(body, at)[0]
                at += 2
                if ticks < 0:
                    return None
                arrivals.append(ticks)
            elif symbol == 0:
                arrivals.append(NOT_RECEIVED)
            else:
                return None
    except (IndexError, struct.error):
        return None  # a delta is missing
    return TransportFeedback(base, word & 0xFF, tuple(arrivals))


def _symbols(body: bytes, wanted: int) -> tuple[list[int] | None, int]:
    """One for each of the `wanted` packets, and where the deltas begin (sections 3.1.2 to 3.1.4)."""
    symbols: list[int] = []
    at = 0
    while len(symbols) < wanted:
        if at + 2 > len(body):
            return None, at
        chunk = body[at] << 8 | body[at + 1]
        at += 2
        if chunk & 0x8000:
            symbols += _vector(chunk)
        else:
            run = min(chunk & 0x1FFF, wanted)
            symbol = chunk >> 13
            # Each arrival needs a delta of one or two bytes.
            if not run or run * symbol > len(body) - at:
                return None, at
            symbols += [symbol] * run
    del symbols[wanted:]
    return symbols, at


@lru_cache(maxsize=2048)
def _vector(chunk: int) -> tuple[int, ...]:
    """Seven symbols of two bits or fourteen of one."""
    if chunk & 0x4000:
        return tuple(chunk >> shift & 3 for shift in range(12, -1, -2))
    return tuple(chunk >> shift & 1 for shift in range(13, -1, -1))
