"""Dates as letters are written about them: when, of which group, by what name, and who is to hear of it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, Select, case, func, select, update

from rooms.ids import Instant, SessionId
from rooms.live.snapshot import load
from rooms.live.state import RoomState
from rooms.program.authority import Position
from rooms.program.group import Kind
from rooms.program.ids import AccountId, GroupId, PlaceId
from rooms.program.leading import Candidate
from rooms.program.places import PlaceState, Wishes
from server.store.database import Database
from server.store.mapping import account_of, session_of
from server.store.records import Account, SessionEnd, SessionRecord
from server.store.tables import accounts, answers, groups, people, places, rooms, sessions, staff

_WISHES = TypeAdapter(Wishes)
NO_REMINDERS = Wishes(day_before=False, hour_before=False, starting=False, missed=False)


@dataclass(frozen=True, slots=True)
class DateOfGroup:
    """One session, and of its group what letters need. `name` is discreet where the group is neutral."""

    session: SessionRecord
    group: GroupId
    name: str
    is_neutral: bool
    is_peer_held: bool
    is_active: bool  # the group is neither paused nor put away

    @property
    def start_at(self) -> Instant:
        return self.session.settings.schedule.start_at

    @property
    def end_at(self) -> Instant:
        return self.session.settings.schedule.end_at


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with a place and an address."""

    place: PlaceId
    address: str
    zone: str
    language: str
    wishes: Wishes
    has_bounced: bool


@dataclass(frozen=True, slots=True)
class StaffReader:
    """Somebody of a group's staff, in one position."""

    account: Account
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class DateTable:
    database: Database

    async def get(self, session: SessionId) -> DateOfGroup | None:
        """None for a session without a group too."""
        async with self.database.read() as connection:
            row = (await connection.execute(_dates().where(sessions.c.id == session))).first()
        return None if row is None else _date_of(row)

    async def of(self, wanted: Collection[SessionId]) -> list[DateOfGroup]:
        """Those of them that there are, by start."""
        found = _dates().where(sessions.c.id.in_(wanted)).order_by(sessions.c.start_at, sessions.c.id)
        async with self.database.read() as connection:
            return [_date_of(row) for row in await connection.execute(found)]

    async def starting(self, begin: Instant, until: Instant) -> list[DateOfGroup]:
        """Those of active groups that start in [begin, until) and are not over, by start."""
        open_ones = (sessions.c.end == SessionEnd.OPEN.value) & groups.c.archived_at.is_(None)
        when = (sessions.c.start_at >= begin) & (sessions.c.start_at < until)
        found = _dates().where(open_ones, when, groups.c.is_paused.is_(False)).order_by(sessions.c.start_at)
        async with self.database.read() as connection:
            return [_date_of(row) for row in await connection.execute(found)]

    async def ended(self, begin: Instant, until: Instant) -> list[DateOfGroup]:
        """Those that took place and were to start in [begin, until)."""
        when = (sessions.c.start_at >= begin) & (sessions.c.start_at < until)
        found = _dates().where(sessions.c.end == SessionEnd.ENDED.value, when).order_by(sessions.c.start_at)
        async with self.database.read() as connection:
            return [_date_of(row) for row in await connection.execute(found)]

    async def next_of(self, group: GroupId, after: Instant) -> SessionRecord | None:
        open_ones = (sessions.c.group == group) & (sessions.c.end == SessionEnd.OPEN.value)
        found = select(sessions).where(open_ones, sessions.c.start_at > after).order_by(sessions.c.start_at).limit(1)
        async with self.database.read() as connection:
            row = (await connection.execute(found)).first()
        return None if row is None else session_of(row)

    async def of_series(self, series: str, begin: Instant, until: Instant) -> list[DateOfGroup]:
        when = (sessions.c.start_at >= begin) & (sessions.c.start_at < until)
        open_ones = (sessions.c.series == series) & (sessions.c.end == SessionEnd.OPEN.value)
        async with self.database.read() as connection:
            found = _dates().where(open_ones, when).order_by(sessions.c.start_at)
            return [_date_of(row) for row in await connection.execute(found)]

    async def group(self, group: GroupId) -> tuple[str, bool] | None:
        """Its name as letters say it, and whether it is neutral."""
        found = select(_NAME, groups.c.is_neutral).where(groups.c.id == group)
        async with self.database.read() as connection:
            row = (await connection.execute(found)).first()
        return None if row is None else (row.name, row.is_neutral)

    async def readers(self, group: GroupId, session: SessionId) -> list[Reader]:
        """Everybody with a place and an address who has not said "not this time", in the order of asking."""
        return [reader for reader, _ in await self.readers_of(group, (session,))]

    async def readers_of(self, group: GroupId, wanted: Collection[SessionId]) -> list[tuple[Reader, set[SessionId]]]:
        """As `readers`, of several dates: everybody who expects one of them, each with those that they do expect."""
        declined = select(answers.c.place, answers.c.session)
        declined = declined.where(answers.c.session.in_(wanted), answers.c.is_coming.is_(False))
        everybody = _readers().where(places.c.group == group).order_by(places.c.rank)
        absent: dict[str, set[str]] = {}
        async with self.database.read() as connection:
            for row in await connection.execute(declined):
                absent.setdefault(row.place, set()).add(row.session)
            found = [_reader_of(row) for row in await connection.execute(everybody)]
        expecting = [(reader, set(wanted) - absent.get(reader.place, set())) for reader in found]
        return [(reader, dates) for reader, dates in expecting if dates]

    async def staff(self, group: GroupId) -> list[StaffReader]:
        """Everybody of the group's staff, once for each position they have."""
        found = (
            select(accounts, staff.c.position, staff.c.rank)
            .join(staff, staff.c.account == accounts.c.id)
            .where(staff.c.group == group)
            .order_by(staff.c.position, staff.c.rank, accounts.c.id)
        )
        async with self.database.read() as connection:
            return [_staff_of(row) for row in await connection.execute(found)]

    async def came(self, group: GroupId, sessions_: tuple[SessionId, ...]) -> dict[SessionId, set[PlaceId]]:
        """Who of the group's places entered which of these dates, as far as it is still known."""
        found = select(people.c.session, people.c.place).where(
            people.c.session.in_(sessions_), people.c.place.is_not(None)
        )
        came: dict[SessionId, set[PlaceId]] = {session: set() for session in sessions_}
        async with self.database.read() as connection:
            for row in await connection.execute(found):
                came[SessionId(row.session)].add(PlaceId(row.place))
        return came

    async def last_ended(self, group: GroupId, before: Instant, most: int) -> tuple[SessionId, ...]:
        """The newest dates of the group that took place and started before then."""
        over = (sessions.c.group == group) & (sessions.c.end == SessionEnd.ENDED.value) & (sessions.c.start_at < before)
        found = select(sessions.c.id).where(over).order_by(sessions.c.start_at.desc()).limit(most)
        async with self.database.read() as connection:
            return tuple(SessionId(row) for row in (await connection.execute(found)).scalars())

    async def room(self, session: SessionId) -> RoomState | None:
        """The room as it is stored; None where nobody has hosted it yet. Raises `UnreadableSnapshot`."""
        found = select(rooms.c.snapshot).where(rooms.c.session == session)
        async with self.database.read() as connection:
            snapshot = (await connection.execute(found)).scalar()
        return None if snapshot is None else load(snapshot)

    async def stop_reminders(self, place: PlaceId) -> bool:
        """As if they had wished for none. Twice is the same as once; False where the place is gone."""
        values = {"wishes": _WISHES.dump_json(NO_REMINDERS).decode()}
        async with self.database.write() as connection:
            return (await connection.execute(update(places).where(places.c.id == place).values(values))).rowcount == 1


