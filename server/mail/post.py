"""Whom a letter goes to, and the one call that sends it: `Post.send`."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from typing import Protocol

from sqlalchemy import Executable

from rooms.ids import Instant, SessionId
from rooms.program.address import as_address
from rooms.program.ids import AccountId, PlaceId
from server.config import Config
from server.mail.attachment import Attachment
from server.mail.compose import composed
from server.mail.envelope import enveloped
from server.mail.letters import Letter
from server.mail.words import words_for
from server.ports import Clock
from server.store.outbox import LetterRow, OutboxTable, new_letter_id

__all__ = ["Attachment", "Post", "Posting", "Recipient"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """`zone` is an IANA name, `language` a code; a language that has no words gets English ones.

    `account` or `place`: whose address it is, so that a bounce is shown there.
    """

    address: str
    zone: str
    language: str
    name: str = ""  # an account's; never a place's: an alias says more about a group than its reader may wish
    account: AccountId | None = None
    place: PlaceId | None = None


class Posting(Protocol):
    """What services need of the post."""

    @property
    def is_configured(self) -> bool:
        """Where not, pages show links and QR codes instead of saying that mail is on its way."""

    async def send(
        self,
        letter: Letter,
        key: str,
        to: Recipient,
        *,
        session: SessionId | None = None,
        attachments: tuple[Attachment, ...] = (),
        until: Instant | None = None,
    ) -> bool:
        """Put a letter into the outbox; it leaves within seconds, and is tried again where that does not work.

        After `until` it is of no use, and not sent any more. `key` says what it is for ("reminder-day:s_…:pl_…"): the
        same is never sent twice, whoever asks. False where it is in the outbox or sent already, or no mail is
        configured (nothing is kept then). Raises `StoreDown`.
        """


@dataclass(frozen=True, slots=True)
class Post:
    """`woken` tells the delivery of this process that there is something to do."""

    config: Config
    outbox: OutboxTable
    clock: Clock
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def is_configured(self) -> bool:
        return self.config.smtp_host is not None

    @property
    def bounces_to(self) -> str:
        return self.config.smtp_bounces or self.config.smtp_from

    async def send(
        self,
        letter: Letter,
        key: str,
        to: Recipient,
        *,
        session: SessionId | None = None,
        attachments: tuple[Attachment, ...] = (),
        until: Instant | None = None,
        along: Sequence[Executable] = (),
    ) -> bool:
        """As `Posting.send`. `until`: of no use after that. `along` is stored in the same transaction as the letter,
        and only with it: a token's hash and the letter that carries the token are there both, or neither.

        A letter to what is no address is a row without a message: the delivery says so, and marks whose it is.
        """
        if not self.is_configured:
            return False
        letter_id, now = new_letter_id(), self.clock.now()
        stop_url = f"{self.config.public_url}/mail/stop/{letter_id}" if letter.is_optional and to.place else ""
        is_address = as_address(to.address) is not None
        words = composed(letter, words_for(to.language), to.zone, to.place is not None, stop_url)
        sender = Address(self.config.smtp_name, addr_spec=self.config.smtp_from)
        row = LetterRow(
            id=letter_id,
            key=key,
            kind=letter.kind,
            address=to.address,
            message=enveloped(words, letter_id, sender, to.address, now, attachments) if is_address else "",
            account=to.account,
            place=to.place,
            session=session,
            created_at=now,
            until=until,
        )
        is_new = await self.outbox.add(row, along)
        if is_new:
            self.woken.set()
        return is_new
