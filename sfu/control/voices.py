"""What voices take of a viewer's line; they are always sent, whatever it carries. Pure: one `weigh` a second."""

from collections.abc import Iterable
from typing import Final

FIRST_BPS: Final = 50_000
NEXT_BPS: Final = 15_000
MAX_VOICES: Final = 5
MOST_BPS: Final = 160_000  # of one voice, repeated: whoever sends more takes nobody's picture away
# Of the way to what they take now, a second. A pause between two who speak is no reason to send a picture.
RISES: Final = 0.5
FALLS: Final = 0.1


class Voices:
    """Of one viewer's voices: what they took lately."""

    def __init__(self) -> None:
        self._lately = 0.0

    def weigh(self, voices: Iterable[int]) -> None:
        """What each of the voices in the viewer's slots takes now, in bits a second."""
        bps = sum(min(voice, MOST_BPS) for voice in voices)
        self._lately += (RISES if bps > self._lately else FALLS) * (bps - self._lately)

    def excess(self, microphones: int) -> int:
        """Bits a second beyond what so many open microphones usually take."""
        return max(0, int(self._lately) - usual_bps(microphones))


def usual_bps(microphones: int) -> int:
    """What is always kept: few speak at once, and silence is not sent."""
    if not microphones:
        return 0
    return FIRST_BPS + NEXT_BPS * (min(microphones, MAX_VOICES) - 1)
