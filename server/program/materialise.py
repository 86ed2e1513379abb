"""What the sessions of a series have to be: from its dates and its group to the rows of the next eight weeks. Pure."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from rooms.ids import Instant, SessionId
from rooms.live.settings import MINUTE_MS, Settings
from rooms.program.authority import Position
from rooms.program.dates import Date, date_named, dates_of
from rooms.program.group import NEUTRAL_NAME, Group, Kind, StaffMember
from rooms.program.series import Change, DateException, ExceptionKind, Series
from rooms.schedule import local_of
from server.store.records import SessionEnd, SessionRecord

AHEAD_MS: Final = 8 * 7 * 24 * 60 * MINUTE_MS
_A_DAY: Final = 24 * 60 * MINUTE_MS
MOST_SEATS: Final = 25


@dataclass(frozen=True, slots=True)
class Hands:
    """The group as its sessions show it."""

    group: Group
    facilitators: str


@dataclass(frozen=True, slots=True)
class Needed:
    """What has to be done so that the rows are what the series says. `void`: dates that are no more, or canceled."""

    add: tuple[SessionRecord, ...]
    change: tuple[tuple[SessionRecord, SessionRecord], ...]  # as it was, as it is to be
    void: tuple[SessionId, ...]
    nameless: tuple[SessionId, ...]  # of `void`: their name in the series is free again
    held: tuple[DateException, ...]  # dates that began at another time than the series says by now


def hands_of(group: Group, staff: Iterable[StaffMember]) -> Hands:
    names = [member.name for member in staff if member.position is Position.FACILITATOR and member.name]
    return Hands(group, " & ".join(names))


def needed(
    series: Series,
    exceptions: Collection[DateException],
    rows: Iterable[SessionRecord],
    hands: Hands,
    now: Instant,
    new_id: Callable[[], SessionId],
) -> Needed:
    """Nothing where all is as it should be. Rows of sessions that began, or are over, are never touched."""
    by_name = {row.original_local: row for row in rows if row.original_local is not None}
    add = []
    for date in dates_of(series, exceptions, Instant(now - _A_DAY), Instant(now + AHEAD_MS)):
        is_new = date.original_local not in by_name and not date.is_canceled
        if is_new and date.schedule.end_at > now and date.schedule.start_at < now + AHEAD_MS:
            add.append(session_of(series, date, hands, new_id()))
    change: list[tuple[SessionRecord, SessionRecord]] = []
    void: list[SessionId] = []
    nameless: list[SessionId] = []
    held: list[DateException] = []
    for name, row in by_name.items():
        planned = date_named(series, exceptions, name)
        if row.end is SessionEnd.CANCELED and planned is not None and not planned.is_canceled:
            held.append(DateException(name, ExceptionKind.CANCELED, _change_of(exceptions, name)))  # by its room
        elif row.begun_at is not None:
            if planned is not None and (exception := _held(series, planned, row)) is not None:
                held.append(exception)
        elif is_waiting(row, now):
            if planned is None:
                void.append(row.id)
                nameless.append(row.id)
            elif planned.is_canceled:
                void.append(row.id)
            elif (wanted := _rewritten(row, session_of(series, planned, hands, row.id))) != row:
                change.append((row, wanted))
    return Needed(tuple(add), tuple(change), tuple(void), tuple(nameless), tuple(held))


def _change_of(exceptions: Iterable[DateException], name: str) -> Change:
    return next((each.change for each in exceptions if each.original_local == name), Change())


def is_waiting(row: SessionRecord, now: Instant) -> bool:
    """Neither begun nor over, and not past: nobody has come yet."""
    return row.begun_at is None and row.end is SessionEnd.OPEN and row.settings.schedule.end_at > now


def session_of(series: Series, date: Date, hands: Hands, id: SessionId) -> SessionRecord:
    """The row of one date."""
    group, timers = hands.group, series.timers
    title = date.title or group.name
    settings = Settings(
        schedule=date.schedule,
        guidelines_version=group.guidelines.version,
        waiting_message=group.waiting_message if date.waiting_message is None else date.waiting_message,
        is_peer_held=group.kind is Kind.PEER_HELD,
        chat_policy=group.chat_policy,
        max_participants=min(group.capacity, MOST_SEATS),
        late_cutoff_ms=None if timers.late_min is None else timers.late_min * MINUTE_MS,
        absent_page_ms=timers.absent_page_min * MINUTE_MS,
        absent_cancel_ms=timers.absent_cancel_min * MINUTE_MS,
    )
    return SessionRecord(
        id=id,
        host=series.account,
        group=series.group,
        series=series.id,
        original_local=date.original_local,
        title=title,
        discreet_title=(group.discreet_name or NEUTRAL_NAME) if group.is_neutral else title,
        zone=series.zone,
        settings=settings,
        guidelines=group.guidelines.text,
        facilitators=hands.facilitators,
        resources=group.resources,
    )


def _rewritten(row: SessionRecord, wanted: SessionRecord) -> SessionRecord:
    """`sequence` grows where a calendar shows something else than before (RFC 5545 3.8.7.4)."""
    was, now = row.settings.schedule, wanted.settings.schedule
    shown = (now.start_at, now.end_at, wanted.discreet_title)
    is_told = (was.start_at, was.end_at, row.discreet_title) != shown
    return replace(wanted, host=row.host, sequence=row.sequence + is_told)


def _held(series: Series, planned: Date, row: SessionRecord) -> DateException | None:
    """It began before the change reached it: the date is when it was held."""
    held = row.settings.schedule
    if planned.is_canceled or (held.start_at, held.end_at) == (planned.schedule.start_at, planned.schedule.end_at):
        return None
    start = local_of(held.start_at, series.zone).replace(tzinfo=None, fold=0)
    length = (held.end_at - held.start_at) // MINUTE_MS
    change = Change(start_local=start, length_min=length, title=planned.title, waiting_message=planned.waiting_message)
    return DateException(planned.original_local, ExceptionKind.CHANGED, change)