_NAME = case((groups.c.is_neutral, groups.c.discreet_name), else_=groups.c.name).label("name")


def _dates() -> Select[Any]:
    title = case((groups.c.is_neutral, sessions.c.discreet_title), else_=sessions.c.title)
    return select(
        sessions,
        func.coalesce(func.nullif(title, ""), _NAME).label("shown_name"),
        groups.c.is_neutral,
        groups.c.kind,
        groups.c.is_paused,
        groups.c.archived_at,
    ).join(groups, groups.c.id == sessions.c.group)


def _date_of(row: Row[Any]) -> DateOfGroup:
    return DateOfGroup(
        session=session_of(row),
        group=GroupId(row.group),
        name=row.shown_name,
        is_neutral=row.is_neutral,
        is_peer_held=row.kind == Kind.PEER_HELD.value,
        is_active=not row.is_paused and row.archived_at is None,
    )


def _readers() -> Select[Any]:
    wanted = (places.c.state == PlaceState.PLACE.value) & places.c.email.is_not(None)
    return select(
        places.c.id, places.c.email, places.c.zone, places.c.language, places.c.wishes, places.c.bounced_at
    ).where(wanted)


def _reader_of(row: Row[Any]) -> Reader:
    return Reader(
        place=PlaceId(row.id),
        address=row.email,
        zone=row.zone,
        language=row.language,
        wishes=_WISHES.validate_json(row.wishes),
        has_bounced=row.bounced_at is not None,
    )


def _staff_of(row: Row[Any]) -> StaffReader:
    account = account_of(row)
    candidate = Candidate(
        account=AccountId(account.id),
        position=Position(row.position),
        rank=row.rank,
        training_expires_on=account.training_expires_on,
        is_disabled=account.disabled_at is not None,
    )
    return StaffReader(account, candidate)
