"""From a date, a place and a reader to a letter in the outbox: what all that is written of a date has in common."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import structlog

from rooms.ids import Instant, SessionId
from rooms.live.settings import MINUTE_MS
from rooms.program.ids import AccountId
from server.host_faults import where
from server.mail.attachment import Attachment
from server.mail.letters import DateLetter
from server.mail.post import Post, Recipient
from server.ports import StoreDown
from server.program.ports import CalendarFiles, NoCalendar, PlaceLinks
from server.store.dates import DateOfGroup, Reader
from server.store.records import Account

CALENDAR_FILE: Final = "date.ics"
T = TypeVar("T")
_log = structlog.get_logger("letters")


@dataclass(frozen=True, slots=True)
class Letters:
    """`public_url` without a slash at its end."""

    post: Post
    place_links: PlaceLinks
    public_url: str
    calendar: CalendarFiles = NoCalendar()

    async def to_reader(
        self,
        kind: type[DateLetter],
        key: str,
        date: DateOfGroup,
        reader: Reader,
        attachments: tuple[Attachment, ...] = (),
        until: Instant | None = None,
        url: str | None = None,
        **more: Any,
    ) -> bool:
        """To somebody with a place; the button leads to their own page, or to `url`. False where it is known."""
        own = url if url is not None else await self.place_links.place_url(reader.place) or ""
        letter, to = about(kind, date, url=own, **more), recipient_with_place(reader)
        return await self.post.send(letter, key, to, session=date.session.id, attachments=attachments, until=until)

    async def to_account(
        self,
        kind: type[DateLetter],
        key: str,
        date: DateOfGroup,
        account: Account,
        url: str = "",
        until: Instant | None = None,
        along: tuple[Any, ...] = (),
        **more: Any,
    ) -> bool:
        """False where it is known, or there is no address."""
        if account.email is None:
            return False
        letter = about(kind, date, url=url, **more)
        return await self.post.send(
            letter, key, recipient_of(account), session=date.session.id, until=until, along=along
        )

    async def file_of(self, *sessions: SessionId) -> tuple[Attachment, ...]:
        """The calendar file of these dates, to be attached."""
        content = await self.calendar.file_of(*sessions) if self.post.is_configured else None
        if content is None:
            return ()
        parameters = (("method", "PUBLISH"), ("charset", "UTF-8"))
        return (Attachment(CALENDAR_FILE, "text/calendar", content, parameters),)

    def group_url(self, date: DateOfGroup) -> str:
        return f"{self.public_url}/host/groups/{date.group}"

    def session_url(self, date: DateOfGroup) -> str:
        return f"{self.public_url}/host/sessions/{date.session.id}"


async def to_each(readers: Iterable[T], write: Callable[[T], Awaitable[object]]) -> None:
    """Write to everybody, whatever happens with one of them.

    Raises `StoreDown` at once and any other trouble at the end: the job is tried again, and whoever has the letter
    gets no second one, because of its key.
    """
    trouble: Exception | None = None
    for reader in readers:
        try:
            await write(reader)
        except StoreDown:
            raise
        except Exception as error:
            _log.error("letter-not-made", kind=type(error).__name__, where=where(error))
            trouble = trouble or error
    if trouble is not None:
        raise trouble


def about(kind: type[DateLetter], date: DateOfGroup, **more: Any) -> DateLetter:
    """`more` may say another start than the date has."""
    length_min = (date.end_at - date.start_at) // MINUTE_MS
    more = {"starts_at": date.start_at} | more
    return kind(group=date.name, is_neutral=date.is_neutral, length_min=length_min, **more)


def recipient_with_place(reader: Reader) -> Recipient:
    return Recipient(address=reader.address, zone=reader.zone, language=reader.language, place=reader.place)


def recipient_of(account: Account) -> Recipient:
    if account.email is None:
        raise ValueError("an account without an address")
    return Recipient(
        address=account.email,
        zone=account.zone,
        language=account.language,
        name=account.name,
        account=AccountId(account.id),
    )
