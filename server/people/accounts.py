"""Accounts by name and password, and the sign-ins of their browsers."""

from dataclasses import dataclass

from rooms.ids import Instant
from rooms.program.authority import OrgRole
from server.limits import ACCOUNT, GUESSES, RateLimits
from server.links import DAY_MS
from server.passwords import Passwords
from server.ports import Clock
from server.store.records import Account
from server.store.store import Store
from server.tokens import hash_of, new_id, new_token

SIGN_IN_MS = 7 * DAY_MS
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1_000


class BadAccount(ValueError):
    """The name or the password cannot be used; the message is one sentence for the person who chose it."""


@dataclass(frozen=True, slots=True)
class Accounts:
    store: Store
    clock: Clock
    passwords: Passwords
    limits: RateLimits

    async def create(self, name: str, role: OrgRole, password: str | None = None) -> Account:
        """Without a password they come in by link only. Raises `BadAccount`, also where the name is taken."""
        name = name.strip()
        if not 1 <= len(name) <= 80 or not name.isprintable():
            raise BadAccount("Choose a name of 1 to 80 characters.")
        phc = None if password is None else await self._hash(password)
        record = Account(id=new_id("h"), name=name, role=role, has_password=phc is not None)
        if not await self.store.accounts.add(record, phc, self.clock.now()):
            raise BadAccount("Somebody has this name already.")
        return record

    async def verify(self, name: str, password: str, prefix: str) -> Account | None:
        """The account, where name and password fit. An unknown name takes as long as a wrong password.

        `prefix` names where the attempt comes from (`addresses.prefix_of`). Raises `TooMany` where this name has been
        tried too often from there, or without success from everywhere; the error pages answer that.
        """
        tried = name.strip().casefold()
        await self.limits.spend(ACCOUNT, f"{prefix}/{tried}")
        await self.limits.check(GUESSES, tried)
        record = await self.store.accounts.by_name(name.strip())
        phc = None if record is None else await self.store.accounts.password_of(record.id)
        if not await self.passwords.verify(phc, password[:LONGEST_PASSWORD]) or record is None or phc is None:
            await self.limits.spend(GUESSES, tried)
            return None
        if self.passwords.is_old(phc):
            await self.store.accounts.set_password(record.id, await self.passwords.hash(password))
        return record

    async def by_name(self, name: str) -> Account | None:
        return await self.store.accounts.by_name(name.strip())

    async def sign_in(self, account: str) -> str:
        """A new sign-in of one browser; the token belongs into its host cookie (`Cookies.set_host`)."""
        token = new_token()
        now = self.clock.now()
        await self.store.accounts.add_sign_in(account, hash_of(token), now, Instant(now + SIGN_IN_MS))
        return token

    async def signed_in(self, token: str | None) -> Account | None:
        """The account of this cookie, while the sign-in is neither expired nor revoked."""
        return None if not token else await self.store.accounts.by_sign_in(hash_of(token), self.clock.now())

    async def sign_out(self, token: str | None) -> None:
        if token:
            await self.store.accounts.drop_sign_in(hash_of(token))

    async def sign_out_everywhere(self, account: str) -> None:
        """All browsers of this account are signed out, and sign-in links that were made so far stop working."""
        await self.store.links.void_of_host(account, self.clock.now())
        await self.store.accounts.drop_sign_ins(account)

    async def set_password(self, account: str, password: str) -> None:
        """Whoever was signed in is signed out. Raises `BadAccount`."""
        await self.store.accounts.set_password(account, await self._hash(password))
        await self.sign_out_everywhere(account)

    async def _hash(self, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise BadAccount(f"Choose a password of {SHORTEST_PASSWORD} characters or more.")
        return await self.passwords.hash(password)
