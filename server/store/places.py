"""Places in groups. Whatever gives or frees one holds the group's row, so that a group is never over its capacity."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from pydantic import TypeAdapter
from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rooms.ids import Instant, SessionId
from rooms.program.ids import GroupId, PlaceId
from rooms.program.places import IntakeAnswer, Place, PlaceState, Wishes
from server.store.database import Database
from server.store.tables import answers, groups, places

_ANSWERS = TypeAdapter(tuple[IntakeAnswer, ...])
_WISHES = TypeAdapter(Wishes)
_PENDING = (PlaceState.PENDING.value,)
_THERE = tuple(state.value for state in PlaceState if state is not PlaceState.LEFT)


class Moved(NamedTuple):
    """What a change of one place did: that place, now, and those who moved up from the waitlist by it, in order."""

    place: Place
    given: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class PlaceTable:
    """`_turn`: of this process one at a time gives or frees places. Who waits for a group's row in the database holds a
    connection meanwhile, and everybody else's pages would wait for one."""

    database: Database
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False, compare=False)

    async def add(self, place: Place, token_hash: str) -> Place | None:
        """With the next rank of its group. Asked for as WAITLIST it gets a place at once where one is free.

        An address may stand in several places of a group: saying no would tell a stranger who is in it. None where the
        group is gone.
        """
        async with self._turn, self.database.write() as connection:
            if await hold(connection, place.group) is None:
                return None
            in_group = places.c.group == place.group
            rank = (await connection.execute(select(func.max(places.c.rank)).where(in_group))).scalar_one()
            place = replace(place, rank=0 if rank is None else rank + 1)
            await connection.execute(insert(places).values(_values(place) | {"token_hash": token_hash}))
            await fill(connection, place.group, place.created_at)
            row = (await connection.execute(select(places).where(places.c.id == place.id))).one()
        return place_of(row)

    async def get(self, place: PlaceId) -> Place | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(places).where(places.c.id == place))).first()
        return None if row is None else place_of(row)

    async def by_hash(self, token_hash: str) -> Place | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(places).where(places.c.token_hash == token_hash))).first()
        return None if row is None else place_of(row)

    async def of_group(self, group: GroupId) -> list[Place]:
        """In the order of asking."""
        found = select(places).where(places.c.group == group).order_by(places.c.rank)
        async with self.database.read() as connection:
            return [place_of(row) for row in await connection.execute(found)]

    async def counts(self, groups_: Sequence[GroupId]) -> dict[GroupId, dict[PlaceState, int]]:
        """How many are in each state; what nobody is in is left out."""
        found = select(places.c.group, places.c.state, func.count()).where(places.c.group.in_(groups_))
        counts: dict[GroupId, dict[PlaceState, int]] = {group: {} for group in groups_}
        async with self.database.read() as connection:
            for group, state, count in await connection.execute(found.group_by(places.c.group, places.c.state)):
                counts[GroupId(group)][PlaceState(state)] = count
        return counts

    async def position(self, place: Place) -> int:
        """Where on the waitlist, from 1."""
        before = select(func.count()).where(
            places.c.group == place.group,
            places.c.state == PlaceState.WAITLIST.value,
            places.c.rank < place.rank,
        )
        async with self.database.read() as connection:
            return int((await connection.execute(before)).scalar_one()) + 1

    async def accept(self, place: PlaceId, now: Instant) -> Moved | None:
        """From PENDING to a place, or to the waitlist where none is free. None where nobody waits for an answer."""
        return await self._move(place, _PENDING, {"state": PlaceState.WAITLIST.value}, now)

    async def decline(self, place: PlaceId, reason: str, now: Instant) -> Moved | None:
        """What they answered is erased; the row stays until its holder has read the reason, or retention ends it."""
        changes = {"state": PlaceState.DECLINED.value, "reason": reason, "answers": "[]"}
        return await self._move(place, _PENDING, changes, now)

    async def end(self, place: PlaceId, reason: str, now: Instant) -> Moved | None:
        """A host takes somebody out; answers and address go at once."""
        changes = {"state": PlaceState.LEFT.value, "reason": reason, "answers": "[]", "email": None}
        moved = await self._move(place, _THERE, changes, now)
        if moved is None:
            return None
        async with self.database.write() as connection:
            await connection.execute(delete(answers).where(answers.c.place == place))
        return moved

    async def leave(self, place: PlaceId, now: Instant) -> tuple[Place, ...]:
        """Everything about this place is gone; returns those who moved up."""
        async with self._turn, self.database.write() as connection:
            group = await _group_of(connection, place)
            if group is None:
                return ()
            await connection.execute(delete(places).where(places.c.id == place))
            return await fill(connection, group, now)

    async def set_wishes(self, place: PlaceId, wishes: Wishes, email: str | None, zone: str) -> None:
        """A new address is one that mail has not come back from."""
        values = {"wishes": _WISHES.dump_json(wishes).decode(), "email": email, "zone": zone}
        mine = places.c.id == place
        async with self.database.write() as connection:
            await connection.execute(update(places).where(mine, places.c.email != email).values(bounced_at=None))
            await connection.execute(update(places).where(mine).values(values))

    async def accept_guidelines(self, place: PlaceId, version: int) -> None:
        async with self.database.write() as connection:
            changed = update(places).where(places.c.id == place).values(guidelines_version=version)
            await connection.execute(changed)

    async def set_token(self, place: PlaceId, token_hash: str, generation: int) -> None:
        """The former links of this place stop working."""
        async with self.database.write() as connection:
            values = {"token_hash": token_hash, "generation": generation}
            await connection.execute(update(places).where(places.c.id == place).values(values))

    async def answer(self, place: PlaceId, session: SessionId, is_coming: bool, now: Instant) -> None:
        """The newest answer counts."""
        row = {"session": session, "place": place, "is_coming": is_coming, "answered_at": now}
        statement = self.database.upsert(answers).values(row)
        statement = statement.on_conflict_do_update(index_elements=["session", "place"], set_=row)
        async with self.database.write() as connection:
            await connection.execute(statement)

    async def answers_of(self, place: PlaceId, sessions: Sequence[SessionId]) -> dict[SessionId, bool]:
        """What this person answered for these dates; those without an answer are left out."""
        found = select(answers.c.session, answers.c.is_coming).where(
            answers.c.place == place, answers.c.session.in_(sessions)
        )
        async with self.database.read() as connection:
            rows = (await connection.execute(found)).all()
        return {SessionId(row.session): row.is_coming for row in rows}

    async def absences(self, sessions: Sequence[SessionId]) -> dict[SessionId, int]:
        """How many said "not this time" for each date, among those who have a place now."""
        found = (
            select(answers.c.session, func.count())
            .join(places, places.c.id == answers.c.place)
            .where(answers.c.session.in_(sessions), answers.c.is_coming.is_(False))
            .where(places.c.state == PlaceState.PLACE.value)
            .group_by(answers.c.session)
        )
        async with self.database.read() as connection:
            return {SessionId(session): count for session, count in await connection.execute(found)}

    async def forget(self, changed_before: Instant) -> int:
        """Drop declined and ended places whose state is older than that; returns how many."""
        over = places.c.state.in_((PlaceState.DECLINED.value, PlaceState.LEFT.value))
        async with self.database.write() as connection:
            gone = await connection.execute(delete(places).where(over, places.c.changed_at < changed_before))
        return gone.rowcount

    async def _move(
        self, place: PlaceId, only_from: Collection[str], changes: dict[str, Any], now: Instant
    ) -> Moved | None:
        async with self._turn, self.database.write() as connection:
            group = await _group_of(connection, place)
            if group is None:
                return None
            mine = (places.c.id == place) & places.c.state.in_(only_from)
            changed = update(places).where(mine).values(changes | {"changed_at": now}).returning(places.c.id)
            if (await connection.execute(changed)).first() is None:
                return None
            given = await fill(connection, group, now)
            row = (await connection.execute(select(places).where(places.c.id == place))).one()
        return Moved(place_of(row), tuple(one for one in given if one.id != place))


