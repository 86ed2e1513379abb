"""What somebody does with their own place: hand, name, break, leaving."""

from typing import assert_never

from rooms.ids import Instant, PersonId
from rooms.live import events as ev
from rooms.live.commands import Leave as LeaveCommand
from rooms.live.commands import LowerHand, RaiseHand, Rename, ReturnFromBreak, SeatCommand, TakeBreak
from rooms.live.permission import (
    require_leader,
    require_open,
    require_phase,
    require_seat,
    require_welcome,
    seated_target,
)
from rooms.live.person import Admitted, Waiting
from rooms.live.phase import Closing, Held, Live, Paused, Ready
from rooms.live.roster import names_inside, person_of
from rooms.live.state import RoomState
from rooms.live.text import clean_alias, distinct
from rooms.refusals import Reason, Refused


def decide(state: RoomState, command: SeatCommand, now: Instant) -> tuple[ev.Event, ...]:
    """Raises `Refused`; see each command."""
    require_open(state)
    match command:
        case RaiseHand():
            return _raise(state, command.by)
        case LowerHand():
            return _lower(state, command.by, command.target)
        case Rename():
            return _rename(state, command)
        case TakeBreak():
            _, seat = require_seat(state, command.by)
            return () if seat.on_break else (ev.BreakTaken(command.by),)
        case ReturnFromBreak():
            _, seat = require_seat(state, command.by)
            return (ev.BreakEnded(command.by),) if seat.on_break else ()
        case LeaveCommand():
            return _leave(state, command.by)
        case _:
            assert_never(command)


def _raise(state: RoomState, by: PersonId) -> tuple[ev.Event, ...]:
    _, seat = require_seat(state, by)
    require_phase(state, Ready, Live, Closing)
    if seat.on_break:
        raise Refused(Reason.ON_A_BREAK)
    return () if seat.hand_raised_at is not None else (ev.HandRaised(by),)


def _lower(state: RoomState, by: PersonId, target: PersonId) -> tuple[ev.Event, ...]:
    if by == target:
        _, seat = require_seat(state, by)
    else:
        require_leader(state, by)
        _, seat = seated_target(state, target)
    require_phase(state, Ready, Live, Closing)
    return () if seat.hand_raised_at is None else (ev.HandLowered(target),)


def _rename(state: RoomState, command: Rename) -> tuple[ev.Event, ...]:
    person = person_of(state, command.by)
    require_welcome(person)
    alias = clean_alias(command.alias)
    match person.standing:
        case Waiting():
            pass
        case Admitted():
            # While the chat rests a name must not become a way to write to everybody.
            if isinstance(state.phase, Paused | Held) and not person.role.may_facilitate:
                raise Refused(Reason.WRONG_PHASE)
            alias = distinct(alias, names_inside(state, besides=person.id))
        case _:
            raise Refused(Reason.NOT_ADMITTED)
    return () if alias == person.alias else (ev.PersonRenamed(person.id, alias),)


def _leave(state: RoomState, by: PersonId) -> tuple[ev.Event, ...]:
    person = person_of(state, by)
    match person.standing:
        case Admitted():
            return (ev.PersonLeft(by, had_seat=True),)
        case Waiting(was_here=was_here):
            return (ev.PersonLeft(by, had_seat=was_here),)
        case _:
            return ()
