"""Around each change of the clocks of each zone: doors, page, mail and both kinds of calendar file tell one instant.

The files are read by tests/support/ics_reader.py, which asks neither zoneinfo nor the libraries that write them.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from rooms.ids import Instant, SessionId
from rooms.live.clockwork import next_deadline
from rooms.live.room import advanced, new_room
from rooms.live.settings import Settings
from rooms.program.dates import Date, dates_of
from rooms.program.ids import GroupId, SeriesId
from rooms.program.series import Series, local_text
from rooms.program.timers import Timers
from rooms.schedule import ClockNote, instant_of, utc_of
from server.calendar.files import Entry, SeriesEntry, series_file, sessions_file
from server.mail.compose import composed
from server.mail.letters import ReminderDay
from server.mail.words import words_for
from tests.support.ics_reader import Clocks, Meeting, meetings, read
from web.times import when

BEGIN = datetime(2026, 11, 22, tzinfo=UTC)
END = BEGIN + timedelta(days=2 * 365 + 1)
STAMP = instant_of(BEGIN)
AROUND = [timedelta(minutes=30 * step) for step in range(-4, 5)]
FOR_EVER = Instant(instant_of(END) + 400 * 24 * 3_600_000)
DOMAIN = "example.org"
ENGLISH = words_for("en")


def changes(zone: str) -> Iterator[tuple[datetime, timedelta]]:
    """The naive wall time at which the clocks change, and by how much; found by walking, to the minute."""
    tz = ZoneInfo(zone)
    hours = (BEGIN + timedelta(hours=12 * n) for n in range(int((END - BEGIN) / timedelta(hours=12)) + 1))
    for early, late in pairwise(hours):
        before, after = early.astimezone(tz).utcoffset(), late.astimezone(tz).utcoffset()
        assert before is not None
        assert after is not None
        if before == after:
            continue
        minute = early
        while minute.astimezone(tz).utcoffset() == before:
            minute += timedelta(minutes=1)
        yield (minute + before).replace(tzinfo=None), after - before


def one_date(zone: str, local: datetime) -> Series:
    id = SeriesId(f"e_{local_text(local)}")
    return Series(id, "u_1", GroupId("g_1"), None, "", zone, local, 90, None, Timers(), 0, 1, Instant(0))


def meant(tz: ZoneInfo, local: datetime) -> tuple[datetime, ClockNote]:
    """By trying: every offset that the zone has within a day, and what its clocks show then."""
    days = (timedelta(days=-1), timedelta(days=1))
    offsets = [((local + day).replace(tzinfo=UTC).astimezone(tz).utcoffset() or timedelta()) for day in days]
    tried = [(local - offset).replace(tzinfo=UTC) for offset in offsets]
    fitting = sorted({each for each in tried if each.astimezone(tz).replace(tzinfo=None) == local})
    if not fitting:
        return tried[0], ClockNote.SKIPPED
    return fitting[0], ClockNote.DOUBLED if len(fitting) == 2 else ClockNote.PLAIN


def entry(date: Date, zone: str) -> Entry:
    schedule = date.schedule
    return Entry(
        key=date.original_local,
        title="Meeting",
        text=when(schedule.start_at, zone).text,
        url=None,
        starts_at=schedule.start_at,
        ends_at=schedule.end_at,
        sequence=0,
    )


def mailed(date: Date, zone: str) -> str:
    letter = ReminderDay(group="Meeting", url="https://example.org/p", starts_at=date.schedule.start_at, length_min=90)
    return composed(letter, ENGLISH, zone, is_place=True).facts[0][1]


def doors_open(date: Date) -> tuple[str, str]:
    room = new_room(SessionId("s_1"), Settings(date.schedule))
    at = next_deadline(room)
    assert at is not None
    return advanced(room, Instant(at - 1)).state.phase.tag, advanced(room, at).state.phase.tag


def test_doors_page_mail_and_calendars_agree_in_every_zone() -> None:
    zones = sorted(zone for zone in available_timezones() if zone != "localtime" and any(changes(zone)))
    assert len(zones) > 120
    seen = dict.fromkeys(ClockNote, 0)
    for zone in zones:
        tz = ZoneInfo(zone)
        locals_ = sorted({at + step for at, _ in changes(zone) for step in AROUND})
        series = {local_text(local): one_date(zone, local) for local in locals_}
        dates = {name: dates_of(each, (), Instant(0), FOR_EVER)[0] for name, each in series.items()}
        entries = [SeriesEntry(each, (), "Meeting", True, "", None) for each in series.values()]
        far = END.replace(tzinfo=None) + timedelta(days=3)
        by_zone = series_file(entries, "Meeting", DOMAIN, STAMP)
        in_utc = sessions_file([entry(date, zone) for date in dates.values()], "Meeting", DOMAIN, STAMP)
        (block,) = read(by_zone).within("VTIMEZONE")
        clocks = Clocks(block)
        expected = sorted(meant(tz, local)[0].replace(tzinfo=None) for local in locals_)
        for found in (meetings(by_zone, far), meetings(in_utc, far)):
            assert [each.begins for each in found] == expected, zone
            assert {each.ends - each.begins for each in found} == {timedelta(minutes=90)}
        for name, date in dates.items():
            begins, note = meant(tz, datetime.fromisoformat(name))
            assert utc_of(date.schedule.start_at) == begins, (zone, name)
            assert date.note is note, (zone, name)
            seen[note] += 1
            shown = clocks.shown(begins.replace(tzinfo=None))
            page = when(date.schedule.start_at, zone)
            assert (page.day, page.clock) == (f"{shown:%A} {shown.day} {shown:%B %Y}", f"{shown:%H:%M}"), (zone, name)
            assert (page.day in mailed(date, zone)) and (page.clock in mailed(date, zone))
            assert date.schedule.start_at - date.schedule.doors_at == 15 * 60_000
            assert doors_open(date) == ("scheduled", "doors-open")
    assert min(seen.values()) > 200, seen


def test_a_file_without_a_zone_is_not_needed_to_read_a_session() -> None:
    date = dates_of(one_date("Europe/Lisbon", datetime.fromisoformat("2027-03-28T01:30")), (), Instant(0), FOR_EVER)[0]
    file = sessions_file([entry(date, "Europe/Lisbon")], "Meeting", DOMAIN, STAMP)
    assert b"TZID" not in file
    (meeting,) = meetings(file, datetime.fromisoformat("2028-01-01T00:00"))
    assert isinstance(meeting, Meeting)
    assert meeting.begins == datetime.fromisoformat("2027-03-28T01:30"), "02:30 there: the hour from 01:00 is skipped"
