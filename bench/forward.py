"""What one forwarded packet costs in each plane, quickly, and without any rights: `python -m bench.forward`.

`[cases…] [--planes interpreted fast] [--runs N] [--seconds S]`: the rig of `bench.peers` on 127.0.0.1, interleaved; a
table, then JSON with machine and commit. What is measured stands in README.md beside this file.
"""

import argparse
import asyncio
import json
import sys
from typing import Final

from bench.machine import machine
from bench.rig.cases import Case
from bench.rig.contenders import PLANES, holdspace
from bench.rig.generator import TAKES, Receivers
from bench.rig.results import Run, columns, good, median, text, total_loss, values
from bench.rig.run import run

LOOPBACK: Final = "127.0.0.1"
CASES: Final = ("fan:10", "room:12")

Results = dict[str, dict[str, list[Run]]]


def table(results: Results) -> str:
    rows = [["", "runs", "us/packet", "range", "system", "p50 us", "p99 us", "loss", "core %"]]
    for case, of_case in results.items():
        for plane, runs in of_case.items():
            whole = good(runs)
            costs, core = values(whole, "us_per_packet"), median(whole, "core")
            rows.append(
                [
                    f"{case} {plane}",
                    f"{len(whole)}/{len(runs)}",
                    text(median(whole, "us_per_packet"), 2),
                    f"{min(costs):.2f}-{max(costs):.2f}" if costs else "-",
                    text(median(whole, "system_share"), 2),
                    text(median(whole, "p50_us"), 0),
                    text(median(whole, "p99_us"), 0),
                    text(total_loss(whole), 6),
                    text(None if core is None else core * 100, 1),
                ]
            )
    return columns(rows)


async def measure(chosen: argparse.Namespace) -> Results:
    results: Results = {str(case): {plane: [] for plane in chosen.planes} for case in chosen.cases}
    receivers = Receivers(takes=chosen.takes)
    for number in range(chosen.runs):
        for case in chosen.cases:
            for plane in chosen.planes:
                server = holdspace(plane, LOOPBACK)
                found = await run(
                    server, case, chosen.seconds, number + 1, with_latecomer=False, host=LOOPBACK, receivers=receivers
                )
                results[str(case)][plane].append(found)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.forward", description=__doc__)
    parser.add_argument("cases", nargs="*", type=Case.parse, default=[Case.parse(case) for case in CASES])
    parser.add_argument("--planes", nargs="+", choices=PLANES, default=list(PLANES), help="loops to compare")
    parser.add_argument("--takes", choices=TAKES, default=TAKES[0], help="what receivers' sockets take")
    parser.add_argument("--runs", type=int, default=5, help="of each, interleaved")
    parser.add_argument("--seconds", type=float, default=5.0, help="measured in each run, at most 30")
    chosen = parser.parse_args()
    chosen.seconds = min(chosen.seconds, 30.0)
    about = machine()
    results = asyncio.run(measure(chosen))
    sys.stdout.write(table(results) + "\n")
    sys.stdout.write(json.dumps({"bench": "forward", "machine": about, "cases": results}) + "\n")


if __name__ == "__main__":
    main()
