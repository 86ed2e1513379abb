"""The waiting room as facilitators keep it: admit, hold, decline, send back, and words with those who wait."""

from collections.abc import Iterable
from typing import assert_never

from rooms.ids import Instant
from rooms.live import events as ev
from rooms.live.commands import Admit, AdmitAll, Decline, HoldWaiting, MessageWaiting, SendBack, SendNote
from rooms.live.permission import (
    require_doors,
    require_leader,
    require_phase,
    require_welcome,
    seated_target,
    waiting_target,
)
from rooms.live.person import Note, Person, Waiting
from rooms.live.phase import Closing, Live, Paused, Ready
from rooms.live.roster import had_seat, has_room_for_one, person_of, seat_names, waiting
from rooms.live.state import RoomState
from rooms.live.text import MAX_WORDS, clean_line, clean_words
from rooms.refusals import Reason, Refused

WaitingRoomCommand = Admit | AdmitAll | HoldWaiting | Decline | SendBack | MessageWaiting | SendNote


def decide(state: RoomState, command: WaitingRoomCommand, now: Instant) -> tuple[ev.Event, ...]:
    """Raises `Refused`; see each command."""
    match command:
        case Admit():
            require_leader(state, command.by)
            require_doors(state)
            targets = [person_of(state, target) for target in dict.fromkeys(command.targets)]
            return _admit(state, [p for p in targets if isinstance(p.standing, Waiting)])
        case AdmitAll():
            require_leader(state, command.by)
            require_doors(state)
            return _admit(state, [p for p, place in waiting(state) if place.held_message is None])
        case HoldWaiting():
            return _hold(state, command)
        case Decline():
            return _decline(state, command)
        case SendBack():
            return _send_back(state, command)
        case MessageWaiting():
            require_leader(state, command.by)
            require_doors(state)
            return (ev.WaitingMessaged(clean_words(command.text)),)
        case SendNote():
            return _note(state, command, now)
        case _:
            assert_never(command)


def admitted_together(state: RoomState, people: Iterable[Person]) -> tuple[ev.Event, ...]:
    """Seats for these, in this order, as long as there are any."""
    seats: list[Person] = []
    for person in people:
        if person.role.may_facilitate or has_room_for_one(state, coming=len(seats)):
            seats.append(person)
    return tuple(ev.PersonAdmitted(person.id, alias) for person, alias in seat_names(state, seats))


def _admit(state: RoomState, people: list[Person]) -> tuple[ev.Event, ...]:
    require_phase(state, Ready, Live, Closing)
    if not people:
        raise Refused(Reason.WRONG_STANDING)
    if isinstance(state.phase, Closing):
        people = [person for person in people if had_seat(person)]
        if not people:
            raise Refused(Reason.TOO_LATE)
    admitted = admitted_together(state, people)
    if not admitted:
        raise Refused(Reason.ROOM_FULL)
    return admitted


def _hold(state: RoomState, command: HoldWaiting) -> tuple[ev.Event, ...]:
    require_leader(state, command.by)
    require_doors(state)
    person, place = waiting_target(state, command.target)
    message = clean_words(command.message)
    return () if place.held_message == message else (ev.WaitingHeld(person.id, message),)


def _decline(state: RoomState, command: Decline) -> tuple[ev.Event, ...]:
    require_leader(state, command.by)
    require_doors(state)
    person, _ = waiting_target(state, command.target)
    if person.role.may_facilitate:
        raise Refused(Reason.NOT_PERMITTED)
    return (ev.PersonDeclined(person.id, clean_words(command.reason)),)


def _send_back(state: RoomState, command: SendBack) -> tuple[ev.Event, ...]:
    require_leader(state, command.by)
    require_doors(state)
    person, _ = seated_target(state, command.target)
    if person.role.may_facilitate:
        raise Refused(Reason.NOT_PERMITTED)
    require_phase(state, Ready, Live, Paused, Closing)
    # Held, so that neither "admit all" nor a group that holds itself brings them in again at once.
    return (ev.PersonSentBack(person.id), ev.WaitingHeld(person.id, ""))


def _note(state: RoomState, command: SendNote, now: Instant) -> tuple[ev.Event, ...]:
    is_from_facilitator = command.by != command.target
    if is_from_facilitator:
        require_leader(state, command.by)
    require_doors(state)
    require_welcome(person_of(state, command.by))
    person, place = waiting_target(state, command.target)
    if any(note.id == command.id for note in place.notes):
        return ()
    note = Note(command.id, is_from_facilitator, clean_line(command.text, MAX_WORDS), now)
    return (ev.NoteSent(person.id, note),)
