"""Sessions by start, a page at a time, of the groups that somebody may see."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from rooms.ids import Instant
from server.store.database import Database
from server.store.mapping import session_of
from server.store.records import SessionRecord
from server.store.tables import sessions


@dataclass(frozen=True, slots=True)
class SessionPages:
    database: Database

    async def page(
        self,
        groups: Collection[str] | None,
        begin: Instant | None,
        end: Instant | None,
        after: tuple[int, str] | None,
        most: int,
    ) -> list[SessionRecord]:
        """Those with a start in [begin, end), by start and id, behind `after`. `groups` None: of every group."""
        found = select(sessions)
        if groups is not None:
            found = found.where(sessions.c.group.in_(groups))
        if begin is not None:
            found = found.where(sessions.c.start_at >= begin)
        if end is not None:
            found = found.where(sessions.c.start_at < end)
        if after is not None:
            at, known = after
            same = (sessions.c.start_at == at) & (sessions.c.id > known)
            found = found.where((sessions.c.start_at > at) | same)
        found = found.order_by(sessions.c.start_at, sessions.c.id).limit(most)
        async with self.database.read() as connection:
            return [session_of(row) for row in await connection.execute(found)]
