"""The audit log of what is done outside the rooms; rooms write their own rows (`RoomTable.audit`)."""

from dataclasses import dataclass

from sqlalchemy import insert, select

from rooms.ids import Instant
from server.store.database import Database
from server.store.records import Act
from server.store.tables import audit


@dataclass(frozen=True, slots=True)
class AuditTable:
    database: Database

    async def add(self, act: Act) -> None:
        row = {
            "id": act.id,
            "session": act.place,
            "at": act.at,
            "actor": act.actor,
            "act": act.act,
            "subject": act.subject,
        }
        async with self.database.write() as connection:
            await connection.execute(insert(audit).values(row))

    async def newest(self, most: int, before: tuple[Instant, str] | None, about: str | None) -> list[Act]:
        """The newest first, after the act of this instant and id; `about` is an actor, a subject or a place."""
        found = select(audit).order_by(audit.c.at.desc(), audit.c.id).limit(most)
        if before is not None:
            at, id = before
            found = found.where((audit.c.at < at) | ((audit.c.at == at) & (audit.c.id > id)))
        if about is not None:
            found = found.where((audit.c.actor == about) | (audit.c.subject == about) | (audit.c.session == about))
        async with self.database.read() as connection:
            rows = await connection.execute(found)
            return [Act(Instant(row.at), row.actor, row.act, row.subject, row.session, row.id) for row in rows]
