"""Which loop a media process runs: the interpreted one, or the same compiled when it starts (the fast plane)."""

from typing import Final

from sfu.packet.forms import INTERPRETED, Forms

PLANE: Final = "HOLDSPACE_PLANE"
PLAIN: Final = "plain"
FAST: Final = "fast"


class PlaneMissing(Exception):
    """What was asked for is not installed; the text says what to do."""


def chosen_forms(name: str) -> Forms:
    """By the setting; nothing means the interpreted one. The fast one is compiled here. Raises PlaneMissing."""
    if name in ("", PLAIN):
        return INTERPRETED
    if name != FAST:
        raise PlaneMissing(f"{PLANE} is {name!r}: it can be {PLAIN!r} or {FAST!r}.")
    try:
        from sfu.packet.fast import FAST as COMPILED
    except ImportError:
        raise PlaneMissing(
            f"{PLANE}={FAST} needs Numba, which is not installed here: see docs/OPERATIONS.md, or leave {PLANE} out."
        ) from None
    return COMPILED
