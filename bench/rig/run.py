"""One run: a fresh server with one case in it, a fresh generator, the figures of one measured window."""

import asyncio
import os
import time
from typing import Any, Final

from bench.rig.cases import Case
from bench.rig.contender import Contender
from bench.rig.generator import USUAL, Generator, Receivers
from bench.rig.isolation import HOST
from bench.rig.usage import rss_mb

WARM_S: Final = 2.0
SAMPLES_PER_S: Final = 2_500
START_S: Final = 90.0


def cores() -> tuple[int, int]:
    """(the server's, the generator's)."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[-1], usable[0]


async def run(
    contender: Contender,
    case: Case,
    seconds: float,
    seed: int,
    *,
    with_latecomer: bool = True,
    receivers: Receivers = USUAL,
    host: str = HOST,
) -> dict[str, Any]:
    """Raises TimeoutError or `ChildEnded` where something is stuck; everything started is ended either way."""
    server_core, generator_core = cores()
    generator: Generator | None = None
    try:
        async with asyncio.timeout(START_S + seconds):
            generator = await Generator.begin(generator_core, seed, contender.profiles, host, receivers)
            await contender.start(case, server_core)
            return await _measure(contender, case, generator, seconds, with_latecomer=with_latecomer)
    finally:
        await contender.close()
        if generator is not None:
            await generator.close()


async def _measure(
    contender: Contender, case: Case, generator: Generator, seconds: float, *, with_latecomer: bool
) -> dict[str, Any]:
    empty_mb = rss_mb(contender.pids())
    publishers = case.publishers()
    for member in range(case.members):
        await contender.enter(member, generator, publishes=member in publishers)
    for member in range(case.members):
        await contender.show(member, generator)
    uplinks = [contender.uplink(member) for member in publishers]
    generator.tell(do="publish", links=uplinks, groups=case.rooms)
    await asyncio.sleep(WARM_S)
    one_in = max(1, round(case.packets_per_second / SAMPLES_PER_S))
    found = await generator.measure(contender.pids(), seconds, one_in)
    found["mb_per_member"] = (rss_mb(contender.pids()) - empty_mb) / case.members
    found |= await generator.ask(do="facts")
    out = found["received"] + found["lost"]
    found["us_per_packet"] = found["cpu_ns"] / 1e3 / out if out else None
    found["core"] = found["cpu_ns"] / 1e9 / found["seconds"]
    found["out_per_s"] = out / found["seconds"]
    # A track that never came has no gaps: it must not pass for no loss.
    found["is_complete"] = found["tracks"] == case.tracks and found["unsent"] == 0
    found["is_realtime"] = generator.is_realtime
    if with_latecomer:
        found["join_ms"] = await _join(contender, case, generator)
    found["server"] = await contender.facts()
    return found


async def _join(contender: Contender, case: Case, generator: Generator) -> dict[str, float]:
    """One viewer more: from the wish to its first packet, and to the first keyframe that it can decode from."""
    late = case.members
    asked_ns = time.time_ns()
    await contender.enter(late, generator, publishes=False)
    await contender.show(late, generator)
    shown_ns = time.time_ns()
    generator.tell(do="watch", link=contender.downlink(late), **{"for": "keyframe"})
    came = await generator.event("media", contender.downlink(late))
    return {
        "connected": (shown_ns - asked_ns) / 1e6,
        "first_packet": (came["packet_ns"] - asked_ns) / 1e6,
        "first_keyframe": (came["keyframe_ns"] - asked_ns) / 1e6,
    }
