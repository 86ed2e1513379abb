"""What voices take of a viewer's line; they are always sent, whatever it carries. Pure: one `weigh` a second."""

from typing import Final

FIRST_BPS: Final = 50_000
NEXT_BPS: Final = 15_000
MAX_VOICES: Final = 5
# Of the way to what they take now, a second. A pause between two who speak is no reason to send a picture.
RISES: Final = 0.5
FALLS: Final = 0.1


class Voices:
    """Of one viewer's voices: what they took lately."""

    def __init__(self) -> None:
        self._lately = 0.0

    def weigh(self, bps: int) -> None:
        """What all voices in the viewer's slots take now, in bits a second."""
        self._lately += (RISES if bps > self._lately else FALLS) * (bps - self._lately)

    def excess(self, microphones: int) -> int:
        """Bits a second beyond what so many open microphones usually take."""
        return max(0, int(self._lately) - usual_bps(microphones)) if microphones else 0


def usual_bps(microphones: int) -> int:
    """What is always kept: few speak at once, and silence is not sent."""
    if not microphones:
        return 0
    return FIRST_BPS + NEXT_BPS * (min(microphones, MAX_VOICES) - 1)
