"""An organisation's own colour, made readable: the nearest shade that every ground of the pages bears. Pure.

Contrast is that of WCAG 2.2 (relative luminance): 4.5 to 1 for text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

Channels = tuple[int, int, int]

TEXT: Final = 4.5
STEPS: Final = 200
SOFT: Final = 0.14  # how much of the colour is in the ground of what is switched on
BLACK: Final[Channels] = (0, 0, 0)
WHITE: Final[Channels] = (255, 255, 255)
# The grounds of the pages, as in the tokens of the stylesheet; a test holds the two together.
LIGHT_GROUNDS: Final = ("#f6f4ef", "#ffffff", "#ece8e0")
DARK_GROUNDS: Final = ("#121a1a", "#1b2525", "#0c1212")
DARKEST: Final = "#0c1212"


@dataclass(frozen=True, slots=True)
class Shades:
    """One theme: the colour as text and ground, what is written on it, and its soft ground."""

    accent: str
    on_accent: str
    accent_soft: str


@dataclass(frozen=True, slots=True)
class Palette:
    light: Shades
    dark: Shades


def read_colour(text: str) -> str | None:
    """ "#rrggbb" in lower case; None for anything else."""
    text = text.strip().lower()
    is_colour = len(text) == 7 and text[0] == "#" and all(c in "0123456789abcdef" for c in text[1:])
    return text if is_colour else None


def luminance(colour: str) -> float:
    red, green, blue = (_linear(channel) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def palette(colour: str) -> Palette:
    """The shades of `colour` ("#rrggbb") that can be read on every ground, as near to it as that allows."""
    return Palette(
        light=_shades(colour, BLACK, "#ffffff", LIGHT_GROUNDS),
        dark=_shades(colour, WHITE, DARKEST, DARK_GROUNDS),
    )


def _shades(colour: str, toward: Channels, on_accent: str, grounds: tuple[str, ...]) -> Shades:
    for step in range(STEPS + 1):
        accent = _mixed(_channels(colour), toward, step / STEPS)
        soft = _mixed(_channels(grounds[1]), _channels(accent), SOFT)
        if _is_readable(accent, (*grounds, on_accent, soft)):
            return Shades(accent, on_accent, soft)
    raise AssertionError("black and white can be read on every ground of their theme")


def _is_readable(accent: str, others: Iterable[str]) -> bool:
    return all(contrast(accent, other) >= TEXT for other in others)


def _mixed(one: Channels, other: Channels, share: float) -> str:
    mixed = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _channels(colour: str) -> Channels:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
