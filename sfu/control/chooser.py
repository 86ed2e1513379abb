"""How much of what a viewer's page shows it is sent, over time. Pure: `now` in."""

from collections.abc import Sequence
from typing import Final

from sfu.control.budget import AMPLE, MARGIN, Want, carried
from sfu.control.ladder import Rung, is_above

HOLD_S: Final = 1.0
MAX_HOLD_S: Final = 20.0
# A raise that does not last so long was one too many.
PROVEN_S: Final = 5.0
STEADY_S: Final = 30.0  # longer than the longest wait and the time after which a raise is proven


class Chooser:
    """One viewer's choice over time: down at once, up only with a margin and after a while.

    `is_wary` after a raise that was too much: the next one waits longer where the line does not carry far more.
    """

    def __init__(self) -> None:
        self.chosen: dict[int, int] = {}  # publication → rung; what is missing is not sent
        self.due: float | None = None  # when to ask again although nothing changed
        self._rates: dict[int, tuple[Rung, ...]] = {}
        self._hold_s = HOLD_S
        self._fits_since: float | None = None
        self._ample_since: float | None = None
        self._raised_at = float("-inf")
        self._lowered_at = float("-inf")

    @property
    def is_wary(self) -> bool:
        """A raise was too much lately."""
        return self._hold_s > HOLD_S

    def update(self, wants: Sequence[Want], budget: float | None, now: float, *, excess: int = 0) -> dict[int, int]:
        """Publication → rung to send. `budget`: bits a second for video, None while the line is unknown.

        `excess`: what voices take of it lately beyond the usual. What would not fit beside them is not begun; whether
        what is sent does fit the estimate tells by itself.
        """
        most = carried(wants, budget)
        new = carried(wants, None if budget is None else min(budget / MARGIN, budget - excess))
        safe = carried(wants, _within(budget, MARGIN, excess))
        chosen: dict[int, int] = {}
        is_lower = False
        for want in wants:
            pub = want.pub
            if pub not in self._rates:
                level = new.get(pub, -1)
            else:
                held = self._held(want)
                level = min(held, most.get(pub, -1))
                is_lower |= level < held
            if level >= 0:
                chosen[pub] = level
        if is_lower:
            self._lower(now)
        may_rise = _is_more(safe, chosen)
        self._settle(may_rise=may_rise and not is_lower, now=now)
        if may_rise:
            ample = carried(wants, _within(budget, AMPLE, excess))
            self._rise(chosen, safe, ample, now)
        self.chosen = chosen
        self._rates = {want.pub: want.rungs for want in wants}
        return chosen

    def _held(self, want: Want) -> int:
        """The rung of this ladder that is the one held on the former ladder; -1: not sent."""
        former = self.chosen.get(want.pub)
        if former is None:
            return -1
        layer = self._rates[want.pub][former].layer
        for index, rung in enumerate(want.rungs):
            if rung.layer == layer:
                return index
        if is_above(layer, want.rungs):
            return len(want.rungs) - 1  # of a layer that dwindled before it ceased, the bits would say too little
        bps = self._rates[want.pub][former].bps
        return max((index for index, rung in enumerate(want.rungs) if rung.bps <= bps), default=0)

    def _lower(self, now: float) -> None:
        if now - self._raised_at < PROVEN_S:
            self._hold_s = min(2 * self._hold_s, MAX_HOLD_S)
            self._raised_at = float("-inf")
        self._lowered_at = now

    def _settle(self, *, may_rise: bool, now: float) -> None:
        steady_at = max(self._lowered_at, self._raised_at) + STEADY_S
        if now >= steady_at:
            self._hold_s = HOLD_S
        self.due = steady_at if self.is_wary else None
        if not may_rise:
            self._fits_since = self._ample_since = None

    def _rise(self, chosen: dict[int, int], safe: dict[int, int], ample: dict[int, int], now: float) -> None:
        """`safe` after the wait, `ample` after the shortest one."""
        if self._fits_since is None:
            self._fits_since = now
        if not _is_more(ample, chosen):
            self._ample_since = None
        elif self._ample_since is None:
            self._ample_since = now
        waits = [(self._fits_since + self._hold_s, safe)]
        if self._ample_since is not None:
            waits.append((self._ample_since + HOLD_S, ample))
        over = [most for until, most in waits if now >= until]
        if over:
            chosen.update({pub: index for pub, index in over[0].items() if index > chosen.get(pub, -1)})
            self._raised_at = now
            self._ample_since = None
            waits = waits[:1]
        if _is_more(safe, chosen):
            first = min(until for until, _ in waits)
            self.due = first if self.due is None else min(self.due, first)
        else:
            self._fits_since = None


def _within(budget: float | None, factor: float, excess: int) -> float | None:
    return None if budget is None else (budget - excess) / factor


def _is_more(one: dict[int, int], than: dict[int, int]) -> bool:
    return any(index > than.get(pub, -1) for pub, index in one.items())
