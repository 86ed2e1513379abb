"""Medians and tables of runs: a run without figures never passes for a good one."""

import pytest

from bench.peers import rows, table
from bench.rig.results import Run, columns, good, median, total_loss, values


def test_a_run_with_a_missing_track_is_not_counted() -> None:
    runs: list[Run] = [
        {"is_complete": True, "p50_us": 5.0},
        {"is_complete": False, "p50_us": 1.0},
        {"fault": "it ended"},
    ]
    assert median(good(runs), "p50_us") == 5.0


def test_a_figure_inside_another_is_found() -> None:
    runs = [{"join_ms": {"first_keyframe": 20.0}}, {}, {"join_ms": {"first_keyframe": 30.0}}]
    assert values(runs, "join_ms.first_keyframe") == [20.0, 30.0]


def test_loss_in_one_run_of_many_shows() -> None:
    runs = [{"lost": 0, "received": 1_000}] * 9 + [{"lost": 10, "received": 990}]
    assert total_loss(runs) == pytest.approx(10 / 10_000)


def test_no_figure_is_a_dash() -> None:
    assert columns([["case", "p50"], *[["janus", "-"]]]).splitlines()[1] == "janus    -"


def test_a_contender_is_compared_with_the_cheapest_janus() -> None:
    def at(cost: float) -> list[dict[str, object]]:
        return [{"is_complete": True, "us_per_packet": cost, "core": 0.1, "lost": 0, "received": 1}]

    lines = rows({"interpreted": at(6.0), "janus": at(17.0), "janus-best": at(12.0)})
    assert [line[4] for line in lines] == ["0.50", "1.42", "1.00"]
    assert "interpreted" in table({"room:12": {"interpreted": at(6.0)}})


def test_a_contender_without_a_good_run_has_a_row_all_the_same() -> None:
    (line,) = rows({"janus": [{"fault": "it ended"}]})
    assert line[:3] == ["janus", "0/1", "-"]
