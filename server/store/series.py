"""Series, the dates that differ, and the sessions that come of both."""

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rooms.ids import Instant, SessionId
from rooms.program.authority import Position
from rooms.program.conflicts import Busy
from rooms.program.ids import AccountId, GroupId, SeriesId
from rooms.program.recurrence import Rule
from rooms.program.series import Change, DateException, ExceptionKind, Series, local_from, local_text
from rooms.program.timers import Timers
from server.store.database import Database
from server.store.jobs import Job, Planned, add_within, withdraw_within
from server.store.mapping import session_of, session_values
from server.store.records import SessionEnd, SessionRecord
from server.store.tables import exceptions, groups, series, sessions, staff

_RULE = TypeAdapter(Rule)
_TIMERS = TypeAdapter(Timers)
_CHANGE = TypeAdapter(Change)
_LEADS = Position.FACILITATOR.value
_NO_CHANGE = _CHANGE.dump_json(Change()).decode()


class Outdated(Exception):
    """The series is not in the version that was read any more: nothing was written."""


@dataclass(frozen=True, slots=True)
class SeriesTable:
    database: Database

    async def get(self, id: SeriesId) -> Series | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(series).where(series.c.id == id))).first()
        return None if row is None else _series(row)

    async def of_group(self, group: GroupId) -> list[Series]:
        """Those that have not ended, by first date."""
        found = select(series).where(series.c.group == group, series.c.ended_at.is_(None))
        async with self.database.read() as connection:
            rows = await connection.execute(found.order_by(series.c.first_local, series.c.id))
            return [_series(row) for row in rows]

    async def open_ids(self) -> list[SeriesId]:
        """All that have not ended, of groups that were not put away."""
        found = select(series.c.id).join(groups, groups.c.id == series.c.group)
        found = found.where(series.c.ended_at.is_(None), groups.c.archived_at.is_(None)).order_by(series.c.id)
        async with self.database.read() as connection:
            return [SeriesId(id) for id in (await connection.execute(found)).scalars()]

    async def exceptions(self, id: SeriesId) -> list[DateException]:
        """By their date's name."""
        async with self.database.read() as connection:
            return await _exceptions(connection, id)

    async def sessions(self, id: SeriesId) -> list[SessionRecord]:
        """All that came of it, by start."""
        async with self.database.read() as connection:
            return await _sessions(connection, id)

    async def leading(self, group: GroupId, now: Instant) -> tuple[frozenset[str], list[Busy]]:
        """Who leads the group, and the sessions to come that are its own or of another group that one of them leads."""
        async with self.database.read() as connection:
            mine = await _facilitators(connection, staff.c.group == group)
            leaders = frozenset(mine.get(group, ()))
            theirs = select(staff.c.group).where(staff.c.account.in_(leaders), staff.c.position == _LEADS)
            found = await _facilitators(connection, staff.c.group.in_(theirs))
            return leaders, await _busy(connection, {group, *found}, found, now)

    async def next_of_group(self, group: GroupId, now: Instant, most: int) -> list[SessionRecord]:
        """Sessions that are neither over nor canceled, by start."""
        found = select(sessions).where(
            sessions.c.group == group, sessions.c.end == SessionEnd.OPEN.value, sessions.c.end_at > now
        )
        async with self.database.read() as connection:
            rows = await connection.execute(found.order_by(sessions.c.start_at, sessions.c.id).limit(most))
            return [session_of(row) for row in rows]

    async def mark_canceled(self, id: SeriesId, name: str, now: Instant) -> None:
        """The session of this date was canceled by itself: the series says so too. Twice is the same as once."""
        canceled = ExceptionKind.CANCELED.value
        row = {"series": id, "original_local": name, "kind": canceled, "change": _NO_CHANGE, "created_at": now}
        statement = self.database.upsert(exceptions).values(row)
        statement = statement.on_conflict_do_update(
            index_elements=["series", "original_local"],
            set_={"kind": canceled},
            where=exceptions.c.kind != canceled,
        )
        stepped = {"version": series.c.version + 1, "sequence": series.c.sequence + 1}
        async with self.database.write() as connection:
            if (await connection.execute(statement)).rowcount == 1:
                await connection.execute(update(series).where(series.c.id == id).values(stepped))

    async def link_of(self, id: SeriesId) -> tuple[str, int] | None:
        """The lineage and how often its link was made anew."""
        async with self.database.read() as connection:
            row = (await connection.execute(select(series.c.uid).where(series.c.id == id))).first()
        if row is None:
            return None
        generation = await self.link_generation(row.uid)
        return None if generation is None else (row.uid, generation)

    async def link_generation(self, uid: str) -> int | None:
        """None for no such lineage. What was split off knows of none: the highest counts."""
        found = select(func.count(), func.max(series.c.link_generation)).where(series.c.uid == uid)
        async with self.database.read() as connection:
            how_many, generation = (await connection.execute(found)).one()
        return (generation or 0) if how_many else None

    async def renew_link(self, id: SeriesId) -> None:
        uid = select(series.c.uid).where(series.c.id == id).scalar_subquery()
        generation = func.coalesce(series.c.link_generation, 0) + 1
        async with self.database.write() as connection:
            highest = select(func.max(generation)).where(series.c.uid == uid)
            newest = (await connection.execute(highest)).scalar()
            await connection.execute(update(series).where(series.c.uid == uid).values(link_generation=newest))

    async def next_of_lineage(self, uid: str, now: Instant) -> tuple[GroupId, SessionId | None] | None:
        """Its group and its next session, where one is planned."""
        coming = (sessions.c.series == series.c.id) & (sessions.c.end == SessionEnd.OPEN.value)
        coming &= sessions.c.end_at > now
        found = (
            select(series.c.group, sessions.c.id)
            .select_from(series.outerjoin(sessions, coming))
            .where(series.c.uid == uid)
            .order_by(sessions.c.start_at.is_(None), sessions.c.start_at)
            .limit(1)
        )
        async with self.database.read() as connection:
            row = (await connection.execute(found)).first()
        return None if row is None else (GroupId(row.group), None if row.id is None else SessionId(row.id))

    @asynccontextmanager
    async def changing(self, now: Instant) -> AsyncIterator["SeriesWriter"]:
        """One transaction: all of it is written when the block is left without an exception, or nothing."""
        async with self.database.write() as connection:
            yield SeriesWriter(self.database, connection, now)


