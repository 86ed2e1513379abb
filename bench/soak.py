"""Hours of people who come and go: `python -m bench.soak --minutes 120`.

A real server with rooms of people who talk (`--rooms`, `--members`, audio only), one of whom leaves, crashes, reloads
or comes every five seconds. Every ten seconds memory, descriptors, tasks, transports and SRTP contexts are read. Prints
one JSON object: what was held before anybody came, full, full again after the churn, and after everybody has left;
growth of memory per hour once warm; and the verdict of L5. Samples go to `--samples` as they are made.
"""

import argparse
import asyncio
import contextlib
import json
import random
import re
import sys
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path
from statistics import linear_regression, median
from time import monotonic

import aiohttp

from bench.machine import machine
from bench.soak_people import Room
from tests.support.deadline import until
from tests.support.journey_seed import seed as seed_session
from tests.support.people_host import Plan
from tests.support.server_process import ServerProcess, rss_kib

CHURN_S = 5.0
SAMPLE_S = 10.0
WARM_MIN = 20.0  # of a long run; a third of a short one
SETTLE_S = 20.0
GONE_S = 240.0  # a crashed page keeps its seat for two minutes, its transport for half of one
MOST_MB_PER_H = 2.0
MOST_LEFT = 2
LOST_TASK = "never retrieved"
SEED = 5


@dataclass(frozen=True)
class Sample:
    """`held` is what the media processes say of themselves; `at_s` counts from the start of the churn."""

    at_s: float
    control_kib: int
    media_kib: int
    control_fds: int
    media_fds: int
    tasks: int
    held: dict[str, int]
    connections: int
    packets_out: int

    @property
    def mb(self) -> float:
        return (self.control_kib + self.media_kib) / 1024


class Watch:
    """Reads the server from outside, by /proc and by its figures."""

    def __init__(self, server: ServerProcess, http: aiohttp.ClientSession, to: Path | None) -> None:
        self._server = server
        self._http = http
        self._to = to
        self.began = monotonic()
        self.samples: list[Sample] = []

    async def sample(self) -> Sample:
        control, *media = self._server.pids()
        async with self._http.get(f"http://127.0.0.1:{self._server.port}/metrics") as response:
            text = await response.text()
        found = dict(re.findall(r"^(holdspace_\S+) (\S+)$", text, re.MULTILINE))
        held = {
            key.split('"')[1]: int(float(value)) for key, value in found.items() if key.startswith("holdspace_media{")
        }
        taken = Sample(
            round(monotonic() - self.began, 1),
            rss_kib(control),
            sum(map(rss_kib, media)),
            _fds(control),
            sum(map(_fds, media)),
            int(float(found["holdspace_tasks"])),
            held,
            int(float(found["holdspace_connections"])),
            int(float(found['holdspace_media_packets{way="out"}'])),
        )
        self.samples.append(taken)
        if self._to is not None:
            with self._to.open("a") as file:
                file.write(json.dumps(asdict(taken)) + "\n")
        return taken

    async def steady(self) -> Sample:
        """What is held when nothing has changed for a while."""
        await asyncio.sleep(SETTLE_S)
        return await self.sample()

    async def keep(self) -> None:
        while True:
            await self.sample()
            await asyncio.sleep(SAMPLE_S)


