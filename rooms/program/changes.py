"""What becomes of a series when it changes from one date on: the part before, the part after, and its dates' names."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from rooms.program.dates import planned
from rooms.program.recurrence import Frequency, Rule, aligned, moved, occurrences
from rooms.program.series import Change, DateException, ExceptionKind, Series, local_from, local_text
from rooms.program.timers import Timers


@dataclass(frozen=True, slots=True)
class Plan:
    """What a series is to be from one of its dates on; that date becomes `first_local`."""

    first_local: datetime
    zone: str
    length_min: int
    rule: Rule | None
    timers: Timers
    title: str
    waiting_message: str | None
    only_moves: bool  # the same dates, each as much later or earlier


def plan_of(series: Series, cut: datetime, original: datetime, change: Change) -> Plan:
    """The plan from `cut` on when the change was made on the date `original`: all move as that one does."""
    to = original if change.start_local is None else change.start_local
    rule = rest_of(series, cut)
    if rule is not None:
        rule = moved(rule, original, to)
    return Plan(
        first_local=_first(cut, original, to, rule),
        zone=series.zone,
        length_min=series.length_min if change.length_min is None else change.length_min,
        rule=rule,
        timers=series.timers,
        title=series.title if change.title is None else change.title,
        waiting_message=series.waiting_message if change.waiting_message is None else change.waiting_message,
        only_moves=True,
    )


def only_moves(series: Series, cut: datetime, first: datetime, rule: Rule | None) -> bool:
    """Whether a series that begins at `first` by `rule` is what this one is from `cut` on, moved."""
    was = rest_of(series, cut)
    if was is None or rule is None:
        return was is rule
    return replace(moved(was, cut, first), until=None, count=None) == replace(rule, until=None, count=None)


def rest_of(series: Series, cut: datetime) -> Rule | None:
    """The rule from `cut` on: dates before it are not counted any more."""
    if series.rule is None or series.rule.count is None:
        return series.rule
    gone = sum(1 for _ in takewhile(lambda start: start < cut, planned(series)))
    return replace(series.rule, count=series.rule.count - gone)


def before(series: Series, cut: datetime) -> Series | None:
    """The series as it ends ahead of `cut`; None where it has no date there."""
    earlier = takewhile(lambda start: start < cut, planned(series))
    last = next(iter(deque(earlier, maxlen=1)), None)
    if last is None or series.rule is None:
        return None
    return replace(series, rule=replace(series.rule, until=last.date(), count=None))


def renamed(series: Series, cut: datetime, plan: Plan, names: Collection[str]) -> dict[str, str]:
    """For the names of dates from `cut` on: what they are called by the plan. One that is missing is no date any more.

    Dates of a series that only moves are paired in order, so that links, answers and leads stay with their date; those
    of one that repeats otherwise are paired by day.
    """
    wanted = {name for name in names if local_from(name) >= cut}
    if not wanted:
        return {}
    latest = local_from(max(wanted))
    old = takewhile(lambda start: start <= latest, planned(series, cut))
    new = occurrences(plan.first_local, plan.rule)
    if not plan.only_moves:
        pairs = _paired(old, new, lambda start: start.toordinal(), 0)
    elif plan.rule is not None and plan.rule.frequency is Frequency.MONTHLY:
        # One of the two may leave out the months that are too short for it.
        pairs = _paired(old, new, _month, _month(plan.first_local) - _month(cut))
    else:
        pairs = zip(old, new, strict=False)
    return {local_text(was): local_text(now) for was, now in pairs if local_text(was) in wanted}


def carried(exceptions: Iterable[DateException], cut: datetime, names: Mapping[str, str]) -> list[DateException]:
    """The exceptions from `cut` on under their new names; what was moved stays where it was moved to."""
    kept = []
    for exception in exceptions:
        name = names.get(exception.original_local)
        if local_from(exception.original_local) >= cut and name is not None:
            kept.append(replace(exception, original_local=name))
    return kept


def merged(exception: DateException | None, name: str, change: Change) -> DateException | None:
    """One date's exception with a further change on top; None where nothing differs any more."""
    was = Change() if exception is None else exception.change
    start = was.start_local if change.start_local is None else change.start_local
    both = Change(
        start_local=None if start == local_from(name) else start,
        length_min=was.length_min if change.length_min is None else change.length_min,
        title=was.title if change.title is None else change.title,
        waiting_message=was.waiting_message if change.waiting_message is None else change.waiting_message,
    )
    return None if both == Change() else DateException(name, ExceptionKind.CHANGED, both)


def _first(cut: datetime, original: datetime, to: datetime, rule: Rule | None) -> datetime:
    """What `cut` becomes when `original` becomes `to`."""
    if rule is None or original == cut or rule.frequency is not Frequency.MONTHLY:
        return cut + (to - original)
    # By months the distance between two dates is not the same before and after: the date of that month is meant.
    month = _month(cut) + _month(to) - _month(original)
    begin = to.replace(year=month // 12, month=month % 12 + 1, day=1)
    return aligned(begin, rule)


def _paired(
    old: Iterable[datetime], new: Iterator[datetime], key: Callable[[datetime], int], apart: int
) -> Iterator[tuple[datetime, datetime]]:
    """Those whose keys are `apart`; both are in order and no key comes twice."""
    later = next(new, None)
    for was in old:
        while later is not None and key(later) < key(was) + apart:
            later = next(new, None)
        if later is not None and key(later) == key(was) + apart:
            yield was, later


def _month(start: datetime) -> int:
    return start.year * 12 + start.month - 1
