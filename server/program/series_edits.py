"""What an edit makes of a series: pure, from what is stored to what is to be stored in one transaction."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from rooms.ids import Instant, SessionId
from rooms.program.changes import Plan, before, carried, merged, plan_of, renamed
from rooms.program.dates import date_named, planned
from rooms.program.ids import SeriesId
from rooms.program.series import Change, DateException, ExceptionKind, Series, local_from, local_text
from rooms.schedule import local_of
from server.program.series_input import BEGUN, CANCELED, FARTHEST_MS, NONE_LEFT, PAST, TOO_FAR, BadSeries
from server.store.records import SessionEnd, SessionRecord


@dataclass(frozen=True, slots=True)
class Stored:
    """A series as it is: its exceptions and all sessions that came of it."""

    series: Series
    exceptions: tuple[DateException, ...]
    rows: tuple[SessionRecord, ...]

    def exception(self, name: str) -> DateException | None:
        return next((each for each in self.exceptions if each.original_local == name), None)

    def row(self, name: str) -> SessionRecord | None:
        return next((row for row in self.rows if row.original_local == name), None)

    def has_begun(self, name: str) -> bool:
        row = self.row(name)
        return row is not None and (row.begun_at is not None or row.end is not SessionEnd.OPEN)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be stored. `split` is a series of its own from one date on; `names` says to which date of which series
    a session belongs (None: to none any more)."""

    series: Series
    exceptions: tuple[DateException, ...]
    split: Series | None = None
    split_exceptions: tuple[DateException, ...] = ()
    names: tuple[tuple[SessionId, SeriesId, str | None], ...] = ()

    @property
    def last(self) -> Series:
        """The series that goes on."""
        return self.series if self.split is None else self.split


def change_one(stored: Stored, name: str, change: Change, now: Instant) -> Edit:
    """Raises `BadSeries`, `LookupError` where there is no such date."""
    require_open(stored, name)
    differing = merged(stored.exception(name), name, change)
    others = [each for each in stored.exceptions if each.original_local != name]
    exceptions = (*others, *(() if differing is None else (differing,)))
    date = date_named(stored.series, exceptions, name)
    if date is not None and date.schedule.end_at <= now:
        raise BadSeries({"start_local": PAST})
    if date is not None and date.schedule.start_at - now > FARTHEST_MS:
        raise BadSeries({"start_local": TOO_FAR})
    return Edit(_stepped(stored.series), exceptions)


def change_from(stored: Stored, name: str, change: Change, now: Instant, new_id: SeriesId) -> Edit:
    """This date and those that follow. Raises `BadSeries`, `LookupError`."""
    require_open(stored, name)
    cut = local_from(name)
    plan = plan_of(stored.series, cut, cut, change)
    cleared = _without_what_moves(stored.exceptions, name, change)
    return _from(stored, cleared, cut, plan, now, new_id)


def change_all(stored: Stored, name: str, change: Change, now: Instant) -> Edit:
    """All that have not begun, as the date `name` changes. Raises `BadSeries`, `LookupError`."""
    if date_named(stored.series, stored.exceptions, name) is None:
        raise LookupError(name)
    cut = _first_open(stored, now)
    plan = plan_of(stored.series, cut, local_from(name), change)
    cleared = _without_what_moves(stored.exceptions, name, change)
    return _rebased(stored, cleared, cut, plan, now)


def revise_from(stored: Stored, name: str, plan: Plan, now: Instant, new_id: SeriesId) -> Edit:
    """From this date on everything as in `plan`. Raises `BadSeries`, `LookupError`."""
    require_open(stored, name)
    return _from(stored, stored.exceptions, local_from(name), plan, now, new_id)


def cancel_one(stored: Stored, name: str) -> Edit:
    """Raises `LookupError`."""
    if date_named(stored.series, stored.exceptions, name) is None:
        raise LookupError(name)
    was = stored.exception(name)
    canceled = DateException(name, ExceptionKind.CANCELED, Change() if was is None else was.change)
    others = [each for each in stored.exceptions if each.original_local != name]
    return Edit(_stepped(stored.series), (*others, canceled))


def cancel_from(stored: Stored, name: str, now: Instant) -> Edit:
    """This date and those that follow. Raises `LookupError`."""
    if date_named(stored.series, stored.exceptions, name) is None:
        raise LookupError(name)
    cut = local_from(name)
    earlier = before(stored.series, cut)
    if earlier is None:
        return end_all(stored, now)
    return Edit(_stepped(earlier), tuple(each for each in stored.exceptions if local_from(each.original_local) < cut))


def end_all(stored: Stored, now: Instant) -> Edit:
    """Everything that has not begun is canceled, and nothing more is planned."""
    series = replace(_stepped(stored.series), ended_at=now)
    exceptions = {each.original_local: each for each in stored.exceptions}
    for row in stored.rows:
        name = row.original_local
        # One that was due before and was moved is planned still; the others are not.
        if name is not None and not stored.has_begun(name) and date_named(series, (), name) is not None:
            was = exceptions.get(name)
            exceptions[name] = DateException(name, ExceptionKind.CANCELED, Change() if was is None else was.change)
    return Edit(series, tuple(exceptions.values()))


