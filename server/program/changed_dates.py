"""What one edit did to dates that people expect, and the one job by which they hear of it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rooms.ids import Instant, SessionId
from server.store.jobs import Job, Planned
from server.store.records import SessionRecord

MOVED: Final = "tell-moved"
CANCELED: Final = "tell-canceled"
CHANGED: Final = "tell-changed"
KINDS: Final = frozenset({MOVED, CANCELED, CHANGED})


@dataclass(frozen=True, slots=True)
class MovedDate:
    """A date that began at `was_at` before the edit."""

    session: SessionId
    was_at: Instant


@dataclass(frozen=True, slots=True)
class ChangedDates:
    """`key` names the edit: letters about it are known by it and by their reader.

    One of `moved` may be canceled by now: people know it by the start it had.
    """

    key: str
    moved: tuple[MovedDate, ...] = ()
    canceled: tuple[SessionId, ...] = ()

    @property
    def sessions(self) -> tuple[SessionId, ...]:
        return (*(each.session for each in self.moved), *self.canceled)


def changed_by(
    edit: str,
    changed: Iterable[tuple[SessionRecord, SessionRecord]],
    canceled: Iterable[SessionId],
    now: Instant,
) -> ChangedDates | None:
    """What people hear of an edit: `changed` holds rows as they were and as they are. None where it is nothing.

    An edit of one date is known by that date, so that it is told once whoever says it.
    """
    moved = [(was, row) for was, row in changed if _start(was) != _start(row) and now < _end(row)]
    void = tuple(canceled)
    match moved, void:
        case [], ():
            return None
        case [], (session,):
            return one_canceled(session)
        case [(was, row)], ():
            return one_moved(row, _start(was))
    return ChangedDates(f"changed:{edit}", tuple(MovedDate(row.id, _start(was)) for was, row in moved), void)


def one_canceled(session: SessionId) -> ChangedDates:
    return ChangedDates(f"canceled:{session}", canceled=(session,))


def one_moved(row: SessionRecord, was_at: Instant) -> ChangedDates:
    """`row` is the date as it is by now."""
    key = f"moved:{row.id}:{was_at}:{_start(row)}:{row.sequence}"
    return ChangedDates(key, moved=(MovedDate(row.id, was_at),))


def folded(edit: str, changed: ChangedDates, untold: Iterable[ChangedDates]) -> ChangedDates:
    """An edit with those before it that nobody has heard of, earliest first: dates move from where people know them."""
    edits = (*untold, changed)
    if len(edits) == 1:
        return changed
    was_at = {each.session: each.was_at for one in reversed(edits) for each in one.moved}
    void = tuple(dict.fromkeys(session for one in edits for session in one.canceled))
    sessions = was_at.keys() | set(void)
    key = f"canceled:{void[0]}" if len(sessions) == len(void) == 1 else f"changed:{edit}"
    moved = tuple(MovedDate(session, was) for session, was in was_at.items())
    return ChangedDates(key, moved, tuple(session for session in void if session not in was_at))


def job_of(changed: ChangedDates, due_at: Instant) -> Planned:
    """With ids and instants alone in it."""
    key = f"tell-{changed.key}"
    match changed.moved, changed.canceled:
        case (), (session,):
            return Planned(CANCELED, key, {"session": session}, due_at)
        case (one,), ():
            return Planned(MOVED, key, {"session": one.session, "was": str(one.was_at)}, due_at)
    moved = " ".join(f"{each.session}={each.was_at}" for each in changed.moved)
    return Planned(CHANGED, key, {"moved": moved, "canceled": " ".join(changed.canceled)}, due_at)


def changed_of(job: Job) -> ChangedDates:
    """What `job_of` made the job of."""
    key, payload = job.key.removeprefix("tell-"), job.payload
    if job.kind == CANCELED:
        return ChangedDates(key, canceled=(SessionId(payload["session"]),))
    if job.kind == MOVED:
        return ChangedDates(key, moved=(MovedDate(SessionId(payload["session"]), Instant(int(payload["was"]))),))
    pairs = [each.partition("=") for each in payload["moved"].split()]
    moved = tuple(MovedDate(SessionId(session), Instant(int(was))) for session, _, was in pairs)
    return ChangedDates(key, moved, tuple(SessionId(each) for each in payload["canceled"].split()))


def _start(row: SessionRecord) -> Instant:
    return row.settings.schedule.start_at


def _end(row: SessionRecord) -> Instant:
    return row.settings.schedule.end_at
