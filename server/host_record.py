"""What of one room is in the store, and what the store still owes: a snapshot, audit rows, the mark of the end."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import structlog

from rooms.ids import Instant, PersonId, SessionId
from rooms.live.commands import CancelSession, Disconnect, Reschedule
from rooms.live.events import Recorded
from rooms.live.phase import Canceled, Scheduled
from rooms.live.room import Decision, advanced, decide, new_room
from rooms.live.roster import is_over, participants_who_came
from rooms.live.settings import Settings
from rooms.live.snapshot import dump, load
from rooms.live.state import RoomState
from rooms.live.steward import STEWARD
from server.host_commands import audited
from server.ports import RoomStore, StoreDown
from server.store.records import Beginning, SessionEnd, SessionRecord

RETRY_MS: Final = (200, 500, 1_000, 2_000, 4_000)

_log = structlog.get_logger("host")


def begins(state: RoomState, now: Instant) -> bool:
    """The next thing that time brings is that the doors open."""
    return isinstance(state.phase, Scheduled) and state.settings.schedule.doors_at <= now


def followed(state: RoomState, said: Beginning, now: Instant) -> Decision:
    """A room whose doors are closed, as the row of its session says: moved, rewritten, canceled."""
    # Before the doors that would have opened by now: they are somewhere else.
    before_doors = Instant(min(now, state.settings.schedule.doors_at - 1))
    if said.is_canceled:
        return decide(state, CancelSession(STEWARD), before_doors)
    return decide(state, Reschedule(STEWARD, said.settings), before_doors)


async def _followed(state: RoomState, described: SessionRecord, store: RoomStore, now: Instant) -> RoomState:
    """As `followed`, up to the moment at which it begins."""
    said = _said(described)
    while isinstance(state.phase, Scheduled):
        state = followed(state, said, now).state
        if not begins(state, now):
            break
        asked = state.settings
        said = await store.begin(state.session, asked)
        if said == Beginning(asked):
            break
    return state


def _said(described: SessionRecord) -> Beginning:
    return Beginning(described.settings, described.end is SessionEnd.CANCELED)


@dataclass(frozen=True, slots=True)
class _Audit:
    at: Instant
    actor: PersonId | None
    act: str
    subject: PersonId


class RoomRecord:
    """The room in the store, as its owner of `epoch`. `state` is what it was when this owner took it."""

    def __init__(self, session: SessionId, store: RoomStore, epoch: int, state: RoomState) -> None:
        self.session = session
        self.state = state
        self.is_saved = True
        self.retry_at: Instant | None = None
        self._store = store
        self._epoch = epoch
        self._tries = 0
        self._owed: deque[_Audit] = deque()
        self._is_begin_marked = False
        self._is_end_marked = False

    @classmethod
    async def take(cls, session: SessionId, store: RoomStore, now: Instant) -> "RoomRecord | None":
        """Take the room over; None for no such session. Raises `StoreDown`, `LeaseLost`, `UnreadableSnapshot`.

        Nobody is connected any more, so seats are held from now on; then comes whatever time brought meanwhile.
        """
        if await store.session(session) is None:
            return None
        row = await store.claim(session)
        # Read again, after the claim: whoever rewrites the row from now on finds that the room is here.
        if (described := await store.session(session)) is None:
            return None
        stored = new_room(session, described.settings) if row.snapshot is None else load(row.snapshot)
        state = await _followed(stored, described, store, now)
        for person in stored.people.values():
            if person.is_connected:
                state = decide(state, Disconnect(person.id), now).state
        state = advanced(state, now).state
        record = cls(session, store, row.epoch, state)
        record._is_begin_marked = described.begun_at is not None
        if state != stored or row.snapshot is None:
            await store.save(session, row.epoch, state.version, dump(state))
        await record._pay(state, now)
        return record

    async def as_written(self) -> Beginning | None:
        """What the session's row says; None where the store does not answer."""
        try:
            described = await self._store.session(self.session)
        except StoreDown:
            return None
        return None if described is None else _said(described)

    async def begun(self, settings: Settings) -> Beginning | None:
        """The doors are about to open as in `settings`: None where they may, else what the row says by now.

        A store that is down keeps no doors closed; it hears later that the session has begun.
        """
        try:
            said = await self._store.begin(self.session, settings)
        except StoreDown:
            return None
        self._is_begin_marked = said == Beginning(settings)
        return None if self._is_begin_marked else said

    async def save(self, state: RoomState, events: Iterable[Recorded], now: Instant, keeps: bool) -> bool:
        """True when `state` is durable. Where it is not and `keeps`, it is owed and tried again at `retry_at`.

        While something is owed the store is left alone until then, so that a hanging store does not hold up a mute.
        Raises `LeaseLost`.
        """
        is_durable = False
        if self.is_saved or self.retry_at is None or now >= self.retry_at:
            is_durable = await self._try(state)
        if is_durable or keeps:
            self._note(events)
        if is_durable:
            self.is_saved = True
            await self._pay(state, now)
        elif keeps or not self.is_saved:
            self.is_saved = False
            self._retry_later(now)
        return is_durable

    async def _try(self, state: RoomState) -> bool:
        try:
            await self._store.save(self.session, self._epoch, state.version, dump(state))
        except StoreDown:
            _log.warning("not-saved", room=self.session)
            return False
        return True

    async def _pay(self, state: RoomState, now: Instant) -> None:
        try:
            while self._owed:
                row = self._owed[0]
                await self._store.audit(self.session, row.at, row.actor, row.act, row.subject)
                self._owed.popleft()
            if not (self._is_begin_marked or isinstance(state.phase, Scheduled | Canceled)):
                await self._store.begin(self.session, state.settings, insists=True)
                self._is_begin_marked = True
            if is_over(state) and not self._is_end_marked:
                is_canceled = isinstance(state.phase, Canceled)
                attended = None if is_canceled else participants_who_came(state)
                await self._store.mark_end(self.session, is_canceled, attended)
                self._is_end_marked = True
        except StoreDown:
            self._retry_later(now)
        else:
            self._tries = 0
            self.retry_at = None

    def _note(self, events: Iterable[Recorded]) -> None:
        for recorded in events:
            if (act := audited(recorded.event)) is not None:
                self._owed.append(_Audit(recorded.at, recorded.by, act[0], act[1]))

    def _retry_later(self, now: Instant) -> None:
        if self.retry_at is None or now >= self.retry_at:
            self.retry_at = Instant(now + RETRY_MS[min(self._tries, len(RETRY_MS) - 1)])
            self._tries += 1
