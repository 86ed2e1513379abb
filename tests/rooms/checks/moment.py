"""One step of a generated meeting, as the checks look at it."""

from collections.abc import Iterator
from dataclasses import dataclass

from rooms.ids import Instant, PersonId
from rooms.live.apply import apply
from rooms.live.commands import Command
from rooms.live.events import Recorded
from rooms.live.person import Admitted, Person
from rooms.live.state import RoomState
from rooms.refusals import Reason


@dataclass(frozen=True, slots=True)
class Moment:
    """`then`: the state before; `reached`: when time had passed until `now`; `after`: after the command, if any."""

    then: RoomState
    reached: RoomState
    after: RoomState
    now: Instant
    recorded: tuple[Recorded, ...]
    command: Command | None = None
    seen: int | None = None
    refused: Reason | None = None

    def walk(self) -> Iterator[tuple[RoomState, Recorded, RoomState]]:
        """Each event with the state just before and just after it."""
        state = self.then
        for recorded in self.recorded:
            before, state = state, apply(state, recorded)
            yield before, recorded, state

    @property
    def was_done(self) -> bool:
        return self.command is not None and self.refused is None


def is_inside(state: RoomState, person: PersonId) -> bool:
    known = state.people.get(person)
    return known is not None and isinstance(known.standing, Admitted)


def seat_of(person: Person) -> Admitted | None:
    return person.standing if isinstance(person.standing, Admitted) else None
