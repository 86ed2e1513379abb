"""Keys of programs: made by an account that manages programs, shown once, kept as a hash, revocable at once."""

from dataclasses import dataclass

from rooms.ids import Instant
from server.api.scopes import Scope, write_scopes
from server.ports import Clock
from server.store.program_records import ApiKey
from server.store.store import Store
from server.tokens import hash_of, new_id, new_token

MARK = "hsk_"  # so that scanners of leaked secrets, and people, know what it is
USED_EVERY_MS = 60_000  # how exactly "last used" is told


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key and its secret, which exists only now."""

    record: ApiKey
    secret: str


@dataclass(frozen=True, slots=True)
class ApiKeys:
    store: Store
    clock: Clock

    async def make(self, account: str, name: str, scopes: frozenset[Scope], expires_at: Instant | None) -> NewKey:
        """A key of this account; it may do what its scopes and the account's rights both allow."""
        secret = MARK + new_token()
        record = ApiKey(new_id("k"), name.strip(), write_scopes(scopes), account, self.clock.now(), expires_at)
        await self.store.api_keys.add(record, hash_of(secret))
        return NewKey(record, secret)

    async def of_secret(self, secret: str) -> ApiKey | None:
        """The key of this secret, while it is neither revoked nor expired."""
        if not secret.startswith(MARK) or len(secret) > 100:
            return None
        now = self.clock.now()
        key = await self.store.api_keys.by_secret(hash_of(secret))
        if key is None or not key.is_good(now):
            return None
        if key.used_at is None or now - key.used_at > USED_EVERY_MS:
            await self.store.api_keys.used(key.id, now)
        return key

    async def all(self) -> list[ApiKey]:
        return await self.store.api_keys.all()

    async def revoke(self, key: str) -> bool:
        """False where there is no such key."""
        return await self.store.api_keys.revoke(key, self.clock.now())
