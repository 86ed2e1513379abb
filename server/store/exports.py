"""What is kept of a group and of one person in it, read whole: for files that somebody takes with them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from rooms.ids import Instant, SessionId
from rooms.program.ids import GroupId, PlaceId, SeriesId
from server.store.database import Database
from server.store.outbox import UNDER_WAY
from server.store.records import SessionEnd
from server.store.tables import answers, jobs, links, outbox, people, places, rooms, series, sessions


@dataclass(frozen=True, slots=True)
class DateLine:
    """One date of a group. `attended` counts participants, where it took place."""

    session: SessionId
    series: str | None
    title: str
    zone: str
    start_at: Instant
    end_at: Instant
    end: SessionEnd
    attended: int | None


@dataclass(frozen=True, slots=True)
class AnswerLine:
    start_at: Instant
    zone: str
    is_coming: bool
    answered_at: Instant


@dataclass(frozen=True, slots=True)
class LetterLine:
    address: str
    kind: str
    state: str
    created_at: Instant
    sent_at: Instant | None


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A session that somebody opened through their place; it does not tell whether they were let in."""

    start_at: Instant
    zone: str
    suggested_alias: str


@dataclass(frozen=True, slots=True)
class ExportTable:
    database: Database

    async def dates(self, group: GroupId) -> list[DateLine]:
        """By start."""
        columns = [sessions.c[name] for name in ("id", "series", "title", "zone", "start_at", "end_at", "end")]
        found = select(*columns, sessions.c.attended).where(sessions.c.group == group).order_by(sessions.c.start_at)
        async with self.database.read() as connection:
            return [
                DateLine(
                    session=SessionId(row.id),
                    series=row.series,
                    title=row.title,
                    zone=row.zone,
                    start_at=Instant(row.start_at),
                    end_at=Instant(row.end_at),
                    end=SessionEnd(row.end),
                    attended=row.attended,
                )
                for row in await connection.execute(found)
            ]

    async def series(self, group: GroupId) -> list[SeriesId]:
        """All of them, the ended ones too, by first date."""
        found = select(series.c.id).where(series.c.group == group).order_by(series.c.first_local, series.c.id)
        async with self.database.read() as connection:
            return [SeriesId(id) for id in (await connection.execute(found)).scalars()]

    async def answers(self, place: PlaceId) -> list[AnswerLine]:
        found = (
            select(sessions.c.start_at, sessions.c.zone, answers.c.is_coming, answers.c.answered_at)
            .join(sessions, sessions.c.id == answers.c.session)
            .where(answers.c.place == place)
            .order_by(sessions.c.start_at)
        )
        async with self.database.read() as connection:
            rows = (await connection.execute(found)).all()
        return [AnswerLine(Instant(row.start_at), row.zone, row.is_coming, Instant(row.answered_at)) for row in rows]

    async def letters(self, place: PlaceId) -> list[LetterLine]:
        found = select(outbox).where(outbox.c.place == place).order_by(outbox.c.created_at)
        async with self.database.read() as connection:
            rows = (await connection.execute(found)).all()
        return [
            LetterLine(
                row.address,
                row.kind,
                row.state,
                Instant(row.created_at),
                None if row.sent_at is None else Instant(row.sent_at),
            )
            for row in rows
        ]

    async def entries(self, place: PlaceId) -> list[EntryLine]:
        found = (
            select(sessions.c.start_at, sessions.c.zone, people.c.suggested_alias)
            .join(sessions, sessions.c.id == people.c.session)
            .where(people.c.place == place)
            .order_by(sessions.c.start_at)
        )
        async with self.database.read() as connection:
            rows = (await connection.execute(found)).all()
        return [EntryLine(Instant(row.start_at), row.zone, row.suggested_alias) for row in rows]

    async def counts(self, group: GroupId) -> dict[str, int]:
        """How many rows of each kind go with a group."""
        of_group = select(sessions.c.id).where(sessions.c.group == group)
        wanted = {
            "series": select(func.count()).where(series.c.group == group),
            "dates": select(func.count()).where(sessions.c.group == group),
            "links": select(func.count()).where(links.c.session.in_(of_group)),
            "letters": select(func.count()).where(outbox.c.session.in_(of_group)),
        }
        async with self.database.read() as connection:
            return {kind: int((await connection.execute(count)).scalar_one()) for kind, count in wanted.items()}

    async def unsent(self, group: GroupId) -> int:
        """How many letters about its dates, or to its people, are on their way."""
        dates = select(sessions.c.id).where(sessions.c.group == group)
        placed = select(places.c.id).where(places.c.group == group)
        found = select(func.count()).where(
            outbox.c.state.in_(UNDER_WAY), outbox.c.session.in_(dates) | outbox.c.place.in_(placed)
        )
        async with self.database.read() as connection:
            return int((await connection.execute(found)).scalar_one())

    async def erase_traces(self, place: PlaceId) -> dict[str, int]:
        """Everything that this place left elsewhere: who it was in sessions, their rooms, links, letters, jobs.

        The row of the place itself is `PlaceTable.leave`'s. Returns how many rows of each kind went.
        """
        over = (
            select(people.c.session)
            .join(sessions, sessions.c.id == people.c.session)
            .where(people.c.place == place, sessions.c.end != SessionEnd.OPEN.value)
        )
        # A room that is over knows the names of those who were in it, and is of no more use.
        statements = {
            "rooms": delete(rooms).where(rooms.c.session.in_(over)),
            "people": delete(people).where(people.c.place == place),
            "links": delete(links).where(links.c.place == place),
            "letters": delete(outbox).where(outbox.c.place == place),
            "answers": delete(answers).where(answers.c.place == place),
            "jobs": delete(jobs).where(jobs.c.payload.contains(f'"{place}"', autoescape=True)),
        }
        async with self.database.write() as connection:
            return {kind: (await connection.execute(each)).rowcount for kind, each in statements.items()}

    async def open_dates(self, group: GroupId) -> Sequence[DateLine]:
        """Those that are neither over nor canceled."""
        return [line for line in await self.dates(group) if line.end is SessionEnd.OPEN]
