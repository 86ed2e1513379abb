"""Transport-wide feedback for one uplink (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1).

The browser's estimator does the arithmetic; we say which packets came and when. Every packet that carries the extension
counts, padding probes and retransmissions too: there is one sequence space per transport.
"""

import struct
from typing import Final

from sfu.packet.rtcp import RTPFB

# As other SFUs do. Twice as often costs twice as much, and tells a browser nothing new of its line.
INTERVAL_S: Final = 0.100
HISTORY_S: Final = 0.5
MAX_SPAN: Final = 1000
MAX_STATUSES: Final = 400  # one feedback stays well below a datagram
_UNIT_S: Final = 0.000250
_TICKS_PER_REFERENCE: Final = 256  # 64 ms
_MAX_RUN: Final = 0x1FFF


class ArrivalLog:
    """Arrival times by transport-wide sequence number, since the last feedback and a little before it."""

    def __init__(self) -> None:
        self._arrivals: dict[int, float] = {}  # by extended sequence number
        self._highest = -1
        self._next = -1  # the first number that no feedback has covered
        self._fresh: int | None = None  # the lowest number that came since the last feedback
        self._count = 0
        self.media_ssrc = 0

    @property
    def has_news(self) -> bool:
        """Something came since the last feedback."""
        return self._fresh is not None

    def on_packet(self, seq: int, ssrc: int, now: float) -> None:
        """Note one packet; `ssrc` is a source of this peer, named in the feedback."""
        self.media_ssrc = ssrc
        if self._highest < 0:
            # One turn ahead, so that what was sent before the first one to arrive has a number too.
            number = self._next = seq + 0x10000
        else:
            number = self._highest + (((seq - self._highest) & 0xFFFF ^ 0x8000) - 0x8000)
        if number - self._highest > MAX_SPAN:
            self._arrivals.clear()
            self._next = number
            self._fresh = None
        self._highest = max(self._highest, number)
        if number in self._arrivals or self._highest - number > MAX_SPAN:
            return
        self._arrivals[number] = now
        if self._fresh is None or number < self._fresh:
            self._fresh = number

    def feedback(self, sender: int, now: float) -> bytes | None:
        """One feedback packet over what is new and the gaps before it, None when nothing is new."""
        if self._fresh is None:
            return None
        base = max(min(self._fresh, self._next), self._highest - MAX_SPAN + 1, self._fresh - MAX_STATUSES)
        first = next((number for number in range(base, self._highest + 1) if number in self._arrivals), None)
        if first is None:
            # All that is new lies too far behind to be told.
            self._fresh = None
            return None
        base = max(base, first - MAX_STATUSES)
        statuses, deltas, reference, last = self._encode(base, first)
        body = struct.pack("!HHI", base & 0xFFFF, last - base + 1, (reference & 0xFFFFFF) << 8 | self._count & 0xFF)
        body += statuses + deltas
        body += bytes(-len(body) % 4)
        self._count += 1
        self._next = last + 1
        self._fresh = None
        if last < self._highest:
            self._fresh = min((number for number in self._arrivals if number > last), default=None)
        self._forget(now - HISTORY_S, last)
        return struct.pack("!BBHII", 0x8F, RTPFB, 2 + len(body) // 4, sender, self.media_ssrc) + body

    def _forget(self, oldest: float, last: int) -> None:
        """What came before `oldest` and was told. They lie in the order in which they came."""
        gone = []
        for number, at in self._arrivals.items():
            if at >= oldest or number > last:
                break
            gone.append(number)
        for number in gone:
            del self._arrivals[number]

    def _encode(self, base: int, first: int) -> tuple[bytes, bytes, int, int]:
        """(chunks, deltas, reference time in 64 ms, last number covered); `first`: the first one that came."""
        arrivals = self._arrivals
        reference = int(arrivals[first] / _UNIT_S) // _TICKS_PER_REFERENCE
        previous = reference * _TICKS_PER_REFERENCE
        symbols: list[int] = []
        deltas = bytearray()
        for number in range(base, min(self._highest, base + 2 * MAX_STATUSES) + 1):
            at = arrivals.get(number)
            if at is None:
                symbols.append(0)
                continue
            ticks = int(at / _UNIT_S)
            delta = ticks - previous
            if 0 <= delta <= 255:
                symbols.append(1)
                deltas.append(delta)
            elif -32768 <= delta <= 32767:
                symbols.append(2)
                deltas += struct.pack("!h", delta)
            else:
                break  # the next feedback begins here, with a reference of its own
            previous = ticks
        while symbols and symbols[-1] == 0:
            symbols.pop()
        return _chunks(symbols), bytes(deltas), reference, base + len(symbols) - 1


def _chunks(symbols: list[int]) -> bytes:
    """Run-length chunks for runs of 7 or more, else vectors of seven 2-bit symbols (section 3.1.3, 3.1.4)."""
    out = bytearray()
    at = 0
    while at < len(symbols):
        symbol = symbols[at]
        run = 1
        while at + run < len(symbols) and symbols[at + run] == symbol and run < _MAX_RUN:
            run += 1
        if run >= 7 or at + run == len(symbols):
            out += struct.pack("!H", symbol << 13 | run)
            at += run
            continue
        word = 0xC000
        for offset, value in enumerate(symbols[at : at + 7]):
            word |= value << (12 - 2 * offset)
        out += struct.pack("!H", word)
        at += 7
    return bytes(out)
