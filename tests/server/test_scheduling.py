"""From a host's local time to the instants of a room."""

from dataclasses import replace
from datetime import date, time

import pytest

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS
from server.scheduling import BadSchedule, ScheduleInput, settings_of

NOW = Instant(1_795_000_000_000)  # 18 November 2026
FORM = ScheduleInput(
    title="Evening circle",
    discreet_title="",
    starts_on=date(2026, 12, 1),
    starts_at=time(19, 30),
    zone="Europe/Lisbon",
    length_min=60,
    doors_min=15,
    late_min=10,
)


def start_of(**changes: object) -> int:
    return settings_of(replace(FORM, **changes), NOW).schedule.start_at  # type: ignore[arg-type]


def test_a_local_time_becomes_instants() -> None:
    schedule = settings_of(FORM, NOW).schedule
    assert schedule.start_at == 1_796_153_400_000  # 2026-12-01T19:30Z: Lisbon is on UTC in winter
    assert schedule.doors_at == schedule.start_at - 15 * MINUTE_MS
    assert schedule.end_at == schedule.start_at + 60 * MINUTE_MS


def test_the_zone_decides() -> None:
    assert start_of(zone="America/New_York") - start_of() == 5 * 60 * MINUTE_MS


def test_a_time_the_clocks_skip_is_moved_by_the_gap() -> None:
    skipped = start_of(starts_on=date(2027, 3, 28), starts_at=time(1, 30))
    assert skipped == start_of(starts_on=date(2027, 3, 28), starts_at=time(2, 30))


def test_a_time_that_comes_twice_means_the_first() -> None:
    twice = {"starts_on": date(2027, 10, 31), "starts_at": time(1, 30)}
    assert start_of(**twice) == start_of(starts_on=date(2027, 10, 31), starts_at=time(0, 30)) + 60 * MINUTE_MS


def test_the_rest_of_the_form_reaches_the_room() -> None:
    settings = settings_of(replace(FORM, late_min=None, is_peer_held=True, waiting_message=" Welcome "), NOW)
    assert settings.late_cutoff_ms is None
    assert settings.is_peer_held
    assert settings.waiting_message == "Welcome"
    assert settings_of(FORM, NOW).late_cutoff_ms == 10 * MINUTE_MS


def test_a_session_that_has_begun_may_still_be_made() -> None:
    late = Instant(settings_of(FORM, NOW).schedule.end_at - 1)
    assert settings_of(FORM, late).schedule == settings_of(FORM, NOW).schedule


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"guidelines": "a\x00b"}, "guidelines"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "../etc/passwd"}, "zone"),
        ({"length_min": 4}, "length_min"),
        ({"length_min": 481}, "length_min"),
        ({"doors_min": -1}, "doors_min"),
        ({"late_min": 500}, "late_min"),
        ({"starts_on": date(2026, 11, 1)}, "starts_at"),
        ({"starts_on": date(2028, 11, 1)}, "starts_on"),
    ],
)
def test_each_problem_is_beside_its_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(BadSchedule) as raised:
        settings_of(replace(FORM, **changes), NOW)  # type: ignore[arg-type]
    assert list(raised.value.errors) == [field]


def test_all_problems_come_at_once() -> None:
    with pytest.raises(BadSchedule) as raised:
        settings_of(replace(FORM, title="", zone="nowhere", length_min=0), NOW)
    assert sorted(raised.value.errors) == ["length_min", "title", "zone"]
