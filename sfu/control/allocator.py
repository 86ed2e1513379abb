"""Which publication a viewer's slots carry. Pure.

Assignments are stable: what is shown stays in its slot, for a switch costs the viewer a keyframe.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """A publication that may be shown to this viewer: another peer's, its gate open."""

    pub: int
    peer: int


def choose_cameras(candidates: Sequence[Candidate], wanted: Sequence[int] | None, seats: int) -> list[int]:
    """The publications to show, most important first; how much of them the line carries is the `chooser`'s.

    `candidates` are in order of arrival, `wanted` are peers, most important first, None for any.
    """
    if wanted is None:
        ordered = list(candidates)
    else:
        by_peer = {candidate.peer: candidate for candidate in candidates}
        ordered = [by_peer[peer] for peer in dict.fromkeys(wanted) if peer in by_peer]
    return [candidate.pub for candidate in ordered[:seats]]


def assign(
    current: Mapping[int, int | None], chosen: Sequence[int], may_carry: Callable[[int, int], bool]
) -> dict[int, int | None]:
    """Slot → publication. `current` has every slot of one source; `may_carry(slot, pub)` tells whether codecs agree."""
    waiting = list(dict.fromkeys(chosen))
    assigned: dict[int, int | None] = dict.fromkeys(current)
    for slot, pub in current.items():
        if pub is not None and pub in waiting and may_carry(slot, pub):
            assigned[slot] = pub
            waiting.remove(pub)
    for pub in waiting:
        free = next((slot for slot, held in assigned.items() if held is None and may_carry(slot, pub)), None)
        if free is not None:
            assigned[free] = pub
    return assigned
