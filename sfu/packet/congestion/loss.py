"""A bound from loss, for lines that drop instead of queueing, which leaves lines alone that lose at any rate.

Radio loses packets however few are sent; a policer loses what is too much. They are told apart by sending less once:
where that changes nothing, the loss belongs to the line and bounds nothing (beyond GCC draft section 6, which halves a
call on a line that loses a fifth).
"""

from typing import Final, NamedTuple

MIN_PACKETS: Final = 20
WINDOW_S: Final = 0.5
TOO_MUCH: Final = 0.10
CLEAR: Final = 0.02
MAX_INHERENT: Final = 0.35
TRIAL_S: Final = 1.0
LESS: Final = 0.9
HEAVY: Final = 0.4  # no radio loses so much for long
STEP: Final = 0.75
GROWTH_PER_S: Final = 0.08
MIN_BPS: Final = 60_000


class _Trial(NamedTuple):
    sent_bps: float
    loss: float
    at: float


class LossBound:
    """`bps` is the bound, None while there is none; `inherent` the share that is lost at any rate."""

    __slots__ = ("_at", "_lost", "_total", "_trial", "bps", "inherent", "share")

    def __init__(self, now: float) -> None:
        self.bps: int | None = None
        self.inherent = 0.0
        self.share = 0.0  # lost in the last window
        self._lost = self._total = 0
        self._at = now
        self._trial: _Trial | None = None

    def lift(self, bps: int) -> None:
        """A probe showed that the line carries this."""
        if self.bps is not None and self.bps < bps:
            self.bps = bps

    def forget(self) -> None:
        """Nothing came for a while: that was no loss of packets but of the line."""
        self._lost = self._total = 0
        self._trial = None

    def update(self, lost: int, packets: int, acked: int | None, bps: int, now: float) -> None:
        """`lost` of so many packets whose fate became known; `acked` bits a second arrive, `bps` are believed."""
        self._lost += lost
        self._total += packets
        elapsed = now - self._at
        if elapsed < WINDOW_S or self._total < MIN_PACKETS:
            return
        total = self._total
        share = self.share = self._lost / total
        self._lost = self._total = 0
        self._at = now
        if share < self.inherent:
            self.inherent += 0.3 * (share - self.inherent)
        excess = share - self.inherent
        if acked is None:
            return
        # Few packets prove little: two standard deviations are taken off.
        if excess - 2 * (share / total) ** 0.5 > TOO_MUCH:
            self._try_less(share, acked, bps, now)
        elif excess < max(CLEAR, self.inherent / 2):
            self._trial = None
            if self.bps is not None:
                self.bps = int(self.bps * (1 + GROWTH_PER_S * min(elapsed, 1.0)))
                if self.bps > 2 * acked:
                    self.bps = None

    def _try_less(self, share: float, acked: int, bps: int, now: float) -> None:
        sent = acked / (1 - min(share, 0.95))
        bound = max(MIN_BPS, int(LESS * acked))
        if share < HEAVY:
            bound = max(bound, int(STEP * bps))
        trial = self._trial
        if trial is None:
            self._trial = _Trial(sent, share, now)
        elif now - trial.at < TRIAL_S:
            return
        elif sent <= LESS * trial.sent_bps or self.bps == MIN_BPS:
            if share <= MAX_INHERENT and share >= 0.6 * trial.loss:
                self.inherent = share
                self.bps = self._trial = None
                return
            self._trial = _Trial(sent, share, now)
        self.bps = bound if self.bps is None else min(self.bps, bound)
