"""CPU per forwarded packet, added latency and loss of the packet plane, for `fan:N` and `room:N`.

`python -m bench.forward [cases…] [--planes plain fast] [--runs N] [--seconds S]`: a table, then JSON with machine and
commit. What is measured, and what is not, stands in README.md beside this file. The media process and the generator are
pinned to different cores; cases and planes are interleaved and medians given. Where one core has enough is what
`bench.growth --parts knee --contenders interpreted fast` searches for.
"""

import argparse
import asyncio
import itertools
import json
import os
import random
import secrets
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.machine import machine
from sfu.control.peer import Peer, PeerKit, Publication
from sfu.control.sdp.ledger import SlotLine, UplinkLine
from sfu.control.transport import Certificate, HalfOpen
from sfu.node import Offer, Source
from sfu.plane import Address, AudioLevel, Layer, LayerRate
from sfu.process.client import ProcessPlane
from sfu.process.plane_choice import FAST, PLAIN, PLANE

ROOT: Final = Path(__file__).resolve().parent.parent
WARM_S: Final = 1.5
_TICK: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Case:
    """`fan`: one publishes, `size` watch. `room`: `size` publish, each gets all the others. `idle`: joined, silent."""

    kind: str
    size: int

    @classmethod
    def parse(cls, text: str) -> "Case":
        kind, _, size = text.partition(":")
        if kind not in ("fan", "room", "idle") or not size.isdigit():
            raise argparse.ArgumentTypeError("fan:N, room:N or idle:N")
        return cls(kind, int(size))

    @property
    def members(self) -> int:
        return self.size + 1 if self.kind == "fan" else self.size

    @property
    def publishers(self) -> int:
        return {"fan": 1, "room": self.size, "idle": 0}[self.kind]

    def __str__(self) -> str:
        return f"{self.kind}:{self.size}"


class Scene:
    """The server's side: a media process and peers with as many slots as the case has publishers to show."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.plane = ProcessPlane()
        self.peers: dict[int, Peer] = {}
        self.offers: asyncio.Queue[Offer] = asyncio.Queue()
        self.connected = 0
        self.all_connected = asyncio.Event()
        self._ids = itertools.count(1)
        self._kit: PeerKit | None = None

    async def start(self) -> int:
        """The media process's pid."""
        bound = await self.plane.start([Address("127.0.0.1", 0)], self)
        self._kit = PeerKit(
            self.plane,
            bound,
            Certificate(),
            HalfOpen(),
            lambda: next(self._ids),
            lambda length: secrets.token_hex(length)[:length],
        )
        assert self.plane.pid is not None
        return self.plane.pid

    async def offer(self) -> tuple[Peer, Offer]:
        assert self._kit is not None
        number = next(self._ids)
        shown = self.case.publishers if self.case.kind == "fan" else max(0, self.case.publishers - 1)
        lines: list[UplinkLine | SlotLine] = [UplinkLine("00", Source.MIC), UplinkLine("01", Source.CAMERA)]
        for source in (Source.MIC, Source.CAMERA):
            for _ in range(shown):
                ssrc = random.getrandbits(31) | 1
                lines.append(SlotLine(f"{len(lines):02}", source, ssrc, ssrc + 1 if source is Source.CAMERA else None))
        peer = self.peers[number] = Peer(number, 1, tuple(lines), self._kit, self)
        peer.open()
        return peer, await self.offers.get()

    def subscribe(self) -> None:
        """Everybody gets everybody else, as far as they publish."""
        publishers = list(self.peers.values())[: self.case.publishers]
        for publisher in publishers:
            for publication in publisher.publications.values():
                self.plane.set_gate(publication.pub, True)
        for viewer in self.peers.values():
            for source in (Source.MIC, Source.CAMERA):
                slots = [slot.slot for slot in viewer.slots if slot.line.source is source]
                others = [other.publications[source].pub for other in publishers if other is not viewer]
                for slot, pub in zip(slots, others, strict=False):
                    self.plane.subscribe(slot, pub, None)

    async def close(self) -> None:
        for peer in self.peers.values():
            peer.close()
        await self.plane.close()

    # What peers and the plane tell.

    def on_offer(self, peer: int, offer: Offer) -> None:
        self.offers.put_nowait(offer)

    def on_publications(self, peer: int, added: Sequence[Publication], removed: Sequence[Publication]) -> None: ...

    def on_connected(self, peer: int) -> None:
        self.connected += 1
        if self.connected == self.case.members:
            self.all_connected.set()

    def on_ended(self, peer: int, reason: str) -> None:
        raise SystemExit(f"a member was lost: {reason}")

    def on_dtls(self, peer: int, datagram: bytes) -> None:
        self.peers[peer].on_dtls(datagram)

    def on_path(self, peer: int, address: Address) -> None:
        self.peers[peer].on_path()

    def on_quiet(self, peer: int, quiet_ms: int) -> None: ...

    def on_timeout(self, peer: int) -> None:
        self.on_ended(peer, "timeout")

    def on_layers(self, pub: int, live: tuple[LayerRate, ...]) -> None: ...

    def on_levels(self, levels: tuple[AudioLevel, ...]) -> None: ...

    def on_downlink_bps(self, peer: int, bps: int) -> None: ...

    def on_switched(self, slot: int, pub: int, layer: Layer | None) -> None: ...

    def on_keyframe_wanted(self, pub: int) -> None: ...

    def on_lost(self) -> None:
        raise SystemExit("the media process died")


