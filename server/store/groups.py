"""Groups, the versions of their guidelines, and who leads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rooms.ids import Instant
from rooms.live.settings import ChatPolicy
from rooms.program.authority import Position
from rooms.program.group import Camera, Entry, Group, Guidelines, Kind, Question, StaffMember, Topic
from rooms.program.ids import AccountId, GroupId
from rooms.program.places import Place
from rooms.program.timers import Timers
from server.store.database import Database
from server.store.places import count_taken, fill, hold
from server.store.tables import accounts, groups, guidelines, staff

_QUESTIONS = TypeAdapter(tuple[Question, ...])
_TIMERS = TypeAdapter(Timers)

_versions = guidelines.alias()
_newest = select(func.max(_versions.c.version)).where(_versions.c.group == groups.c.id).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Saved:
    """`given`: who moved up from the waitlist, in order."""

    given: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Overfull:
    """So many people have a place; the capacity may not be lower."""

    taken: int


@dataclass(frozen=True, slots=True)
class GroupTable:
    database: Database

    async def add(self, group: Group, members: Sequence[StaffMember]) -> bool:
        """With its first guidelines and those who lead it. False where the slug is taken."""
        values = _values(group) | {"id": group.id, "slug": group.slug, "created_at": group.created_at}
        statement = self.database.upsert(groups).values(values).on_conflict_do_nothing(index_elements=["slug"])
        async with self.database.write() as connection:
            if (await connection.execute(statement.returning(groups.c.id))).first() is None:
                return False
            await _add_guidelines(connection, group.id, group.guidelines, group.created_at)
            if members:
                await connection.execute(insert(staff), _staff_rows(group.id, members))
        return True

    async def save(self, group: Group, was_version: int, now: Instant) -> Saved | Overfull | None:
        """Change a group whose version is `was_version`; `group.version` is the new one.

        Guidelines with a version that is not stored yet become the newest. More capacity moves people up from the
        waitlist. None where somebody else changed the group first, or it is gone: nothing is changed then.
        """
        async with self.database.write() as connection:
            row = await hold(connection, group.id)
            if row is None or row.version != was_version:
                return None
            taken = await count_taken(connection, group.id)
            if group.capacity < taken:
                return Overfull(taken)
            await connection.execute(update(groups).where(groups.c.id == group.id).values(_values(group)))
            known = select(guidelines.c.version).where(
                guidelines.c.group == group.id, guidelines.c.version == group.guidelines.version
            )
            if (await connection.execute(known)).first() is None:
                await _add_guidelines(connection, group.id, group.guidelines, now)
            return Saved(await fill(connection, group.id, now))

    async def get(self, group: GroupId) -> Group | None:
        async with self.database.read() as connection:
            row = (await connection.execute(_groups().where(groups.c.id == group))).first()
        return None if row is None else _group_of(row)

    async def by_slug(self, slug: str) -> Group | None:
        async with self.database.read() as connection:
            row = (await connection.execute(_groups().where(groups.c.slug == slug))).first()
        return None if row is None else _group_of(row)

    async def all(self) -> list[Group]:
        """Those that are not archived, by name."""
        found = _groups().where(groups.c.archived_at.is_(None)).order_by(groups.c.name, groups.c.id)
        return await self._list(found)

    async def of_account(self, account: AccountId) -> list[Group]:
        """Those in which this account has a position, by name; the archived ones are left out."""
        mine = select(staff.c.group).where(staff.c.account == account)
        found = _groups().where(groups.c.id.in_(mine), groups.c.archived_at.is_(None))
        return await self._list(found.order_by(groups.c.name, groups.c.id))

    async def listed(self) -> list[Group]:
        """The public ones, by name."""
        found = _groups().where(groups.c.is_public, groups.c.archived_at.is_(None))
        return await self._list(found.order_by(groups.c.name, groups.c.id))

    async def guidelines(self, group: GroupId, version: int) -> Guidelines | None:
        found = select(guidelines).where(guidelines.c.group == group, guidelines.c.version == version)
        async with self.database.read() as connection:
            row = (await connection.execute(found)).first()
        return None if row is None else Guidelines(row.version, row.text)

    async def staff(self, group: GroupId) -> list[StaffMember]:
        """Hosts, facilitators, backups; each by rank. Accounts that were switched off are left out."""
        found = (
            select(staff.c.account, staff.c.position, staff.c.rank, accounts.c.name)
            .join(accounts, accounts.c.id == staff.c.account)
            .where(staff.c.group == group, accounts.c.disabled_at.is_(None))
        )
        async with self.database.read() as connection:
            rows = (await connection.execute(found)).all()
        members = [StaffMember(AccountId(row.account), row.name, Position(row.position), row.rank) for row in rows]
        order = list(Position)
        return sorted(members, key=lambda member: (order.index(member.position), member.rank, member.name))

    async def set_staff(self, group: GroupId, members: Sequence[StaffMember]) -> None:
        """These and no others, ranked as they come."""
        async with self.database.write() as connection:
            await connection.execute(delete(staff).where(staff.c.group == group))
            if members:
                await connection.execute(insert(staff), _staff_rows(group, members))

    async def archive(self, group: GroupId, now: Instant) -> None:
        """The first time counts."""
        fresh = (groups.c.id == group) & groups.c.archived_at.is_(None)
        async with self.database.write() as connection:
            await connection.execute(update(groups).where(fresh).values(archived_at=now))

    async def delete(self, group: GroupId) -> None:
        """With everything that belongs to it: series, sessions, places, answers, rooms."""
        async with self.database.write() as connection:
            await connection.execute(delete(groups).where(groups.c.id == group))

    async def _list(self, found: Select[Any]) -> list[Group]:
        async with self.database.read() as connection:
            return [_group_of(row) for row in await connection.execute(found)]


async def _add_guidelines(connection: AsyncConnection, group: GroupId, words: Guidelines, now: Instant) -> None:
    row = {"group": group, "version": words.version, "text": words.text, "created_at": now}
    await connection.execute(insert(guidelines).values(row))


def _groups() -> Select[Any]:
    newest = (guidelines.c.group == groups.c.id) & (guidelines.c.version == _newest)
    return select(
        groups, guidelines.c.version.label("guidelines_version"), guidelines.c.text.label("guidelines_text")
    ).select_from(groups.join(guidelines, newest))


def _staff_rows(group: GroupId, members: Sequence[StaffMember]) -> list[dict[str, Any]]:
    ranks = dict.fromkeys(Position, 0)
    rows = []
    for member in members:
        rows.append(
            {
                "group": group,
                "account": member.account,
                "position": member.position.value,
                "rank": ranks[member.position],
            }
        )
        ranks[member.position] += 1
    return rows


def _values(group: Group) -> dict[str, Any]:
    """What a host may change, and the version."""
    return {
        "name": group.name,
        "discreet_name": group.discreet_name,
        "topic": group.topic.value,
        "audience": group.audience,
        "about": group.about,
        "language": group.language,
        "kind": group.kind.value,
        "entry": group.entry.value,
        "camera": group.camera.value,
        "chat_policy": group.chat_policy.value,
        "cost": group.cost,
        "accessibility": group.accessibility,
        "resources": group.resources,
        "waiting_message": group.waiting_message,
        "intake": _QUESTIONS.dump_json(group.intake).decode(),
        "timers": _TIMERS.dump_json(group.timers).decode(),
        "zone": group.zone,
        "capacity": group.capacity,
        "is_public": group.is_public,
        "is_neutral": group.is_neutral,
        "is_paused": group.is_paused,
        "version": group.version,
    }


def _group_of(row: Row[Any]) -> Group:
    return Group(
        id=GroupId(row.id),
        slug=row.slug,
        name=row.name,
        discreet_name=row.discreet_name,
        topic=Topic(row.topic),
        audience=row.audience,
        about=row.about,
        language=row.language,
        kind=Kind(row.kind),
        entry=Entry(row.entry),
        camera=Camera(row.camera),
        chat_policy=ChatPolicy(row.chat_policy),
        cost=row.cost,
        accessibility=row.accessibility,
        resources=row.resources,
        waiting_message=row.waiting_message,
        intake=_QUESTIONS.validate_json(row.intake),
        timers=_TIMERS.validate_json(row.timers),
        zone=row.zone,
        capacity=row.capacity,
        is_public=row.is_public,
        is_neutral=row.is_neutral,
        is_paused=row.is_paused,
        version=row.version,
        created_at=Instant(row.created_at),
        archived_at=None if row.archived_at is None else Instant(row.archived_at),
        guidelines=Guidelines(row.guidelines_version, row.guidelines_text),
    )
