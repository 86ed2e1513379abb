"""The accounts of the organisation."""

from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, false, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rooms.ids import Instant
from rooms.program.authority import OrgRole
from server.store.database import Database
from server.store.mapping import account_of, account_values
from server.store.records import Account
from server.store.tables import accounts


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
        return await self._one(accounts.c.id == account)

    async def by_name(self, name: str) -> Account | None:
        return await self._one(accounts.c.name == name)

    async def by_email(self, email: str) -> Account | None:
        return await self._one(accounts.c.email == email)

    async def by_subject(self, subject: str) -> Account | None:
        """By the hash of issuer and subject at the identity provider."""
        return await self._one(accounts.c.oidc_subject == subject)

    async def all(self) -> list[Account]:
        """By name; those who are switched off last."""
        found = select(accounts).order_by(accounts.c.disabled_at.is_not(None), func.lower(accounts.c.name))
        async with self.database.read() as connection:
            return [account_of(row) for row in await connection.execute(found)]

    async def count(self) -> int:
        async with self.database.read() as connection:
            return (await connection.execute(select(func.count()).select_from(accounts))).scalar_one()

    async def update(self, record: Account) -> Account | None:
        """Stores what `account_values` names. None, and nothing written, where another change came first, where name
        or address are somebody else's by now, or where the last admin would be one no more."""
        others = select(accounts.c.id).where(
            accounts.c.id != record.id,
            (accounts.c.name == record.name) | ((accounts.c.email == record.email) if record.email else false()),
        )
        mine = (accounts.c.id == record.id) & (accounts.c.version == record.version)
        change = update(accounts).where(mine).values(account_values(record) | {"version": record.version + 1})
        async with self.database.write() as connection:
            if (await connection.execute(others)).first() is not None:
                return None
            if record.role is not OrgRole.ADMIN and await self._is_last_admin(connection, record.id):
                return None
            changed = (await connection.execute(change)).rowcount > 0
        return replace(record, version=record.version + 1) if changed else None

    async def disable(self, account: str, now: Instant) -> bool:
        """False for the last admin, who would lock everybody out."""
        async with self.database.write() as connection:
            if await self._is_last_admin(connection, account):
                return False
            await connection.execute(
                update(accounts)
                .where(accounts.c.id == account, accounts.c.disabled_at.is_(None))
                .values(disabled_at=now, version=accounts.c.version + 1)
            )
        return True

    async def enable(self, account: str) -> None:
        await self._set(account, disabled_at=None)

    async def set_password(self, account: str, phc: str) -> None:
        await self._set(account, password_hash=phc)

    async def set_subject(self, account: str, subject: str) -> bool:
        """The first one stays: False where the account is somebody else's at the provider by now."""
        mine = (accounts.c.id == account) & (accounts.c.oidc_subject.is_(None))
        async with self.database.write() as connection:
            change = update(accounts).where(mine).values(oidc_subject=subject)
            return (await connection.execute(change)).rowcount > 0

    async def password_of(self, account: str) -> str | None:
        """A PHC string."""
        found = select(accounts.c.password_hash).where(accounts.c.id == account)
        async with self.database.read() as connection:
            return (await connection.execute(found)).scalar()

    async def _one(self, which: ColumnElement[bool]) -> Account | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(accounts).where(which))).first()
        return None if row is None else account_of(row)

    async def _set(self, account: str, **values: object) -> None:
        async with self.database.write() as connection:
            await connection.execute(update(accounts).where(accounts.c.id == account).values(values))

    @staticmethod
    async def _is_last_admin(connection: AsyncConnection, account: str) -> bool:
        # Locked, so that two admins who step down at the same time do so one after the other.
        admins = select(accounts.c.id).where(accounts.c.role == OrgRole.ADMIN.value, accounts.c.disabled_at.is_(None))
        return list((await connection.execute(admins.with_for_update())).scalars()) == [account]
