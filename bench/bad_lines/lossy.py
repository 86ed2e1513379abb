"""Lines that lose and delay: F1, F2 and F2b of the reliability reference, and losses that come in bursts."""

from time import time

from bench.bad_lines.rows import Row, Span, others_rows, over_the_line, transports_row
from tests.support.line_figures import Sample, Step, steps
from tests.support.line_room import FAR, LineRoom
from tests.support.line_schedule import Bursts, Impairment

LOSS_5 = Impairment(loss=0.05)
LOSS_10_JITTER = Impairment(loss=0.10, delay_s=0.05, jitter_s=0.03)
LOSS_20 = Impairment(loss=0.20)
BURSTS = Impairment(bursts=Bursts(share=0.05, mean=6))
KEEPS_FLOWING_S = 1.0
HEALED_BY_S = 10.0


async def lossy(
    room: LineRoom, line: Impairment, seconds: float, *, concealed: float | None, freezes_per_min: float | None
) -> list[Row]:
    """Both directions lose; the limits are in per cent and per minute."""
    before = room.samples[FAR][-1].connections
    await room.line.become(line, line)
    since = time()
    await room.for_a_while(seconds)
    span = Span(since, time())
    heard_by_far, seen_by_far, heard_of_far, seen_of_far = over_the_line(room, span)
    await room.line.become()
    return [
        Row("far hears: concealed, worst", 100 * max(one.concealed for one in heard_by_far), "%", concealed),
        Row("far is heard: concealed, worst", 100 * max(one.concealed for one in heard_of_far), "%", concealed),
        Row(
            "longest gap of audio, both ways",
            1_000 * max(one.longest_gap_s for one in heard_by_far + heard_of_far),
            "ms",
            1_000 * KEEPS_FLOWING_S,
        ),
        Row(
            "far sees: freezes a minute, worst",
            max(one.freezes for one in seen_by_far) / span.minutes,
            "/min",
            freezes_per_min,
        ),
        Row(
            "far is seen: freezes a minute, worst",
            max(one.freezes for one in seen_of_far) / span.minutes,
            "/min",
            freezes_per_min,
        ),
        Row("far sees: pictures a second, least", min(one.fps for one in seen_by_far), "fps"),
        Row("far is seen: pictures a second, least", min(one.fps for one in seen_of_far), "fps"),
        Row("far is seen: height at the end", min(one.height for one in seen_of_far), "px"),
        transports_row(room, before),
        *others_rows(room, span),
    ]


async def loss_5(room: LineRoom, seconds: float) -> list[Row]:
    """F1."""
    return await lossy(room, LOSS_5, seconds, concealed=6.0, freezes_per_min=1.0)


async def loss_10_jitter(room: LineRoom, seconds: float) -> list[Row]:
    """F2."""
    return await lossy(room, LOSS_10_JITTER, seconds, concealed=12.0, freezes_per_min=None)


async def loss_20(room: LineRoom, seconds: float) -> list[Row]:
    """F2b: and back to whole sound and pictures within 3 s of the loss ending."""
    rows = await lossy(room, LOSS_20, seconds, concealed=None, freezes_per_min=None)
    cleared = time()
    await room.for_a_while(HEALED_BY_S)
    return [*rows, Row("whole again after the loss ended", healed_after(room, cleared), "s", 3.0)]


async def bursts(room: LineRoom, seconds: float) -> list[Row]:
    return await lossy(room, BURSTS, seconds, concealed=None, freezes_per_min=None)


def healed_after(room: LineRoom, cleared: float) -> float:
    """Until every stream over the line has had its last fault, seconds; `HEALED_BY_S` where one never does."""
    last = [0.0]
    for viewer, other in room.over_the_line():
        samples, person = room.samples[viewer.alias], room.ids[other.alias]
        last.append(_last_fault(samples, person, cleared) - cleared)
    return max(last)


def _last_fault(samples: list[Sample], person: str, since: float) -> float:
    """The end of the last reading with more than a trace of made-up sound, or in which the picture froze."""

    def is_faulty(step: Step, source: str) -> bool:
        if source == "mic":
            return step.rise("concealedSamples") > 0.1 * step.rise("totalSamplesReceived")
        return step.rise("freezeCount") > 0

    faults = [
        step.at
        for source in ("mic", "camera")
        for step in steps(samples, person, source, since, float("inf"))
        if is_faulty(step, source)
    ]
    return max(faults, default=since)