def require_open(stored: Stored, name: str) -> None:
    """Raises `BadSeries` for a date that is canceled or has begun, `LookupError` for none."""
    date = date_named(stored.series, stored.exceptions, name)
    if date is None:
        raise LookupError(name)
    if date.is_canceled:
        raise BadSeries({"start_local": CANCELED})
    if stored.has_begun(name):
        raise BadSeries({"start_local": BEGUN})


def _from(
    stored: Stored, exceptions: Collection[DateException], cut: datetime, plan: Plan, now: Instant, new_id: SeriesId
) -> Edit:
    earlier = before(stored.series, cut)
    if earlier is None:
        return _rebased(stored, exceptions, cut, plan, now)
    names = _names(stored, exceptions, cut, plan)
    split = replace(_planned_as(stored.series, plan), id=new_id, version=1, sequence=0)
    kept = tuple(carried(exceptions, cut, names))
    _require_future(stored, split, kept, names, now)
    return Edit(
        series=_stepped(earlier),
        exceptions=tuple(each for each in stored.exceptions if local_from(each.original_local) < cut),
        split=split,
        split_exceptions=kept,
        names=_moves(stored.rows, cut, names, new_id),
    )


def _rebased(stored: Stored, exceptions: Collection[DateException], cut: datetime, plan: Plan, now: Instant) -> Edit:
    names = _names(stored, exceptions, cut, plan)
    series = _stepped(_planned_as(stored.series, plan))
    kept = tuple(carried(exceptions, cut, names))
    _require_future(stored, series, kept, names, now)
    return Edit(series, kept, names=_moves(stored.rows, cut, names, series.id))


def _planned_as(series: Series, plan: Plan) -> Series:
    return replace(
        series,
        first_local=plan.first_local,
        zone=plan.zone,
        length_min=plan.length_min,
        rule=plan.rule,
        timers=plan.timers,
        title=plan.title,
        waiting_message=plan.waiting_message,
    )


def _stepped(series: Series) -> Series:
    return replace(series, version=series.version + 1, sequence=series.sequence + 1)


def _names(stored: Stored, exceptions: Iterable[DateException], cut: datetime, plan: Plan) -> dict[str, str]:
    known = {row.original_local for row in stored.rows} | {each.original_local for each in exceptions}
    return renamed(stored.series, cut, plan, [name for name in known if name is not None])


def _moves(
    rows: Iterable[SessionRecord], cut: datetime, names: Mapping[str, str], owner: SeriesId
) -> tuple[tuple[SessionId, SeriesId, str | None], ...]:
    later = [row for row in rows if row.original_local is not None and local_from(row.original_local) >= cut]
    return tuple((row.id, owner, names.get(row.original_local or "")) for row in later)


def _first_open(stored: Stored, now: Instant) -> datetime:
    """The first date, by its name, that has not begun. Raises `BadSeries` where none is left."""
    waiting = [
        row.original_local
        for row in stored.rows
        if row.original_local is not None and not stored.has_begun(row.original_local)
        if row.settings.schedule.end_at > now and date_named(stored.series, (), row.original_local) is not None
    ]
    known = {row.original_local for row in stored.rows}
    yesterday = local_of(now, stored.series.zone).replace(tzinfo=None) - timedelta(days=1)
    for name in (local_text(start) for start in planned(stored.series, yesterday)):
        if name in known:
            continue
        date = date_named(stored.series, stored.exceptions, name)
        if date is not None and date.schedule.end_at > now:
            waiting.append(name)
            break
    if not waiting:
        raise BadSeries({"start_local": NONE_LEFT})
    return local_from(min(waiting))


def _without_what_moves(exceptions: Iterable[DateException], name: str, change: Change) -> list[DateException]:
    """What is changed for all is not kept apart for the date on which it was changed."""
    kept = []
    for each in exceptions:
        if each.original_local == name and each.kind is ExceptionKind.CHANGED:
            was = each.change
            rest = Change(
                start_local=was.start_local if change.start_local is None else None,
                length_min=was.length_min if change.length_min is None else None,
                title=was.title if change.title is None else None,
                waiting_message=was.waiting_message if change.waiting_message is None else None,
            )
            if rest == Change():
                continue
            each = replace(each, change=rest)
        kept.append(each)
    return kept


def _require_future(
    stored: Stored, series: Series, exceptions: Collection[DateException], names: Mapping[str, str], now: Instant
) -> None:
    """No date that people wait for comes to lie in the past, or where nobody would look for it."""
    for was, name in names.items():
        date = date_named(series, exceptions, name)
        if date is not None and was == min(names) and date.schedule.start_at - now > FARTHEST_MS:
            raise BadSeries({"start_local": TOO_FAR})
        if date is None or date.is_canceled or stored.has_begun(was) or date.schedule.end_at > now:
            continue
        before_it = date_named(stored.series, stored.exceptions, was)
        if before_it is not None and before_it.schedule.end_at > now:
            raise BadSeries({"start_local": PAST})
