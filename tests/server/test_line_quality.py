"""How lines are told: in three words, to oneself always, of others only when bad, to nobody who waits."""

from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from server.line_figures import LineFigures
from server.line_quality import REPORT_HOLDS_S, RISE_AFTER, SINK_AFTER, Line, Reading
from sfu.node import LineStats, Pictures
from signaling.client_media import LineReport, QualityReport
from signaling.server_media import Quality
from tests.support.room_bench import Bench, Seat

GOOD = LineStats(1, up_loss=0.0, down_loss=0.0, rtt_ms=40.0)
LOSSY = LineStats(1, up_loss=0.2, down_loss=0.0, rtt_ms=40.0)
DEAF = LineStats(1, up_loss=0.0, down_loss=0.3, rtt_ms=40.0)
SLOW = LineStats(1, up_loss=0.0, down_loss=0.0, rtt_ms=900.0)


def report(up: str = "good", down: str = "good") -> QualityReport:
    return QualityReport(
        type="quality-report",
        id=1,
        transport=1,
        up=LineReport(state=up),  # type: ignore[arg-type]
        down=LineReport(state=down),  # type: ignore[arg-type]
    )


def after(line: Line, count: int, stats: LineStats | None, **rest: Any) -> tuple[str, str]:
    for _ in range(count):
        line.handle(Reading(is_quiet=False, stats=stats, **rest))
    return line.up.state, line.down.state


def test_a_line_sinks_after_some_bad_readings_and_rises_after_more_good_ones() -> None:
    line = Line()
    assert after(line, SINK_AFTER - 1, LOSSY) == ("good", "good")
    assert after(line, 1, LOSSY) == ("weak", "good")
    assert after(line, RISE_AFTER - 1, GOOD) == ("weak", "good")
    assert after(line, 1, GOOD) == ("good", "good")


def test_one_bad_reading_now_and_then_says_nothing() -> None:
    line = Line()
    for _ in range(10):
        after(line, SINK_AFTER - 1, LOSSY)
        assert after(line, 1, GOOD) == ("good", "good")


def test_a_long_way_is_weak_in_both_directions_and_loss_in_its_own() -> None:
    assert after(Line(), SINK_AFTER, SLOW) == ("weak", "weak")
    assert after(Line(), SINK_AFTER, DEAF) == ("good", "weak")


def test_the_worse_of_what_the_page_and_the_plane_find_counts() -> None:
    assert after(Line(), SINK_AFTER, GOOD, report=report(down="weak")) == ("good", "weak")
    assert after(Line(), SINK_AFTER, LOSSY, report=report(up="lost")) == ("lost", "good")


def test_an_old_word_of_the_page_is_not_believed() -> None:
    old = {"report": report("lost", "lost"), "report_age_s": REPORT_HOLDS_S + 1}
    assert after(Line(), 10, GOOD, **old) == ("good", "good")


def test_silence_is_lost_at_once() -> None:
    line = Line()
    line.handle(Reading(is_quiet=True, stats=GOOD))
    assert (line.up.state, line.down.state, line.worse) == ("lost", "lost", "lost")


@pytest.fixture
async def bench() -> Bench:
    return await Bench().start()


def read(bench: Bench, count: int, **lines: LineStats) -> None:
    by_peer = {bench.host.media._of[bench.person(name)].number: stats for name, stats in lines.items()}
    for _ in range(count):
        bench.host.media.on_lines(by_peer)


def told(seat: Seat) -> Quality:
    return seat.messages(Quality)[-1]


def connect(bench: Bench, *seats: Seat) -> None:
    assert bench.media.sink is not None
    for seat in seats:
        bench.media.sink.on_connected(seat.transport)


