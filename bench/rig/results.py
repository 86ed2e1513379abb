"""Runs as they are kept in JSON, and the medians that tables and charts are made of."""

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

KEPT: Final = Path(__file__).resolve().parents[2] / "docs" / "performance"

Run = dict[str, Any]


def good(runs: Sequence[Run]) -> list[Run]:
    """Those that ended by themselves and in which every track came."""
    return [one for one in runs if one.get("is_complete")]


def values(runs: Sequence[Run], key: str) -> list[float]:
    """Of one figure, `a.b` for one inside another; runs without it are left out."""
    found = []
    for one in runs:
        value: Any = one
        for word in key.split("."):
            value = value.get(word) if isinstance(value, Mapping) else None
        if value is not None:
            found.append(float(value))
    return found


def median(runs: Sequence[Run], key: str) -> float | None:
    """None where no run has it."""
    found = values(runs, key)
    return statistics.median(found) if found else None


def total_loss(runs: Sequence[Run]) -> float | None:
    """Lost packets of all runs together as a share: a median would hide the one run that lost some."""
    lost, received = sum(values(runs, "lost")), sum(values(runs, "received"))
    return lost / (lost + received) if received else None


def text(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Lines of a table for the terminal: the first column to the left, the others to the right."""
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def keep(path: Path, result: Mapping[str, Any]) -> None:
    """Replaces the file in one step, so that an interrupted bench leaves its last whole round."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(result, indent=1) + "\n")
    draft.replace(path)
