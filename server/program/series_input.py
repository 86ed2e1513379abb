"""What hosts write of a series, and what may be wrong with it; sentences for the field that it is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import available_timezones

from rooms.live.settings import MINUTE_MS
from rooms.program.changes import Plan
from rooms.program.dates import Date
from rooms.program.recurrence import BadRule, Rule, aligned, settled
from rooms.program.recurrence import check as check_rule
from rooms.program.series import Change
from rooms.program.timers import LONGEST_MIN, Timers
from rooms.program.timers import faults_of as timer_faults
from rooms.schedule import EARLIEST, LATEST, ClockNote
from server.scheduling import text_fault

SHORTEST_MIN = 5
FARTHEST_MS = 366 * 24 * 60 * MINUTE_MS
TOO_FAR = "Choose a date within the next year."
PAST = "This time has passed. Choose a later one."
BEGUN = "This date has begun. Its room keeps what it has."
CANCELED = "This date is canceled."
NONE_LEFT = "No date of this series is left to change."


class Scope(StrEnum):
    """Which dates a change is for."""

    THIS = "this"
    FOLLOWING = "following"  # this one and all after it
    ALL = "all"  # all that have not begun


@dataclass(frozen=True, slots=True)
class SeriesInput:
    """One filled-in schedule form. `starts_on` and `starts_at` are local in `zone`. `title` "": the group's name."""

    title: str
    zone: str
    starts_on: date
    starts_at: time
    length_min: int
    rule: Rule | None = None
    timers: Timers = Timers()
    waiting_message: str | None = None  # None: the group's


@dataclass(frozen=True, slots=True)
class Preview:
    """What a form would make: the next six dates, sentences about the clocks, and what else happens at those times."""

    dates: tuple[Date, ...]
    notes: tuple[str, ...]
    conflicts: tuple[str, ...]  # sentences; these keep nobody from scheduling


class BadSeries(ValueError):
    """`errors` maps the name of a field of `SeriesInput`, `Rule`, `Timers` or `Change` to one sentence."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(sorted(errors)))
        self.errors = dict(errors)


class StaleSeries(Exception):
    """Somebody else changed the series meanwhile; read it again."""


def plan_for(wanted: SeriesInput) -> Plan:
    """The series that a form describes, from its first date on. Raises `BadSeries` with every problem at once."""
    first = datetime.combine(wanted.starts_on, wanted.starts_at.replace(second=0, microsecond=0, tzinfo=None, fold=0))
    errors = timer_faults(wanted.timers) | _texts(wanted.title, wanted.waiting_message)
    if not EARLIEST < wanted.starts_on < LATEST:
        errors["starts_on"] = TOO_FAR
    if wanted.zone not in available_timezones():
        errors["zone"] = "Choose a time zone from the list."
    errors |= _length(wanted.length_min)
    rule = wanted.rule
    if rule is not None and "starts_on" not in errors:
        try:
            check_rule(rule, first)
        except BadRule as bad:
            errors |= bad.errors
        else:
            rule = settled(rule, first)
            first = aligned(first, rule)
    if errors:
        raise BadSeries(errors)
    message = None if wanted.waiting_message is None else wanted.waiting_message.strip()
    return Plan(first, wanted.zone, wanted.length_min, rule, wanted.timers, wanted.title.strip(), message, False)


def faults_of(change: Change) -> dict[str, str]:
    """One sentence for each field of a change that cannot be so, whatever the date."""
    errors = _texts(change.title, change.waiting_message)
    if change.length_min is not None:
        errors |= _length(change.length_min)
    if change.start_local is not None and not EARLIEST < change.start_local.date() < LATEST:
        errors["start_local"] = TOO_FAR
    return errors


def clock_notes(dates: Iterable[Date], zone: str) -> tuple[str, ...]:
    """What the clocks of the zone do to these dates, and when they change between two of them."""
    place = zone.rsplit("/", 1)[-1].replace("_", " ")
    notes: list[str] = []
    former: Date | None = None
    for each in dates:
        day, shown = _day(each.starts_local), f"{each.starts_local:%H:%M}"
        if each.note is ClockNote.SKIPPED:
            notes.append(f"On {day} the clocks in {place} skip this time. The session starts at {shown} then.")
        elif each.note is ClockNote.DOUBLED:
            notes.append(f"On {day} {shown} comes twice in {place}. The session starts the first time.")
        elif former is not None and former.starts_local.utcoffset() != each.starts_local.utcoffset():
            between = f"Between {_day(former.starts_local)} and {day} the clocks in {place} change."
            notes.append(f"{between} It stays {shown} there; people elsewhere may see another hour.")
        former = each
    return tuple(notes)


def _day(local: datetime) -> str:
    return f"{local:%A} {local.day} {local:%B}"


def _length(length_min: int) -> dict[str, str]:
    if SHORTEST_MIN <= length_min <= LONGEST_MIN:
        return {}
    return {"length_min": f"Choose a length from {SHORTEST_MIN} to {LONGEST_MIN} minutes."}


def _texts(title: str | None, waiting_message: str | None) -> dict[str, str]:
    texts = {"title": title, "waiting_message": waiting_message}
    faults = {field: text_fault(field, text) for field, text in texts.items() if text is not None}
    return {field: fault for field, fault in faults.items() if fault is not None}
