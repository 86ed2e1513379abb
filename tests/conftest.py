"""What the whole suite shares: the figures that tests measured are shown at the end and kept in artifacts/."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

FIGURES = Path(__file__).resolve().parents[1] / "artifacts" / "figures.jsonl"


def pytest_sessionstart() -> None:
    FIGURES.unlink(missing_ok=True)


def _figures() -> Iterator[str]:
    if FIGURES.exists():
        for line in FIGURES.read_text().splitlines():
            figure = json.loads(line)
            yield f"{figure['name']}: {figure['value']} {figure['unit']}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = list(_figures())
    if lines:
        terminalreporter.section("measured")
        for line in lines:
            terminalreporter.write_line(line)