@dataclass(frozen=True, slots=True)
class SeriesWriter:
    """What may be done to series within one transaction."""

    database: Database
    connection: AsyncConnection
    now: Instant

    async def get(self, id: SeriesId) -> Series | None:
        """Nobody else changes it until this transaction is over."""
        row = (await self.connection.execute(select(series).where(series.c.id == id).with_for_update())).first()
        return None if row is None else _series(row)

    async def exceptions(self, id: SeriesId) -> list[DateException]:
        return await _exceptions(self.connection, id)

    async def sessions(self, id: SeriesId) -> list[SessionRecord]:
        return await _sessions(self.connection, id)

    async def add(self, new: Series) -> None:
        await self.connection.execute(insert(series).values(_values(new) | {"id": new.id, "created_at": self.now}))

    async def save(self, changed: Series, was_version: int) -> None:
        """Raises `Outdated`."""
        mine = (series.c.id == changed.id) & (series.c.version == was_version)
        saved = await self.connection.execute(update(series).where(mine).values(_values(changed)))
        if saved.rowcount != 1:
            raise Outdated

    async def put_exceptions(self, id: SeriesId, differing: Iterable[DateException]) -> None:
        """These and no others."""
        await self.connection.execute(delete(exceptions).where(exceptions.c.series == id))
        rows = [
            {
                "series": id,
                "original_local": each.original_local,
                "kind": each.kind.value,
                "change": _CHANGE.dump_json(each.change).decode(),
                "created_at": self.now,
            }
            for each in differing
        ]
        if rows:
            await self.connection.execute(insert(exceptions), rows)

    async def made_until(self, id: SeriesId, until: Instant) -> None:
        await self.connection.execute(update(series).where(series.c.id == id).values(made_until=until))

    async def busy(self, group: GroupId, now: Instant) -> list[Busy]:
        """The group's own sessions to come."""
        return await _busy(self.connection, {group}, {}, now)

    async def rename(self, names: Iterable[tuple[SessionId, SeriesId, str | None]]) -> None:
        """To which date of which series each session belongs; None: to none any more."""
        named = list(names)
        if not named:
            return
        # First out of the way: one may get the name that another still has.
        ids = [session for session, _, _ in named]
        await self.connection.execute(update(sessions).where(sessions.c.id.in_(ids)).values(original_local=None))
        for session, owner, name in named:
            values = {"series": owner, "original_local": name}
            await self.connection.execute(update(sessions).where(sessions.c.id == session).values(values))

    async def add_session(self, record: SessionRecord) -> None:
        await self.connection.execute(insert(sessions).values(session_values(record, self.now)))

    async def cancel_session(self, session: SessionId) -> bool:
        """False where it has begun, or is over, and was left as it is."""
        waiting = (sessions.c.id == session) & (sessions.c.end == SessionEnd.OPEN.value) & sessions.c.begun_at.is_(None)
        values = {"end": SessionEnd.CANCELED.value, "ended_at": self.now}
        return (await self.connection.execute(update(sessions).where(waiting).values(values))).rowcount == 1

    async def change_session(self, record: SessionRecord) -> bool:
        """False where it has begun, or is over, and was left as it is."""
        values = session_values(record, self.now)
        for fixed in ("id", "host", "created_at", "end", "series", "original_local", "group"):
            del values[fixed]
        waiting = (sessions.c.id == record.id) & (sessions.c.end == SessionEnd.OPEN.value)
        waiting &= sessions.c.begun_at.is_(None)
        return (await self.connection.execute(update(sessions).where(waiting).values(values))).rowcount == 1

    async def plan(self, planned: Sequence[Planned]) -> None:
        """What is to be done later because of this, and only if this is written."""
        if planned:
            await add_within(self.connection, self.database, planned)

    async def withdraw(self, kinds: frozenset[str], is_wanted: Callable[[Job], bool]) -> list[Job]:
        """What was planned and nobody has begun is not to be done any more, if this is written."""
        return await withdraw_within(self.connection, kinds, self.now, is_wanted)


