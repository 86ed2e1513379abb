"""From a series and its exceptions to dates: the instants, what the clocks do to them, what differs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS, Schedule
from rooms.program.recurrence import MOST_AHEAD, occurrences
from rooms.program.series import DateException, ExceptionKind, Series, local_from, local_text
from rooms.schedule import EARLIEST, LATEST, ClockNote, local_of, timing_of

_A_DAY = timedelta(days=1)  # local time and UTC are never farther apart


@dataclass(frozen=True, slots=True)
class Date:
    """One planned meeting of a series. `title` and `waiting_message` as in `Series`, with the date's change on top."""

    original_local: str  # its name in the series
    schedule: Schedule
    note: ClockNote
    is_canceled: bool
    is_moved: bool
    title: str
    waiting_message: str | None
    starts_local: datetime  # aware, in the zone of the series, as it will be shown

    @property
    def length_min(self) -> int:
        return (self.schedule.end_at - self.schedule.start_at) // MINUTE_MS


def dates_of(
    series: Series, exceptions: Iterable[DateException], begin: Instant, end: Instant, most: int = MOST_AHEAD
) -> list[Date]:
    """The dates whose planned or moved start lies in [begin, end), canceled ones too, by start; at most `most`."""
    differing = {exception.original_local: exception for exception in exceptions}
    earliest = _naive(begin, series.zone) - _A_DAY
    latest = _naive(end, series.zone) + _A_DAY
    near = islice(takewhile(lambda start: start <= latest, planned(series, earliest)), most + 4)
    found = {local_text(start): start for start in near}
    for name in differing.keys() - found.keys():
        if _moves_into(differing[name], earliest, latest) and is_planned(series, name):
            found[name] = local_from(name)
    dates = []
    for name, start in found.items():
        date = _date(series, start, differing.get(name))
        is_near = begin <= date.schedule.start_at < end
        if is_near or (date.is_moved and begin <= _date(series, start, None).schedule.start_at < end):
            dates.append(date)
    return sorted(dates, key=lambda date: (date.schedule.start_at, date.original_local))[:most]


def date_named(series: Series, exceptions: Iterable[DateException], name: str) -> Date | None:
    """The date of this name; None where the series has no such date."""
    if not is_planned(series, name):
        return None
    found = next((exception for exception in exceptions if exception.original_local == name), None)
    return _date(series, local_from(name), found)


def planned(series: Series, after: datetime | None = None) -> Iterator[datetime]:
    """The naive local starts as the rule gives them, before any exception."""
    starts = occurrences(series.first_local, series.rule, after)
    if series.ended_at is None:
        return starts
    ended = _naive(series.ended_at, series.zone)
    return takewhile(lambda start: start < ended, starts)


def is_planned(series: Series, name: str) -> bool:
    """Whether the rule gives a date of this name."""
    try:
        start = local_from(name)
    except ValueError:
        return False
    is_name = local_text(start) == name and EARLIEST <= start.date() < LATEST
    return is_name and next(planned(series, start), None) == start


def _date(series: Series, start: datetime, exception: DateException | None) -> Date:
    change = None if exception is None else exception.change
    asked = start if change is None or change.start_local is None else change.start_local
    length = series.length_min if change is None or change.length_min is None else change.length_min
    timing = timing_of(asked.date(), asked.time(), series.zone, length, series.timers.doors_min)
    own_message = None if change is None else change.waiting_message
    return Date(
        original_local=local_text(start),
        schedule=timing.schedule,
        note=timing.note,
        is_canceled=exception is not None and exception.kind is ExceptionKind.CANCELED,
        is_moved=asked != start,
        title=series.title if change is None or change.title is None else change.title,
        waiting_message=series.waiting_message if own_message is None else own_message,
        starts_local=timing.starts_local,
    )


def _moves_into(exception: DateException, earliest: datetime, latest: datetime) -> bool:
    moved_to = exception.change.start_local
    return moved_to is not None and earliest <= moved_to <= latest


def _naive(instant: Instant, zone: str) -> datetime:
    return local_of(instant, zone).replace(tzinfo=None)
