"""Hosts: accounts by name and password, and the sign-ins of their browsers."""

from dataclasses import dataclass

from rooms.ids import Instant
from server.limits import ACCOUNT, GUESSES, RateLimits
from server.links import DAY_MS
from server.passwords import Passwords
from server.ports import Clock
from server.store.records import HostRecord
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

    async def create_host(self, name: str, password: str | None) -> HostRecord:
        """Without a password the host comes in by link only. Raises `BadAccount`, also where the name is taken."""
        name = name.strip()
        if not 1 <= len(name) <= 80 or not name.isprintable():
            raise BadAccount("Choose a name of 1 to 80 characters.")
        phc = None if password is None else await self._hash(password)
        record = HostRecord(id=new_id("h"), name=name, password_hash=phc)
        if not await self.store.hosts.add(record, self.clock.now()):
            raise BadAccount("There is a host of this name already.")
        return record

    async def verify(self, name: str, password: str, prefix: str) -> HostRecord | None:
        """The host, where name and password fit. An unknown name takes as long as a wrong password.

        `prefix` names where the attempt comes from (`addresses.prefix_of`). Raises `TooMany` where this name has been
        tried too often from there, or without success from everywhere; the error pages answer that.
        """
        account = name.strip().casefold()
        await self.limits.spend(ACCOUNT, f"{prefix}/{account}")
        await self.limits.check(GUESSES, account)
        record = await self.store.hosts.by_name(name.strip())
        phc = None if record is None else record.password_hash
        if not await self.passwords.verify(phc, password[:LONGEST_PASSWORD]) or record is None or phc is None:
            await self.limits.spend(GUESSES, account)
            return None
        if self.passwords.is_old(phc):
            await self.store.hosts.set_password(record.id, await self.passwords.hash(password))
        return record

    async def by_name(self, name: str) -> HostRecord | None:
        return await self.store.hosts.by_name(name.strip())

    async def sign_in(self, host: str) -> str:
        """A new sign-in of one browser; the token belongs into its host cookie (`Cookies.set_host`)."""
        token = new_token()
        now = self.clock.now()
        await self.store.hosts.add_sign_in(host, hash_of(token), now, Instant(now + SIGN_IN_MS))
        return token

    async def signed_in(self, token: str | None) -> HostRecord | None:
        """The host of this cookie, while the sign-in is neither expired nor revoked."""
        return None if not token else await self.store.hosts.by_sign_in(hash_of(token), self.clock.now())

    async def sign_out(self, token: str | None) -> None:
        if token:
            await self.store.hosts.drop_sign_in(hash_of(token))

    async def sign_out_everywhere(self, host: str) -> None:
        """All browsers of this host are signed out, and sign-in links that were made so far stop working."""
        await self.store.links.void_of_host(host, self.clock.now())
        await self.store.hosts.drop_sign_ins(host)

    async def set_password(self, host: str, password: str) -> None:
        """Whoever was signed in is signed out. Raises `BadAccount`."""
        await self.store.hosts.set_password(host, await self._hash(password))
        await self.sign_out_everywhere(host)

    async def _hash(self, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise BadAccount(f"Choose a password of {SHORTEST_PASSWORD} characters or more.")
        return await self.passwords.hash(password)
