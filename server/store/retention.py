"""What the store forgets, and when."""

from dataclasses import dataclass

from sqlalchemy import delete, select

from rooms.ids import Instant
from server.store.database import Database
from server.store.records import SessionEnd
from server.store.tables import credentials, links, people, resume_tokens, rooms, sessions, sign_ins, tickets


@dataclass(frozen=True, slots=True)
class Retention:
    database: Database

    async def forget(self, now: Instant, ended_before: Instant) -> int:
        """Drop what has expired, and the people, links and rooms of sessions that ended before `ended_before`.

        The session itself stays in its host's list; nothing in it tells who came. Returns how many rows went.
        """
        over = select(sessions.c.id).where(
            sessions.c.end != SessionEnd.OPEN.value,
            sessions.c.ended_at.is_not(None),
            sessions.c.ended_at < ended_before,
        )
        expired = [
            delete(table).where(table.c.expires_at <= now) for table in (tickets, sign_ins, credentials, resume_tokens)
        ]
        host_links = delete(links).where(links.c.session.is_(None), links.c.expires_at <= now)
        gone = [delete(table).where(table.c.session.in_(over)) for table in (people, links)]
        rows = delete(rooms).where(rooms.c.session.in_(over))
        count = 0
        async with self.database.write() as connection:
            for statement in (*expired, host_links, *gone, rows):
                count += (await connection.execute(statement)).rowcount
        return count
