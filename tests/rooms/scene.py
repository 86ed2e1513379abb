"""A room in a few words, on virtual time: `scene = live_scene(A, B)`, `scene.do(cmd.Leave(A))`, `scene.wait(ms)`."""

from dataclasses import replace
from typing import Any

import pytest

from rooms.ids import Instant, PersonId, SessionId
from rooms.live import commands as cmd
from rooms.live.audience import notices_for, view_of
from rooms.live.events import Event
from rooms.live.person import Admitted, Waiting
from rooms.live.rights import MediaRights, media_rights
from rooms.live.room import Room, new_room
from rooms.live.settings import MINUTE_MS, Schedule, Settings
from rooms.live.state import RoomState
from rooms.live.views import Notice, RoomView, WaitingView
from rooms.refusals import Reason, Refused
from rooms.roles import Role

DOORS = Instant(45 * MINUTE_MS)
START = Instant(60 * MINUTE_MS)
END = Instant(150 * MINUTE_MS)

LEAD = PersonId("lead")
CO = PersonId("co")
A, B, C, D = (PersonId(name) for name in "abcd")


class Scene:
    """A `Room`, its clock, and what one asks of both in tests."""

    def __init__(self, **settings: Any) -> None:
        self.room = Room(new_room(SessionId("s_scene"), replace(Settings(Schedule(DOORS, START, END)), **settings)))
        self.now = Instant(0)

    @property
    def state(self) -> RoomState:
        return self.room.state

    @property
    def phase(self) -> str:
        return self.state.phase.tag

    def at(self, instant: int) -> "Scene":
        """Let time pass until `instant`."""
        self.now = Instant(instant)
        self.room.advance(self.now)
        return self

    def wait(self, ms: int) -> list[Event]:
        self.now = Instant(self.now + ms)
        return [recorded.event for recorded in self.room.advance(self.now)]

    def do(self, command: cmd.Command, seen: int | None = None) -> list[Event]:
        return [recorded.event for recorded in self.room.handle(command, self.now, seen)]

    def refuses(self, command: cmd.Command, reason: Reason, seen: int | None = None) -> None:
        before = self.state
        with pytest.raises(Refused) as refused:
            self.do(command, seen)
        assert refused.value.reason is reason
        assert self.state == before

    def notices(self, command: cmd.Command, person: PersonId) -> list[Notice]:
        recorded = self.room.handle(command, self.now)
        return [notice for each in recorded for notice in notices_for(each, self.state, person)]

    # --- people ---------------------------------------------------------------------------------------------------
    def meets(self, person: PersonId, role: Role = Role.PARTICIPANT, alias: str | None = None) -> None:
        self.do(cmd.Introduce(person, role, alias or person.title()))
        self.do(cmd.Connect(person, True))

    def waits(self, *people: PersonId) -> None:
        for person in people:
            self.meets(person)
            self.do(cmd.AcceptGuidelines(person, self.state.settings.guidelines_version))
            self.do(cmd.Knock(person, person.title()))

    def leads(self, person: PersonId = LEAD, role: Role = Role.FACILITATOR) -> None:
        self.meets(person, role)
        self.do(cmd.Enter(person, person.title()))

    def admits(self, *people: PersonId) -> None:
        self.waits(*people)
        self.do(cmd.Admit(LEAD, people))

    # --- looking --------------------------------------------------------------------------------------------------
    def standing(self, person: PersonId) -> str:
        return self.state.people[person].standing.tag

    def seat(self, person: PersonId) -> Admitted:
        standing = self.state.people[person].standing
        assert isinstance(standing, Admitted)
        return standing

    def place(self, person: PersonId) -> Waiting:
        standing = self.state.people[person].standing
        assert isinstance(standing, Waiting)
        return standing

    def rights(self, person: PersonId) -> MediaRights:
        return media_rights(self.state, person)

    def view(self, person: PersonId) -> Any:
        return view_of(self.state, person, self.now)

    def inside(self, person: PersonId) -> RoomView:
        view = self.view(person)
        assert isinstance(view, RoomView)
        return view

    def waiting_view(self, person: PersonId) -> WaitingView:
        view = self.view(person)
        assert isinstance(view, WaitingView)
        return view


def open_scene(**settings: Any) -> Scene:
    """Doors are open, nobody leads yet."""
    return Scene(**settings).at(DOORS)


def ready_scene(*people: PersonId, **settings: Any) -> Scene:
    """A facilitator is inside and let these in; not started."""
    scene = open_scene(**settings)
    scene.leads()
    if people:
        scene.admits(*people)
    return scene


def live_scene(*people: PersonId, **settings: Any) -> Scene:
    """Live, with a facilitator and these inside, everybody muted."""
    return ready_scene(*people, **settings).at(START)
