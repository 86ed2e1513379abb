"""Plain SVG charts that read in light and in dark: text and lines take the reader's colour scheme."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

WIDTH: Final = 760
LEFT: Final = 250
RIGHT: Final = 90
TOP: Final = 56
BAR: Final = 20
GAP: Final = 6
PLOT: Final = 300
# Told apart by lightness too, and each at least 3:1 on white and on a dark page.
COLORS: Final = ("#2f7ed8", "#c2571a", "#3a9a5b", "#8a63c9", "#6f7a86", "#b0357e")
_ROUND: Final = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_STYLE: Final = (
    ":root{color-scheme:light dark}"
    "text{font:13px system-ui,sans-serif;fill:#1d2733}.quiet{fill:#586472}.title{font-weight:600;font-size:15px}"
    "line{stroke:#9aa5b1;stroke-width:1}.grid{stroke-opacity:.35}"
    "@media (prefers-color-scheme:dark){text{fill:#e6ebf0}.quiet{fill:#a5b1bd}line{stroke:#5d6975}}"
)


@dataclass(frozen=True)
class Bar:
    """`low` and `high`: the range of the runs, drawn as a thin line; `note` stands after the value."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Group:
    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Line:
    name: str
    points: tuple[tuple[float, float], ...]


def bars(title: str, unit: str, groups: Sequence[Group], names: Sequence[str], digits: int = 1) -> str:
    """Horizontal bars in groups; the same name has the same colour in every group."""
    top = max((bar.high or bar.value for group in groups for bar in group.bars), default=1.0) or 1.0
    scale = (WIDTH - LEFT - RIGHT) / top
    parts, y = [], TOP
    for group in groups:
        parts.append(_text(group.name, 12, y + 14, "title"))
        y += 24
        for bar in group.bars:
            color = COLORS[names.index(bar.name) % len(COLORS)]
            parts.append(_text(bar.name, LEFT - 8, y + 15, anchor="end"))
            parts.append(
                f'<rect x="{LEFT}" y="{y}" width="{bar.value * scale:.1f}" height="{BAR}" rx="2" fill="{color}"/>'
            )
            end = LEFT + bar.value * scale
            if bar.low is not None and bar.high is not None and bar.high > bar.low:
                middle = y + BAR / 2
                end = max(end, LEFT + bar.high * scale)
                parts.append(_line(LEFT + bar.low * scale, middle, LEFT + bar.high * scale, middle))
            label = f"{bar.value:.{digits}f}" + (f" {bar.note}" if bar.note else "")
            parts.append(_text(label, end + 6, y + 15))
            y += BAR + GAP
        y += 10
    return _page(title, unit, parts, y)


def stack(title: str, unit: str, parts_of: Sequence[tuple[str, float]]) -> str:
    """One way as stages after one another, each on its own row."""
    total = sum(value for _, value in parts_of) or 1.0
    scale = (WIDTH - LEFT - RIGHT) / total
    found, y, since = [], TOP, 0.0
    for index, (name, value) in enumerate(parts_of):
        x = LEFT + since * scale
        found.append(_text(name, LEFT - 8, y + 15, anchor="end"))
        width = max(1.0, value * scale)
        color = COLORS[index % len(COLORS)]
        found.append(_rect(x, y, width, color))
        found.append(_text(f"{value:.0f}", x + width + 6, y + 15))
        since += value
        y += BAR + GAP
    return _page(title, unit, found, y)


def lines(title: str, x_unit: str, y_unit: str, drawn: Sequence[Line], limit: float | None = None) -> str:
    """Curves over a common scale; `limit` is a level across."""
    points = [point for line in drawn for point in line.points]
    right = nice_top(max((x for x, _ in points), default=1.0))
    top = nice_top(max([y for _, y in points] + ([limit] if limit is not None else []), default=1.0))
    left, width = 70, WIDTH - 70 - 40
    bottom = TOP + PLOT

    def place(x: float, y: float) -> tuple[float, float]:
        return left + x / right * width, bottom - y / top * PLOT

    parts = []
    for step in range(6):
        y = bottom - PLOT * step / 5
        parts.append(_line(left, y, left + width, y, "grid"))
        parts.append(_text(f"{top * step / 5:g}", left - 8, y + 4, "quiet", "end"))
        x = right * step / 5
        parts.append(_text(f"{x:g}", place(x, 0)[0], bottom + 18, "quiet", "middle"))
    parts.append(_text(x_unit, left + width, bottom + 36, "quiet", "end"))
    if limit is not None:
        y = place(0, limit)[1]
        parts.append(_line(left, y, left + width, y))
    for index, line in enumerate(drawn):
        color = COLORS[index % len(COLORS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in line.points))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2.5"/>')
        for x, y in (place(*point) for point in line.points):
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{color}"/>')
        key_y = bottom + 44 + 20 * index
        parts.append(f'<rect x="{left}" y="{key_y}" width="14" height="12" rx="2" fill="{color}"/>')
        parts.append(_text(line.name, left + 22, key_y + 11))
    return _page(title, y_unit, parts, bottom + 50 + 20 * len(drawn))


def nice_top(value: float) -> float:
    """The next round number; a fifth of it is round as well."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in _ROUND if step * power >= value)


def _page(title: str, unit: str, parts: Sequence[str], height: float) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        f'aria-label="{escape(title)}">'
    )
    heading = [_text(title, 12, 22, "title"), _text(unit, 12, 42, "quiet")]
    return "\n".join([head, f"<style>{_STYLE}</style>", *heading, *parts, "</svg>"]) + "\n"


def _rect(x: float, y: float, width: float, color: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BAR}" rx="2" fill="{color}"/>'


def _text(words: str, x: float, y: float, kind: str = "", anchor: str = "start") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{style}>{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"{style}/>'
