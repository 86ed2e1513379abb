"""What the server reports: who somebody is, whether they are connected, that the host cancels or moves the session.

Reports about a known person are never refused: a removed person's page connects in order to be told so, and a room that
is over takes a report without changing.
"""

from typing import assert_never

from rooms.ids import Instant
from rooms.live import events as ev
from rooms.live.commands import CancelSession, Connect, Disconnect, FlagLink, Introduce, ReportCommand, Reschedule
from rooms.live.person import Admitted
from rooms.live.phase import Canceled, CancelReason, Ended, EndReason, Scheduled
from rooms.live.phases import ended
from rooms.live.roster import has_started, is_over, only_looked_in, person_of
from rooms.live.state import RoomState
from rooms.live.text import clean_alias
from rooms.refusals import Reason, Refused
from rooms.roles import Role

_RANK = {Role.PARTICIPANT: 0, Role.CO_FACILITATOR: 1, Role.FACILITATOR: 2}


def decide(state: RoomState, command: ReportCommand, now: Instant) -> tuple[ev.Event, ...]:
    """Raises `Refused`; see each report."""
    match command:
        case Introduce():
            return _introduce(state, command)
        case Connect():
            return _connect(state, command)
        case Disconnect():
            return _disconnect(state, command)
        case CancelSession():
            return _cancel(state, now)
        case Reschedule():
            return _reschedule(state, command)
        case FlagLink():
            return _flag_link(state, command)
        case _:
            assert_never(command)


def _introduce(state: RoomState, command: Introduce) -> tuple[ev.Event, ...]:
    known = state.people.get(command.by)
    if is_over(state):
        return ()
    if known is not None:
        if _RANK[command.role] <= _RANK[known.role_by_link]:
            return ()
        role = max(command.role, known.role, key=_RANK.__getitem__)
        return (ev.PersonIntroduced(command.by, role, known.alias),)
    introduced = ev.PersonIntroduced(command.by, command.role, clean_alias(command.alias))
    if len(state.people) < state.settings.max_known:
        return (introduced,)
    if (passer_by := next((p for p in state.people.values() if only_looked_in(p)), None)) is not None:
        return (ev.PersonForgotten(passer_by.id), introduced)
    if command.role.may_facilitate or command.has_link:
        return (introduced,)
    raise Refused(Reason.WAITING_ROOM_FULL)


def _connect(state: RoomState, command: Connect) -> tuple[ev.Event, ...]:
    if is_over(state):
        return ()
    person = person_of(state, command.by)
    is_lost = not person.is_connected
    starts_anew = command.is_new_page and isinstance(person.standing, Admitted)
    return (ev.PersonConnected(command.by, command.is_new_page),) if is_lost or starts_anew else ()


def _disconnect(state: RoomState, command: Disconnect) -> tuple[ev.Event, ...]:
    if is_over(state):
        return ()
    return (ev.PersonDisconnected(command.by),) if person_of(state, command.by).is_connected else ()


def _cancel(state: RoomState, now: Instant) -> tuple[ev.Event, ...]:
    if isinstance(state.phase, Canceled):
        return ()
    if isinstance(state.phase, Ended):
        raise Refused(Reason.ENDED)
    if has_started(state):
        return ended(EndReason.BY_HOST, now)
    return (ev.PhaseChanged(Canceled(now, CancelReason.BY_HOST)), ev.ChatErased())


def _reschedule(state: RoomState, command: Reschedule) -> tuple[ev.Event, ...]:
    if not isinstance(state.phase, Scheduled):
        raise Refused(Reason.WRONG_PHASE)
    return () if command.settings == state.settings else (ev.Rescheduled(command.settings),)


def _flag_link(state: RoomState, command: FlagLink) -> tuple[ev.Event, ...]:
    if is_over(state):
        return ()
    return (ev.LinkFlagged(command.by),) if person_of(state, command.by).is_connected else ()
