"""Accounts: made, changed, switched off; their passwords and the sign-ins of their browsers."""

from dataclasses import dataclass, replace

from rooms.ids import Instant
from rooms.program.address import as_address
from rooms.program.authority import OrgRole
from rooms.program.ids import AccountId
from rooms.schedule import BadSchedule, zone_of
from server.limits import ACCOUNT, GUESSES, RateLimits
from server.links import DAY_MS
from server.mail.letters import AddressChanged
from server.mail.post import Posting, Recipient
from server.passwords import Passwords
from server.people.rooms_of import RoomsOf
from server.ports import Clock
from server.store.records import Account, SignIn
from server.store.sign_ins import SignedIn
from server.store.store import Store
from server.tokens import hash_of, new_id, new_token

SIGN_IN_MS = 7 * DAY_MS
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1_000
LONGEST_NAME = 80


class BadAccount(ValueError):
    """Something about it cannot be used; `field` says what, and the message is one sentence for who chose it."""

    def __init__(self, sentence: str, field: str = "name") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Accounts:
    store: Store
    clock: Clock
    passwords: Passwords
    limits: RateLimits
    rooms: RoomsOf
    post: Posting

    # --- who there is -------------------------------------------------------------------------------------------
    async def create(
        self,
        name: str,
        role: OrgRole,
        password: str | None = None,
        email: str | None = None,
        zone: str = "UTC",
        language: str = "en",
    ) -> Account:
        """Without a password they come in by a link only. Raises `BadAccount`, also where name or address are taken."""
        record = Account(AccountId(new_id("h")), _name(name), role, _email(email), _zone(zone), language)
        phc = None if password is None else await self._hash(password)
        if not await self.store.accounts.add(record, phc, self.clock.now()):
            raise await self._taken(record)
        return replace(record, has_password=phc is not None)

    async def change(self, account: Account) -> Account:
        """Who is no admin any more leaves the rooms they opened, and may come back where they still lead.

        With another address, links that sign in stop working, and the former address is told. Raises `BadAccount`:
        name or address taken, no such zone, somebody else's change came first, the last admin.
        """
        wanted = replace(account, name=_name(account.name), email=_email(account.email), zone=_zone(account.zone))
        before = await self.store.accounts.get(account.id)
        changed = await self.store.accounts.update(wanted)
        if changed is None:
            raise await self._taken(wanted)
        if before is not None and before.role is OrgRole.ADMIN and changed.role is not OrgRole.ADMIN:
            await self.rooms.leave(account.id)
        if before is not None and before.email != changed.email:
            await self._address_changed(before, changed)
        return changed

    async def _address_changed(self, before: Account, changed: Account) -> None:
        await self.store.sign_ins.spend_links(changed.id, self.clock.now())
        if before.email is not None:
            to = Recipient(address=before.email, zone=before.zone, language=before.language, name=before.name)
            await self.post.send(AddressChanged(), f"address-changed:{changed.id}:{changed.version}", to)

    async def get(self, account: str) -> Account | None:
        return await self.store.accounts.get(account)

    async def all(self) -> list[Account]:
        return await self.store.accounts.all()

    async def by_name(self, name: str) -> Account | None:
        return await self.store.accounts.by_name(name.strip())

    async def by_email(self, email: str) -> Account | None:
        address = as_address(email)
        return None if address is None else await self.store.accounts.by_email(address)

    async def disable(self, account: str) -> bool:
        """They are signed out everywhere and out of their rooms; False where a room is out of reach (`RoomsOf`).

        Raises `BadAccount` for the last admin.
        """
        if not await self.store.accounts.disable(account, self.clock.now()):
            raise BadAccount("This is the only admin. Make somebody else an admin first.", "role")
        return await self.sign_out_everywhere(account)

    async def enable(self, account: str) -> None:
        await self.store.accounts.enable(account)

    # --- passwords ----------------------------------------------------------------------------------------------
    async def verify(self, name: str, password: str, prefix: str) -> Account | None:
        """The account, where a name or an address and the password fit. An unknown name takes as long as a wrong
        password.

        `prefix` names where the attempt comes from (`addresses.prefix_of`). Raises `TooMany` where this name has been
        tried too often from there, or without success from everywhere; the error pages answer that.
        """
        tried = name.strip().casefold()
        await self.limits.spend(ACCOUNT, f"{prefix}/{tried}")
        await self.limits.check(GUESSES, tried)
        record = await self.by_email(name) if "@" in name else await self.by_name(name)
        phc = None if record is None else await self.store.accounts.password_of(record.id)
        fits = await self.passwords.verify(phc, password[:LONGEST_PASSWORD])
        if not fits or record is None or phc is None or record.disabled_at is not None:
            await self.limits.spend(GUESSES, tried)
            return None
        if self.passwords.is_old(phc):
            await self.store.accounts.set_password(record.id, await self.passwords.hash(password))
        return record

    async def set_password(self, account: str, password: str, but: str | None = None) -> None:
        """Whoever was signed in is signed out, but for the browser of one sign-in. Raises `BadAccount`."""
        await self.store.accounts.set_password(account, await self._hash(password))
        await self.sign_out_everywhere(account, but)

    # --- browsers -----------------------------------------------------------------------------------------------
    async def sign_in(self, account: str, label: str = "") -> str:
        """A new sign-in of one browser; the token belongs into its host cookie (`Cookies.set_host`)."""
        token, now = new_token(), self.clock.now()
        record = SignIn(new_id("i"), account, label, now, Instant(now + SIGN_IN_MS))
        await self.store.sign_ins.add(record, hash_of(token))
        return token

    async def signed_in(self, token: str | None) -> SignedIn | None:
        """Who has this cookie, while the sign-in is neither expired nor revoked and the account not switched off."""
        return None if not token else await self.store.sign_ins.by_token(hash_of(token), self.clock.now())

    async def sign_ins(self, account: str) -> list[SignIn]:
        """The newest first."""
        return await self.store.sign_ins.of_account(account, self.clock.now())

    async def sign_out(self, account: str, sign_in: str) -> bool:
        """This browser is signed out, and out of the rooms it went into as this account. As `disable`."""
        await self.store.sign_ins.drop(account, sign_in)
        return await self.rooms.leave(account, sign_in)

    async def sign_out_everywhere(self, account: str, but: str | None = None) -> bool:
        """All browsers are signed out (but for one), and links that sign in stop working. As `disable`."""
        others = [one.id for one in await self.sign_ins(account) if one.id != but]
        await self.store.sign_ins.drop_all(account, but, self.clock.now())
        if but is None:
            return await self.rooms.leave(account)
        return all([await self.rooms.leave(account, other) for other in others])

    async def _hash(self, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise BadAccount(f"Choose a password of {SHORTEST_PASSWORD} characters or more.", "password")
        return await self.passwords.hash(password)

    async def _taken(self, wanted: Account) -> BadAccount:
        """Why a change of the store was not made."""
        other = await self.store.accounts.by_name(wanted.name)
        if other is not None and other.id != wanted.id:
            return BadAccount("Somebody has this name already.")
        other = None if wanted.email is None else await self.store.accounts.by_email(wanted.email)
        if other is not None and other.id != wanted.id:
            return BadAccount("Somebody has this address already.", "email")
        before = await self.store.accounts.get(wanted.id)
        if before is not None and before.version != wanted.version:
            return BadAccount("Somebody changed this in the meantime. Look at it again, then save.", "problem")
        return BadAccount("This is the only admin. Make somebody else an admin first.", "role")


def _name(name: str) -> str:
    name = " ".join(name.split(" ")).strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or "@" in name:
        raise BadAccount(f"Choose a name of 1 to {LONGEST_NAME} characters, without @.")
    return name


def _zone(name: str) -> str:
    try:
        zone_of(name)
    except BadSchedule:
        raise BadAccount("Choose a time zone.", "zone") from None
    return name


def _email(email: str | None) -> str | None:
    if not email:
        return None
    address = as_address(email)
    if address is None:
        raise BadAccount("Write an address like name@example.org.", "email")
    return address
