"""Sessions as a host and a session page know them: listed, canceled, glimpsed."""

from dataclasses import dataclass

from rooms.ids import Instant, PersonId, SessionId
from rooms.program.ids import SeriesId
from server.ports import Clock, Glimpse, Rooms
from server.store.records import SessionEnd, SessionRecord
from server.store.store import Store
from server.tokens import is_id

OVER = frozenset({"ended", "canceled"})
RUNNING = frozenset({"live", "paused", "held", "closing"})  # ended for everybody, no more to be canceled


class OutOfReach(Exception):
    """The session's room does not run in this process and could not be taken: nothing was changed in it."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """`rooms` answers for the rooms of this process, or of the whole cluster."""

    store: Store
    clock: Clock
    rooms: Rooms

    async def get(self, session: SessionId) -> SessionRecord | None:
        """By id alone: knowing the id is the right to see the session page and to knock."""
        return await self.store.sessions.get(session) if is_id(session) else None

    async def of_host(self, host: str) -> list[SessionRecord]:
        """All sessions of a host, by start."""
        return await self.store.sessions.of_host(host)

    async def get_of_host(self, host: str, session: SessionId) -> SessionRecord | None:
        """None too where the session is another host's: the two must look the same."""
        record = await self.get(session)
        return record if record is not None and record.host == host else None

    async def glimpse(self, record: SessionRecord) -> Glimpse:
        """The phase and the instants in force (a session may be extended): nothing about people."""
        return await self.rooms.glimpse(record.id) or _from_index(record)

    async def cancel(self, record: SessionRecord) -> None:
        """Cancel it, or end it for everybody where it has begun. Twice is the same as once. Raises `OutOfReach`.

        The room decides, and its record marks the index: a mark without the room would shut out people by a page
        while others go on talking.
        """
        end = await self.rooms.cancel(record.id)
        glimpse = await self.rooms.glimpse(record.id)
        if glimpse is None:
            now_known = await self.store.sessions.get(record.id)
            is_over = now_known is None or now_known.end is not SessionEnd.OPEN
        else:
            is_over = glimpse.phase in OVER
        if not is_over:
            raise OutOfReach(record.id)
        if end is SessionEnd.CANCELED and record.series is not None and record.original_local is not None:
            await self.store.series.mark_canceled(SeriesId(record.series), record.original_local, self.clock.now())

    async def turn_out(self, session: SessionId, person: PersonId) -> None:
        """Close this person's connections, after their link was revoked. Raises `OutOfReach`."""
        await self.rooms.turn_out(session, person)
        if await self.rooms.glimpse(session) is None and await self.store.rooms.is_held(session, self.clock.now()):
            raise OutOfReach(session)


def _from_index(record: SessionRecord) -> Glimpse:
    schedule = record.settings.schedule
    tag = {SessionEnd.OPEN: "scheduled", SessionEnd.ENDED: "ended", SessionEnd.CANCELED: "canceled"}[record.end]
    return Glimpse(phase=tag, doors_at=schedule.doors_at, start_at=schedule.start_at, end_at=Instant(schedule.end_at))
