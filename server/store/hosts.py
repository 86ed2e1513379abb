"""Hosts and the sign-ins of their browsers."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from rooms.ids import Instant
from server.store.database import Database
from server.store.mapping import host_of
from server.store.records import HostRecord
from server.store.tables import accounts, sign_ins
from server.tokens import new_id


@dataclass(frozen=True, slots=True)
class HostTable:
    database: Database

    async def add(self, record: HostRecord, now: Instant) -> bool:
        """False where the name is taken."""
        row = {
            "id": record.id,
            "name": record.name,
            "password_hash": record.password_hash,
            "role": "host",
            "zone": "UTC",
            "language": "en",
            "version": 1,
            "created_at": now,
        }
        statement = self.database.upsert(accounts).values(row).on_conflict_do_nothing(index_elements=["name"])
        async with self.database.write() as connection:
            return (await connection.execute(statement.returning(accounts.c.id))).first() is not None

    async def by_name(self, name: str) -> HostRecord | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(accounts).where(accounts.c.name == name))).first()
        return None if row is None else host_of(row)

    async def set_password(self, host: str, phc: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(update(accounts).where(accounts.c.id == host).values(password_hash=phc))

    async def add_sign_in(self, host: str, token_hash: str, now: Instant, expires_at: Instant) -> None:
        async with self.database.write() as connection:
            row = {
                "token_hash": token_hash,
                "id": new_id("i"),
                "account": host,
                "label": "",
                "created_at": now,
                "expires_at": expires_at,
            }
            await connection.execute(insert(sign_ins).values(row))

    async def by_sign_in(self, token_hash: str, now: Instant) -> HostRecord | None:
        found = (
            select(accounts)
            .join(sign_ins, sign_ins.c.account == accounts.c.id)
            .where(sign_ins.c.token_hash == token_hash, sign_ins.c.expires_at > now)
        )
        async with self.database.read() as connection:
            row = (await connection.execute(found)).first()
        return None if row is None else host_of(row)

    async def drop_sign_in(self, token_hash: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(sign_ins).where(sign_ins.c.token_hash == token_hash))

    async def drop_sign_ins(self, host: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(sign_ins).where(sign_ins.c.account == host))
