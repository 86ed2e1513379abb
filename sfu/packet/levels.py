"""Audio level of one publication (RFC 6464), smoothed over about 300 ms and fading with time, not per packet."""

import math
from typing import Final

SILENCE: Final = 127
TIME_CONSTANT_S: Final = 0.3
# Longer than the longest Opus frame: without packets for this long (DTX), it is silence.
GRACE_S: Final = 0.13
FRAME_S: Final = 0.02


class LevelMeter:
    """0 loudest, 127 silence."""

    __slots__ = ("_at", "_value")

    def __init__(self) -> None:
        self._value = float(SILENCE)
        self._at = 0.0

    def on_level(self, octet: int, now: float) -> None:
        """The extension's byte: a level in the low 7 bits; the voice bit is not used."""
        elapsed = max(now - self._at, 0.0)
        self._fade(now)
        if elapsed > GRACE_S:
            elapsed = FRAME_S  # the first packet after a pause is one frame, not the whole pause
        self._value += ((octet & 0x7F) - self._value) * (1 - math.exp(-elapsed / TIME_CONSTANT_S))
        self._at = now

    def read(self, now: float) -> int:
        """The smoothed level."""
        self._fade(now)
        return round(self._value)

    def reset(self) -> None:
        """Forget everything: silence."""
        self._value = float(SILENCE)

    def _fade(self, now: float) -> None:
        silent = now - self._at - GRACE_S
        if silent > 0:
            self._value = SILENCE - (SILENCE - self._value) * math.exp(-silent / TIME_CONSTANT_S)
            self._at = now - GRACE_S
