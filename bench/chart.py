"""Draws the charts and writes the tables of docs/PERFORMANCE.md from the JSON kept in docs/performance.

`python -m bench.chart` after any of `bench.peers`, `bench.growth`, `bench.stall`, `bench.join` with `--out
docs/performance/NAME.json`, or `bench.network --save`; the knee has a file of its own, `bench.growth --parts knee --out
docs/performance/knee.json`. What stands between `<!-- NAME -->` and `<!-- /NAME -->` is replaced, the rest is prose and
stays. `--check` changes nothing and ends with 1 where something is not up to date.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from bench.bad_lines.report import network
from bench.rig import report
from bench.rig.results import KEPT

PAGE: Final = KEPT.parent / "PERFORMANCE.md"
Section = Callable[[dict[str, Any]], report.Section]
SECTIONS: Final[dict[str, tuple[str, Section]]] = {
    "peers": ("peers", report.peers),
    "whole": ("peers-whole", report.tables(report.peers)),
    "feedback": ("peers-feedback", report.tables(report.peers)),
    "sizes": ("growth", report.sizes),
    "rooms": ("growth", report.rooms),
    "knee": ("knee", report.knees),
    "stall": ("stall", report.stall),
    "join": ("join", report.join),
    "network": ("network", network),
}
NOT_YET: Final = "Not measured yet."


def replaced(page: str, name: str, words: str) -> str:
    """Raises ValueError where the page has no place for it."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"no <!-- {name} --> in {PAGE.name}")
    return pattern.sub(lambda found: f"{found[1]}{words.strip()}\n{found[2]}", page)


def drawn(page: str, folder: Path) -> tuple[str, dict[Path, str]]:
    """The page with its tables, and the charts by file."""
    charts: dict[Path, str] = {}
    for name, (file, section) in SECTIONS.items():
        path = folder / f"{file}.json"
        made = section(json.loads(path.read_text())) if path.exists() else None
        if made is None or not made.words:
            page = replaced(page, name, NOT_YET)
            continue
        images = []
        for chart, svg in made.charts.items():
            charts[folder / f"{chart}.svg"] = svg
            images.append(f"![{chart.replace('-', ' ')}](performance/{chart}.svg)")
        page = replaced(page, name, "\n\n".join([*images, made.words]))
    return page, charts


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.chart", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, only tell")
    chosen = parser.parse_args()
    page, charts = drawn(PAGE.read_text(), KEPT)
    stale = [path for path, text in (charts | {PAGE: page}).items() if not path.exists() or path.read_text() != text]
    for path in stale:
        sys.stdout.write(f"{path.name}\n")
        if not chosen.check:
            path.write_text((charts | {PAGE: page})[path])
    return 1 if chosen.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
