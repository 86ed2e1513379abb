"""From a date and a time of day in a zone to instants, over every change of the clocks."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.live.settings import MINUTE_MS
from rooms.schedule import BadSchedule, ClockNote, ScheduleFault, instant_of, local_of, timing_of


@pytest.mark.parametrize(
    ("day", "at", "zone", "utc", "note"),
    [
        (date(2026, 11, 24), time(19, 0), "Europe/Lisbon", "2026-11-24T19:00", ClockNote.PLAIN),
        (date(2026, 11, 24), time(19, 0), "America/New_York", "2026-11-25T00:00", ClockNote.PLAIN),
        (date(2026, 7, 1), time(8, 0), "Australia/Lord_Howe", "2026-06-30T21:30", ClockNote.PLAIN),
        (date(2026, 12, 31), time(23, 59), "Asia/Kathmandu", "2026-12-31T18:14", ClockNote.PLAIN),
        # The hour that does not come: Berlin jumps 02:00 to 03:00, New York too, Lord Howe by half an hour.
        (date(2026, 3, 29), time(2, 30), "Europe/Berlin", "2026-03-29T01:30", ClockNote.SKIPPED),
        (date(2026, 3, 29), time(2, 0), "Europe/Berlin", "2026-03-29T01:00", ClockNote.SKIPPED),
        (date(2026, 3, 29), time(3, 0), "Europe/Berlin", "2026-03-29T01:00", ClockNote.PLAIN),
        (date(2026, 3, 8), time(2, 15), "America/New_York", "2026-03-08T07:15", ClockNote.SKIPPED),
        (date(2026, 10, 4), time(2, 10), "Australia/Lord_Howe", "2026-10-03T15:40", ClockNote.SKIPPED),
        # The hour that comes twice: the first one.
        (date(2026, 10, 25), time(2, 30), "Europe/Berlin", "2026-10-25T00:30", ClockNote.DOUBLED),
        (date(2026, 11, 1), time(1, 30), "America/New_York", "2026-11-01T05:30", ClockNote.DOUBLED),
        (date(2026, 10, 25), time(3, 0), "Europe/Berlin", "2026-10-25T02:00", ClockNote.PLAIN),
        # A day that did not come at all: Samoa crossed the date line.
        (date(2011, 12, 30), time(12, 0), "Pacific/Apia", "2011-12-30T22:00", ClockNote.SKIPPED),
    ],
)
def test_local_time_becomes_the_instant_meant(day: date, at: time, zone: str, utc: str, note: ClockNote) -> None:
    timing = timing_of(day, at, zone, length_min=90, doors_min=15)
    start = instant_of(datetime.fromisoformat(utc).replace(tzinfo=UTC))
    assert timing.schedule.start_at == start
    assert timing.schedule.doors_at == start - 15 * MINUTE_MS
    assert timing.schedule.end_at == start + 90 * MINUTE_MS
    assert timing.note is note
    shown = timing.starts_local.replace(tzinfo=None)
    assert (shown == datetime.combine(day, at)) == (note is not ClockNote.SKIPPED)


def test_a_length_is_elapsed_time_over_a_change_of_the_clocks() -> None:
    timing = timing_of(date(2026, 3, 29), time(1, 30), "Europe/Berlin", length_min=90, doors_min=0)
    ends = local_of(timing.schedule.end_at, "Europe/Berlin")
    assert (ends.hour, ends.minute) == (4, 0)


@given(
    day=st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tehran", "UTC"]),
)
def test_what_is_shown_is_what_was_asked_unless_the_clocks_skip_it(day: date, at: time, zone: str) -> None:
    timing = timing_of(day, at, zone, 60, 10)
    asked, shown = datetime.combine(day, at), timing.starts_local.replace(tzinfo=None)
    assert instant_of(timing.starts_local) == timing.schedule.start_at
    if timing.note is ClockNote.SKIPPED:
        assert timedelta(0) < shown - asked <= timedelta(hours=1)
    else:
        assert shown == asked


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe", "Europe/Berlin\0", "a" * 999]
)
def test_an_unknown_zone_is_named_as_the_fault(zone: str) -> None:
    with pytest.raises(BadSchedule) as bad:
        timing_of(date(2026, 1, 1), time(19), zone, 60, 15)
    assert bad.value.fault is ScheduleFault.UNKNOWN_ZONE


@pytest.mark.parametrize(
    ("day", "length", "doors", "fault"),
    [
        (date(1999, 12, 31), 60, 15, ScheduleFault.DATE_OUT_OF_RANGE),
        (date(9999, 12, 31), 60, 15, ScheduleFault.DATE_OUT_OF_RANGE),
        (date(2026, 1, 1), 0, 15, ScheduleFault.BAD_LENGTH),
        (date(2026, 1, 1), 1_441, 15, ScheduleFault.BAD_LENGTH),
        (date(2026, 1, 1), 60, -1, ScheduleFault.BAD_DOORS),
        (date(2026, 1, 1), 60, 1_441, ScheduleFault.BAD_DOORS),
    ],
)
def test_what_does_not_fit_is_named_as_the_fault(day: date, length: int, doors: int, fault: ScheduleFault) -> None:
    with pytest.raises(BadSchedule) as bad:
        timing_of(day, time(19), "UTC", length, doors)
    assert bad.value.fault is fault
