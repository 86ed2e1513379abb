"""Which layers of one publication are worth sending, from what its viewers are to get. Pure: `now` in.

On at once, off only when nobody wanted a layer for some seconds, or when it ceased: a page that is leafed through must
not make the sender start and stop its encoders. The lowest layer goes on while anybody shows the picture: it is what a
line falls back to.
"""

import math
from collections.abc import Collection, Sequence
from typing import Final

LINGER_S: Final = 5.0
# What was asked for and does not come in this time is not there: the capture is small, or the sender's line is.
MISSING_S: Final = 4.0
# It is asked for again after so long, then after twice that: a line may be good again, a capture grows rarely.
FIRST_AGAIN_S: Final = 5.0
LAST_AGAIN_S: Final = 60.0
GROWS: Final = 2.0
# One that was there for so long can be: its sender's line became narrow, and gets wide again without a sign. On a line
# that is wide again it mostly comes within 3 s of being asked for, or not for long: so often, and for a short time.
KNOWN_S: Final = 10.0
KNOWN_MISSING_S: Final = 3.0
KNOWN_AGAIN_S: Final = 4.0
KNOWN_GROWS: Final = 1.1
# One that comes and goes costs every viewer a standstill each time: only what stayed so long begins anew.
STEADY_S: Final = 30.0


class Watched:
    """`rids` are to be sent, lowest first; without simulcast `is_wanted` tells. All, until `update` says less."""

    def __init__(self, rids: Sequence[str], now: float) -> None:
        self.rids = tuple(rids)
        self.is_wanted = True
        self.due: float | None = None  # when `update` has something to change although nobody asks anything else
        self._all = tuple(rids)
        self._until: dict[str | None, float] = dict.fromkeys((None, *rids), math.inf)
        self._since: dict[str, float] = dict.fromkeys(rids, now)
        self._missing_until: dict[str, float] = {}
        self._waits: dict[str, float] = {}  # how long each was given up last
        self._came: dict[str, float] = {}  # since when each is there
        self._was_there: set[str] = set()  # since it was asked for
        self._known: set[str] = set()  # stayed for a while once

    def want_all(self, now: float) -> bool:
        """Nothing is published now, but when it is, nobody should have to wait. True when something changed."""
        self._until = dict.fromkeys((None, *self._all), math.inf)
        for one in (self._came, self._was_there, self._known):
            one.clear()
        return self._settle(now)

    def update(self, wished: Collection[str | None], now: float) -> bool:
        """`wished`: one for each viewer that shows the picture, by rid, None for any layer. True when it changed."""
        wanted = {None, *wished, *self._all[:1]} if wished else set()
        for rid, until in self._until.items():
            if rid in wanted:
                self._until[rid] = math.inf
            elif until == math.inf:
                # Where one ceased, or was there once, the line is filled up with padding while it may be sent.
                is_line_full = rid in self._missing_until and (rid in self._was_there or rid in self._known)
                self._until[rid] = now if is_line_full else now + LINGER_S
        return self._settle(now)

    @property
    def again(self) -> float | None:
        """When a layer that was given up is asked for again."""
        return min(self._missing_until.values(), default=None)

    def missing(self, live: Collection[str | None], now: float) -> frozenset[str]:
        """Layers that were asked for long enough and did not come, where others do; asked for again after a while.

        And those above them: a line or a capture that is too small for one is so for a larger one.
        """
        self._expect_again(live, now)
        if live and not self._came:
            self._since = dict.fromkeys(self._all, now)  # the first one came only now
        self._look_who_stayed(now)
        self._came = {rid: self._came.get(rid, now) for rid in live if rid is not None}
        self._was_there |= self._came.keys()
        for rid in self.rids if live else ():
            if rid not in live and rid not in self._missing_until:
                patience = KNOWN_MISSING_S if self._is_expected(rid) else MISSING_S
                if now - self._since[rid] >= patience:
                    self._give_up(rid, now)
        given_up = (index for index, rid in enumerate(self._all) if rid in self._waits and rid not in live)
        above = next(given_up, len(self._all)) + 1
        return frozenset(self._missing_until).union(rid for rid in self._all[above:] if rid not in live)

    def _look_who_stayed(self, now: float) -> None:
        """Of those that were there at the last look, also where one has ceased since."""
        for rid, came in self._came.items():
            if now - came >= KNOWN_S:
                # What carries a larger one carries those below it, sent or not.
                self._known.update(self._all[: self._all.index(rid) + 1])
            if now - came >= STEADY_S:
                self._waits.pop(rid, None)

    def _is_expected(self, rid: str) -> bool:
        """It stayed for a while once, and has not come since it was asked for."""
        return rid in self._known and rid not in self._was_there

    def _give_up(self, rid: str, now: float) -> None:
        former = self._waits.get(rid)
        if former is None:
            wait = KNOWN_AGAIN_S if rid in self._known else FIRST_AGAIN_S
        else:
            wait = former * (KNOWN_GROWS if self._is_expected(rid) else GROWS)
        self._waits[rid] = min(wait, LAST_AGAIN_S)
        self._missing_until[rid] = now + self._waits[rid]

    def _expect_again(self, live: Collection[str | None], now: float) -> None:
        for rid in [rid for rid, until in self._missing_until.items() if rid in live or now >= until]:
            del self._missing_until[rid]
            self._ask(rid, now)

    def _ask(self, rid: str, now: float) -> None:
        self._since[rid] = now
        self._was_there.discard(rid)

    def _settle(self, now: float) -> bool:
        self._expect_again((), now)
        rids = tuple(rid for rid in self._all if now < self._until[rid])
        is_wanted = now < self._until[None]
        has_changed = (rids, is_wanted) != (self.rids, self.is_wanted)
        for rid in rids:
            if rid not in self.rids:
                self._ask(rid, now)
        self.rids, self.is_wanted = rids, is_wanted
        self.due = min((until for until in self._until.values() if now < until < math.inf), default=None)
        return has_changed
