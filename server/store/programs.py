"""Keys of programs, and the answers that are kept for a repeated request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from rooms.ids import Instant
from server.store.database import Database
from server.store.program_records import ApiKey, KeptAnswer
from server.store.tables import api_keys, idempotency


@dataclass(frozen=True, slots=True)
class ApiKeyTable:
    database: Database

    async def add(self, key: ApiKey, secret_hash: str) -> None:
        row = {
            "id": key.id,
            "name": key.name,
            "secret_hash": secret_hash,
            "scopes": key.scopes,
            "account": key.account,
            "created_at": key.created_at,
            "expires_at": key.expires_at,
        }
        async with self.database.write() as connection:
            await connection.execute(insert(api_keys).values(row))

    async def by_secret(self, secret_hash: str) -> ApiKey | None:
        """The key, revoked and expired ones too."""
        async with self.database.read() as connection:
            row = (await connection.execute(select(api_keys).where(api_keys.c.secret_hash == secret_hash))).first()
        return None if row is None else _key(row)

    async def all(self) -> list[ApiKey]:
        """In the order in which they were made."""
        found = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
        async with self.database.read() as connection:
            return [_key(row) for row in await connection.execute(found)]

    async def used(self, key: str, now: Instant) -> None:
        async with self.database.write() as connection:
            await connection.execute(update(api_keys).where(api_keys.c.id == key).values(used_at=now))

    async def revoke(self, key: str, now: Instant) -> bool:
        """False where there is no such key. The first revocation counts."""
        mine = api_keys.c.id == key
        async with self.database.write() as connection:
            if (await connection.execute(select(api_keys.c.id).where(mine))).first() is None:
                return False
            fresh = mine & api_keys.c.revoked_at.is_(None)
            await connection.execute(update(api_keys).where(fresh).values(revoked_at=now))
        return True


@dataclass(frozen=True, slots=True)
class IdempotencyTable:
    """A row is there while the first request is at work, and holds its answer afterwards."""

    database: Database

    async def begin(
        self, api_key: str, key: str, request_hash: str, now: Instant, given_up: Instant
    ) -> KeptAnswer | None:
        """None: this is the first request, or the first died at work before `given_up`. Else what is known of it."""
        row = {"api_key": api_key, "key": key, "request_hash": request_hash, "created_at": now}
        mine = (idempotency.c.api_key == api_key) & (idempotency.c.key == key)
        async with self.database.write() as connection:
            statement = self.database.upsert(idempotency).values(row)
            statement = statement.on_conflict_do_nothing(index_elements=["api_key", "key"])
            if (await connection.execute(statement.returning(idempotency.c.key))).first() is not None:
                return None
            known = (await connection.execute(select(idempotency).where(mine))).one()
            is_dead = known.status is None and known.created_at < given_up
            if is_dead and known.request_hash == request_hash:
                await connection.execute(update(idempotency).where(mine).values(created_at=now))
                return None
        return KeptAnswer(known.request_hash, known.status, known.body, known.headers)

    async def finish(self, api_key: str, key: str, answer: KeptAnswer) -> None:
        mine = (idempotency.c.api_key == api_key) & (idempotency.c.key == key)
        values: Mapping[str, Any] = {"status": answer.status, "body": answer.body, "headers": answer.headers}
        async with self.database.write() as connection:
            await connection.execute(update(idempotency).where(mine).values(values))

    async def drop(self, api_key: str, key: str) -> None:
        """It came to nothing: the next request with this key is the first."""
        mine = (idempotency.c.api_key == api_key) & (idempotency.c.key == key)
        async with self.database.write() as connection:
            await connection.execute(delete(idempotency).where(mine))

    async def forget(self, before: Instant) -> int:
        async with self.database.write() as connection:
            return (await connection.execute(delete(idempotency).where(idempotency.c.created_at < before))).rowcount


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        scopes=row.scopes,
        account=row.account,
        created_at=Instant(row.created_at),
        expires_at=None if row.expires_at is None else Instant(row.expires_at),
        used_at=None if row.used_at is None else Instant(row.used_at),
        revoked_at=None if row.revoked_at is None else Instant(row.revoked_at),
    )
