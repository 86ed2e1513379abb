"""A `Posting` that keeps what was sent, until when it is of use too."""

from collections.abc import Sequence

from sqlalchemy import Executable

from rooms.ids import Instant, SessionId
from server.mail.attachment import Attachment
from server.mail.letters import Letter
from server.mail.post import Recipient


class Letterbox:
    is_configured = True

    def __init__(self) -> None:
        self.letters: list[tuple[Letter, Recipient]] = []
        self.untils: list[Instant | None] = []

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
        self.letters.append((letter, to))
        self.untils.append(until)
        return True
