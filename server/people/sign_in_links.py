"""Links that sign in: `/enter#token`. Opening one spends nothing; the button of the page it opens does, once."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS
from rooms.program.address import as_address
from server.limits import MAILED_LINK, RateLimits
from server.links import DAY_MS
from server.mail.letters import Invitation, SignInLink
from server.mail.post import Posting, Recipient
from server.people.accounts import Accounts
from server.ports import Clock, StoreDown
from server.store.records import Account, Purpose
from server.store.sign_ins import SpentLink
from server.store.store import Store
from server.tokens import hash_of, new_token

LASTS_MS: Final[Mapping[Purpose, int]] = {
    Purpose.SIGN_IN: 30 * MINUTE_MS,
    Purpose.INVITATION: 7 * DAY_MS,
    Purpose.FIRST_START: DAY_MS,
}
_log = structlog.get_logger("people")


@dataclass(frozen=True, slots=True)
class MadeLink:
    """`url` holds the token and exists only now: show it once, keep it nowhere. `is_mailed`: it is on its way too."""

    url: str
    expires_at: Instant
    is_mailed: bool = False


@dataclass(frozen=True, slots=True)
class SignInLinks:
    store: Store
    clock: Clock
    limits: RateLimits
    accounts: Accounts
    post: Posting
    public_url: str
    mailing: set[asyncio.Task[None]] = field(default_factory=set)

    async def make(self, account: str, purpose: Purpose) -> MadeLink:
        token, now = new_token(), self.clock.now()
        expires_at = Instant(now + LASTS_MS[purpose])
        await self.store.sign_ins.add_link(account, purpose, hash_of(token), now, expires_at)
        return MadeLink(f"{self.public_url}/enter#{token}", expires_at)

    async def redeem(self, token: str) -> SpentLink | None:
        """Whose it is, once. Only a POST may come here: who scans mail follows links, and presses no button."""
        return await self.store.sign_ins.spend_link(hash_of(token), self.clock.now())

    async def invite(self, account: Account, organisation: str) -> MadeLink:
        """A link for somebody who has an account, in a letter too where there is post and an address."""
        link = await self.make(account.id, Purpose.INVITATION)
        is_mailed = False
        if account.email is not None and self.post.is_configured:
            letter = Invitation(url=link.url, organisation=organisation, expires_at=link.expires_at)
            to = _to(account, account.email)
            is_mailed = await self.post.send(letter, _key(link), to, until=link.expires_at)
        return MadeLink(link.url, link.expires_at, is_mailed)

    async def mail(self, email: str) -> None:
        """If an account has this address, a letter is on its way. Returns before it is known whether one has, so that
        neither words nor time tell. Raises `TooMany` for an address that was asked for too often, whosever it is."""
        address = as_address(email)
        if address is None:
            return
        await self.limits.spend(MAILED_LINK, address)
        task = asyncio.create_task(self._mail(address), name="mail-sign-in-link")
        self.mailing.add(task)
        task.add_done_callback(self.mailing.discard)

    async def _mail(self, address: str) -> None:
        try:
            account = await self.store.accounts.by_email(address)
            if account is None or account.disabled_at is not None:
                return
            link = await self.make(account.id, Purpose.SIGN_IN)
            letter = SignInLink(url=link.url, expires_at=link.expires_at)
            await self.post.send(letter, _key(link), _to(account, address), until=link.expires_at)
        except StoreDown as error:
            _log.error("sign-in-link-not-mailed", kind=str(error))


def _key(link: MadeLink) -> str:
    """Of one link: another one is another letter. A hash of the hash, since the key is kept beside the address."""
    token = link.url.partition("#")[2]
    return f"sign-in:{hash_of(hash_of(token))[:32]}"


def _to(account: Account, address: str) -> Recipient:
    return Recipient(
        address=address, zone=account.zone, language=account.language, name=account.name, account=account.id
    )
