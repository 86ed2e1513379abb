"""What the first page of a host or facilitator needs, read at once and by index: never all rows of anything."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from rooms.ids import Instant, SessionId
from rooms.program.authority import Position
from rooms.program.places import PlaceState
from server.store.attendance import Attendance, attendance_of
from server.store.database import Database
from server.store.directory import to_come
from server.store.mapping import session_of
from server.store.records import SessionEnd, SessionRecord
from server.store.tables import accounts, groups, leads, places, series, sessions, staff

MOST_DATES = 40
MOST_GROUPS = 24
MOST_OF_SERIES = 150  # twelve weeks back and eight ahead, every day
MOST_NAMED = 20
_LEADING = (Position.FACILITATOR.value, Position.BACKUP.value)


@dataclass(frozen=True, slots=True)
class LeadFact:
    """Somebody's word about leading one date; `state` as in `rooms.program.leading`."""

    account: str
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class DateFact:
    record: SessionRecord
    attended: int | None
    leads: tuple[LeadFact, ...] = ()


@dataclass(frozen=True, slots=True)
class SeriesFact:
    id: str
    title: str
    rule: str | None  # JSON, as stored
    first_local: str
    zone: str
    next_at: Instant | None


@dataclass(frozen=True, slots=True)
class GroupFact:
    id: str
    name: str
    series: tuple[SeriesFact, ...] = ()
    places: Mapping[PlaceState, int] = field(default_factory=dict)
    bounced: int = 0  # addresses of people in it that mail came back from
    attendance: tuple[Attendance, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffFact:
    """Somebody who leads in a hosted group and needs a look: training that is over, or mail that comes back."""

    account: str
    name: str
    trained_until: str | None
    is_bounced: bool


@dataclass(frozen=True, slots=True)
class Facts:
    dates: tuple[DateFact, ...]
    groups: tuple[GroupFact, ...]
    staff: tuple[StaffFact, ...]
    positions: dict[str, frozenset[Position]] = field(default_factory=dict)
    has_more_dates: bool = False
    has_more_groups: bool = False


@dataclass(frozen=True, slots=True)
class DashboardTable:
    database: Database

    async def facts(
        self, account: str, sees_all: bool, now: Instant, begin: Instant, end: Instant, since: Instant, today: str
    ) -> Facts:
        """Dates that start in [begin, end) of this account's groups, or of all, and the groups that it hosts.

        How many came is told of dates from `since` on. `today` is an ISO date, for training that is over.
        """
        async with self.database.read() as connection:
            positions = await _positions(connection, account)
            hosted = _held(account).where(staff.c.position == Position.HOST.value)
            # `coalesce` keeps the index of groups out of it: few sessions are near, many belong to a host's groups.
            seen: ColumnElement[bool] = (
                true()
                if sees_all
                else or_(
                    func.coalesce(sessions.c.group, "").in_(_held(account)),
                    and_(sessions.c.group.is_(None), sessions.c.host == account),
                )
            )
            dates = await _dates(connection, seen, begin, end)
            wanted = groups.c.archived_at.is_(None) & (true() if sees_all else groups.c.id.in_(hosted))
            found = await _groups(connection, wanted, now, since)
            of_staff = await _staff(connection, [group.id for group in found], today)
        return Facts(
            dates=dates[:MOST_DATES],
            groups=found[:MOST_GROUPS],
            staff=of_staff,
            positions=positions,
            has_more_dates=len(dates) > MOST_DATES,
            has_more_groups=len(found) > MOST_GROUPS,
        )

    async def of_series(self, of: str, since: Instant) -> tuple[DateFact, ...]:
        """The sessions of one series that start at `since` or later, earliest first; `MOST_OF_SERIES` of them."""
        ids = (
            select(sessions.c.id)
            .where(sessions.c.series == of, sessions.c.start_at >= since)
            .order_by(sessions.c.start_at)
            .limit(MOST_OF_SERIES)
        )
        async with self.database.read() as connection:
            return await _facts_of(connection, ids)

    async def of_session(self, session: SessionId) -> DateFact | None:
        async with self.database.read() as connection:
            found = await _facts_of(connection, [session])
        return found[0] if found else None


def _held(account: str) -> Select[tuple[str]]:
    """The groups in which this account has a position."""
    return select(staff.c.group).where(staff.c.account == account)


async def _positions(connection: AsyncConnection, account: str) -> dict[str, frozenset[Position]]:
    found: dict[str, set[Position]] = {}
    for row in await connection.execute(select(staff.c.group, staff.c.position).where(staff.c.account == account)):
        found.setdefault(row.group, set()).add(Position(row.position))
    return {group: frozenset(held) for group, held in found.items()}


async def _dates(
    connection: AsyncConnection, seen: ColumnElement[bool], begin: Instant, end: Instant
) -> tuple[DateFact, ...]:
    # Every end is named so that the index of (end, start) serves; wide rows are read for those alone that are shown.
    near = (
        select(sessions.c.id)
        .where(
            sessions.c.end.in_([one.value for one in SessionEnd]),
            sessions.c.start_at >= begin,
            sessions.c.start_at < end,
            seen,
        )
        .order_by(sessions.c.start_at, sessions.c.id)
        .limit(MOST_DATES + 1)
    )
    return await _facts_of(connection, near)


async def _facts_of(connection: AsyncConnection, ids: Select[tuple[str]] | Collection[str]) -> tuple[DateFact, ...]:
    wanted = select(sessions).where(sessions.c.id.in_(ids)).order_by(sessions.c.start_at, sessions.c.id)
    rows = (await connection.execute(wanted)).all()
    led = await _leads_of(connection, [row.id for row in rows]) if rows else {}
    return tuple(DateFact(session_of(row), row.attended, led.get(SessionId(row.id), ())) for row in rows)


async def _leads_of(connection: AsyncConnection, ids: Collection[str]) -> dict[SessionId, tuple[LeadFact, ...]]:
    """Who was asked to lead these sessions and what they said, by rank."""
    found = (
        select(leads.c.session, leads.c.account, leads.c.state, accounts.c.name)
        .join(accounts, accounts.c.id == leads.c.account)
        .where(leads.c.session.in_(list(ids)))
        .order_by(leads.c.session, leads.c.rank)
    )
    led: dict[SessionId, list[LeadFact]] = {}
    for row in await connection.execute(found):
        led.setdefault(SessionId(row.session), []).append(LeadFact(row.account, row.name, row.state))
    return {session: tuple(each) for session, each in led.items()}


async def _groups(
    connection: AsyncConnection, wanted: ColumnElement[bool], now: Instant, since: Instant
) -> tuple[GroupFact, ...]:
    named = select(groups.c.id, groups.c.name).where(wanted).order_by(groups.c.name, groups.c.id)
    found = (await connection.execute(named.limit(MOST_GROUPS + 1))).all()
    if not found:
        return ()
    ids = [row.id for row in found]
    of_group: dict[str, list[SeriesFact]] = {}
    for row in await connection.execute(_series(ids, now)):
        next_at = None if row.next_at is None else Instant(row.next_at)
        fact = SeriesFact(row.id, row.title, row.rule, row.first_local, row.zone, next_at)
        of_group.setdefault(row.group, []).append(fact)
    in_places = (
        select(
            places.c.group, places.c.state, func.count().label("rows"), func.count(places.c.bounced_at).label("back")
        )
        .where(places.c.group.in_(ids))
        .group_by(places.c.group, places.c.state)
    )
    counts: dict[str, dict[PlaceState, int]] = {}
    bounced: dict[str, int] = {}
    for row in await connection.execute(in_places):
        counts.setdefault(row.group, {})[PlaceState(row.state)] = row.rows
        bounced[row.group] = bounced.get(row.group, 0) + row.back
    came = await attendance_of(connection, ids, since, now)
    return tuple(
        GroupFact(
            id=row.id,
            name=row.name,
            series=tuple(of_group.get(row.id, ())),
            places=counts.get(row.id, {}),
            bounced=bounced.get(row.id, 0),
            attendance=came.get(row.id, ()),
        )
        for row in found
    )


def _series(of_groups: Collection[str], now: Instant) -> Select[Any]:
    """With the next start of each, as `next_at`."""
    of_series = (sessions.c.group == series.c.group) & (sessions.c.series == series.c.id) & to_come(now)
    next_at = select(sessions.c.start_at).where(of_series).order_by(sessions.c.start_at).limit(1)
    columns = (series.c.id, series.c.group, series.c.title, series.c.rule, series.c.first_local, series.c.zone)
    return (
        select(*columns, next_at.scalar_subquery().label("next_at"))
        .where(series.c.group.in_(list(of_groups)), series.c.ended_at.is_(None))
        .order_by(series.c.group, series.c.first_local, series.c.id)
    )


async def _staff(connection: AsyncConnection, of_groups: Collection[str], today: str) -> tuple[StaffFact, ...]:
    leading = select(staff.c.account).where(staff.c.group.in_(list(of_groups)), staff.c.position.in_(_LEADING))
    is_over = accounts.c.training_expires_on.is_not(None) & (accounts.c.training_expires_on < today)
    found = (
        select(accounts.c.id, accounts.c.name, accounts.c.training_expires_on, accounts.c.bounced_at)
        .where(
            accounts.c.id.in_(leading),
            accounts.c.disabled_at.is_(None),
            or_(is_over, accounts.c.bounced_at.is_not(None)),
        )
        .order_by(accounts.c.name)
        .limit(MOST_NAMED)
    )
    return tuple(
        StaffFact(
            row.id,
            row.name,
            row.training_expires_on if (row.training_expires_on or "9999") < today else None,
            row.bounced_at is not None,
        )
        for row in await connection.execute(found)
    )
