"""Lines whose rate falls from 3 Mbps to 300 kbps and comes back, in one direction or the other."""

import asyncio
from collections.abc import Sequence
from time import time

from bench.bad_lines.rows import Row, Span, hearing, others_rows, seeing, transports_row
from tests.support.line import Counts
from tests.support.line_figures import reaches_height
from tests.support.line_room import FAR, LineRoom
from tests.support.line_schedule import Impairment
from tests.support.people import RoomPage

WIDE = Impairment(rate_bps=3_000_000, delay_s=0.02)
NARROW = Impairment(rate_bps=300_000, delay_s=0.02)
FITS_WITHIN_S = 4.0
BACK_WITHIN_S = 10.0
NEVER_S = 99.0
SETTLES_IN_S = 8.0
GAP_MOST_MS = 200.0
WATCH_EVERY_S = 0.5
LOSES_MOST = 0.05  # a flow that fits overflows the queue only when a keyframe or a probe does
MOVES_AT_LEAST_FPS = 2.0


async def step_down_link(room: LineRoom, seconds: float) -> list[Row]:
    """What the others send does not fit for a while."""
    return await _step(room, seconds, is_down=True)


async def step_up_link(room: LineRoom, seconds: float) -> list[Row]:
    """What `far` sends does not fit for a while."""
    return await _step(room, seconds, is_down=False)


async def _step(room: LineRoom, seconds: float, *, is_down: bool) -> list[Row]:
    connections = room.samples[FAR][-1].connections
    await _become(room, WIDE, is_down)
    await _show_large(room, is_down)
    await room.for_a_while(SETTLES_IN_S)
    wide = time()
    await room.for_a_while(seconds)
    narrow = time()
    await _become(room, NARROW, is_down)
    fits_at = await _watch_until(room, seconds, is_down)
    wide_again = time()
    await _become(room, WIDE, is_down)
    await room.for_a_while(seconds)
    streams = [(v, o) for v, o in room.over_the_line() if (v if is_down else o).alias == FAR]
    calm = Span(narrow + FITS_WITHIN_S, wide_again)
    gap = max(hearing(room, *pair, Span(narrow, time())).longest_gap_s for pair in streams)
    moving = sum(seeing(room, *pair, calm).fps >= MOVES_AT_LEAST_FPS for pair in streams)
    await room.line.become()
    return [
        Row("longest gap of audio", 1_000 * gap, "ms", GAP_MOST_MS),
        Row("video fits after the step down", fits_at - narrow, "s", FITS_WITHIN_S),
        Row("pictures that stand still at 300 kbps", len(streams) - moving, "", len(streams) - 1),
        Row(
            "video before", sum(seeing(room, *pair, Span(wide, narrow)).bits_per_s for pair in streams) / 1_000, "kbps"
        ),
        Row("height before", _height(room, streams, Span(wide, narrow)), "px"),
        Row("height at 300 kbps", _height(room, streams, calm), "px"),
        Row("video at 300 kbps", sum(seeing(room, *pair, calm).bits_per_s for pair in streams) / 1_000, "kbps"),
        Row(
            "the better picture is back after the step up",
            _back_after(room, streams, Span(wide, narrow), wide_again),
            "s",
            BACK_WITHIN_S,
        ),
        transports_row(room, connections),
        *others_rows(room, Span(wide, time())),
    ]


async def _show_large(room: LineRoom, is_down: bool) -> None:
    """One picture over the line is worth a larger layer than the smallest."""
    viewer, other = (room.far, room.near) if is_down else (room.near, room.far)
    await viewer.keep_large(other.alias)


async def _become(room: LineRoom, line: Impairment, is_down: bool) -> None:
    await (room.line.become(down=line) if is_down else room.line.become(up=line))


async def _watch_until(room: LineRoom, seconds: float, is_down: bool) -> float:
    """Watches the bottleneck for so long; the end of the last half second in which it overflowed, wall time."""
    began = fits_at = time()
    before = await room.line.counts()
    while time() - began < seconds:
        await asyncio.sleep(WATCH_EVERY_S)
        now = await room.line.counts()
        passed, lost = _since(before, now, is_down)
        if lost > LOSES_MOST * (passed + lost):
            fits_at = time()
        before = now
    await room.collect()
    return fits_at


def _since(before: Counts, now: Counts, is_down: bool) -> tuple[int, int]:
    if is_down:
        return now.down_passed - before.down_passed, now.down_lost - before.down_lost
    return now.up_passed - before.up_passed, now.up_lost - before.up_lost


def _height(room: LineRoom, streams: Sequence[tuple[RoomPage, RoomPage]], span: Span) -> int:
    """The lowest of the pictures that these streams ended the span with."""
    return min(seeing(room, *pair, span).height for pair in streams)


def _back_after(room: LineRoom, streams: Sequence[tuple[RoomPage, RoomPage]], wide: Span, wide_again: float) -> float:
    """Until every stream has its old height again, seconds; `NEVER_S` where one never has."""
    waits = []
    for viewer, other in streams:
        height = seeing(room, viewer, other, wide).height
        moment = reaches_height(room.samples[viewer.alias], room.ids[other.alias], height, wide_again)
        waits.append(NEVER_S if moment is None else moment - wide_again)
    return max(waits)
