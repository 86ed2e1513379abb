"""Delay of packets while the control process is busy, against while it is not: `python -m bench.stall --rounds 5`.

A real server with its media process, members whose media comes from the load generator and who came through real
signaling. In every round one quiet window is measured and one with load beside it: 200 messages a second, page loads,
and once a second the control process is stopped for 30 ms, as a garbage collection or a slow disk stops it. Prints a
table and JSON with machine and commit.

The media process has one core, with real-time priority where the rights allow it; the control process, the generator
and this bench share the other one, where the generator comes first. That is what an own process is for.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp

from bench.machine import machine
from bench.rig.generator import Generator
from bench.rig.results import Run, columns, keep, median, text, total_loss
from bench.rig.run import cores
from bench.rig.signaled import SignaledMember
from tests.support.journey_members import live_room
from tests.support.journey_seed import seed as seed_session
from tests.support.people_host import Links, Plan
from tests.support.server_process import ServerProcess, children_of

MEMBERS: Final = 11  # with more than 20 frames a second each, the server would end their lines
MESSAGES_PER_S: Final = 200
REQUEST_ONE_IN: Final = 8  # the others are pings; a request goes through the room, the store and everybody's view
STALL_S: Final = 0.030
STALL_EVERY_S: Final = 1.0  # the load is defined as one stall a second
PAGES: Final = ("", "/room", "/state")
PAGES_PER_S: Final = 5
LOOPBACK: Final = "127.0.0.1"
WARM_S: Final = 3.0


@dataclass
class Beside:
    """The load beside the media, and how much of it there was."""

    messages: int = 0
    pages: int = 0
    stalls: int = 0
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self, server: ServerProcess, links: Links, members: Sequence[SignaledMember]) -> None:
        assert server.process is not None
        each = MESSAGES_PER_S / len(members)
        self._tasks = [asyncio.create_task(self._talk(member, each, index)) for index, member in enumerate(members)]
        self._tasks.append(asyncio.create_task(self._load_pages(links.session_url)))
        self._tasks.append(asyncio.create_task(self._stall(server.process.pid)))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _talk(self, member: SignaledMember, per_s: float, index: int) -> None:
        loop = asyncio.get_running_loop()
        due, count, is_up = loop.time() + index / (per_s * MEMBERS), 0, False
        while True:
            await asyncio.sleep(max(0.0, due - loop.time()))
            due = max(due + 1 / per_s, loop.time())  # to make up for what was late would be a flood, which ends a line
            count += 1
            self.messages += 1
            if count % REQUEST_ONE_IN:
                await member.send({"type": "ping"})
                continue
            is_up = not is_up
            fields = {} if is_up else {"target": member.me}
            await member.request("raise-hand" if is_up else "lower-hand", **fields)

    async def _load_pages(self, session_url: str) -> None:
        async with aiohttp.ClientSession() as client:
            for number in range(sys.maxsize):
                async with client.get(session_url + PAGES[number % len(PAGES)]) as response:
                    await response.read()
                self.pages += 1
                await asyncio.sleep(1 / PAGES_PER_S)  # the pace of visitors

    async def _stall(self, pid: int) -> None:
        while True:
            await asyncio.sleep(STALL_EVERY_S)
            os.kill(pid, signal.SIGSTOP)
            try:
                await asyncio.sleep(STALL_S)
            finally:
                os.kill(pid, signal.SIGCONT)
            self.stalls += 1


@asynccontextmanager
async def room(links: Links, generator: Generator) -> AsyncIterator[list[SignaledMember]]:
    """A live room in which everybody is heard and seen."""
    people = [SignaledMember(links.session_url, f"Member {number}", number, generator) for number in range(MEMBERS)]
    async with live_room(people, links):
        yield people


def place(server: ServerProcess) -> list[int]:
    """Media processes to the one core, the rest of the server to the other; the pids of the former."""
    assert server.process is not None
    server_core, other_core = cores()
    media = children_of(server.process.pid)
    for pid, core in [(server.process.pid, other_core), *((pid, server_core) for pid in media)]:
        for task in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(task.name), {core})
    for pid in media:
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(pid, os.SCHED_RR, os.sched_param(1))
    return media


async def measure(rounds: int, seconds: float, folder: Path) -> dict[str, list[Run]]:
    """Windows in turn, in one room."""
    server = ServerProcess(folder)
    links = await seed_session(server, Plan(length_min=120, starts_in=timedelta(minutes=2)))
    await server.start()
    generator = await Generator.begin(cores()[1], 1, host=LOOPBACK)
    found: dict[str, list[Run]] = {"quiet": [], "busy": []}
    try:
        async with room(links, generator) as members:
            media = place(server)
            generator.tell(do="publish", links=[member.link for member in members], groups=1)
            await asyncio.sleep(WARM_S)
            for number in range(rounds):
                for which in ("quiet", "busy") if number % 2 == 0 else ("busy", "quiet"):
                    found[which].append(await _window(which, generator, server, links, members, media, seconds))
                    sys.stderr.write(".")
                    sys.stderr.flush()
    finally:
        await generator.close()
        await server.stop()
    sys.stderr.write("\n")
    return found


async def _window(
    which: str,
    generator: Generator,
    server: ServerProcess,
    links: Links,
    members: Sequence[SignaledMember],
    media: list[int],
    seconds: float,
) -> Run:
    beside = Beside()
    if which == "busy":
        beside.start(server, links, members)
        await asyncio.sleep(0.5)  # the load has begun when the window does
    try:
        run = await generator.measure(media, seconds, one_in=4)
    finally:
        await beside.stop()
    tracks = MEMBERS * (MEMBERS - 1) * 2
    extra = {"messages": beside.messages, "pages": beside.pages, "stalls": beside.stalls}
    return run | extra | {"is_complete": run["tracks"] >= tracks}


def rise_ms(found: dict[str, list[Run]]) -> float | None:
    """By how much the median p99 is higher with load beside it."""
    quiet, busy = median(found["quiet"], "p99_us"), median(found["busy"], "p99_us")
    return None if quiet is None or busy is None else (busy - quiet) / 1e3


def table(found: dict[str, list[Run]]) -> str:
    rows = [["", "windows", "packets/s", "p50 us", "p99 us", "max us", "loss", "messages", "pages", "stalls"]]
    for which, runs in found.items():
        rate = median(runs, "received")
        seconds = median(runs, "seconds")
        rows.append(
            [
                which,
                str(len(runs)),
                text(rate / seconds if rate and seconds else None, 0),
                text(median(runs, "p50_us"), 0),
                text(median(runs, "p99_us"), 0),
                text(max((float(run["max_us"]) for run in runs), default=None), 0),
                text(total_loss(runs), 6),
                *(text(median(runs, what), 0) for what in ("messages", "pages", "stalls")),
            ]
        )
    rise = rise_ms(found)
    return columns(rows) + f"\np99 rises by {text(rise, 2)} ms with load beside it"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="of one quiet and one busy window")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each window")
    parser.add_argument("--out", type=Path, help="where the JSON is kept")
    chosen = parser.parse_args()
    about = machine()
    within_s = 120 + chosen.rounds * 2 * (chosen.seconds + 20)

    async def whole() -> dict[str, list[Run]]:
        async with asyncio.timeout(within_s):
            with tempfile.TemporaryDirectory(prefix="holdspace-bench-") as folder:
                return await measure(chosen.rounds, chosen.seconds, Path(folder))

    found = asyncio.run(whole())
    result: dict[str, Any] = {"bench": "stall", "machine": about, "windows": found, "rise_ms": rise_ms(found)}
    if chosen.out is not None:
        keep(chosen.out, result)
    sys.stdout.write(table(found) + "\n")
    sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
