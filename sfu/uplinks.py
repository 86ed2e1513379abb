"""What one browser may send: the simulcast layers of a camera, and the bit rate of each source."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class UplinkLayer:
    """One encoding: its picture is 1/`scale` of the captured one, at most `max_bps`."""

    rid: str
    scale: int
    max_bps: int


# Lowest first. With 1280x720 captured: 320x180, 640x360, 1280x720; a tile of nine is about 320 wide.
CAMERA_LAYERS: Final = (UplinkLayer("q", 4, 120_000), UplinkLayer("h", 2, 400_000), UplinkLayer("f", 1, 1_200_000))
CAMERA_BPS: Final = 1_200_000
SCREEN_BPS: Final = 1_500_000
MIC_BPS: Final = 40_000
