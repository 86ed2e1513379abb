"""Holdspace and Janus under the same load in one run: what a forwarded packet costs, and what forwarding adds.

`python -m bench.peers [--runs 10] [--seconds 5] [--cases room:12 …] [--contenders interpreted janus …] [--out FILE]`
prints a table and JSON with machine and commit. Runs are interleaved, server and generator pinned to different cores.
What is measured, and what is not, stands in README.md beside this file.
"""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Final

from bench.machine import machine
from bench.rig.attempt import attempt
from bench.rig.cases import Case
from bench.rig.contenders import CONTENDERS, JANUS, PLANES, WORDS
from bench.rig.generator import FEEDBACKS, TAKES, Receivers
from bench.rig.isolation import isolate
from bench.rig.libsrtp import built
from bench.rig.results import Run, columns, good, keep, median, text, total_loss, values
from bench.rig.run import START_S

CASES: Final = ("fan:10", "fan:50", "room:6", "room:12", "room:25/9")
_HEAD: Final = (
    "runs",
    "us/packet",
    "range",
    "of best",
    "p50 us",
    "p99 us",
    "loss",
    "MB/member",
    "join ms",
    "core %",
)

Results = dict[str, dict[str, list[Run]]]


def rows(of_case: dict[str, list[Run]]) -> list[list[str]]:
    """One line per contender. `of best`: the cost as a share of the cheapest Janus's."""
    costs = [cost for name in JANUS if (cost := median(good(of_case.get(name, [])), "us_per_packet")) is not None]
    best = min(costs) if costs else None
    found = []
    for name, runs in of_case.items():
        whole = good(runs)
        cost, span = median(whole, "us_per_packet"), values(whole, "us_per_packet")
        share = cost / best if cost is not None and best else None
        loss, core = total_loss(whole), median(whole, "core")
        found.append(
            [
                name,
                f"{len(whole)}/{len(runs)}",
                text(cost, 2),
                f"{min(span):.2f}-{max(span):.2f}" if span else "-",
                text(share, 2),
                text(median(whole, "p50_us"), 0),
                text(median(whole, "p99_us"), 0),
                text(loss, 6),
                text(median(whole, "mb_per_member"), 2),
                text(median(whole, "join_ms.first_keyframe"), 0),
                text(core * 100 if core is not None else None, 1),
            ]
        )
    return found


def table(results: Results) -> str:
    parts = [columns([[case, *_HEAD], *rows(of_case)]) for case, of_case in results.items() if of_case]
    return "\n\n".join(parts)


async def compare(chosen: argparse.Namespace, about: dict[str, Any]) -> dict[str, Any]:
    results: Results = {str(case): {name: [] for name in chosen.contenders} for case in chosen.cases}
    whole = {"bench": "peers", "machine": about, "contenders": WORDS, "cases": results}
    whole |= {"seconds": chosen.seconds, "feedback": chosen.feedback, "takes": chosen.takes}

    async def one(name: str, case: Case, seed: int) -> Run:
        return await attempt(name, case, chosen.seconds, seed, receivers=Receivers(chosen.feedback, chosen.takes))

    for number in range(chosen.runs):
        for case in chosen.cases:
            # Who comes first changes from run to run.
            names = (
                chosen.contenders[number % len(chosen.contenders) :]
                + chosen.contenders[: number % len(chosen.contenders)]
            )
            for name in names:
                results[str(case)][name].append(await one(name, case, number + 1))
                sys.stderr.write(".")
                sys.stderr.flush()
        if chosen.out is not None:
            keep(chosen.out, whole)
    sys.stderr.write("\n")
    return whole


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("--cases", nargs="+", type=Case.parse, default=[Case.parse(case) for case in CASES])
    parser.add_argument("--contenders", nargs="+", choices=list(CONTENDERS), default=[*PLANES, *JANUS])
    parser.add_argument("--runs", type=int, default=10, help="of each, interleaved")
    parser.add_argument("--seconds", type=float, default=5.0, help="measured in each run, at most 30")
    parser.add_argument("--feedback", choices=FEEDBACKS, default=FEEDBACKS[0], help="what receivers tell a server")
    parser.add_argument("--takes", choices=TAKES, default=TAKES[0], help="what receivers' sockets take")
    parser.add_argument("--out", type=Path, help="where the JSON is kept, written after every round")
    chosen = parser.parse_args()
    chosen.seconds = min(chosen.seconds, 30.0)
    needs = [name for name in ("janus-best", "janus-loop") if name in chosen.contenders]
    if needs and built() is None:
        parser.error(f"{', '.join(needs)}: build libsrtp first with `python -m bench.rig.libsrtp`")
    return chosen


def main() -> None:
    chosen = options()
    rounds = chosen.runs * len(chosen.cases) * len(chosen.contenders)
    isolate("bench.peers", within_s=60 + rounds * (chosen.seconds + START_S))
    whole = asyncio.run(compare(chosen, machine()))
    sys.stdout.write(table(whole["cases"]) + "\n")
    sys.stdout.write(json.dumps(whole) + "\n")


if __name__ == "__main__":
    main()
