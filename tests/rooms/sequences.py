"""Generated meetings by the thousand: all commands, roles and clocks, every invariant after every step.

    HOLDSPACE_SEQUENCES=10000 .venv/bin/python -m tests.rooms.sequences

runs that many sequences of 50 steps and prints one line of JSON with the time and what was covered. `HOLDSPACE_SEED`
chooses others (default 1); a violation names the seed of its sequence, and

    HOLDSPACE_SEED=17042 HOLDSPACE_SEQUENCES=1 .venv/bin/python -m tests.rooms.sequences

runs that one again. Inside ./test the count is 300.
"""

import json
import os
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.rooms.meeting import Meeting
from tests.rooms.steps import arrival, bias_of, next_step, room_of

STEPS = 50
DEFAULT_SEQUENCES = 300


class Violation(AssertionError):
    """An invariant did not hold; the message names the sequence and its last steps."""


@dataclass
class Report:
    """How many meetings, and what happened in them."""

    sequences: int
    steps: int = 0
    seconds: float = 0.0
    events: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    phases_at_the_end: Counter[str] = field(default_factory=Counter)


def wanted_sequences() -> int:
    return int(os.environ.get("HOLDSPACE_SEQUENCES", DEFAULT_SEQUENCES))


def run_sequence(seed: int) -> Meeting:
    """One meeting: some arrival, then 50 random steps. Raises `Violation`."""
    random = Random(seed)
    meeting, bias = Meeting(room_of(random)), bias_of(random)
    steps = arrival(random, meeting.state.settings.guidelines_version)
    taken = []
    try:
        for step in steps:
            taken.append(step)
            meeting.take(step)
        for number in range(STEPS):
            step = next_step(random, bias, meeting.state, meeting.deadline, meeting.now, number)
            taken.append(step)
            meeting.take(step)
    except Exception as error:
        last = "\n  ".join(repr(step) for step in taken[-12:])
        frames = traceback.extract_tb(error.__traceback__)
        where = next((frame for frame in reversed(frames) if "/tests/rooms/" in frame.filename), frames[-1])
        raise Violation(
            f"seed {seed}: {where.name}: {where.line}: {error}\nphase {meeting.state.phase}\nlast steps:\n  {last}"
        ) from error
    return meeting


def run(sequences: int, first_seed: int = 1) -> Report:
    """Many meetings; what they covered. Raises `Violation` at the first that does not hold."""
    report = Report(sequences)
    began = time.perf_counter()
    for seed in range(first_seed, first_seed + sequences):
        meeting = run_sequence(seed)
        report.steps += meeting.steps
        report.events += meeting.seen_events
        report.refusals += meeting.seen_refusals
        report.phases_at_the_end[meeting.state.phase.tag] += 1
    report.seconds = round(time.perf_counter() - began, 1)
    return report


if __name__ == "__main__":
    try:
        report = run(wanted_sequences(), int(os.environ.get("HOLDSPACE_SEED", "1")))
        print(json.dumps({"violations": 0, **vars(report)}))
    except Violation as violation:
        sys.exit(str(violation))
