"""A room through a bad line: `python -m bench.network [loss-5 step-down-link …] [--seconds 60] [--runs 3] [--save]`.

Three real Chromium pages; the media of one passes a seeded relay in user space, its pages and WebSocket a proxy. Each
scenario is a fresh room. Everything is read from the browsers' own `getStats()`, every 200 ms. Prints a table with the
limit of each figure and one line of JSON; `--save` puts the scenarios into docs/performance/network.json. Exits with 1
when a limit is not kept.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable
from itertools import permutations
from pathlib import Path
from statistics import median
from typing import Any

from bench.bad_lines import breaks, lossy, steps
from bench.bad_lines.rows import Row
from bench.machine import machine
from tests.support.browser import chromium
from tests.support.line_figures import seen
from tests.support.line_figures import steps as steps_of
from tests.support.line_room import EVERY_MS, LineRoom, line_room
from tests.support.lively_picture import write_lively
from tests.support.server_process import serving

Scenario = Callable[[LineRoom, float], Awaitable[list[Row]]]

SCENARIOS: dict[str, Scenario] = {
    "loss-5": lossy.loss_5,
    "loss-10-jitter": lossy.loss_10_jitter,
    "loss-20": lossy.loss_20,
    "loss-bursts": lossy.bursts,
    "step-down-link": steps.step_down_link,
    "step-up-link": steps.step_up_link,
    "blackout-10": breaks.blackout_10,
    "blackout-45": breaks.blackout_45,
    "address-change": breaks.address_change,
    "socket-cut": breaks.socket_cut,
    "socket-half-open": breaks.socket_half_open,
    "socket-trickles": breaks.socket_trickles,
    "removed-while-cut": breaks.removed_while_cut,
}
SAVED = Path(__file__).resolve().parents[1] / "docs" / "performance" / "network.json"
ADDRESS = "127.0.0.1"
SETTLE_S = 8.0
CLEAR_S = 15.0  # at least, and twice that at most: the same room without a bad line
SEED = 20_261


async def run_once(name: str, seconds: float, seed: int, trace: Path | None = None) -> list[Row]:
    """One scenario in a room of its own, after the browsers' estimates have settled on the clear line."""
    with tempfile.TemporaryDirectory() as folder:
        camera = Path(folder) / "camera.y4m"
        write_lively(camera)
        async with (
            serving(Path(folder)) as server,
            chromium(Path(folder), camera) as browser,
            line_room(server, browser, ADDRESS, seed) as room,
        ):
            await room.for_a_while(SETTLE_S)
            await room.stay_clear(min(max(CLEAR_S, seconds), 2 * CLEAR_S))
            try:
                return await SCENARIOS[name](room, seconds)
            finally:
                if trace is not None:
                    write_trace(trace, room)


def write_trace(path: Path, room: LineRoom) -> None:
    """Second by second what each page got of each other: sound, pictures, and what it asked for anew."""
    lines = []
    for viewer, other in permutations(room.pages, 2):
        samples, person = room.samples[viewer.alias], room.ids[other.alias]
        start = samples[0].at
        for second in range(int(samples[-1].at - start)):
            since = start + second
            mic = list(steps_of(samples, person, "mic", since - EVERY_MS / 1_000, since + 1))
            picture = seen(samples, person, since - EVERY_MS / 1_000, since + 1)
            concealed = sum(step.rise("concealedSamples") for step in mic)
            camera = list(steps_of(samples, person, "camera", since - EVERY_MS / 1_000, since + 1))
            asked = (int(sum(step.rise(name) for step in camera)) for name in ("nackCount", "pliCount"))
            audio = 8 * sum(step.rise("bytesReceived") for step in mic)
            lines.append(
                f"{second:4d} s  {viewer.alias:>13} <- {other.alias:<13} audio {audio / 1_000:4.0f} kbps"
                f" concealed {concealed / 48:4.0f} ms  video {picture.bits_per_s / 1_000:5.0f} kbps"
                f" {picture.frames:3d} frames {picture.height:4d} px" + "  {:2d} nack {:2d} pli".format(*asked)
            )
    path.write_text("\n".join(lines) + "\n")


def merged(runs: list[list[Row]]) -> list[dict[str, Any]]:
    """One row per figure: the median of the runs is told, the worst of them is held against the limit."""
    rows = []
    for same in zip(*runs, strict=True):
        worst = Row(same[0].what, max(row.value for row in same), same[0].unit, same[0].most)
        rows.append(
            worst.to_json()
            | {"value": round(median(row.value for row in same), 3), "worst": round(worst.value, 3), "runs": len(same)}
        )
    return rows


def table(name: str, rows: list[dict[str, Any]]) -> str:
    marks = {True: "kept", False: "NOT KEPT", None: ""}
    lines = [f"{name}"]
    for row in rows:
        limit = "" if row["most"] is None else f"<= {row['most']:g}"
        value = f"{row['value']:.2f} {row['unit']}"
        lines.append(f"  {row['what']:<52}{value:>14}{row['worst']:>10.2f}{limit:>10}  {marks[row['kept']]}")
    return "\n".join(lines)


def save(scenarios: dict[str, Any]) -> None:
    """Replaces these scenarios in the file and keeps the others."""
    SAVED.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(SAVED.read_text())["scenarios"] if SAVED.exists() else {}
    ordered = {name: (kept | scenarios)[name] for name in SCENARIOS if name in kept | scenarios}
    SAVED.write_text(json.dumps({"bench": "network", "scenarios": ordered}, indent=1) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help=", ".join(SCENARIOS))
    parser.add_argument("--seconds", type=float, default=60.0, help="of each phase of a scenario that has one")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--trace", type=Path, help="second by second, of the last run, into this file")
    options = parser.parse_args()
    unknown = set(options.scenarios) - set(SCENARIOS)
    if unknown:
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    done: dict[str, Any] = {}
    for name in options.scenarios or SCENARIOS:
        about = machine()
        runs = [
            asyncio.run(run_once(name, options.seconds, options.seed + run, options.trace))
            for run in range(options.runs)
        ]
        done[name] = {"seconds": options.seconds, "rows": merged(runs), "machine": about}
        print(table(name, done[name]["rows"]), flush=True)
        if options.save:
            save({name: done[name]})
    print(json.dumps(done))
    return 0 if all(row["kept"] is not False for one in done.values() for row in one["rows"]) else 1


if __name__ == "__main__":
    sys.exit(main())
