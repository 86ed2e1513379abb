"""Figures that tests measure on the way: shown at the end of the run and kept in artifacts/figures.json."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

FIGURES_FILE = Path(__file__).resolve().parents[2] / "artifacts" / "figures.json"


@dataclass(frozen=True)
class Figure:
    name: str
    value: float
    unit: str

    def __str__(self) -> str:
        return f"{self.name}: {self.value} {self.unit}"


_figures: list[Figure] = []


def record(name: str, value: float, unit: str) -> None:
    """Keep one measured figure of this run."""
    _figures.append(Figure(name, round(value, 3), unit))


def recorded() -> list[Figure]:
    return list(_figures)


def save() -> None:
    """Writes what was measured, if anything was."""
    if _figures:
        FIGURES_FILE.parent.mkdir(parents=True, exist_ok=True)
        FIGURES_FILE.write_text(json.dumps([asdict(figure) for figure in _figures], indent=2) + "\n")