class Generator:
    """The other process, and the JSON lines to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls) -> "Generator":
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-m", "bench.generator")
        return cls(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, cwd=ROOT, limit=1 << 20))

    @property
    def pid(self) -> int:
        return self._process.pid

    def say(self, message: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")

    async def hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(30):
            line = await self._process.stdout.readline()
        if not line:
            raise SystemExit("the generator ended")
        heard: dict[str, Any] = json.loads(line)
        return heard

    async def close(self) -> None:
        if self._process.returncode is None:
            self._process.terminate()
        await self._process.wait()


@dataclass(frozen=True)
class Cpu:
    total_ns: int
    user_s: float
    system_s: float

    @classmethod
    def of(cls, pid: int) -> "Cpu":
        """All threads. The total is exact to the nanosecond, its parts to the clock tick."""
        tasks = Path(f"/proc/{pid}/task").iterdir()
        total = sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return cls(total, int(fields[11]) / _TICK, int(fields[12]) / _TICK)


def pin(pid: int, core: int) -> bool:
    """All threads to one core, ahead of whatever else the machine does; False where that needs more rights."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(task.name), {core})
        try:
            os.sched_setscheduler(int(task.name), os.SCHED_RR, os.sched_param(1))
        except PermissionError:
            return False
    return True


def rss_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


async def run(case: Case, plane: str, seconds: float, seed: int) -> dict[str, Any]:
    """One run on a fresh media process with that loop."""
    os.environ[PLANE] = plane
    scene, generator = Scene(case), await Generator.start()
    server_core, generator_core = sorted(os.sched_getaffinity(0))[-1], sorted(os.sched_getaffinity(0))[0]
    try:
        pid = await scene.start()
        empty_mb = rss_mb(pid)
        is_realtime = pin(pid, server_core) and pin(generator.pid, generator_core)
        generator.say(
            {
                "members": case.members,
                "publishers": case.publishers,
                "seed": seed,
                "warm_s": WARM_S,
                "measure_s": seconds,
            }
        )
        for _ in range(case.members):
            peer, offer = await scene.offer()
            generator.say({"offer": offer.sdp})
            peer.answer(offer.generation, (await generator.hear())["answer"])
        await generator.hear()
        async with asyncio.timeout(10):
            await scene.all_connected.wait()
        scene.subscribe()
        await scene.plane.settle()
        generator.say({"go": True})
        await generator.hear()
        before, control = Cpu.of(pid), Cpu.of(os.getpid())
        await generator.hear()
        after, control_after = Cpu.of(pid), Cpu.of(os.getpid())
        result = await generator.hear()
        full_mb = rss_mb(pid)
        drops = dict((await scene.plane.stats()).drops)
    finally:
        await generator.close()
        await scene.close()
    cpu_us = (after.total_ns - before.total_ns) / 1e3
    forwarded = result["received"] + result["lost"]
    parts = (after.user_s - before.user_s) + (after.system_s - before.system_s)
    return result | {
        "us_per_packet": cpu_us / forwarded if forwarded else None,
        "system_share": (after.system_s - before.system_s) / parts if parts else None,
        "core_percent": cpu_us / seconds / 1e4,
        "control_percent": (control_after.total_ns - control.total_ns) / seconds / 1e7,
        "out_per_s": forwarded / seconds,
        "loss": result["lost"] / forwarded if forwarded else 0.0,
        "mb_per_member": (full_mb - empty_mb) / case.members,
        "drops": drops,
        "is_realtime": is_realtime,
    }


def median(runs: list[dict[str, Any]], key: str) -> float | None:
    values = [one[key] for one in runs if one[key] is not None]
    return statistics.median(values) if values else None


def table(results: dict[str, list[dict[str, Any]]]) -> str:
    columns = (
        ("us/packet", "us_per_packet", 2),
        ("system", "system_share", 2),
        ("p50 us", "p50_us", 0),
        ("p99 us", "p99_us", 0),
        ("loss", "loss", 5),
        ("out/s", "out_per_s", 0),
        ("core %", "core_percent", 1),
        ("MB/member", "mb_per_member", 2),
    )
    rows = ["case          runs  " + "  ".join(f"{title:>9}" for title, _, _ in columns) + "  us/packet range"]
    for case, runs in results.items():
        cells = []
        for _, key, digits in columns:
            value = median(runs, key)
            cells.append(f"{'-' if value is None else format(value, f'.{digits}f'):>9}")
        costs = [one["us_per_packet"] for one in runs if one["us_per_packet"] is not None]
        span = f"{min(costs):.2f}-{max(costs):.2f}" if costs else "-"
        rows.append(f"{case:13} {len(runs):4}  " + "  ".join(cells) + f"  {span}")
    return "\n".join(rows)


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.forward", description=__doc__)
    parser.add_argument("cases", nargs="*", type=Case.parse, default=[Case("fan", 10), Case("room", 12)])
    parser.add_argument("--planes", nargs="+", choices=[PLAIN, FAST], default=[PLAIN], help="loops to compare")
    parser.add_argument("--runs", type=int, default=5, help="of each case, interleaved")
    parser.add_argument("--seconds", type=float, default=5.0, help="measured in each run, at most 10")
    chosen = parser.parse_args()
    about = machine()
    order = [(case, plane) for case in chosen.cases for plane in chosen.planes]
    results: dict[str, list[dict[str, Any]]] = {f"{case} {plane}": [] for case, plane in order}
    for number in range(chosen.runs):
        for case, plane in order:
            results[f"{case} {plane}"].append(await run(case, plane, min(chosen.seconds, 10.0), seed=number + 1))
    sys.stdout.write(table(results) + "\n")
    sys.stdout.write(json.dumps({"bench": "forward", "machine": about, "runs": results}) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
