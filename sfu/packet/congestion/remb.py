"""What the line carries of a viewer whose browser knows no transport-wide feedback, from its REMB.

REMB is bound to what arrives: about one and a half times it on a clear line, and after a jump of traffic it lies below
the traffic for seconds while it climbs (media.md section 5). So a low one counts only when it does not climb, and more
than it says is tried now and then, ever more rarely when that goes wrong.
"""

from typing import Final

CROWDED: Final = 0.85
CLIMBING: Final = 1.01
CROWDED_S: Final = 4.0
TRY: Final = 1.5
TRY_S: Final = 3.0
MAX_TRY_S: Final = 120.0
FAILED_S: Final = 15.0
FIRST_BPS: Final = 600_000


class RembEstimator:
    """`bps` is the estimate, None before the first REMB; `update` with each."""

    __slots__ = ("_changed_at", "_crowded_bps", "_crowded_since", "_is_trying", "_try_s", "bps")

    def __init__(self) -> None:
        self.bps: int | None = None
        self._crowded_since: float | None = None
        self._crowded_bps = 0
        self._changed_at = 0.0
        self._is_trying = False
        self._try_s = TRY_S

    def update(self, remb: int, sent: int, goal: int, now: float) -> int:
        """`sent` bits a second go to this viewer, `goal` could be used. Returns the new estimate."""
        if self.bps is None:
            self.bps = max(remb, FIRST_BPS)
            self._changed_at = now
        if remb >= CROWDED * sent:
            self._crowded_since = None
            self.bps = max(self.bps, remb)
            self._try_more(goal, now)
        elif self._crowded_since is None or remb > CLIMBING * self._crowded_bps:
            self._crowded_since, self._crowded_bps = now, remb
        else:
            self._crowded_bps = min(self._crowded_bps, remb)
            if now - self._crowded_since >= CROWDED_S:
                self._crowd(remb, now)
        return self.bps

    def _try_more(self, goal: int, now: float) -> None:
        if self._is_trying and now - self._changed_at >= FAILED_S:
            self._try_s = TRY_S
        if self.bps is None or self.bps >= goal or now - self._changed_at < self._try_s:
            return
        self._is_trying = True
        self._changed_at = now
        self.bps = min(int(TRY * self.bps), goal)

    def _crowd(self, remb: int, now: float) -> None:
        has_failed = self._is_trying and now - self._changed_at < FAILED_S
        self._try_s = min(MAX_TRY_S, 2 * max(self._try_s, TRY_S)) if has_failed else TRY_S
        self._is_trying = False
        self._changed_at = now
        self._crowded_since = None
        self.bps = remb
