"""The door as seen from outside: guidelines, knocking, and how a facilitator goes in."""

from typing import assert_never

from rooms.ids import Instant
from rooms.live import events as ev
from rooms.live.commands import AcceptGuidelines, Enter, Knock
from rooms.live.permission import require_doors, require_open, require_welcome
from rooms.live.person import Admitted, Waiting
from rooms.live.phase import Closing
from rooms.live.roster import accepted_current_guidelines, had_seat, is_waiting_room_full, names_inside, person_of
from rooms.live.state import RoomState
from rooms.live.text import clean_alias, distinct
from rooms.live.timetable import is_late
from rooms.refusals import Reason, Refused

DoorCommand = AcceptGuidelines | Knock | Enter


def decide(state: RoomState, command: DoorCommand, now: Instant) -> tuple[ev.Event, ...]:
    """Raises `Refused`; see each command."""
    match command:
        case AcceptGuidelines():
            return _accept(state, command)
        case Knock():
            return _knock(state, command, now)
        case Enter():
            return _enter(state, command)
        case _:
            assert_never(command)


def _accept(state: RoomState, command: AcceptGuidelines) -> tuple[ev.Event, ...]:
    require_open(state)
    person = person_of(state, command.by)
    require_welcome(person)
    if command.version != state.settings.guidelines_version:
        raise Refused(Reason.GUIDELINES_NOT_ACCEPTED)
    if accepted_current_guidelines(state, person):
        return ()
    return (ev.GuidelinesAccepted(command.by, command.version),)


def _knock(state: RoomState, command: Knock, now: Instant) -> tuple[ev.Event, ...]:
    require_doors(state)
    person = person_of(state, command.by)
    require_welcome(person)
    if person.role.may_facilitate:
        # Promoted, gone and back: their page may know only the link's role, and a facilitator never waits (R6).
        return _enter(state, Enter(command.by, command.alias))
    alias = clean_alias(command.alias)
    if isinstance(person.standing, Waiting):
        return (ev.PersonRenamed(person.id, alias),) if alias != person.alias else ()
    if isinstance(person.standing, Admitted):
        raise Refused(Reason.WRONG_STANDING)
    if not accepted_current_guidelines(state, person):
        raise Refused(Reason.GUIDELINES_NOT_ACCEPTED)
    if not had_seat(person):
        _require_open_door(state, now)
    return (ev.PersonKnocked(person.id, alias, was_here=had_seat(person)),)


def _require_open_door(state: RoomState, now: Instant) -> None:
    """What does not hold for those who were in: they may always come back to the waiting room."""
    if is_late(state.settings, now) or isinstance(state.phase, Closing):
        raise Refused(Reason.TOO_LATE)
    if state.is_entry_locked:
        raise Refused(Reason.ENTRY_LOCKED)
    if is_waiting_room_full(state):
        raise Refused(Reason.WAITING_ROOM_FULL)


def _enter(state: RoomState, command: Enter) -> tuple[ev.Event, ...]:
    person = person_of(state, command.by)
    if not person.role.may_facilitate:
        raise Refused(Reason.NOT_PERMITTED)
    require_doors(state)
    require_welcome(person)
    if isinstance(person.standing, Admitted):
        return ()
    return (ev.PersonAdmitted(person.id, distinct(clean_alias(command.alias), names_inside(state))),)
