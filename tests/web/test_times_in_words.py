"""Instants and durations as people read them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from rooms.ids import Instant
from web.times import DAY_MS, HOUR_MS, MINUTE_MS, in_words, is_same_day, place_of, when, zone_choices


def instant(text: str) -> Instant:
    return Instant(int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000))


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (0, "less than a minute"),
        (59_999, "less than a minute"),
        (MINUTE_MS, "1 minute"),
        (59 * MINUTE_MS, "59 minutes"),
        (HOUR_MS, "1 hour"),
        (2 * HOUR_MS + 10 * MINUTE_MS, "2 hours 10 minutes"),
        (DAY_MS + HOUR_MS, "1 day 1 hour"),
        (6 * DAY_MS, "6 days"),
        (30 * DAY_MS + 5 * HOUR_MS, "30 days"),
    ],
)
def test_a_duration_in_words(ms: int, words: str) -> None:
    assert in_words(ms) == words


def test_an_instant_is_shown_in_the_zone_of_its_session() -> None:
    shown = when(instant("2026-11-21T19:30"), "America/New_York")
    assert (shown.day, shown.clock, shown.place) == ("Saturday 21 November 2026", "14:30", "New York")
    assert (shown.utc, shown.iso) == ("19:30", "2026-11-21T19:30:00Z")


@pytest.mark.parametrize(
    ("utc", "clock"), [("2027-03-28T00:59", "00:59"), ("2027-03-28T01:00", "02:00"), ("2026-10-25T01:00", "01:00")]
)
def test_the_clocks_of_the_zone_are_followed(utc: str, clock: str) -> None:
    assert when(instant(utc), "Europe/Lisbon").clock == clock


def test_two_instants_are_on_one_day_by_the_calendar_of_the_zone() -> None:
    late, later = instant("2026-11-21T23:30"), instant("2026-11-22T00:30")
    assert not is_same_day(late, later, "UTC")
    assert is_same_day(late, later, "America/New_York")


def test_a_place_is_the_city_of_its_zone() -> None:
    assert place_of("America/Argentina/Buenos_Aires") == "Buenos Aires"


def test_every_zone_that_can_be_chosen_exists_and_utc_is_among_them() -> None:
    zones = [zone for region in zone_choices().values() for zone, _ in region]
    assert "UTC" in zones
    assert len(zones) == len(set(zones)) > 300
    for zone in zones:
        ZoneInfo(zone)


def test_the_readers_own_time_stands_beside_that_of_the_session() -> None:
    starts, lisbon = instant("2026-11-21T19:00"), "Europe/Lisbon"
    day = "Saturday 21 November 2026, 19:00 (Lisbon)"
    assert when(starts, lisbon).text == day
    assert when(starts, lisbon, reader="Europe/London").text == day, "the same time on the same clocks"
    now = instant("2026-11-21T12:00")
    assert when(starts, lisbon, reader="America/New_York", now=now).text == f"{day}, today 14:00 (your time)"
    assert when(starts, lisbon, reader="Asia/Tokyo", now=now).text == f"{day}, tomorrow 04:00 (your time)"
    assert when(starts, lisbon, reader="Asia/Tokyo").yours == "Sunday 22 November 2026, 04:00 (your time)"


def test_today_is_the_readers_day() -> None:
    starts = instant("2026-11-21T19:00")
    late_in_auckland = instant("2026-11-21T10:30")  # 23:30 on the 21st there; the session is at 08:00 on the 22nd
    assert when(starts, "Europe/Lisbon", reader="Pacific/Auckland", now=late_in_auckland).yours.startswith("tomorrow")
    assert when(starts, "Europe/Lisbon", reader="Pacific/Auckland", now=instant("2026-11-21T11:30")).yours == (
        "today 08:00 (your time)"
    )
