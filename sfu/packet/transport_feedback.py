"""Transport-wide feedback that arrives (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1), bounded.

`bwe` writes the same packets for uplinks; this reads what a browser says of its downlink.
"""

import struct
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

NOT_RECEIVED: Final = -1
TICK_US: Final = 250
_TICKS_PER_REFERENCE: Final = 256  # 64 ms
_CLOCK: Final = 0xFFFFFFFF
_HEAD: Final = struct.Struct("!HHI")
_CHUNK: Final = struct.Struct("!H")
_SMALL: Final = 1
_LARGE: Final = 2


@dataclass(frozen=True, slots=True)
class TransportFeedback:
    """`arrivals[i]`: when number `base + i` (16 bits) came, in ticks of 250 µs on the receiver's clock, else -1.

    The clock wraps at 2^32 ticks (12 days). `count` is the sender's own number of the feedback, 8 bits.
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
    runs, at = _symbols(data, at + _HEAD.size, end, wanted)
    if runs is None:
        return None
    ticks = (word >> 8) * _TICKS_PER_REFERENCE
    arrivals: list[int] = []
    for symbol, run in runs:
        if symbol == _SMALL:
            if at + run > end:
                return None
            if run == 1:
                ticks = (ticks + data[at]) & _CLOCK
                arrivals.append(ticks)
            else:
                came = list(accumulate(data[at : at + run], initial=ticks))
                if came[-1] > _CLOCK:
                    came = [tick & _CLOCK for tick in came]
                arrivals += came[1:]
                ticks = came[-1]
            at += run
        elif symbol == _LARGE:
            if at + 2 * run > end:
                return None
            for delta in struct.unpack_from(f"!{run}h", data, at):
                ticks = (ticks + delta) & _CLOCK
                arrivals.append(ticks)
            at += 2 * run
        elif symbol == 0:
            arrivals += [NOT_RECEIVED] * run
        else:
            return None
    return TransportFeedback(base, word & 0xFF, tuple(arrivals))


def _symbols(data: memoryview | bytes, at: int, end: int, wanted: int) -> tuple[list[tuple[int, int]] | None, int]:
    """(symbol, how many times) over all `wanted` packets, and where the deltas begin (sections 3.1.2 to 3.1.4)."""
    runs: list[tuple[int, int]] = []
    while wanted:
        if at + 2 > end:
            return None, at
        (chunk,) = _CHUNK.unpack_from(data, at)
        at += 2
        if not chunk & 0x8000:
            run = min(chunk & 0x1FFF, wanted)
            if not run:
                return None, at
            runs.append((chunk >> 13, run))
            wanted -= run
            continue
        shifts = range(12, -1, -2) if chunk & 0x4000 else range(13, -1, -1)
        mask = 3 if chunk & 0x4000 else 1
        for shift in shifts[:wanted]:
            runs.append((chunk >> shift & mask, 1))
        wanted -= min(wanted, len(shifts))
    return runs, at
