"""From docs/performance/network.json to the words of docs/PERFORMANCE.md."""

from collections.abc import Mapping
from typing import Any, Final

from bench.rig.report import Section, markdown

MARKS: Final = {True: "yes", False: "**no**", None: ""}


def network(result: Mapping[str, Any]) -> Section:
    """One table for all scenarios; each names the commit that it was measured at."""
    scenarios: Mapping[str, Any] = result["scenarios"]
    rows = [["scenario, figure", "median", "worst", "at most", "kept"]]
    for name, scenario in scenarios.items():
        runs = scenario["rows"][0]["runs"]
        about = scenario["machine"]
        times = "1 run" if runs == 1 else f"{runs} runs"
        rows.append(
            [f"**{name}**: {times}, `{about['commit']}`, load {about['load_before']:.1f} before", "", "", "", ""]
        )
        rows.extend(_row(row) for row in scenario["rows"])
    about = next(iter(scenarios.values()))["machine"]
    origin = f"{about['cpu']}, {about['cores']} cores, Linux {about['kernel']}, Python {about['python']}."
    return Section(f"{origin}\n\n{markdown(rows)}")


def _row(row: Mapping[str, Any]) -> list[str]:
    unit = f" {row['unit']}" if row["unit"] else ""
    limit = "" if row["most"] is None else f"{row['most']:g}{unit}"
    return [row["what"], f"{row['value']:.4g}{unit}", f"{row['worst']:.4g}", limit, MARKS[row["kept"]]]
