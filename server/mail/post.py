"""Whom a letter goes to, and the one call that sends it: `Post.send`."""

from dataclasses import dataclass
from typing import Protocol

from rooms.ids import SessionId
from rooms.program.ids import AccountId, PlaceId
from server.mail.letters import Letter


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


@dataclass(frozen=True, slots=True)
class Attachment:
    """`content_type` like "text/calendar", with its parameters apart."""

    name: str
    content_type: str
    content: bytes
    parameters: tuple[tuple[str, str], ...] = ()


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
    ) -> bool:
        """Put a letter into the outbox; it leaves within seconds, and is tried again where that does not work.

        `key` says what it is for ("reminder-day:s_…:pl_…"): the same is never sent twice, whoever asks. False where
        it is in the outbox or sent already, or no mail is configured (nothing is kept then). Raises `StoreDown`.
        """
