"""What the soak says of its samples."""

from dataclasses import replace

import pytest

from bench.soak import Sample, passes, report

EMPTY = Sample(0.0, 120_000, 30_000, 15, 6, 8, dict.fromkeys(("peers", "publications", "slots", "contexts"), 0), 0, 0)
FULL = replace(EMPTY, tasks=40, connections=8, held={"peers": 8, "publications": 24, "slots": 144, "contexts": 184})


def told(after: Sample, mb_per_h: float = 0.0) -> dict[str, object]:
    churned = [replace(FULL, at_s=10.0 * n, control_kib=round(130_000 + n * mb_per_h * 1024 / 360)) for n in range(720)]
    return report(120, EMPTY, FULL, FULL, after, churned) | {"lost_tasks": 0}


def test_nothing_left_and_nothing_grown_is_as_promised() -> None:
    assert passes(told(EMPTY))
    assert passes(told(replace(EMPTY, control_fds=17, tasks=10)))


@pytest.mark.parametrize(
    "after",
    [
        replace(EMPTY, control_fds=18),
        replace(EMPTY, tasks=11),
        replace(EMPTY, held=EMPTY.held | {"contexts": 3}),
        replace(EMPTY, held=EMPTY.held | {"peers": 3}),
    ],
    ids=["descriptors", "tasks", "contexts", "transports"],
)
def test_what_is_left_behind_is_noticed(after: Sample) -> None:
    assert not passes(told(after))


def test_memory_that_grows_is_noticed() -> None:
    assert told(EMPTY, mb_per_h=5.0)["mb_per_h"] == pytest.approx(5.0, abs=0.1)
    assert passes(told(EMPTY, mb_per_h=1.5))
    assert not passes(told(EMPTY, mb_per_h=2.5))


def test_a_task_that_was_lost_is_noticed() -> None:
    assert not passes(told(EMPTY) | {"lost_tasks": 1})
