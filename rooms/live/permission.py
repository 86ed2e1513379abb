"""Who may ask for something at all. Checked before anything is looked up, so that a refusal tells nothing of others."""

from rooms.ids import PersonId
from rooms.live.person import Admitted, Declined, Person, Removed, Waiting
from rooms.live.phase import Canceled, Ended, Phase, Scheduled
from rooms.live.roster import is_led, leads, person_of
from rooms.live.state import RoomState
from rooms.live.steward import STEWARD
from rooms.refusals import Reason, Refused
from rooms.roles import Role

_STEWARD = Person(STEWARD, Role.FACILITATOR, Role.FACILITATOR, "")


def require_open(state: RoomState) -> None:
    """Raises `Refused(ENDED | CANCELED)` once the room is over (features R10)."""
    if isinstance(state.phase, Ended):
        raise Refused(Reason.ENDED)
    if isinstance(state.phase, Canceled):
        raise Refused(Reason.CANCELED)


def require_doors(state: RoomState) -> None:
    """Raises `Refused(NOT_OPEN_YET | ENDED | CANCELED)`."""
    require_open(state)
    if isinstance(state.phase, Scheduled):
        raise Refused(Reason.NOT_OPEN_YET)


def require_phase(state: RoomState, *phases: type[Phase]) -> None:
    """Raises `Refused(WRONG_PHASE)` outside these phases."""
    if not isinstance(state.phase, phases):
        raise Refused(Reason.WRONG_PHASE)


def require_leader(state: RoomState, by: PersonId) -> Person:
    """Somebody who facilitates and is inside. Raises `Refused(UNKNOWN_PERSON | NOT_PERMITTED | NOT_ADMITTED)`.

    The steward moderates from outside, for a program of the organisation, and only while somebody leads inside: nobody
    is ever let into a room, nor a held room opened, behind the backs of those who are in it (features R2).
    """
    if by == STEWARD:
        if not is_led(state):
            raise Refused(Reason.NOT_ADMITTED)
        return _STEWARD
    person = person_of(state, by)
    if not person.role.may_facilitate:
        raise Refused(Reason.NOT_PERMITTED)
    if not leads(person):
        raise Refused(Reason.NOT_ADMITTED)
    return person


def require_seat(state: RoomState, by: PersonId) -> tuple[Person, Admitted]:
    """Somebody inside. Raises `Refused(UNKNOWN_PERSON | REMOVED | DECLINED | NOT_ADMITTED)`."""
    person = person_of(state, by)
    require_welcome(person)
    if not isinstance(person.standing, Admitted):
        raise Refused(Reason.NOT_ADMITTED)
    return person, person.standing


def require_welcome(person: Person) -> None:
    """Raises `Refused(REMOVED | DECLINED)`: only a facilitator's readmit changes that."""
    if isinstance(person.standing, Removed):
        raise Refused(Reason.REMOVED)
    if isinstance(person.standing, Declined):
        raise Refused(Reason.DECLINED)


def seated_target(state: RoomState, target: PersonId) -> tuple[Person, Admitted]:
    """Raises `Refused(UNKNOWN_PERSON | WRONG_STANDING)`."""
    person = person_of(state, target)
    if not isinstance(person.standing, Admitted):
        raise Refused(Reason.WRONG_STANDING)
    return person, person.standing


def waiting_target(state: RoomState, target: PersonId) -> tuple[Person, Waiting]:
    """Raises `Refused(UNKNOWN_PERSON | WRONG_STANDING)`."""
    person = person_of(state, target)
    if not isinstance(person.standing, Waiting):
        raise Refused(Reason.WRONG_STANDING)
    return person, person.standing


def require_rank(leader: Person, target: Person) -> None:
    """Facilitators over everybody, co-facilitators over everybody but facilitators. Raises `Refused(NOT_PERMITTED)`."""
    if target.role is Role.FACILITATOR and leader.role is not Role.FACILITATOR:
        raise Refused(Reason.NOT_PERMITTED)


def require_removable(leader: Person, target: Person) -> None:
    """Nobody shuts a facilitator out, nor themself (features R6). Raises `Refused(NOT_PERMITTED)`."""
    if target.id == leader.id or Role.FACILITATOR in (target.role, target.role_by_link):
        raise Refused(Reason.NOT_PERMITTED)