async def test_a_bad_line_is_told_to_its_owner_and_to_the_others_in_the_room_and_to_nobody_who_waits(
    bench: Bench,
) -> None:
    fern, ash, cedar = await bench.live("Ash", "Cedar")
    birch = await bench.waiting("Birch")
    connect(bench, fern, ash, cedar)
    birch.forget()
    read(bench, SINK_AFTER, Ash=LOSSY, Fern=GOOD, Cedar=GOOD)
    assert (told(ash).up, told(ash).down, told(ash).others) == ("weak", "good", ())
    for seat in (fern, cedar):
        assert (told(seat).up, told(seat).down) == ("good", "good")
        assert [(other.person, other.state) for other in told(seat).others] == [(ash.person, "weak")]
    read(bench, RISE_AFTER, Ash=GOOD, Fern=GOOD, Cedar=GOOD)
    assert told(ash).up == "good"
    assert told(fern).others == ()
    assert birch.told == []


async def test_good_lines_are_not_worth_a_word(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    connect(bench, fern, ash)
    read(bench, 10, Ash=GOOD, Fern=GOOD)
    assert fern.messages(Quality) == ash.messages(Quality) == []


async def test_what_a_page_reports_of_its_own_transport_counts_and_of_another_one_is_refused(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    birch = await bench.waiting("Birch")
    connect(bench, fern, ash)
    weak = {"up": {"state": "weak", "loss_percent": 12}, "down": {"state": "lost", "freezes": 3}}
    assert await ash.ask("quality-report", transport=fern.transport, **weak) == "no-media"
    assert await birch.ask("quality-report", transport=ash.transport, **weak) == "no-media"
    assert await ash.ask("quality-report", transport=ash.transport, **weak) == "ok"
    read(bench, SINK_AFTER, Ash=GOOD, Fern=GOOD)
    assert (told(ash).up, told(ash).down) == ("weak", "lost")
    assert [other.state for other in told(fern).others] == ["lost"]


async def test_a_transport_that_goes_quiet_is_told_at_once_and_again_to_a_page_that_comes_back(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    connect(bench, fern, ash)
    assert bench.media.sink is not None
    bench.media.sink.on_quiet(ash.transport, True)
    assert [other.person for other in told(fern).others] == [ash.person]
    again = await bench.come("Fern", takes_over=True, is_same_page=True, transport=fern.transport)
    assert told(again) == told(fern)


async def test_what_the_line_lets_through_is_told_to_oneself_only(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    assert bench.media.sink is not None
    bench.media.sink.on_pictures(ash.transport, Pictures.NONE)
    assert told(ash).pictures == "none"
    assert fern.messages(Quality) == []


async def test_whoever_receives_nobody_learns_nothing_of_the_others(bench: Bench) -> None:
    fern, ash = await bench.live("Ash")
    connect(bench, fern, ash)
    assert await ash.ask("take-break") == "ok"
    assert not ash.peer.is_receiving
    read(bench, SINK_AFTER, Ash=LOSSY, Fern=LOSSY)
    assert told(ash).up == "weak"
    assert told(ash).others == ()


def test_figures_tell_of_lines_and_rooms_and_name_nobody() -> None:
    registry = CollectorRegistry()
    figures = LineFigures(registry)
    figures.read(
        {
            17_001: LineStats(9_301, 0.3, 0.02, 80.0, 900_000, {"q": 2, "h": 1}),
            17_002: LineStats(9_301, 0.1, None, None, None, {"q": 1}),
            17_003: LineStats(9_302),
        }
    )
    text = generate_latest(registry).decode()
    for row in (
        'holdspace_line_loss_count{way="up"} 2.0',
        'holdspace_line_loss_count{way="down"} 1.0',
        "holdspace_line_rtt_seconds_sum 0.08",
        "holdspace_line_estimate_bps_sum 900000.0",
        'holdspace_room_loss_sum{way="up"} 0.2',
        "holdspace_room_people_count 2.0",
        'holdspace_camera_layers{layer="q"} 3.0',
        'holdspace_camera_layers{layer="f"} 0.0',
    ):
        assert row in text
    figures_only = [row for row in text.splitlines() if "_created" not in row]  # those are instants
    assert not any("1700" in row or "930" in row for row in figures_only)
