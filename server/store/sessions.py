"""The index of sessions. What a running room decides is in its snapshot; this knows what was scheduled, and the end."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import insert, select

from rooms.ids import Instant, SessionId
from server.store.database import Database
from server.store.mapping import session_of, session_values
from server.store.records import SessionRecord
from server.store.tables import sessions


@dataclass(frozen=True, slots=True)
class SessionTable:
    database: Database

    async def add(self, record: SessionRecord, now: Instant) -> None:
        async with self.database.write() as connection:
            await connection.execute(insert(sessions).values(session_values(record, now)))

    async def get(self, session: SessionId) -> SessionRecord | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(sessions).where(sessions.c.id == session))).first()
        return None if row is None else session_of(row)

    async def of(self, wanted: Collection[SessionId]) -> list[SessionRecord]:
        """Those of them that there are, by start."""
        found = select(sessions).where(sessions.c.id.in_(wanted)).order_by(sessions.c.start_at, sessions.c.id)
        async with self.database.read() as connection:
            return [session_of(row) for row in await connection.execute(found)]

    async def of_host(self, host: str) -> list[SessionRecord]:
        """By start, earliest first."""
        found = select(sessions).where(sessions.c.host == host).order_by(sessions.c.start_at, sessions.c.id)
        async with self.database.read() as connection:
            return [session_of(row) for row in await connection.execute(found)]
