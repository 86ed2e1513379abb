"""A room: commands and time in, recorded events out.

`decide` and `advanced` are pure: they give the next state without touching anything, so that the caller stores it
before it makes it current. `Room` is the same with a memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from rooms.ids import Instant, PersonId, SessionId
from rooms.live import admission, clockwork, consequences, entry, messages, moderation, phases, reports, seat, standing
from rooms.live.admission import WaitingRoomCommand
from rooms.live.apply import apply
from rooms.live.commands import ChatCommand, Command, MediaCommand, ReportCommand, SeatCommand
from rooms.live.entry import DoorCommand
from rooms.live.events import Event, Recorded
from rooms.live.phases import PhaseCommand
from rooms.live.settings import Settings
from rooms.live.staleness import fresh
from rooms.live.standing import StandingCommand
from rooms.live.state import RoomState
from rooms.refusals import Reason, Refused

MOST_DEADLINES = 2_000  # two for each person known and a few for the room
MOST_CONSEQUENCES = 50


class Restless(RuntimeError):
    """A mistake in the rules: the room does not come to rest. Raised, so that it costs this room, not the process."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What happened and the state after it. Without events the state is the one before."""

    events: tuple[Recorded, ...]
    state: RoomState


def new_room(session: SessionId, settings: Settings) -> RoomState:
    """A room that nobody has come to."""
    return RoomState(session, settings)


def decide(state: RoomState, command: Command, now: Instant, seen: int | None = None) -> Decision:
    """What `command` does at `now`, after all that time brought until then.

    `seen` is the room version of the newest view the caller had; None checks nothing. Raises `Refused`.
    """
    decision = advanced(state, now)
    asked = _decided_as_seen(decision.state, command, now, seen)
    return _run(_settled(_record(decision, asked, now, command.by), now), floor=now, now=now)


def advanced(state: RoomState, now: Instant) -> Decision:
    """All that time brings until `now`, each event at its own instant."""
    return _run(Decision((), state), floor=None, now=now)


def replay(state: RoomState, recorded: Iterable[Recorded]) -> RoomState:
    """The state after these events."""
    for each in recorded:
        state = apply(state, each)
    return state


class Room:
    """One room with a memory; not for two writers."""

    def __init__(self, state: RoomState) -> None:
        self._state = state

    @property
    def state(self) -> RoomState:
        return self._state

    def handle(self, command: Command, now: Instant, seen: int | None = None) -> tuple[Recorded, ...]:
        """As `decide`, and keeps the new state. Raises `Refused`, which leaves the room as it was."""
        return self.take(decide(self._state, command, now, seen))

    def advance(self, now: Instant) -> tuple[Recorded, ...]:
        """As `advanced`, and keeps the new state."""
        return self.take(advanced(self._state, now))

    def next_deadline(self) -> Instant | None:
        """When to call `advance` next; None for a room that is over."""
        return clockwork.next_deadline(self._state)

    def take(self, decision: Decision) -> tuple[Recorded, ...]:
        """Make a decision on this room's state current."""
        self._state = decision.state
        return decision.events


def _decided_as_seen(state: RoomState, command: Command, now: Instant, seen: int | None) -> tuple[Event, ...]:
    narrowed = command if seen is None else fresh(state, command, seen)
    try:
        return _decided(state, narrowed, now)
    except Refused:
        if narrowed is command:
            raise
    _decided(state, command, now)  # refused for everybody it names: that reason is the truer one
    raise Refused(Reason.STALE_VERSION)


def _decided(state: RoomState, command: Command, now: Instant) -> tuple[Event, ...]:
    if isinstance(command, ReportCommand):
        return reports.decide(state, command, now)
    if isinstance(command, DoorCommand):
        return entry.decide(state, command, now)
    if isinstance(command, WaitingRoomCommand):
        return admission.decide(state, command, now)
    if isinstance(command, MediaCommand):
        return moderation.decide(state, command, now)
    if isinstance(command, SeatCommand):
        return seat.decide(state, command, now)
    if isinstance(command, PhaseCommand):
        return phases.decide(state, command, now)
    if isinstance(command, StandingCommand):
        return standing.decide(state, command, now)
    if isinstance(command, ChatCommand):
        return messages.decide(state, command, now)
    assert_never(command)


def _run(decision: Decision, floor: Instant | None, now: Instant) -> Decision:
    """Deadlines one by one up to `now`; `floor` keeps an overdue one from being written before what led to it."""
    for _ in range(MOST_DEADLINES):
        at = clockwork.next_deadline(decision.state)
        if at is None or at > now:
            return decision
        at = at if floor is None else max(at, floor)
        floor = at
        happened = clockwork.due(decision.state, at)
        decision = _settled(_record(decision, happened, at, by=None), at)
    raise Restless


def _settled(decision: Decision, now: Instant) -> Decision:
    """With everything that follows at once."""
    for _ in range(MOST_CONSEQUENCES):
        events = consequences.follow(decision.state, now)
        if not events:
            return decision
        decision = _record(decision, events, now, by=None)
    raise Restless


def _record(decision: Decision, events: Iterable[Event], at: Instant, by: PersonId | None) -> Decision:
    state, recorded = decision.state, list(decision.events)
    for event in events:
        each = Recorded(state.version + 1, at, by, event)
        state = apply(state, each)
        recorded.append(each)
    return Decision(tuple(recorded), state)
