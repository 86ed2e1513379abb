"""Whether a voice should repeat itself (RFC 2198): on lines that lose packets, and only for some time after. Pure.

Opus alone carries a coarse repair of single losses (in-band FEC); a repeated packet is whole, and costs its bits again.
One `update` every two seconds.
"""

from collections.abc import Iterable
from typing import Final

ON_LOSS: Final = 0.04
OFF_LOSS: Final = 0.015
ON_AFTER: Final = 2
OFF_AFTER: Final = 15


class Redundancy:
    """`is_on` for one publisher's voice."""

    def __init__(self) -> None:
        self.is_on = False
        self._agreeing = 0

    def update(self, losses: Iterable[float | None], *, may: bool) -> bool:
        """`losses`: of the publisher's line and of those to its listeners. `may`: everybody understands it."""
        if not may:
            self.is_on = False
            self._agreeing = 0
            return False
        worst = max((loss for loss in losses if loss is not None), default=0.0)
        speaks_for_change = worst < OFF_LOSS if self.is_on else worst >= ON_LOSS
        self._agreeing = self._agreeing + 1 if speaks_for_change else 0
        if self._agreeing >= (OFF_AFTER if self.is_on else ON_AFTER):
            self.is_on = not self.is_on
            self._agreeing = 0
        return self.is_on
