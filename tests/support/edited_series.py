"""Twelve dates of a group with somebody of each language, and what they get when their series is edited."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select

from rooms.ids import SessionId
from rooms.live.settings import MINUTE_MS
from rooms.program.ids import AccountId, GroupId
from rooms.program.recurrence import Frequency, Rule
from rooms.program.series import Series
from server.elsewhere import RoomsElsewhere
from server.program.series import SeriesBook, SeriesInput
from server.store.records import SessionRecord
from server.store.tables import jobs, outbox
from tests.support.errand_scene import Got, Scene
from tests.support.ics_reader import Meeting, meetings

GROUP = GroupId("g_1")
HOST = AccountId("h_host")
FIRST = "2027-01-19T19:00"
FAR = datetime.fromisoformat("2027-12-31T00:00")
READERS = {"en": "America/New_York", "de": "Europe/Berlin", "es": "Europe/Madrid"}


def twelve(**changes: Any) -> SeriesInput:
    """Twelve dates: Tuesdays and Thursdays at 19:00 in Lisbon."""
    rule = Rule(Frequency.WEEKLY, weekdays=(1, 3), count=12)
    values: dict[str, Any] = {
        "title": "",
        "zone": "Europe/Lisbon",
        "starts_on": date(2027, 1, 19),
        "starts_at": time(19, 0),
        "length_min": 60,
        "rule": rule,
    }
    return SeriesInput(**(values | changes))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def body(got: Got) -> str:
    """Without what is said under every letter."""
    return got.text.replace("\r\n", "\n").partition("\n\n-- ")[0]


async def twelve_dates(scene: Scene, book: SeriesBook) -> Series:
    """With a place for somebody of each language."""
    await scene.group()
    for rank, (language, zone) in enumerate(READERS.items()):
        await scene.place(f"pl_{language}", language=language, zone=zone, rank=rank)
    return await book.create(HOST, GROUP, twelve())


def book_of(scene: Scene) -> SeriesBook:
    return SeriesBook(scene.store, scene.clock, RoomsElsewhere(), scene.errands.notices)


async def told(scene: Scene) -> list[Got]:
    """What people with a place got of what was done until now."""
    await scene.pass_time(MINUTE_MS)
    return [got for got in scene.mailbox.got if got.to.startswith("pl_")]


def by_language(letters: list[Got]) -> dict[str, tuple[str, str]]:
    assert len(letters) == len(READERS), "one letter to each person"
    return {got.to[3:5]: (got.subject, body(got)) for got in letters}


async def rows(scene: Scene, series: Series) -> list[SessionRecord]:
    return await scene.store.series.sessions(series.id)


def file_of(got: Got) -> bytes:
    (attached,) = got.message.iter_attachments()
    content = attached.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


async def published(scene: Scene, session: SessionId) -> list[Meeting]:
    """As a reminder has it in its calendar file."""
    (file,) = await scene.errands.date_letters.letters.file_of(session)
    return list(meetings(file.content, FAR))


async def planned(scene: Scene) -> list[Any]:
    """The jobs by which people are told of dates."""
    found = select(jobs).where(jobs.c.kind.startswith("tell-")).order_by(jobs.c.due_at)
    async with scene.store.database.read() as connection:
        return list(await connection.execute(found))


async def written(scene: Scene) -> list[str]:
    """The places that letters were written to."""
    found = select(outbox.c.place).where(outbox.c.place.is_not(None)).order_by(outbox.c.place)
    async with scene.store.database.read() as connection:
        return [str(place) for place in (await connection.execute(found)).scalars()]