async def _facilitators(connection: AsyncConnection, where: ColumnElement[bool]) -> dict[GroupId, set[str]]:
    leading: dict[GroupId, set[str]] = {}
    for row in await connection.execute(
        select(staff.c.group, staff.c.account).where(where, staff.c.position == _LEADS)
    ):
        leading.setdefault(GroupId(row.group), set()).add(row.account)
    return leading


async def _busy(
    connection: AsyncConnection, of: Collection[GroupId], leaders: Mapping[GroupId, Set[str]], now: Instant
) -> list[Busy]:
    found = select(sessions.c.id, sessions.c.group, sessions.c.start_at, sessions.c.end_at).where(
        sessions.c.group.in_(of), sessions.c.end == SessionEnd.OPEN.value, sessions.c.end_at > now
    )
    return [
        Busy(
            SessionId(row.id),
            GroupId(row.group),
            Instant(row.start_at),
            Instant(row.end_at),
            frozenset(leaders.get(GroupId(row.group), ())),
        )
        for row in await connection.execute(found.order_by(sessions.c.start_at))
    ]


async def _exceptions(connection: AsyncConnection, id: SeriesId) -> list[DateException]:
    found = select(exceptions).where(exceptions.c.series == id).order_by(exceptions.c.original_local)
    return [
        DateException(row.original_local, ExceptionKind(row.kind), _CHANGE.validate_json(row.change))
        for row in await connection.execute(found)
    ]


async def _sessions(connection: AsyncConnection, id: SeriesId) -> list[SessionRecord]:
    found = select(sessions).where(sessions.c.series == id).order_by(sessions.c.start_at, sessions.c.id)
    return [session_of(row) for row in await connection.execute(found)]


def _values(record: Series) -> dict[str, Any]:
    return {
        "uid": record.uid,
        "group": record.group,
        "account": record.account,
        "title": record.title,
        "waiting_message": record.waiting_message,
        "zone": record.zone,
        "first_local": local_text(record.first_local),
        "length_min": record.length_min,
        "rule": None if record.rule is None else _RULE.dump_json(record.rule).decode(),
        "timers": _TIMERS.dump_json(record.timers).decode(),
        "sequence": record.sequence,
        "version": record.version,
        "made_until": record.made_until,
        "ended_at": record.ended_at,
    }


def _series(row: Row[Any]) -> Series:
    return Series(
        id=SeriesId(row.id),
        uid=row.uid,
        group=GroupId(row.group),
        account=None if row.account is None else AccountId(row.account),
        title=row.title,
        waiting_message=row.waiting_message,
        zone=row.zone,
        first_local=local_from(row.first_local),
        length_min=row.length_min,
        rule=None if row.rule is None else _RULE.validate_json(row.rule),
        timers=_TIMERS.validate_json(row.timers),
        sequence=row.sequence,
        version=row.version,
        made_until=Instant(row.made_until),
        ended_at=None if row.ended_at is None else Instant(row.ended_at),
    )