async def fill(connection: AsyncConnection, group: GroupId, now: Instant) -> tuple[Place, ...]:
    """Give the free places to the first of the waitlist. The caller holds the group's row (`hold`)."""
    in_group = places.c.group == group
    capacity = (await connection.execute(select(groups.c.capacity).where(groups.c.id == group))).scalar_one()
    free = capacity - await count_taken(connection, group)
    if free <= 0:
        return ()
    waiting = select(places.c.id).where(in_group, places.c.state == PlaceState.WAITLIST.value)
    first = (await connection.execute(waiting.order_by(places.c.rank).limit(free))).scalars().all()
    if not first:
        return ()
    values = {"state": PlaceState.PLACE.value, "changed_at": now}
    await connection.execute(update(places).where(places.c.id.in_(first)).values(values))
    given = await connection.execute(select(places).where(places.c.id.in_(first)).order_by(places.c.rank))
    return tuple(map(place_of, given))


async def hold(connection: AsyncConnection, group: GroupId) -> Row[Any] | None:
    """The group's row, locked: others who give or free places of this group wait for the end of this transaction."""
    return (await connection.execute(select(groups).where(groups.c.id == group).with_for_update())).first()


async def count_taken(connection: AsyncConnection, group: GroupId) -> int:
    taken = select(func.count()).where(places.c.group == group, places.c.state == PlaceState.PLACE.value)
    return int((await connection.execute(taken)).scalar_one())


async def _group_of(connection: AsyncConnection, place: PlaceId) -> GroupId | None:
    """The group of a place, and its row held."""
    found = (await connection.execute(select(places.c.group).where(places.c.id == place))).scalar_one_or_none()
    if found is None or await hold(connection, GroupId(found)) is None:
        return None
    return GroupId(found)


def _values(place: Place) -> dict[str, Any]:
    return {
        "id": place.id,
        "group": place.group,
        "alias": place.alias,
        "email": place.email,
        "zone": place.zone,
        "language": place.language,
        "state": place.state.value,
        "rank": place.rank,
        "guidelines_version": place.guidelines_version,
        "answers": _ANSWERS.dump_json(place.answers).decode(),
        "wishes": _WISHES.dump_json(place.wishes).decode(),
        "generation": place.generation,
        "reason": place.reason,
        "created_at": place.created_at,
        "changed_at": place.changed_at,
        "bounced_at": place.bounced_at,
    }


def place_of(row: Row[Any]) -> Place:
    return Place(
        id=PlaceId(row.id),
        group=GroupId(row.group),
        alias=row.alias,
        email=row.email,
        zone=row.zone,
        language=row.language,
        state=PlaceState(row.state),
        rank=row.rank,
        guidelines_version=row.guidelines_version,
        answers=_ANSWERS.validate_json(row.answers),
        wishes=_WISHES.validate_json(row.wishes),
        generation=row.generation,
        reason=row.reason,
        created_at=Instant(row.created_at),
        changed_at=Instant(row.changed_at),
        bounced_at=None if row.bounced_at is None else Instant(row.bounced_at),
    )
