"""kill -9 in the middle of a live room, and how it comes back: `python -m bench.restart --runs 20`.

Pages in real Chromium are inside (one speaks, one is muted by a facilitator), one waits, one was removed, entry is
locked, and somebody writes to the chat as fast as the server acknowledges. Every run kills the server and its media
processes at another instant, starts it again on the same data, and waits until each page decodes every other's video
again in the same seat. Prints one JSON object: seconds from the kill and from the first answer of the new process, p50
and p95, and acknowledged writes lost or doubled.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import time
from typing import Any

from bench.machine import machine
from tests.support.browser import People, chromium
from tests.support.deadline import until
from tests.support.journey import Stage, schedule
from tests.support.journey_raw import RawMember
from tests.support.people import RoomPage
from tests.support.server_process import ServerProcess, serving

SPEAKER, MUTED, WAITING, REMOVED = "Quiet Heron", "Amber Finch", "Slow River", "Green Lantern"
BACK_WITHIN_S = 30.0
MEDIA_BACK_P95_S = 6.0
BROKEN_ON_PURPOSE = ("WebSocket connection to .* failed", "ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET")
SEED = 9


@dataclass
class Figures:
    """One entry per page and run in the first two; one per run in the third. Seconds."""

    from_kill_s: list[float] = field(default_factory=list)
    from_listen_s: list[float] = field(default_factory=list)
    listen_s: list[float] = field(default_factory=list)
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0


def p95(values: Sequence[float]) -> float:
    """The smallest value that 95 % do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]


class Writer:
    """Writes to the chat until its socket dies, and knows what was acknowledged."""

    def __init__(self, session_url: str) -> None:
        self.member = RawMember(session_url)
        self.acknowledged: list[str] = []
        self._number = 0

    async def come(self, link: str) -> None:
        await self.member.exchange(link)
        await self.member.join()
        answer = await self.member.request("enter", alias="Scribe")
        assert answer["type"] == "ok", answer

    async def write_on(self) -> None:
        """Until the socket closes. A little under the rate limit, as only what is acknowledged counts."""
        with suppress(AssertionError, ConnectionError, TimeoutError):
            while True:
                self._number += 1
                text = f"line {self._number}"
                answer = await self.member.request("post-chat", text=text, to="everyone")
                if answer["type"] == "ok":
                    self.acknowledged.append(text)
                await asyncio.sleep(0.06)

    async def come_back(self) -> Counter[str]:
        """Resumes, and counts each line of its own in the room's chat."""
        await self.member.join(resume=self.member.resume, page="same")
        room = await self.member.until_type("room")
        view: dict[str, Any] = room["view"]
        return Counter(line["text"] for line in view["chat"] if line["author"] == self.member.me)


async def prepare(server: ServerProcess, people: People) -> tuple[Stage, Writer]:
    """The room before the first kill."""
    stage = await schedule(server, people)
    scribe_link = await stage.host.make_link("scribe", "Co-facilitator")
    await stage.gather((SPEAKER, MUTED, REMOVED))
    await stage[SPEAKER].speak()
    await stage.leader.mute(MUTED)
    await stage.leader.acknowledged("mute-participant")
    await stage.leader.remove(REMOVED)
    await stage[REMOVED].sees("You are no longer in this session")
    await stage.wait_outside((WAITING,), camera=False)
    await stage.leader.sees_waiting(WAITING)
    await stage.leader.press("Lock entry")
    await stage.leader.acknowledged("lock-entry")
    writer = Writer(stage.links.session_url)
    await writer.come(scribe_link)
    for person in people.everyone:
        person.guard.tolerate(*BROKEN_ON_PURPOSE)
    return stage, writer


def seated(stage: Stage) -> list[RoomPage]:
    return [stage.leader, stage[SPEAKER], stage[MUTED]]


async def one_run(stage: Stage, writer: Writer, figures: Figures, kill_after: int) -> None:
    """Kill after so many acknowledged writes, start, wait for everybody, and look at what is left."""
    ids = {page.alias: await page.me() for page in seated(stage)}
    already = len(writer.acknowledged)
    writing = asyncio.create_task(writer.write_on())
    await until(lambda: _has(writer, already + kill_after), "the writer writes")
    killed_at = time()
    await stage.server.kill()
    await writing
    for page in seated(stage):
        await page.probe.forget_media()
    await stage.server.start()
    listening_at = time()
    figures.listen_s.append(listening_at - killed_at)
    back = await asyncio.gather(*(_media_back(page, ids) for page in seated(stage)))
    figures.from_kill_s += [moment - killed_at for moment in back]
    figures.from_listen_s += [max(0.0, moment - listening_at) for moment in back]
    kept = await writer.come_back()
    figures.acknowledged += len(writer.acknowledged) - already
    figures.lost += sum(1 for text in writer.acknowledged[already:] if not kept[text])
    figures.doubled += sum(1 for count in kept.values() if count > 1)


async def _has(writer: Writer, count: int) -> bool:
    return len(writer.acknowledged) >= count


async def _media_back(page: RoomPage, ids: dict[str, str]) -> float:
    """When this page had decoded a new frame of every other, seconds of wall time."""
    others = [person for alias, person in ids.items() if alias != page.alias]

    async def sees_all() -> bool:
        return set(others) <= set(await page.probe.first_decoded())

    await until(sees_all, f"{page.alias} sees everybody again", BACK_WITHIN_S)
    first = await page.probe.first_decoded()
    assert await page.me() == ids[page.alias], f"{page.alias} came back as somebody else"
    return max(first[person] for person in others) / 1_000


async def measure(stage: Stage, writer: Writer, runs: int, seed: int = SEED) -> Figures:
    """Kill and restart `runs` times in the same room."""
    chance, figures = random.Random(seed), Figures()
    for _ in range(runs):
        await one_run(stage, writer, figures, chance.randint(3, 15))
    return figures


async def bench(runs: int, folder: Path) -> Figures:
    async with serving(folder) as server, chromium(folder) as browser:
        people = People(browser, server.origin)
        stage, writer = await prepare(server, people)
        try:
            return await measure(stage, writer, runs)
        finally:
            await writer.member.__aexit__(None, None, None)
            await people.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    options = parser.parse_args()
    about = machine()
    with tempfile.TemporaryDirectory() as folder:
        figures = asyncio.run(bench(options.runs, Path(folder)))
    rows: dict[str, object] = {"runs": options.runs}
    for name in ("from_kill_s", "from_listen_s", "listen_s"):
        values: list[float] = getattr(figures, name)
        rows |= {f"{name}_p50": round(median(values), 2), f"{name}_p95": round(p95(values), 2)}
    rows |= {"acknowledged": figures.acknowledged, "lost": figures.lost, "doubled": figures.doubled}
    print(json.dumps(rows | about, indent=2))
    return 0 if p95(figures.from_kill_s) <= MEDIA_BACK_P95_S and figures.lost == figures.doubled == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
