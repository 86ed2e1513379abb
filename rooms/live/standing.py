"""Who belongs, for the whole session: remove, readmit, promote, demote."""

from typing import assert_never

from rooms.ids import Instant
from rooms.live import events as ev
from rooms.live.commands import Demote, Promote, Readmit, Remove
from rooms.live.permission import require_leader, require_open, require_phase, require_removable, seated_target
from rooms.live.person import Declined, Person, Removed
from rooms.live.phase import Closing, Live, Ready
from rooms.live.roster import person_of
from rooms.live.state import RoomState
from rooms.live.text import clean_words
from rooms.refusals import Reason, Refused
from rooms.roles import Role

StandingCommand = Remove | Readmit | Promote | Demote


def decide(state: RoomState, command: StandingCommand, now: Instant) -> tuple[ev.Event, ...]:
    """Raises `Refused`; see each command."""
    require_open(state)
    leader = require_leader(state, command.by)
    match command:
        case Remove():
            return _remove(state, leader, command)
        case Readmit():
            person = person_of(state, command.target)
            if not isinstance(person.standing, Removed | Declined):
                raise Refused(Reason.WRONG_STANDING)
            return (ev.PersonReadmitted(person.id),)
        case Promote():
            return _promote(state, command)
        case Demote():
            return _demote(state, leader, command)
        case _:
            assert_never(command)


def _remove(state: RoomState, leader: Person, command: Remove) -> tuple[ev.Event, ...]:
    """Whatever their standing, in every phase: somebody who left is kept from coming back too."""
    person = person_of(state, command.target)
    require_removable(leader, person)
    if isinstance(person.standing, Removed):
        return ()
    removed = ev.PersonRemoved(person.id, clean_words(command.reason))
    if person.role is person.role_by_link:
        return (removed,)
    return (removed, ev.RoleChanged(person.id, person.role_by_link))


def _promote(state: RoomState, command: Promote) -> tuple[ev.Event, ...]:
    person, _ = seated_target(state, command.target)
    if person.role.may_facilitate:
        raise Refused(Reason.WRONG_STANDING)
    # In a pause a facilitator is heard and a participant is not: a promotion there would open a microphone.
    require_phase(state, Ready, Live, Closing)
    return (ev.RoleChanged(person.id, Role.CO_FACILITATOR),)


def _demote(state: RoomState, leader: Person, command: Demote) -> tuple[ev.Event, ...]:
    person = person_of(state, command.target)
    if not person.role.may_facilitate:
        raise Refused(Reason.WRONG_STANDING)
    if person.role is person.role_by_link:
        raise Refused(Reason.NOT_PERMITTED)
    return (ev.RoleChanged(person.id, person.role_by_link),)
