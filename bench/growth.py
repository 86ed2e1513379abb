"""How cost grows: with the people in a room, with the rooms of a node, and up to the knee of one core.

`python -m bench.growth [--parts sizes rooms knee] [--contenders interpreted …] [--runs 3] [--seconds 4]
[--takes whole] [--out FILE]`
prints tables and JSON with machine and commit. Server and generator are pinned to different cores, runs interleaved.
The knee is the most packets a second out of one core at which p99 stays under 30 ms, loss under 0.1 %, and nothing is
shed.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench.machine import machine
from bench.rig.attempt import attempt
from bench.rig.cases import Case
from bench.rig.contenders import CONTENDERS, PLANES, WORDS
from bench.rig.generator import TAKES, Receivers
from bench.rig.isolation import isolate
from bench.rig.knee import Search, is_past, room_steps
from bench.rig.results import Run, columns, good, keep, median, text, total_loss
from bench.rig.run import START_S

SIZES: Final = (3, 6, 9, 12, 16, 20, 25)
VISIBLE: Final = 9
ROOMS: Final = (1, 2, 4, 6)
ROOM: Final = 6
TRIES: Final = 2  # what else the machine does may spoil a run: past the knee is what was past in both
PARTS: Final = ("sizes", "rooms", "knee")


def size_cases() -> list[Case]:
    """All visible, and from the size on where it makes a difference with 9 visible."""
    limited = [Case("room", size, VISIBLE) for size in SIZES if size > VISIBLE + 1]
    return [*(Case("room", size) for size in SIZES), *limited]


def room_cases() -> list[Case]:
    return [Case("room", ROOM, rooms=rooms) for rooms in ROOMS]


def per_viewer(case: Case, runs: Sequence[Run]) -> float | None:
    """Share of a core that each viewer costs, in thousandths."""
    core = median(good(runs), "core")
    return None if core is None else core * 1e3 / case.members


def table(cases: dict[str, dict[str, list[Run]]]) -> str:
    head = ["", "plane", "runs", "out/s", "core %", "core ‰/viewer", "us/packet", "p50 us", "p99 us", "loss"]
    rows = [head]
    for name, of_case in cases.items():
        case = Case.parse(name)
        for contender, runs in of_case.items():
            whole = good(runs)
            core = median(whole, "core")
            rows.append(
                [
                    name,
                    contender,
                    f"{len(whole)}/{len(runs)}",
                    text(median(whole, "out_per_s"), 0),
                    text(None if core is None else core * 100, 1),
                    text(per_viewer(case, runs), 1),
                    text(median(whole, "us_per_packet"), 2),
                    text(median(whole, "p50_us"), 0),
                    text(median(whole, "p99_us"), 0),
                    text(total_loss(whole), 6),
                ]
            )
    return columns(rows)


def knee_table(knees: dict[str, list[dict[str, Any]]]) -> str:
    rows = [["knee", "rooms of 12", "out/s", "core %", "p99 us", "loss", "generator %", ""]]
    for contender, points in knees.items():
        for point in sorted(points, key=lambda one: int(one["rooms"])):
            core, generator = point.get("core"), point.get("generator_core")
            rows.append(
                [
                    contender,
                    str(point["rooms"]),
                    text(point.get("out_per_s"), 0),
                    text(None if core is None else core * 100, 1),
                    text(point.get("p99_us"), 0),
                    text(point.get("loss"), 5),
                    text(None if generator is None else generator * 100, 0),
                    "past" if is_past(point) else "",
                ]
            )
    return columns(rows)


async def once(name: str, case: Case, seed: int, chosen: argparse.Namespace) -> Run:
    receivers = Receivers(takes=chosen.takes)
    return await attempt(name, case, chosen.seconds, seed, with_latecomer=False, receivers=receivers)


async def grow(cases: list[Case], chosen: argparse.Namespace, kept: dict[str, dict[str, list[Run]]]) -> None:
    for number in range(chosen.runs):
        for case in cases:
            for name in chosen.contenders:
                runs = kept.setdefault(str(case), {}).setdefault(name, [])
                runs.append(await once(name, case, number + 1, chosen))
                sys.stderr.write(".")
                sys.stderr.flush()


async def find_knees(chosen: argparse.Namespace, kept: dict[str, list[dict[str, Any]]]) -> None:
    for name in chosen.contenders:
        points = kept.setdefault(name, [])
        search = Search(room_steps(chosen.most_rooms))
        while (rooms := search.next()) is not None:
            for _ in range(TRIES):
                point = await once(name, Case("room", 12, rooms=rooms), rooms, chosen)
                points.append({"rooms": rooms} | point)
                sys.stderr.write(".")
                sys.stderr.flush()
                if not is_past(points[-1]):
                    break
            search.tell(rooms, is_past=is_past(points[-1]))


async def measure(chosen: argparse.Namespace, about: dict[str, Any]) -> dict[str, Any]:
    whole: dict[str, Any] = {"bench": "growth", "machine": about, "contenders": WORDS}
    whole |= {"seconds": chosen.seconds, "takes": chosen.takes}
    for part, cases in (("sizes", size_cases()), ("rooms", room_cases())):
        if part in chosen.parts:
            await grow(cases, chosen, whole.setdefault(part, {}))
            if chosen.out is not None:
                keep(chosen.out, whole)
    if "knee" in chosen.parts:
        await find_knees(chosen, whole.setdefault("knee", {}))
        if chosen.out is not None:
            keep(chosen.out, whole)
    sys.stderr.write("\n")
    return whole


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--contenders", nargs="+", choices=list(CONTENDERS), default=list(PLANES))
    parser.add_argument("--runs", type=int, default=3, help="of each case, interleaved; the knee is searched once")
    parser.add_argument("--seconds", type=float, default=4.0, help="measured in each run, at most 30")
    parser.add_argument("--most-rooms", type=int, default=24, help="rooms of 12 at which the search for the knee ends")
    parser.add_argument("--takes", choices=TAKES, default=TAKES[0], help="what receivers' sockets take")
    parser.add_argument("--out", type=Path, help="where the JSON is kept, written after every part")
    chosen = parser.parse_args()
    chosen.seconds = min(chosen.seconds, 30.0)
    return chosen


def main() -> None:
    chosen = options()
    count = len(chosen.contenders) * (chosen.runs * len(size_cases() + room_cases()) + 12 * TRIES)
    isolate("bench.growth", within_s=60 + count * (chosen.seconds + START_S))
    whole = asyncio.run(measure(chosen, machine()))
    parts = [table(whole[part]) for part in ("sizes", "rooms") if part in whole]
    if "knee" in whole:
        parts.append(knee_table(whole["knee"]))
    sys.stdout.write("\n\n".join(parts) + "\n")
    sys.stdout.write(json.dumps(whole) + "\n")


if __name__ == "__main__":
    main()
