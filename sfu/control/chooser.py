"""How much of what a viewer's page shows its line carries, and when that changes. Pure: `now` in.

Voices are always sent: what they usually take is off the budget before, and what they take beyond is `excess` here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sfu.control.ladder import Rung, is_above

# An estimate may waver by a tenth, and so may a layer's rate.
MARGIN: Final = 1.25
# After a raise that was too much: a line that carries this is not the one on which it was.
AMPLE: Final = 1.6
HOLD_S: Final = 1.0
MAX_HOLD_S: Final = 20.0
# A raise that does not last so long was one too many.
PROVEN_S: Final = 5.0
STEADY_S: Final = 30.0  # longer than the longest wait and the time after which a raise is proven
# What pictures may begin with on a line of which nothing is known: feedback comes within a fifth of a second.
FIRST_BPS: Final = 600_000


@dataclass(frozen=True, slots=True)
class Want:
    """A publication that a viewer's page shows. `is_first`: a screen, a pinned person, the speaker.

    `rungs`: the ways to send it, cheapest first, up to what its size is worth; never empty.
    """

    pub: int
    rungs: tuple[Rung, ...]
    is_first: bool = False


def steps(wants: Sequence[Want]) -> list[tuple[int, int, int]]:
    """All steps up in the order in which they are taken: (publication, rung, what it adds in bits a second).

    Everybody's face comes before anybody's sharpness: first a picture for each in order of importance, then the first
    ones up to their top, then the others, all by one rung at a time. What a budget carries is the longest beginning of
    this list, so more budget never takes anything away.
    """
    ordered = [want for want in wants if want.is_first] + [want for want in wants if not want.is_first]
    taken = [(want.pub, 0, want.rungs[0].bps) for want in ordered]
    for is_first in (True, False):
        group = [want for want in ordered if want.is_first is is_first]
        for index in range(1, max((len(want.rungs) for want in group), default=0)):
            taken += [
                (want.pub, index, want.rungs[index].bps - want.rungs[index - 1].bps)
                for want in group
                if index < len(want.rungs)
            ]
    return taken


def carried(wants: Sequence[Want], budget: float | None) -> dict[int, int]:
    """Publication → rung that fits into `budget` bits a second; without a budget what may begin."""
    if budget is None:
        return _first(wants)
    chosen: dict[int, int] = {}
    left = budget
    for pub, index, more in steps(wants):
        left -= more
        if left < 0:
            break
        chosen[pub] = index
    return chosen


def _first(wants: Sequence[Want]) -> dict[int, int]:
    """Everybody in the smallest layer, with all of its pictures as far as `FIRST_BPS` goes.

    With a quarter of them whoever misses the first picture waits an eighth of a second for the next.
    """
    smallest = {want.pub: [rung for rung in want.rungs if rung.layer.rid == want.rungs[0].layer.rid] for want in wants}
    chosen: dict[int, int] = {}
    left = FIRST_BPS
    for pub, index, more in steps(wants):
        if index == 0 or (index < len(smallest[pub]) and more <= left):
            chosen[pub] = index
            left -= more
    return chosen


def goal_bps(wants: Sequence[Want], voices_bps: int, *, excess: int = 0, is_wary: bool = False) -> int:
    """An estimate with which all of `wants` are carried at their top, with the margin and a little more.

    `voices_bps`: what is always kept for voices. `excess` and `is_wary`: see `Chooser`.
    """
    factor = AMPLE if is_wary else MARGIN
    pictures = sum(want.rungs[-1].bps for want in wants)
    return int(1.05 * factor * pictures + excess + voices_bps)


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
        safe = carried(wants, _within(budget, MARGIN, excess))
        held = {want.pub: self._held(want) for want in wants if want.pub in self._rates}
        kept = _least(held, carried(wants, budget))
        is_lower = _is_more(held, kept)
        new = carried(wants, None if budget is None else min(budget / MARGIN, budget - excess))
        begun = {pub: index for pub, index in new.items() if pub not in self._rates}
        if begun and budget is not None:
            kept = _least(kept, carried(wants, budget - excess))
        chosen = kept | begun
        sent = self._sent_bps()
        shared = None
        if budget is not None and sent <= budget:
            shared = shared_out(wants, held | begun, safe, min(MARGIN * sent, budget))
        if shared is not None:
            chosen, is_lower = shared, False
            if sum(want.rungs[chosen[want.pub]].bps for want in wants if want.pub in chosen) > sent:
                self._raised_at = now
        elif is_lower:
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

    def _sent_bps(self) -> int:
        """What was chosen takes; of a layer that is still to come, what is sent in its place."""
        sent = 0
        for pub, index in self.chosen.items():
            rungs = self._rates[pub][: index + 1]
            sent += next((rung.bps for rung in reversed(rungs) if rung.is_live), rungs[-1].bps)
        return sent

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
            _raise(chosen, over[0])
            self._raised_at = now
            self._ample_since = None
            waits = waits[:1]
        if not _is_more(safe, chosen):
            self._fits_since = None
            return
        first = min(until for until, _ in waits)
        self.due = first if self.due is None else min(self.due, first)


def shared_out(wants: Sequence[Want], held: dict[int, int], safe: dict[int, int], bps: float) -> dict[int, int] | None:
    """What is sent instead of `held` where `bps` carries something more important than a part of it; None elsewhere.

    What is in `safe` may stay beside it.
    """
    missing: tuple[int, int] | None = None
    for pub, index, _ in steps(wants):
        if held.get(pub, -1) < index:
            missing = missing or (pub, index)
        elif missing is not None:
            break
    else:
        return None
    shared = carried(wants, bps)
    if missing is None or shared.get(missing[0], -1) < missing[1]:
        return None
    _raise(shared, _least(held, safe))
    return shared


def _least(one: dict[int, int], other: dict[int, int]) -> dict[int, int]:
    """Of each publication the lower rung; what is missing in one is missing."""
    return {pub: min(index, other[pub]) for pub, index in one.items() if index >= 0 and pub in other}


def _within(budget: float | None, factor: float, excess: int) -> float | None:
    return None if budget is None else (budget - excess) / factor


def _raise(chosen: dict[int, int], to: dict[int, int]) -> None:
    chosen.update({pub: index for pub, index in to.items() if index > chosen.get(pub, -1)})


def _is_more(one: dict[int, int], than: dict[int, int]) -> bool:
    return any(index > than.get(pub, -1) for pub, index in one.items())
