"""Calendar files (RFC 5545): sessions as instants in UTC, a series as wall time of its zone with a rule.

No organizer and no attendees: a calendar is synchronised to places that nobody here knows.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event

from rooms.ids import Instant
from rooms.program.dates import date_named
from rooms.program.recurrence import Frequency, Rule
from rooms.program.series import DateException, Series, local_from, local_text
from rooms.schedule import utc_of
from server.calendar.zones import timezone

PRODUCT: Final = "-//Holdspace//Calendar//EN"
TYPE: Final = "text/calendar; charset=utf-8"
REFRESH: Final = timedelta(hours=2)
ALARM_BEFORE: Final = timedelta(minutes=15)
ZONE_YEARS: Final = 6  # so far ahead the clocks are told
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True, slots=True)
class Entry:
    """One session as a calendar shows it. `title` and `text` hold nothing that may not be seen over a shoulder."""

    key: str  # what makes its UID: stays the same when it is moved
    title: str
    text: str
    url: str | None
    starts_at: Instant
    ends_at: Instant
    sequence: int
    is_canceled: bool = False


@dataclass(frozen=True, slots=True)
class SeriesEntry:
    """A series as a calendar shows it; `default_title` is for dates without a title of their own, `is_neutral` hides
    those too."""

    series: Series
    exceptions: Sequence[DateException]
    default_title: str
    is_neutral: bool
    text: str
    url: str | None


def uid_of(key: str, domain: str) -> str:
    """RFC 7986 5.3: unique, the same for ever, and tells nothing: the id of a session is a key to its door."""
    return f"{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}"


def sessions_file(entries: Iterable[Entry], name: str, domain: str, stamp: Instant, method: str | None = None) -> bytes:
    """Sessions as instants: no time zone in the file, so no reader can mistake one. `method` as in RFC 5546."""
    calendar = _calendar(name)
    if method is not None:
        calendar.add("METHOD", method)
    for entry in entries:
        event = _event(uid_of(entry.key, domain), entry.title, entry.text, entry.url, entry.sequence, stamp)
        event.add("DTSTART", utc_of(entry.starts_at))
        event.add("DTEND", utc_of(entry.ends_at))
        _finish(event, entry.title, entry.is_canceled)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def series_file(entries: Sequence[SeriesEntry], name: str, domain: str, stamp: Instant) -> bytes:
    """Series as rules on wall time, with the clocks of their zones in the file."""
    calendar = _calendar(name)
    for zone in sorted({entry.series.zone for entry in entries} - {"UTC"}):  # whose times end with a Z
        years = [_years(entry.series, stamp) for entry in entries if entry.series.zone == zone]
        calendar.add_component(timezone(zone, min(first for first, _ in years), max(last for _, last in years)))
    for entry in entries:
        for event in _series_events(entry, domain, stamp):
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def _calendar(name: str) -> Calendar:
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("NAME", name)
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    return calendar


def _event(uid: str, title: str, text: str, url: str | None, sequence: int, stamp: Instant) -> Event:
    event = Event()
    event.add("UID", uid)
    # To the day: a feed in which nothing changed is the same, byte for byte.
    event.add("DTSTAMP", datetime.combine(utc_of(stamp).date(), time.min, UTC))
    event.add("SEQUENCE", sequence)
    event.add("SUMMARY", title)
    if text:
        event.add("DESCRIPTION", text)
    if url is not None:
        event.add("URL", url)
    event.add("CLASS", "PRIVATE")
    return event


def _finish(event: Event, title: str, is_canceled: bool) -> None:
    event.add("STATUS", "CANCELLED" if is_canceled else "CONFIRMED")
    if is_canceled:
        return
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", title)
    alarm.add("TRIGGER", -ALARM_BEFORE)
    event.add_component(alarm)


def _series_events(entry: SeriesEntry, domain: str, stamp: Instant) -> Iterable[Event]:
    series = entry.series
    if series.rule is not None:
        master = _blank(entry, series.title, domain, stamp)
        master.add("DTSTART", series.first_local.replace(tzinfo=ZoneInfo(series.zone)))
        master.add("DURATION", timedelta(minutes=series.length_min))  # elapsed time, over a change of the clocks too
        master.add("RRULE", _rule(series.rule, series))
        _finish(master, _title(entry, series.title), is_canceled=False)
        yield master
        differing = [exception.original_local for exception in entry.exceptions]
    else:
        differing = [local_text(series.first_local)]
    for name in differing:
        date = date_named(series, entry.exceptions, name)
        if date is None:
            continue
        event = _blank(entry, date.title, domain, stamp)
        if series.rule is not None:
            event.add("RECURRENCE-ID", local_from(name).replace(tzinfo=ZoneInfo(series.zone)))
        event.add("DTSTART", _asked(entry, name).replace(tzinfo=ZoneInfo(series.zone)))
        event.add("DURATION", timedelta(minutes=date.length_min))
        _finish(event, _title(entry, date.title), date.is_canceled)
        yield event


def _blank(entry: SeriesEntry, title: str, domain: str, stamp: Instant) -> Event:
    uid = uid_of(entry.series.id, domain)
    return _event(uid, _title(entry, title), entry.text, entry.url, entry.series.sequence, stamp)


def _title(entry: SeriesEntry, own: str) -> str:
    return entry.default_title if entry.is_neutral or not own else own


def _asked(entry: SeriesEntry, name: str) -> datetime:
    """The wall time that was meant; the one that it comes to, where the clocks skip it, is for the reader to find."""
    for exception in entry.exceptions:
        if exception.original_local == name and exception.change.start_local is not None:
            return exception.change.start_local
    return local_from(name)


def _rule(rule: Rule, series: Series) -> dict[str, object]:
    """RFC 5545 3.3.10; UNTIL is in UTC where DTSTART is local with a zone."""
    parts: dict[str, object] = {"FREQ": rule.frequency.value.upper()}
    if rule.interval != 1:
        parts["INTERVAL"] = rule.interval
    if rule.frequency is Frequency.WEEKLY:
        parts["BYDAY"] = [_DAYS[day] for day in rule.weekdays]
        parts["WKST"] = _DAYS[rule.week_start]
    if rule.nth_weekday is not None:
        nth, weekday = rule.nth_weekday
        parts["BYDAY"] = [f"{nth}{_DAYS[weekday]}"]
    if rule.monthday is not None:
        parts["BYMONTHDAY"] = rule.monthday
    ended = None if series.ended_at is None else utc_of(series.ended_at)
    if ended is not None:
        parts["UNTIL"] = ended
    elif rule.count is not None:
        parts["COUNT"] = rule.count
    elif rule.until is not None:
        parts["UNTIL"] = _last_moment(rule.until, series.zone)
    return parts


def _last_moment(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)


def _years(series: Series, now: Instant) -> tuple[int, int]:
    """From the first to the last year that a reader will ask about."""
    first = series.first_local.year - 1  # a date may have been moved
    last = max(first, utc_of(now).year) + ZONE_YEARS
    if series.rule is None:
        return first, min(last, first + 3)
    if series.rule.until is not None:
        return first, min(last, series.rule.until.year + 1)
    return first, last
