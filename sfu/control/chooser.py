"""How much of what a viewer's page shows its line carries, and when that changes. Pure: `now` in.

Voices are no part of this: they are always sent, and what they need is taken off the budget before.
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
FIRST_VOICE_BPS: Final = 50_000
NEXT_VOICE_BPS: Final = 15_000
MAX_VOICES: Final = 5
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


def voices_bps(microphones: int) -> int:
    """What is kept for voices: few speak at once, and silence is not sent."""
    if not microphones:
        return 0
    return FIRST_VOICE_BPS + NEXT_VOICE_BPS * (min(microphones, MAX_VOICES) - 1)


def goal_bps(wants: Sequence[Want], microphones: int, *, is_wary: bool = False) -> int:
    """An estimate with which all of `wants` are carried at their top, with the margin and a little more.

    `is_wary`: see `Chooser`.
    """
    factor = AMPLE if is_wary else MARGIN
    return int(1.05 * factor * sum(want.rungs[-1].bps for want in wants)) + voices_bps(microphones)


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

    def update(self, wants: Sequence[Want], budget: float | None, now: float) -> dict[int, int]:
        """Publication → rung to send. `budget`: bits a second for video, None while the line is unknown."""
        most = carried(wants, budget)
        safe = carried(wants, None if budget is None else budget / MARGIN)
        chosen: dict[int, int] = {}
        is_lower = False
        may_rise = False
        for want in wants:
            pub = want.pub
            top, sure = most.get(pub, -1), safe.get(pub, -1)
            if pub not in self._rates:
                level = sure
            else:
                held = self._held(want)
                level = min(held, top)
                is_lower |= level < held
                may_rise |= sure > level
            if level >= 0:
                chosen[pub] = level
        if is_lower:
            self._lower(now)
        may_rise = may_rise and not is_lower
        self._settle(may_rise=may_rise, now=now)
        if may_rise:
            ample = carried(wants, None if budget is None else budget / AMPLE)
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


def _is_more(one: dict[int, int], than: dict[int, int]) -> bool:
    return any(index > than.get(pub, -1) for pub, index in one.items())
