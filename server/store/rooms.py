"""Where rooms survive a crash: snapshots fenced by an epoch, and the audit log. Implements `server.ports.RoomStore`."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, select, update

from rooms.ids import Instant, PersonId, SessionId
from rooms.live.settings import Settings
from server.ports import Clock, LeaseLost
from server.store.database import Database
from server.store.mapping import dump_settings, load_settings, session_of
from server.store.records import Beginning, RoomRow, SessionEnd, SessionRecord
from server.store.tables import audit, rooms, sessions
from server.tokens import new_id


@dataclass(frozen=True, slots=True)
class RoomTable:
    database: Database
    clock: Clock

    async def session(self, session: SessionId) -> SessionRecord | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(sessions).where(sessions.c.id == session))).first()
        return None if row is None else session_of(row)

    async def claim(self, session: SessionId) -> RoomRow:
        lease = {"owner": None, "held_until": None}
        statement = self.database.upsert(rooms).values(session=session, epoch=1, version=0, snapshot=None, **lease)
        taken = {"epoch": rooms.c.epoch + 1, **lease}
        statement = statement.on_conflict_do_update(index_elements=["session"], set_=taken)
        async with self.database.write() as connection:
            row = (await connection.execute(statement.returning(*rooms.c))).one()
        return _room_row(row)

    async def claim_for(self, session: SessionId, owner: str, free_before: Instant, until: Instant) -> RoomRow | None:
        """As `claim`, and None where another owner's lease runs until `free_before` or later."""
        statement = self.database.upsert(rooms).values(
            session=session, epoch=1, version=0, snapshot=None, owner=owner, held_until=until
        )
        statement = statement.on_conflict_do_update(
            index_elements=["session"],
            set_={"epoch": rooms.c.epoch + 1, "owner": owner, "held_until": until},
            where=(rooms.c.owner == owner) | rooms.c.held_until.is_(None) | (rooms.c.held_until < free_before),
        )
        async with self.database.write() as connection:
            row = (await connection.execute(statement.returning(*rooms.c))).first()
        return None if row is None else _room_row(row)

    async def renew(self, owner: str, held: Collection[SessionId], until: Instant) -> set[SessionId]:
        """Prolong this owner's leases; returns those that are still theirs."""
        mine = (rooms.c.owner == owner) & rooms.c.session.in_(held)
        async with self.database.write() as connection:
            statement = update(rooms).where(mine).values(held_until=until).returning(rooms.c.session)
            return {SessionId(session) for session in (await connection.execute(statement)).scalars()}

    async def release(self, owner: str, held: Collection[SessionId]) -> None:
        mine = (rooms.c.owner == owner) & rooms.c.session.in_(held)
        async with self.database.write() as connection:
            await connection.execute(update(rooms).where(mine).values(owner=None, held_until=None))

    async def is_held(self, session: SessionId, now: Instant) -> bool:
        """Some node holds a lease on this room; never where nobody shares the database."""
        held = (rooms.c.session == session) & rooms.c.owner.is_not(None) & (rooms.c.held_until > now)
        async with self.database.read() as connection:
            return (await connection.execute(select(rooms.c.session).where(held))).first() is not None

    async def save(self, session: SessionId, epoch: int, version: int, snapshot: str) -> None:
        mine = (rooms.c.session == session) & (rooms.c.epoch == epoch)
        async with self.database.write() as connection:
            stored = await connection.execute(update(rooms).where(mine).values(version=version, snapshot=snapshot))
            if stored.rowcount != 1:
                raise LeaseLost(session)

    async def mark_end(self, session: SessionId, is_canceled: bool, attended: int | None = None) -> None:
        """The first end counts: a session that was canceled does not become one that ended."""
        end = SessionEnd.CANCELED if is_canceled else SessionEnd.ENDED
        open_one = (sessions.c.id == session) & (sessions.c.end == SessionEnd.OPEN.value)
        async with self.database.write() as connection:
            values = {"end": end.value, "ended_at": self.clock.now(), "attended": attended}
            await connection.execute(update(sessions).where(open_one).values(values))

    async def begin(self, session: SessionId, settings: Settings, insists: bool = False) -> Beginning:
        values: dict[str, object] = {"begun_at": self.clock.now()}
        if insists:
            schedule = settings.schedule
            values |= {"settings": dump_settings(settings), "start_at": schedule.start_at, "end_at": schedule.end_at}
        mine = sessions.c.id == session
        async with self.database.write() as connection:
            found = select(sessions.c.begun_at, sessions.c.settings, sessions.c.end).where(mine).with_for_update()
            row = (await connection.execute(found)).first()
            if row is None or row.begun_at is not None:
                return Beginning(settings)
            said = settings if insists else load_settings(row.settings)
            is_canceled = row.end == SessionEnd.CANCELED.value and not insists
            if said == settings and not is_canceled:
                await connection.execute(update(sessions).where(mine).values(values))
        return Beginning(said, is_canceled)

    async def open_sessions(self, start_before: Instant) -> list[SessionId]:
        due = (sessions.c.end == SessionEnd.OPEN.value) & (sessions.c.start_at < start_before)
        found = select(sessions.c.id).where(due).order_by(sessions.c.start_at)
        async with self.database.read() as connection:
            return [SessionId(row) for row in (await connection.execute(found)).scalars()]

    async def audit(
        self, session: SessionId, at: Instant, actor: PersonId | None, act: str, subject: PersonId | None
    ) -> None:
        row = {"id": new_id("a"), "session": session, "at": at, "actor": actor, "act": act, "subject": subject}
        async with self.database.write() as connection:
            await connection.execute(insert(audit).values(row))


def _room_row(row: Row[Any]) -> RoomRow:
    return RoomRow(session=SessionId(row.session), epoch=row.epoch, version=row.version, snapshot=row.snapshot)
