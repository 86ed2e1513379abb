"""The delay-based rate: down to what arrives when a queue grows, up by a share a second while none does.

GCC draft section 5.5. Near the rate at which the line was full before, steps are additive.
"""

from typing import Final

from sfu.packet.congestion.trend import Usage

BETA: Final = 0.85
GROWTH_PER_S: Final = 0.08
HEADROOM: Final = 1.2  # far above what arrives nothing is known, until a probe shows it
MIN_BPS: Final = 60_000  # a voice and its overhead; voices are sent whatever the estimate is
MAX_BPS: Final = 20_000_000
PACKET_BITS: Final = 9_600
_AVERAGE: Final = 0.05
_AGAIN_S: Final = 0.2
OBEYED_S: Final = 0.6  # so long what is believed may take to change what is sent


class Aimd:
    """`bps` is the rate; `update` with every feedback."""

    __slots__ = ("_at", "_decreased_at", "_full", "_lowered_at", "_variance", "bps")

    def __init__(self, bps: int, now: float) -> None:
        self.bps = bps
        self._at = now
        self._decreased_at = float("-inf")  # when a queue was answered last, by a lower rate or not
        self._lowered_at = float("-inf")  # by a lower one
        self._full: float | None = None  # kbps at which the line was full, on average
        self._variance = 0.4  # of it, relative to it

    def raise_to(self, bps: int) -> None:
        """A probe showed that the line carries this."""
        self.bps = min(max(self.bps, bps), MAX_BPS)

    def lower_to(self, bps: int) -> None:
        """Something else showed that it does not carry more."""
        self.bps = max(MIN_BPS, min(self.bps, bps))

    def update(self, usage: Usage, acked: int | None, rtt_s: float, now: float) -> None:
        """`acked`: bits a second that arrive, None while unknown."""
        elapsed = min(now - self._at, 1.0)
        self._at = now
        if usage is Usage.OVER:
            self._decrease(acked, rtt_s, now)
        elif usage is Usage.NORMAL:
            self._increase(acked, elapsed, rtt_s)
        # While the queue empties, hold.

    def _decrease(self, acked: int | None, rtt_s: float, now: float) -> None:
        if now - self._decreased_at < rtt_s + _AGAIN_S:
            return
        self._decreased_at = now
        reached = self.bps if acked is None else acked
        if acked is not None:
            self._learn(acked / 1000)
        wanted = int(BETA * reached)
        if wanted >= self.bps and now - self._lowered_at >= OBEYED_S:
            # More is sent than was believed, and the queue stands: whoever chooses reckons with less than is sent.
            wanted = int(BETA * self.bps)
        if wanted < self.bps:
            self.bps, self._lowered_at = max(MIN_BPS, wanted), now

    def _increase(self, acked: int | None, elapsed: float, rtt_s: float) -> None:
        if acked is None:
            return
        if self._full is not None:
            spread = 3 * (self._variance * self._full) ** 0.5
            if acked / 1000 > self._full + spread:
                self._full = None  # the line became wider
        if self._full is not None and abs(self.bps / 1000 - self._full) < 3 * (self._variance * self._full) ** 0.5:
            step = PACKET_BITS / (rtt_s + 0.1) * elapsed
        else:
            step = max(1000.0, self.bps * GROWTH_PER_S) * elapsed
        limit = int(HEADROOM * acked) + 10_000
        if self.bps < limit:
            self.bps = min(limit, self.bps + int(step), MAX_BPS)

    def _learn(self, kbps: float) -> None:
        if self._full is None:
            self._full = kbps
        else:
            spread = 3 * (self._variance * self._full) ** 0.5
            if kbps < self._full - spread:
                self._full = kbps
            self._full += _AVERAGE * (kbps - self._full)
        error = self._full - kbps
        self._variance += _AVERAGE * (error * error / max(self._full, 1.0) - self._variance)
        self._variance = min(max(self._variance, 0.4), 2.5)
