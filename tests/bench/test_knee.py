"""The search for the knee finds the edge, whatever it is, in few runs."""

import pytest

from bench.rig.knee import Search, is_past, knee, room_steps

GOOD = {"is_complete": True, "p99_us": 900.0, "loss": 0.0, "out_per_s": 100.0}


@pytest.mark.parametrize("edge", range(25))
def test_the_last_load_that_is_not_too_much_is_found(edge: int) -> None:
    search = Search(room_steps(24))
    tried: list[int] = []
    while (rooms := search.next()) is not None:
        tried.append(rooms)
        search.tell(rooms, is_past=rooms > edge)
    fine = [rooms for rooms in tried if rooms <= edge]
    assert max(fine, default=0) == edge
    assert len(tried) == len(set(tried)) <= 10


SHED = {"server": {"drops": {"shed": 1}}}


@pytest.mark.parametrize(
    "worse", [{"p99_us": 30_001.0}, {"loss": 0.0011}, {"is_complete": False}, {"p99_us": None}, SHED]
)
def test_delay_loss_a_missing_track_or_what_was_shed_is_too_much(worse: dict[str, object]) -> None:
    assert not is_past(GOOD | {"server": {"drops": {"unbound": 3}}})
    assert is_past(GOOD | worse)


def test_a_run_without_figures_is_too_much() -> None:
    assert is_past({"fault": "TimeoutError"})


def test_the_knee_is_the_best_point_that_held() -> None:
    found = knee([GOOD, GOOD | {"out_per_s": 300.0}, GOOD | {"out_per_s": 500.0, "loss": 0.2}])
    assert found is not None
    assert found["out_per_s"] == 300.0
    assert knee([{"fault": "it ended"}]) is None
