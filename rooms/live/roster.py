"""Questions about the people of a room, asked by deciders, the clockwork and the views alike."""

from collections.abc import Iterable

from rooms.ids import Instant, PersonId
from rooms.live.person import Admitted, Declined, Gated, Invited, Left, Person, Removed, Waiting
from rooms.live.phase import Canceled, Closing, Ended, Held, Live, Paused, Ready
from rooms.live.state import RoomState
from rooms.live.text import distinct, name_key
from rooms.refusals import Reason, Refused


def person_of(state: RoomState, person: PersonId) -> Person:
    """Raises `Refused(UNKNOWN_PERSON)`."""
    found = state.people.get(person)
    if found is None:
        raise Refused(Reason.UNKNOWN_PERSON)
    return found


def seated(state: RoomState) -> list[tuple[Person, Admitted]]:
    """Everybody inside, in the stable order of the roster: by seat, then by id."""
    inside = [(p, p.standing) for p in state.people.values() if isinstance(p.standing, Admitted)]
    return sorted(inside, key=lambda pair: (pair[1].since, pair[0].id))


def waiting(state: RoomState) -> list[tuple[Person, Waiting]]:
    """The waiting room, in order of arrival."""
    there = [(p, p.standing) for p in state.people.values() if isinstance(p.standing, Waiting)]
    return sorted(there, key=lambda pair: (pair[1].since, pair[0].id))


def is_waiting_room_full(state: RoomState) -> bool:
    """Those whose connection is lost do not count: their place is kept, and keeps nobody out."""
    return sum(person.is_connected for person, _ in waiting(state)) >= state.settings.max_waiting


def leads(person: Person) -> bool:
    """Inside with a facilitator's rights."""
    return person.role.may_facilitate and isinstance(person.standing, Admitted)


def has_facilitator_seat(state: RoomState) -> bool:
    """Somebody who leads has a seat, be their connection lost or not."""
    return any(leads(p) for p in state.people.values())


def is_led(state: RoomState) -> bool:
    """Somebody who leads is inside and connected; on a break they can still be asked back."""
    return any(leads(p) and p.is_connected for p in state.people.values())


def had_seat(person: Person) -> bool:
    """Was in this room before: may always return, unless removed or declined."""
    match person.standing:
        case Admitted():
            return True
        case Waiting(was_here=was_here):
            return was_here
        case Left(had_seat=had) | Declined(had_seat=had) | Removed(had_seat=had):
            return had
        case _:
            return False


def participants_who_came(state: RoomState) -> int:
    """How many had a seat here, whoever led apart: the number that a host sees afterwards, and nothing more."""
    return sum(had_seat(p) and not p.role_by_link.may_facilitate for p in state.people.values())


def only_looked_in(person: Person) -> bool:
    """Gone again, never had a seat, and nobody judged of them: the room needs to remember nothing."""
    is_outside = isinstance(person.standing, Invited | Gated | Left) and not had_seat(person)
    return is_outside and not person.is_connected and not person.role.may_facilitate


def is_over(state: RoomState) -> bool:
    return isinstance(state.phase, Ended | Canceled)


def has_started(state: RoomState) -> bool:
    """Has been live and has not ended."""
    return isinstance(state.phase, Live | Paused | Held | Closing)


def is_running(state: RoomState) -> bool:
    """People inside see the room: ready, or started."""
    return isinstance(state.phase, Ready) or has_started(state)


def has_room_for_one(state: RoomState, coming: int = 0) -> bool:
    """A seat is free for a participant, when `coming` others were just given one. Facilitators never ask this."""
    inside = seated(state)
    participants = sum(not p.role.may_facilitate for p, _ in inside) + coming
    return participants < state.settings.max_participants and len(inside) + coming < state.settings.max_people


def names_inside(state: RoomState, besides: PersonId | None = None) -> set[str]:
    return {name_key(p.alias) for p, _ in seated(state) if p.id != besides}


def shown_names(state: RoomState) -> dict[PersonId, str]:
    """The names of all who are inside or wait, no two alike: what facilitators see.

    A waiting person keeps the name they gave until they are admitted: to be told "Sam 2" would tell them of a Sam.
    """
    names = {p.id: p.alias for p, _ in seated(state)}
    taken = {name_key(alias) for alias in names.values()}
    for person, _ in waiting(state):
        names[person.id] = distinct(person.alias, taken)
        taken.add(name_key(names[person.id]))
    return names


def seat_names(state: RoomState, people: Iterable[Person]) -> list[tuple[Person, str]]:
    """The names these people will carry once inside together."""
    taken = names_inside(state)
    named = []
    for person in people:
        alias = distinct(person.alias, taken)
        taken.add(name_key(alias))
        named.append((person, alias))
    return named


def hands(state: RoomState) -> dict[PersonId, int]:
    """Places in the queue of raised hands, from 1."""
    raised: list[tuple[Instant, PersonId]] = [
        (seat.hand_raised_at, p.id) for p, seat in seated(state) if seat.hand_raised_at is not None
    ]
    return {person: place for place, (_, person) in enumerate(sorted(raised), start=1)}


def sharer(state: RoomState) -> Person | None:
    return next((p for p, seat in seated(state) if seat.is_sharing), None)


def accepted_current_guidelines(state: RoomState, person: Person) -> bool:
    return person.accepted_guidelines == state.settings.guidelines_version
