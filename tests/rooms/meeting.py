"""A generated meeting: applies steps to a room and checks everything after each."""

from collections import Counter

from rooms.ids import Instant
from rooms.live.clockwork import next_deadline
from rooms.live.room import Room, advanced
from rooms.live.state import RoomState
from rooms.refusals import Refused
from tests.rooms.checks import entry, knowing, machine, media
from tests.rooms.checks.moment import Moment
from tests.rooms.reference import Reference
from tests.rooms.steps import BEGIN, Ask, Step, Wait

EVERY_STEP = (*entry.CHECKS, *machine.CHECKS)
ON_CHANGE = (*knowing.CHECKS, *media.CHECKS, *machine.ON_CHANGE)  # views, rights and text come from the state alone


class Meeting:
    """One room under test, its clock, and the reference model beside it."""

    def __init__(self, state: RoomState) -> None:
        self.first = state
        self.room = Room(state)
        self.now: Instant = BEGIN
        self.steps = 0
        self.seen_events: Counter[str] = Counter()
        self.seen_refusals: Counter[str] = Counter()
        self.reference = None if state.settings.is_peer_held else Reference(state.settings)

    @property
    def state(self) -> RoomState:
        return self.room.state

    @property
    def deadline(self) -> Instant | None:
        return next_deadline(self.room.state)

    def take(self, step: Step) -> Moment:
        """One step and all checks; raises AssertionError where one does not hold."""
        self.steps += 1
        moment = self._waited(step) if isinstance(step, Wait) else self._asked(step)
        for check in EVERY_STEP if moment.after is moment.then else (*ON_CHANGE, *EVERY_STEP):
            check(moment)
        if self.reference is not None:
            self.reference.take(moment)
        for recorded in moment.recorded:
            self.seen_events[type(recorded.event).__name__] += 1
        if moment.refused is not None:
            self.seen_refusals[moment.refused] += 1
        return moment

    def _waited(self, step: Wait) -> Moment:
        then = self.room.state
        self.now = Instant(self.now + step.ms)
        recorded = self.room.advance(self.now)
        return Moment(then, self.room.state, self.room.state, self.now, recorded)

    def _asked(self, ask: Ask) -> Moment:
        then = self.room.state
        reached = advanced(then, self.now).state
        try:
            recorded = self.room.handle(ask.command, self.now, ask.seen)
        except Refused as refused:
            return Moment(then, reached, self.room.state, self.now, (), ask.command, ask.seen, refused.reason)
        return Moment(then, reached, self.room.state, self.now, recorded, ask.command, ask.seen)
