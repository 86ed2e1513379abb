"""Accounts, and the sign-ins of their browsers."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from rooms.ids import Instant
from server.store.database import Database
from server.store.mapping import account_of, account_values
from server.store.records import Account
from server.store.tables import accounts, sign_ins
from server.tokens import new_id


@dataclass(frozen=True, slots=True)
class AccountTable:
    database: Database

    async def add(self, record: Account, password_hash: str | None, now: Instant) -> bool:
        """False where the name or the address is taken."""
        row = account_values(record) | {
            "id": record.id,
            "password_hash": password_hash,
            "version": 1,
            "created_at": now,
        }
        statement = self.database.upsert(accounts).values(row).on_conflict_do_nothing()
        async with self.database.write() as connection:
            return (await connection.execute(statement.returning(accounts.c.id))).first() is not None

    async def get(self, account: str) -> Account | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(accounts).where(accounts.c.id == account))).first()
        return None if row is None else account_of(row)

    async def by_name(self, name: str) -> Account | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(accounts).where(accounts.c.name == name))).first()
        return None if row is None else account_of(row)

    async def password_of(self, account: str) -> str | None:
        """A PHC string."""
        found = select(accounts.c.password_hash).where(accounts.c.id == account)
        async with self.database.read() as connection:
            return (await connection.execute(found)).scalar()

    async def set_password(self, account: str, phc: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(update(accounts).where(accounts.c.id == account).values(password_hash=phc))

    async def add_sign_in(self, account: str, token_hash: str, now: Instant, expires_at: Instant) -> None:
        async with self.database.write() as connection:
            row = {
                "token_hash": token_hash,
                "id": new_id("i"),
                "account": account,
                "label": "",
                "created_at": now,
                "expires_at": expires_at,
            }
            await connection.execute(insert(sign_ins).values(row))

    async def by_sign_in(self, token_hash: str, now: Instant) -> Account | None:
        """Whose sign-in it is, while it lasts and the account is not switched off."""
        found = (
            select(accounts)
            .join(sign_ins, sign_ins.c.account == accounts.c.id)
            .where(sign_ins.c.token_hash == token_hash, sign_ins.c.expires_at > now, accounts.c.disabled_at.is_(None))
        )
        async with self.database.read() as connection:
            row = (await connection.execute(found)).first()
        return None if row is None else account_of(row)

    async def drop_sign_in(self, token_hash: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(sign_ins).where(sign_ins.c.token_hash == token_hash))

    async def drop_sign_ins(self, account: str) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(sign_ins).where(sign_ins.c.account == account))
