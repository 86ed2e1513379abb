"""Who speaks in one room, and whose microphones hold the audio slots. Pure: levels and `now` in.

Levels are RFC 6464's: 0 is the loudest, 127 silence; the plane has smoothed them. A speaker enters at a louder level
than keeps them in, and stays a while after it, so that the pauses between words do not show.
"""

from collections.abc import Collection, Mapping
from typing import Final

ENTER_LEVEL: Final = 50
STAY_LEVEL: Final = 58
HOLD_S: Final = 0.8
OVERTAKE: Final = 6


class Speakers:
    """`active` lists publications that speak, loudest first; every change of it is worth telling."""

    def __init__(self) -> None:
        self.active: tuple[int, ...] = ()
        self._levels: dict[int, int] = {}
        self._heard_at: dict[int, float] = {}

    def update(self, levels: Mapping[int, int], now: float) -> bool:
        """One batch of smoothed levels; publications that are missing are silent. True when `active` changed."""
        for pub, level in levels.items():
            is_speaking = now - self._heard_at.get(pub, float("-inf")) <= HOLD_S
            if level <= (STAY_LEVEL if is_speaking else ENTER_LEVEL):
                self._heard_at[pub] = now
        self._levels = dict(levels)
        return self._settle(now)

    def forget(self, pub: int, now: float) -> bool:
        """A microphone closed. True when `active` changed."""
        self._heard_at.pop(pub, None)
        self._levels.pop(pub, None)
        return self._settle(now)

    def hold(self, current: Collection[int], candidates: Collection[int], seats: int) -> list[int]:
        """Which `seats` of the open microphones a viewer hears. `current`: those heard now, who keep their seat.

        Everybody while they fit. Else a speaker takes the seat of the one who has been quiet for longest, so a seat
        changes hands only when somebody speaks.
        """
        if len(candidates) <= seats:
            return list(candidates)
        holders = [pub for pub in candidates if pub in current][:seats]
        rest = sorted((pub for pub in candidates if pub not in holders), key=self._recency)
        while len(holders) < seats:
            holders.append(rest.pop(0))
        for speaker in self.active:
            if speaker in candidates and speaker not in holders:
                quiet = max((pub for pub in holders if pub not in self.active), key=self._recency, default=None)
                if quiet is None:
                    break
                holders[holders.index(quiet)] = speaker
        return holders

    def _recency(self, pub: int) -> float:
        return -self._heard_at.get(pub, float("-inf"))

    def _settle(self, now: float) -> bool:
        speaking = [pub for pub, at in self._heard_at.items() if now - at <= HOLD_S]
        kept = [pub for pub in self.active if pub in speaking]
        for pub in sorted((pub for pub in speaking if pub not in kept), key=self._level):
            kept.append(pub)
        # One pass of overtaking: a place is won only by being clearly louder, so the order does not flicker.
        for index in range(len(kept) - 1, 0, -1):
            if self._level(kept[index]) + OVERTAKE <= self._level(kept[index - 1]):
                kept[index - 1], kept[index] = kept[index], kept[index - 1]
        changed = tuple(kept) != self.active
        self.active = tuple(kept)
        return changed

    def _level(self, pub: int) -> int:
        return self._levels.get(pub, 127)
