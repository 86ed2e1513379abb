"""What stands in a calendar file: neutral words, stable names, what changed and what was canceled."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from rooms.ids import Instant
from rooms.program.ids import GroupId, SeriesId
from rooms.program.recurrence import Frequency, Rule
from rooms.program.series import Change, DateException, ExceptionKind, Series
from rooms.program.timers import Timers
from server.calendar.files import Entry, SeriesEntry, series_file, sessions_file, uid_of
from server.calendar.zones import timezone
from tests.support.ics_reader import Clocks, meetings, read

STAMP = Instant(1_800_000_000_000)
FAR = datetime.fromisoformat("2027-03-31T00:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


SERIES = Series(
    id=SeriesId("e_1"),
    uid="u_1",
    group=GroupId("g_1"),
    account=None,
    title="Grief, after a year",
    zone="Europe/Lisbon",
    first_local=at("2027-01-19T19:00"),
    length_min=90,
    rule=Rule(Frequency.WEEKLY, weekdays=(1, 3), until=at("2027-02-04T00:00").date()),
    timers=Timers(),
    sequence=3,
    version=4,
    made_until=Instant(0),
)
DIFFERING = (
    DateException("2027-01-21T19:00", ExceptionKind.CANCELED),
    DateException("2027-01-26T19:00", ExceptionKind.CHANGED, Change(at("2027-01-27T20:30"), 60, "With a guest")),
)


def file_of(is_neutral: bool = False, series: Series = SERIES) -> bytes:
    entry = SeriesEntry(series, DIFFERING, "Meeting" if is_neutral else "Evening circle", is_neutral, "", None)
    return series_file([entry], "Meeting", "example.org", STAMP)


def session(**changes: object) -> Entry:
    values: dict[str, object] = {
        "key": "s_secret",
        "title": "Meeting",
        "text": "Saturday 21 November 2026, 19:00 (Lisbon); äöü, 🌱 " * 3,
        "url": "https://example.org/s/s_1",
        "starts_at": STAMP,
        "ends_at": Instant(STAMP + 3_600_000),
        "sequence": 2,
    }
    return Entry(**(values | changes))  # type: ignore[arg-type]


def test_a_series_with_what_differs() -> None:
    found = meetings(file_of(), FAR)
    assert [(f"{each.begins:%m-%d %H:%M}", each.title, each.is_canceled) for each in found] == [
        ("01-19 19:00", "Grief, after a year", False),
        ("01-21 19:00", "Grief, after a year", True),
        ("01-27 20:30", "With a guest", False),
        ("01-28 19:00", "Grief, after a year", False),
        ("02-02 19:00", "Grief, after a year", False),
        ("02-04 19:00", "Grief, after a year", False),
    ]
    assert {each.sequence for each in found} == {3}
    assert len({each.uid for each in found}) == 1
    assert [each.ends - each.begins for each in found][2] == timedelta(minutes=60)


def test_a_neutral_series_tells_nothing_of_itself() -> None:
    file = file_of(is_neutral=True)
    assert {each.title for each in meetings(file, FAR)} == {"Meeting"}
    for word in (b"Grief", b"guest", b"ORGANIZER", b"ATTENDEE", b"mailto", b"circle"):
        assert word not in file


def test_a_single_date_is_one_event_where_it_was_moved_to() -> None:
    single = replace(SERIES, rule=None, first_local=at("2027-01-26T19:00"))
    file = file_of(series=single)
    assert [each.begins for each in meetings(file, FAR)] == [at("2027-01-27T20:30")]
    assert b"RECURRENCE-ID" not in file
    assert b"RRULE" not in file


def test_a_session_keeps_its_name_and_says_when_it_is_canceled() -> None:
    (planned,) = meetings(sessions_file([session()], "Meeting", "example.org", STAMP), FAR)
    canceled_file = sessions_file([session(is_canceled=True, sequence=3)], "Meeting", "example.org", STAMP, "PUBLISH")
    (canceled,) = meetings(canceled_file, FAR)
    assert planned.uid == canceled.uid == uid_of("s_secret", "example.org")
    assert (planned.sequence, canceled.sequence, canceled.is_canceled) == (2, 3, True)
    assert "s_secret" not in planned.uid, "the id of a session opens its door"
    assert b"\r\nMETHOD:PUBLISH\r\n" in canceled_file
    assert b"VALARM" not in canceled_file


def test_who_comes_is_reminded() -> None:
    (event,) = read(sessions_file([session()], "Meeting", "example.org", STAMP)).within("VEVENT")
    (alarm,) = event.within("VALARM")
    assert (alarm.one("ACTION"), alarm.one("TRIGGER"), alarm.one("DESCRIPTION")) == ("DISPLAY", "-PT15M", "Meeting")


def test_nothing_changed_is_the_same_file() -> None:
    later = Instant(STAMP + 3_600_000)
    assert sessions_file([session()], "M", "example.org", STAMP) == sessions_file(
        [session()], "M", "example.org", later
    )


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("Europe/Lisbon", ["2027-03-28T01:00", "2027-10-31T01:00"]),
        ("Australia/Lord_Howe", ["2027-04-03T15:00", "2027-10-02T15:30"]),
        ("America/New_York", ["2027-03-14T07:00", "2027-11-07T06:00"]),
        ("Asia/Tokyo", []),
    ],
)
def test_the_clocks_of_a_zone_change_when_they_do(zone: str, changes: list[str]) -> None:
    """In UTC, as everybody may look them up."""
    begin = b"BEGIN:VCALENDAR\r\n"
    file = begin + timezone(zone, 2027, 2027).to_ical() + b"END:VCALENDAR\r\n"
    (block,) = read(file).within("VTIMEZONE")
    found = [when for when, before, after in Clocks(block).changes if before != after]
    assert found == [at(each) for each in changes]


def test_icalendar_is_named_in_one_package_only() -> None:
    root = Path(__file__).resolve().parents[3]
    naming = {path.parent for path in (root / "server").rglob("*.py") if "from icalendar" in path.read_text()}
    assert naming == {root / "server" / "calendar"}
