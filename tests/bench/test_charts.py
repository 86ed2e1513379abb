"""Charts and tables from kept results: well-formed, complete, and repeatable."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from bench import chart
from bench.join import BEFORE, STAGES, stages
from bench.rig import svg

ABOUT: dict[str, Any] = {
    "cpu": "A <B>",
    "cores": 2,
    "kernel": "6",
    "python": "3.11",
    "commit": "abc",
    "load_before": 0.1,
}
RUN: dict[str, Any] = {
    "is_complete": True,
    "us_per_packet": 6.0,
    "core": 0.2,
    "p50_us": 200.0,
    "p99_us": 900.0,
    "max_us": 1_000.0,
    "lost": 0,
    "loss": 0.0,
    "received": 10,
    "out_per_s": 2_000.0,
    "mb_per_member": 0.2,
    "seconds": 5.0,
    "generator_core": 0.3,
    "join_ms": {"first_keyframe": 20.0},
}
RESULTS: dict[str, dict[str, Any]] = {
    "peers": {
        "contenders": {"interpreted": "Ours", "janus": "Theirs"},
        "cases": {"room:12": {"interpreted": [RUN, {"fault": "x"}], "janus": [RUN | {"us_per_packet": 12.0}]}},
    },
    "peers-feedback": {
        "contenders": {"interpreted": "Ours"},
        "cases": {"room:12": {"interpreted": [RUN | {"us_per_packet": 7.25}]}},
    },
    "growth": {
        "sizes": {"room:12": {"interpreted": [RUN]}, "room:25/9": {"interpreted": [RUN]}},
        "rooms": {"room:6": {"interpreted": [RUN]}, "2xroom:6": {"interpreted": [RUN | {"core": 0.4}]}},
    },
    "knee": {
        "knee": {
            "interpreted": [RUN | {"rooms": 1}, RUN | {"rooms": 2, "p99_us": 40_000.0}, {"rooms": 3, "fault": "x"}]
        },
    },
    "stall": {"windows": {"quiet": [RUN], "busy": [RUN | {"messages": 1_000, "pages": 25}]}, "rise_ms": 0.1},
    "join": {"runs": [{"decoded_ms": 300.0, "stages": {"ICE": 5.0, "DTLS": 40.0}, "before": {"ticket": 9.0}}]},
}
PAGE = "# Title\n" + "\n".join(f"## {name}\n<!-- {name} -->\nold\n<!-- /{name} -->\nprose" for name in chart.SECTIONS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, result in RESULTS.items():
        (tmp_path / f"{name}.json").write_text(json.dumps({"bench": name, "machine": ABOUT} | result))
    return tmp_path


def test_every_chart_is_well_formed_and_reads_in_light_and_dark(folder: Path) -> None:
    _, charts = chart.drawn(PAGE, folder)
    assert {path.name for path in charts} == {
        *("peers-cost.svg", "peers-delay.svg", "growth-size.svg", "growth-rooms.svg", "growth-knee.svg"),
        *("stall.svg", "join.svg"),
    }
    for text in charts.values():
        assert ET.fromstring(text).tag.endswith("svg")
        assert "prefers-color-scheme:dark" in text


def test_tables_replace_what_was_there_and_nothing_else(folder: Path) -> None:
    page, _ = chart.drawn(PAGE, folder)
    assert "old" not in page
    assert page.count("prose") == len(chart.SECTIONS)
    assert "0.50 of `janus`" in page
    assert "| interpreted | 1 | 6.00 | 6.00-6.00 | 200 | 900 | 0 | 0.20 | 20 |" in page
    assert "| interpreted | 1 | 7.25 |" in page
    assert "0.48 of it" in page
    assert "interpreted plane: 2000 packets a second" in page
    assert chart.drawn(page, folder)[0] == page


def test_what_was_not_measured_says_so(tmp_path: Path) -> None:
    page, charts = chart.drawn(PAGE, tmp_path)
    assert page.count(chart.NOT_YET) == len(chart.SECTIONS)
    assert charts == {}


def test_a_page_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="stall"):
        chart.replaced("nothing here", "stall", "words")


def test_the_projects_page_has_a_place_for_everything() -> None:
    page = chart.PAGE.read_text()
    for name in chart.SECTIONS:
        chart.replaced(page, name, "words")


@pytest.mark.parametrize(("value", "top"), [(0, 1), (0.7, 0.8), (1, 1), (3.5, 4), (21, 25), (61, 80)])
def test_a_scale_ends_at_a_round_number(value: float, top: float) -> None:
    assert svg.nice_top(value) == pytest.approx(top)


def test_the_stages_of_a_join_add_up_to_the_whole() -> None:
    moments = {"click": 100.0} | {moment: 110.0 + 10 * at for at, (_, moment) in enumerate(STAGES)}
    found = stages(moments, STAGES, moments["click"])
    assert sum(found.values()) == pytest.approx(moments["frame"] - moments["click"])
    out_of_turn = moments | {"answer": 1.0}
    del out_of_turn["offer"]
    found = stages(out_of_turn, STAGES, 100.0)
    assert found["answer sent"] == 0.0 and found["to the offer"] == 0.0
    assert sum(found.values()) == pytest.approx(moments["frame"] - 100.0)
    assert set(stages({}, BEFORE, 0.0).values()) == {0.0}
