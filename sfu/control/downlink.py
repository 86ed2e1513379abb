"""How many cameras a viewer's line carries, from the receiver's estimate (REMB). Pure: `now` in.

The estimate is bound to what is received: about one and a half times it on a clear line, and after a jump of traffic it
lies below the traffic for seconds while it climbs (media.md section 5). So a low estimate counts as a full line only
when it does not climb, and one camera more is tried now and then, ever more rarely when that goes wrong.
"""

from typing import Final

CROWDED: Final = 0.85
CLIMBING: Final = 1.01
CROWDED_S: Final = 4.0
PROBE_S: Final = 10.0
MAX_PROBE_S: Final = 120.0
FAILED_PROBE_S: Final = 15.0


class Downlink:
    """`fits`: how many cameras to send, None for all; `update` with every estimate."""

    def __init__(self) -> None:
        self.fits: int | None = None
        self._crowded_since: float | None = None
        self._crowded_bps = 0
        self._changed_at = 0.0
        self._is_probing = False
        self._probe_s = PROBE_S

    def update(self, bps: int, used_bps: int, shown: int, wanted: int, now: float) -> bool:
        """`used_bps` goes to the viewer for `shown` of `wanted` cameras. True when `fits` changed."""
        if bps >= CROWDED * used_bps:
            self._crowded_since = None
            return self._probe(wanted, now)
        if self._crowded_since is None or bps > CLIMBING * self._crowded_bps:
            self._crowded_since, self._crowded_bps = now, bps
            return False
        self._crowded_bps = min(self._crowded_bps, bps)
        if now - self._crowded_since < CROWDED_S or shown == 0:
            return False
        is_failed_probe = self._is_probing and now - self._changed_at < FAILED_PROBE_S
        self._probe_s = min(MAX_PROBE_S, 2 * self._probe_s) if is_failed_probe else PROBE_S
        self._is_probing = False
        # Before a probe that went wrong the line was known to carry one less.
        self.fits = shown - 1 if is_failed_probe else min(shown - 1, shown * bps // used_bps)
        self._changed_at = now
        self._crowded_since = None
        return True

    def _probe(self, wanted: int, now: float) -> bool:
        if self._is_probing and now - self._changed_at >= FAILED_PROBE_S:
            self._probe_s = PROBE_S
        if self.fits is None or now - self._changed_at < self._probe_s:
            return False
        self._is_probing = True
        self._changed_at = now
        self.fits = self.fits + 1 if self.fits + 1 < wanted else None
        return True
