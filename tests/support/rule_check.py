"""Generated rules, expanded four ways: by `rooms.program`, by dateutil from text, from a calendar file that icalendar
read, and from the same file by the walking reader of tests/support/ics_reader.py."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from random import Random

from dateutil.rrule import rrulestr
from icalendar import Calendar

from rooms.ids import Instant
from rooms.program.ids import GroupId, SeriesId
from rooms.program.recurrence import BadRule, Frequency, Rule, aligned, check, occurrences, settled
from rooms.program.series import Series
from rooms.program.timers import Timers
from rooms.schedule import instant_of, timing_of
from server.calendar.files import SeriesEntry, series_file
from tests.support.ics_reader import DAYS, meetings

MOST = 60
ZONES = ("Europe/Lisbon", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "UTC")
BEGIN = date(2026, 11, 21)
SEEN_TO = datetime(2032, 1, 1, tzinfo=UTC)


def rule_of(random: Random) -> tuple[datetime, Rule]:
    """A rule as a host might choose it, or nearly so; it may be refused."""
    day = BEGIN + timedelta(days=random.randrange(800))
    first = datetime.combine(day, time(random.randrange(24), random.choice((0, 15, 30, 59))))
    frequency = random.choice(tuple(Frequency))
    interval = random.choice((0, 1, 1, 1, 2, 2, 3, 4, 6, 12, 52, 99))
    weekdays: tuple[int, ...] = ()
    monthday: int | None = None
    nth_weekday: tuple[int, int] | None = None
    if frequency is Frequency.WEEKLY:
        weekdays = tuple(sorted(random.sample(range(7), random.randrange(4))))
    elif frequency is Frequency.MONTHLY:
        kind = random.randrange(3)
        monthday = random.choice((*range(1, 32), 29, 30, 31, -1, -1)) if kind == 1 else None
        nth_weekday = (random.choice((1, 2, 3, 4, -1)), random.randrange(7)) if kind == 2 else None
    until = day + timedelta(days=random.randrange(900)) if random.random() < 0.3 else None
    count = random.randrange(1, 80) if until is None and random.random() < 0.4 else None
    week_start = random.randrange(7) if random.random() < 0.3 else 0
    return first, Rule(frequency, interval, weekdays, monthday, nth_weekday, until, count, week_start)


def compare(seed: int) -> str:
    """Raises `AssertionError` where two of the four differ; "refused" for a rule that a host is told about."""
    random = Random(seed)
    first, rule = rule_of(random)
    try:
        check(rule, first)
    except BadRule as bad:
        assert all(sentence.endswith(".") for sentence in bad.errors.values())
        return "refused"
    rule = settled(rule, first)
    first = aligned(first, rule)
    ours = list(islice(occurrences(first, rule), MOST))
    assert ours[0] == first
    assert ours == list(islice(rrulestr(_text(rule), dtstart=first), MOST)), (seed, rule)
    later = ours[random.randrange(len(ours))]
    assert (
        list(islice(occurrences(first, rule, later), MOST))[: MOST // 2]
        == [each for each in islice(occurrences(first, rule), MOST * 2) if each >= later][: MOST // 2]
    )
    zone = random.choice(ZONES)
    series = Series(SeriesId("e_1"), "u_1", GroupId("g_1"), None, "", zone, first, 60, rule, Timers(), 0, 1, Instant(0))
    file = series_file([SeriesEntry(series, (), "Meeting", True, "", None)], "Meeting", "example.org", _stamp(first))
    planned = list(takewhile(lambda start: start < SEEN_TO.replace(tzinfo=None), ours))
    instants = [timing_of(each.date(), each.time(), zone, 60, 0).schedule.start_at for each in planned]
    far = SEEN_TO.replace(tzinfo=None)
    walked = [instant_of(each.begins.replace(tzinfo=UTC)) for each in meetings(file, far)]
    assert walked[: len(instants)] == [each for each in instants if each < instant_of(SEEN_TO)], (seed, rule)
    event = next(part for part in Calendar.from_ical(file.decode()).walk("VEVENT"))
    read = event["RRULE"].to_ical().decode()
    start = event["DTSTART"].dt
    assert start.replace(tzinfo=None) == first
    by_file = islice(rrulestr(read, dtstart=start), MOST)
    assert [each.replace(tzinfo=None) for each in by_file] == ours, (seed, rule, read)
    return rule.frequency.value


def _stamp(first: datetime) -> Instant:
    return instant_of(first.replace(tzinfo=UTC))


def _text(rule: Rule) -> str:
    parts = [f"FREQ={rule.frequency.value.upper()}", f"INTERVAL={rule.interval}", f"WKST={DAYS[rule.week_start]}"]
    if rule.weekdays:
        parts.append("BYDAY=" + ",".join(DAYS[day] for day in rule.weekdays))
    if rule.nth_weekday is not None:
        parts.append(f"BYDAY={rule.nth_weekday[0]}{DAYS[rule.nth_weekday[1]]}")
    if rule.monthday is not None:
        parts.append(f"BYMONTHDAY={rule.monthday}")
    if rule.until is not None:
        parts.append(f"UNTIL={rule.until:%Y%m%d}T235959")
    if rule.count is not None:
        parts.append(f"COUNT={rule.count}")
    return ";".join(parts)
