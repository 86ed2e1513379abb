"""Join codes, as keyed hashes, while their session is to come or runs."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from rooms.ids import Instant, SessionId
from server.store.database import Database
from server.store.tables import codes


@dataclass(frozen=True, slots=True)
class CodeTable:
    database: Database

    async def put(self, code: str, session: SessionId, now: Instant, expires_at: Instant) -> bool:
        """`code` is a keyed hash. False where another session has it; an expired one gives way."""
        row = {"code": code, "session": session, "created_at": now, "expires_at": expires_at}
        statement = self.database.upsert(codes).values(row)
        mine = (codes.c.session == session) | (codes.c.expires_at <= now)
        statement = statement.on_conflict_do_update(index_elements=["code"], set_=row, where=mine)
        async with self.database.write() as connection:
            return (await connection.execute(statement.returning(codes.c.code))).first() is not None

    async def among(self, session: SessionId, hashes: Sequence[str], now: Instant) -> set[str]:
        """Which of these are codes of this session."""
        found = select(codes.c.code).where(
            codes.c.session == session, codes.c.code.in_(hashes), codes.c.expires_at > now
        )
        async with self.database.read() as connection:
            return set((await connection.execute(found)).scalars())

    async def session_of(self, code: str, now: Instant) -> SessionId | None:
        found = select(codes.c.session).where(codes.c.code == code, codes.c.expires_at > now)
        async with self.database.read() as connection:
            session = (await connection.execute(found)).scalar_one_or_none()
        return None if session is None else SessionId(session)

    async def drop(self, session: SessionId) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(codes).where(codes.c.session == session))

    async def forget(self, now: Instant) -> int:
        """Drop what has expired; returns how many."""
        async with self.database.write() as connection:
            return (await connection.execute(delete(codes).where(codes.c.expires_at <= now))).rowcount