def _fds(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


async def churn(rooms: list[Room], seconds: float, chance: random.Random) -> Counter[str]:
    """How often people came and went, by how."""
    ways: Counter[str] = Counter()
    loop = asyncio.get_running_loop()
    due, ends = loop.time(), loop.time() + seconds
    while loop.time() < ends:
        ways[await chance.choice(rooms).turn()] += 1
        due += CHURN_S
        await asyncio.sleep(max(0.0, due - loop.time()))
    return ways


async def soak(folder: Path, minutes: float, rooms: int, members: int, samples: Path | None) -> dict[str, object]:
    """The figures of one run."""
    server, chance = ServerProcess(folder), random.Random(SEED)
    length = int(minutes) + 60
    plan = Plan(length_min=length, starts_in=timedelta(minutes=2), late_min=length)
    groups = [
        Room(await seed_session(server, replace(plan, title=f"Circle {number}")), number, members, chance)
        for number in range(rooms)
    ]
    await server.start()
    try:
        async with aiohttp.ClientSession() as http:
            watch = Watch(server, http, samples)
            before = await watch.steady()
            for group in groups:
                await group.fill()
            full = await watch.steady()
            watch.began = monotonic()
            keeping = asyncio.create_task(watch.keep())
            try:
                ways = await churn(groups, minutes * 60, chance)
            finally:
                keeping.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await keeping
            churned = [one for one in watch.samples if one is not before and one is not full]
            for group in groups:
                while len(group.inside) + 1 < members:
                    await group.turn()
            again = await watch.steady()
            for group in groups:
                await group.empty()

            async def is_empty() -> bool:
                return (await watch.sample()).held["peers"] == 0

            await until(is_empty, "every transport is gone", GONE_S)
            after = await watch.steady()
    finally:
        await server.stop()
    return report(minutes, before, full, again, after, churned) | {"ways": ways, "lost_tasks": lost_tasks(server.log)}


def lost_tasks(log: str) -> int:
    return log.count(LOST_TASK)


def report(
    minutes: float, before: Sample, full: Sample, again: Sample, after: Sample, churned: list[Sample]
) -> dict[str, object]:
    """Slopes in MB/h from least squares over what came after the warm-up."""
    warm_s = min(WARM_MIN, minutes / 3) * 60
    warm = [one for one in churned if one.at_s >= warm_s]
    hours = [one.at_s / 3_600 for one in warm]
    left = {name: _counts(after)[name] - _counts(before)[name] for name in _counts(before)}
    grown = {name: _counts(again)[name] - _counts(full)[name] for name in _counts(full)}
    return {
        "minutes": minutes,
        "before": asdict(before),
        "full": asdict(full),
        "full_again": asdict(again),
        "after": asdict(after),
        "left_over": left,
        "grown_while_full": grown,
        "warm_samples": len(warm),
        "mb_warm_median": round(median(one.mb for one in warm), 1),
        "mb_per_h": round(linear_regression(hours, [one.mb for one in warm]).slope, 2),
        "control_mb_per_h": round(linear_regression(hours, [one.control_kib / 1024 for one in warm]).slope, 2),
        "media_mb_per_h": round(linear_regression(hours, [one.media_kib / 1024 for one in warm]).slope, 2),
    }


def _counts(one: Sample) -> dict[str, int]:
    return {
        "control_fds": one.control_fds,
        "media_fds": one.media_fds,
        "tasks": one.tasks,
        "connections": one.connections,
        **one.held,
    }


def passes(found: dict[str, object]) -> bool:
    """L5 of the reliability reference."""
    left, slope = found["left_over"], found["mb_per_h"]
    assert isinstance(left, dict) and isinstance(slope, float)
    return (
        all(abs(count) <= MOST_LEFT for count in left.values()) and slope <= MOST_MB_PER_H and not found["lost_tasks"]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--rooms", type=int, default=4)
    parser.add_argument("--members", type=int, default=8, help="of each room, the facilitator among them")
    parser.add_argument("--samples", type=Path, help="a file that gets one line of JSON for each sample")
    options = parser.parse_args()
    about = machine()
    # What the store logs while sessions are made is not part of the answer.
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        found = asyncio.run(soak(Path(folder), options.minutes, options.rooms, options.members, options.samples))
    verdict = passes(found)
    load = {"rooms": options.rooms, "members": options.members}
    print(json.dumps({"passes": verdict} | load | found | about, indent=2))
    return 0 if verdict else 1


if __name__ == "__main__":
    sys.exit(main())
