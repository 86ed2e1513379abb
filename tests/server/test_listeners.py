"""Who hears what happened in a room."""

from dataclasses import dataclass, field

from rooms.ids import Instant, PersonId, SessionId
from rooms.live.events import PersonLeft, Recorded
from rooms.live.room import new_room
from rooms.live.state import RoomState
from server.listeners import Listeners
from tests.support.store_records import session_record

SESSION = SessionId("s_1")
STATE = new_room(SESSION, session_record().settings)
LEFT = Recorded(1, Instant(1), PersonId("p_1"), PersonLeft(PersonId("p_1"), had_seat=True))


@dataclass
class Ear:
    is_broken: bool = False
    heard_of: list[tuple[SessionId, tuple[Recorded, ...]]] = field(default_factory=list)

    def heard(self, session: SessionId, events: tuple[Recorded, ...], state: RoomState) -> None:
        assert state is STATE
        if self.is_broken:
            raise RuntimeError
        self.heard_of.append((session, events))


def test_everybody_hears_also_after_one_that_is_broken() -> None:
    listeners, broken, sound = Listeners(), Ear(is_broken=True), Ear()
    listeners.add(broken)
    listeners.add(sound)
    listeners.tell(SESSION, (LEFT,), STATE)
    assert sound.heard_of == [(SESSION, (LEFT,))]


def test_nothing_is_told_where_nothing_happened() -> None:
    listeners, ear = Listeners(), Ear()
    listeners.add(ear)
    listeners.tell(SESSION, (), STATE)
    assert ear.heard_of == []
