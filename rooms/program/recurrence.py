"""How a series repeats: a short list of rules, expanded on local wall time. The only importer of dateutil.

Rules are a part of RFC 5545 3.3.10: DAILY, WEEKLY on weekdays, MONTHLY by date or by weekday, each every n; UNTIL or
COUNT. Expansion is naive; `rooms.schedule.timing_of` then attaches the zone.
"""

from calendar import month_name, monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from math import gcd
from typing import Final, Literal

from dateutil import rrule

MOST_AHEAD: Final = 60  # dates that one look ahead gives at most
MOST_DATES: Final = 1_000
LAST_YEAR: Final = 2199
LONGEST_INTERVAL: Final = 99
LAST: Final = -1  # the last day, or the last such weekday, of a month
_A_WEEK: Final = 7
_A_LEAP_YEAR: Final = 2024
_WEEKDAYS: Final = (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU)


class Frequency(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


_FREQ: Final[Mapping[Frequency, Literal[1, 2, 3]]] = {
    Frequency.DAILY: rrule.DAILY,
    Frequency.WEEKLY: rrule.WEEKLY,
    Frequency.MONTHLY: rrule.MONTHLY,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `weekdays` (0 = Monday) is for weekly rules; empty means the weekday of the first date.

    A monthly rule has `monthday` (1 to 31; months without that day are left out; -1 is the last day) or
    `nth_weekday`: (1 to 4, or -1 for the last; weekday); neither means the day of the first date.
    `until` is the last local date on which a date may fall; `count` counts the first date too.
    `week_start` says which weeks "every second week" counts; it moves along when a series moves by days.
    """

    frequency: Frequency
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    monthday: int | None = None
    nth_weekday: tuple[int, int] | None = None
    until: date | None = None
    count: int | None = None
    week_start: int = 0


class BadRule(ValueError):
    """`errors` maps the name of a `Rule` field to one sentence for the person who chose it."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(sorted(errors)))
        self.errors = dict(errors)


def check(rule: Rule, first: datetime) -> None:
    """Raises `BadRule` with every problem at once; quick for rules that never come true, too."""
    errors = _bounds(rule) | _days(rule)
    if not errors and (never := _never(rule, first)) is not None:
        errors["monthday"] = never
    if not errors and rule.until is not None and aligned(first, replace(rule, until=None)).date() > rule.until:
        errors["until"] = "This is before the first date. Choose a later day."
    if errors:
        raise BadRule(errors)


def aligned(first: datetime, rule: Rule) -> datetime:
    """The first local time from `first` on that is a date of such a rule, whatever its interval.

    A series starts there: "every second Tuesday from this Sunday on" starts the day after tomorrow.
    """
    every = replace(rule, interval=1, until=None, count=None)
    return next(occurrences(first, every))


def settled(rule: Rule, first: datetime) -> Rule:
    """The rule with the day spelled out that it takes from its first date."""
    if rule.frequency is Frequency.WEEKLY and not rule.weekdays:
        return replace(rule, weekdays=(first.weekday(),))
    if rule.frequency is Frequency.MONTHLY and rule.monthday is None and rule.nth_weekday is None:
        return replace(rule, monthday=first.day)
    return replace(rule, weekdays=tuple(sorted(rule.weekdays)))


def occurrences(first: datetime, rule: Rule | None, after: datetime | None = None) -> Iterator[datetime]:
    """The naive local starts, in order, from `first` on: those that the rule gives, of a rule that passed `check`.

    `first` itself is a date only where the rule says so. Without a rule it is the only one. May be endless.
    `after` leaves out those before it, without walking through years of them.
    """
    starts = iter((first,)) if rule is None else iter(_expanded(_nearer(first, rule, after), rule))
    return starts if after is None else (start for start in starts if start >= after)


def moved(rule: Rule, first: datetime, to: datetime) -> Rule:
    """The rule of a series whose date `first` comes to be `to`: the same pattern, as many days later or earlier."""
    days = (to.date() - first.date()).days
    if not days:
        return rule
    until = None if rule.until is None else rule.until + timedelta(days=days)
    match rule.frequency:
        case Frequency.DAILY:
            return replace(rule, until=until)
        case Frequency.WEEKLY:
            weekdays = tuple(sorted((day + days) % _A_WEEK for day in rule.weekdays))
            return replace(rule, until=until, weekdays=weekdays, week_start=(rule.week_start + days) % _A_WEEK)
        case Frequency.MONTHLY:
            monthday = None if rule.monthday is None else _monthday(to.date(), rule.monthday == LAST)
            nth = None if rule.nth_weekday is None else nth_weekday_of(to.date(), rule.nth_weekday[0] == LAST)
            return replace(rule, until=until, monthday=monthday, nth_weekday=nth)


def nth_weekday_of(day: date, prefers_last: bool = False) -> tuple[int, int]:
    """Which weekday of its month a day is: (2, 1) is the second Tuesday; a fifth one is the last."""
    nth = (day.day - 1) // _A_WEEK + 1
    is_last = day.day + _A_WEEK > monthrange(day.year, day.month)[1]
    return (LAST if nth > 4 or (prefers_last and is_last) else nth, day.weekday())


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _expanded(first: datetime, rule: Rule) -> rrule.rrule:
    byweekday = [_WEEKDAYS[day] for day in rule.weekdays] or None
    if rule.nth_weekday is not None:
        nth, weekday = rule.nth_weekday
        byweekday = [_WEEKDAYS[weekday](nth)]
    return rrule.rrule(
        _FREQ[rule.frequency],
        dtstart=first,
        interval=rule.interval,
        wkst=_WEEKDAYS[rule.week_start],
        byweekday=byweekday,
        bymonthday=rule.monthday,
        until=None if rule.until is None else datetime.combine(rule.until, time.max),
        count=rule.count,
    )


def _nearer(first: datetime, rule: Rule, after: datetime | None) -> datetime:
    """A later date of an endless daily or weekly rule to expand from, a period or more before `after`."""
    if after is None or rule.count is not None or rule.frequency is Frequency.MONTHLY:
        return first
    days = rule.interval * (_A_WEEK if rule.frequency is Frequency.WEEKLY else 1)
    periods = (after - first).days // days - 1
    return first + timedelta(days=max(periods, 0) * days)


def _bounds(rule: Rule) -> dict[str, str]:
    errors = {}
    if not 1 <= rule.interval <= LONGEST_INTERVAL:
        errors["interval"] = f"Choose a number from 1 to {LONGEST_INTERVAL}."
    if rule.count is not None and rule.until is not None:
        errors["count"] = "Choose a last day or a number of dates, not both."
    elif rule.count is not None and not 1 <= rule.count <= MOST_DATES:
        errors["count"] = f"Choose a number from 1 to {MOST_DATES}."
    if rule.until is not None and rule.until.year > LAST_YEAR:
        errors["until"] = f"Choose a day up to the year {LAST_YEAR}, or no end."
    if not 0 <= rule.week_start < _A_WEEK:
        errors["week_start"] = "Choose a day of the week."
    return errors


def _days(rule: Rule) -> dict[str, str]:
    errors = {}
    if rule.weekdays and rule.frequency is not Frequency.WEEKLY:
        errors["weekdays"] = "Weekdays are for a series that repeats every week."
    elif len(set(rule.weekdays)) != len(rule.weekdays) or not all(0 <= day < _A_WEEK for day in rule.weekdays):
        errors["weekdays"] = "Choose each day of the week once."
    if rule.monthday is not None:
        if rule.frequency is not Frequency.MONTHLY:
            errors["monthday"] = "A day of the month is for a series that repeats every month."
        elif rule.monthday != LAST and not 1 <= rule.monthday <= 31:
            errors["monthday"] = "Choose a day from 1 to 31."
    if rule.nth_weekday is not None:
        nth, weekday = rule.nth_weekday
        if rule.frequency is not Frequency.MONTHLY:
            errors["nth_weekday"] = "A weekday of the month is for a series that repeats every month."
        elif rule.monthday is not None:
            errors["nth_weekday"] = "Choose a day of the month or a weekday of the month, not both."
        elif nth not in (1, 2, 3, 4, LAST) or not 0 <= weekday < _A_WEEK:
            errors["nth_weekday"] = "Choose the first to the fourth or the last weekday of the month."
    return errors


def _never(rule: Rule, first: datetime) -> str | None:
    """Why a monthly rule gives no date: none of the months that it visits has the day."""
    if rule.frequency is not Frequency.MONTHLY or rule.nth_weekday is not None or rule.monthday == LAST:
        return None
    day = rule.monthday or first.day
    step = gcd(rule.interval, 12)
    visited = {(first.month - 1 + k * step) % 12 for k in range(12 // step)}
    if any(monthrange(_A_LEAP_YEAR, month + 1)[1] >= day for month in visited):
        return None
    names = [month_name[month + 1] for month in sorted(visited)]
    return f"{_listed(names)} never {'has' if len(names) == 1 else 'have'} a day {day}. Choose another day."


def _monthday(day: date, prefers_last: bool) -> int:
    is_last = day.day == monthrange(day.year, day.month)[1]
    return LAST if prefers_last and is_last else day.day
