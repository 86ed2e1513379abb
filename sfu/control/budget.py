"""What of the pictures that a viewer's page shows a budget carries. Pure, and without memory.

Voices are always sent: what they usually take is off the budget before, and what they take beyond is `excess`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sfu.control.ladder import Rung

# An estimate may waver by a tenth, and so may a layer's rate.
MARGIN: Final = 1.25
# After a raise that was too much: a line that carries this is not the one on which it was.
AMPLE: Final = 1.6
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


def fitting(wants: Sequence[Want], chosen: dict[int, int], budget: float | None) -> dict[int, int]:
    """Of what is chosen already what fits into `budget` bits a second; without a budget what may begin."""
    if budget is None:
        first = _first(wants)
        return {pub: min(index, first[pub]) for pub, index in chosen.items() if pub in first}
    fits: dict[int, int] = {}
    left = budget
    for pub, index, more in steps(wants):
        if index <= chosen.get(pub, -1):
            left -= more
            if left < 0:
                break
            fits[pub] = index
    return fits


def exchanged(wants: Sequence[Want], chosen: dict[int, int], budget: float) -> dict[int, int]:
    """A face for each who is more important than something that is chosen, instead of it, last things first.

    For as many bits as before, and for a quarter of that face's more, as no two cost the same; within `budget`.
    """
    ordered = steps(wants)
    chosen = dict(chosen)
    for place, (pub, index, bps) in enumerate(ordered):
        if index > 0 or pub in chosen:
            continue
        sent = sum(more for other, rung, more in ordered if rung <= chosen.get(other, -1))
        limit = min(budget, sent + (MARGIN - 1) * bps)
        trial = dict(chosen)
        for other, rung, more in reversed(ordered[place + 1 :]):
            if sent + bps > limit and rung <= trial.get(other, -1):
                sent -= more
                trial[other] = rung - 1
        if sent + bps <= limit:
            chosen = {other: rung for other, rung in trial.items() if rung >= 0} | {pub: 0}
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
