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
