"""A small chart of counts over time: points in the units of its own box, and the same in words. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 120, 32, 4
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Trend:
    """`points` is what an SVG polyline takes, in a box of `width` x `height`; `last` is its end, for a dot."""

    counts: tuple[int, ...]
    points: str
    last: tuple[str, str]
    words: str
    width: int = WIDTH
    height: int = HEIGHT


def trend_of(counts: Sequence[int]) -> Trend | None:
    """Of the newest dates, oldest first; None where there is nothing to show. The foot of the box is zero."""
    shown = tuple(counts[-SHOWN:])
    if not shown:
        return None
    top = max(*shown, 1)
    step = (WIDTH - 2 * EDGE) / max(1, len(shown) - 1)
    places = [
        (f"{EDGE + step * index:g}", f"{HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * count / top:.4g}")
        for index, count in enumerate(shown)
    ]
    return Trend(shown, " ".join(f"{x},{y}" for x, y in places), places[-1], _in_words(shown))


def _in_words(counts: tuple[int, ...]) -> str:
    if len(counts) == 1:
        return f"{_people(counts[0])} came to the last date."
    listed = ", ".join(str(count) for count in counts[:-1]) + f" and {counts[-1]}"
    return f"{listed} people came to the last {len(counts)} dates."


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
