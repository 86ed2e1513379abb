"""Whose a private calendar feed is, and what is in it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_, select, update

from rooms.ids import Instant
from rooms.program.ids import AccountId, GroupId, PlaceId
from rooms.program.places import PlaceState
from server.store.database import Database
from server.store.mapping import session_of
from server.store.records import SessionRecord
from server.store.tables import accounts, places, sessions, staff

MOST = 500


@dataclass(frozen=True, slots=True)
class FeedTable:
    database: Database

    async def set_place(self, place: PlaceId, feed_hash: str | None) -> None:
        async with self.database.write() as connection:
            await connection.execute(update(places).where(places.c.id == place).values(feed_hash=feed_hash))

    async def set_account(self, account: AccountId, feed_hash: str | None) -> None:
        async with self.database.write() as connection:
            await connection.execute(update(accounts).where(accounts.c.id == account).values(feed_hash=feed_hash))

    async def of_place(self, place: PlaceId) -> str | None:
        async with self.database.read() as connection:
            return (await connection.execute(select(places.c.feed_hash).where(places.c.id == place))).scalar()

    async def of_account(self, account: AccountId) -> str | None:
        async with self.database.read() as connection:
            return (await connection.execute(select(accounts.c.feed_hash).where(accounts.c.id == account))).scalar()

    async def groups_of(self, feed_hash: str) -> list[GroupId] | None:
        """The groups that a feed shows: that of a place, those of an account; None for a feed that there is not."""
        of_place = select(places.c.group).where(
            places.c.feed_hash == feed_hash, places.c.state == PlaceState.PLACE.value
        )
        of_account = select(accounts.c.id).where(accounts.c.feed_hash == feed_hash, accounts.c.disabled_at.is_(None))
        async with self.database.read() as connection:
            group = (await connection.execute(of_place)).scalar()
            if group is not None:
                return [GroupId(group)]
            account = (await connection.execute(of_account)).scalar()
            if account is None:
                return None
            theirs = select(staff.c.group).where(staff.c.account == account).distinct()
            return [GroupId(id) for id in (await connection.execute(theirs)).scalars()]

    async def sessions(self, groups: Collection[GroupId], since: Instant) -> list[SessionRecord]:
        """Canceled ones too, by start; a date that is none of its series any more only while it is to come."""
        found = (
            select(sessions)
            .where(sessions.c.group.in_(groups), sessions.c.end_at > since)
            .where(
                or_(sessions.c.original_local.is_not(None), sessions.c.series.is_(None), sessions.c.start_at > since)
            )
            .order_by(sessions.c.start_at, sessions.c.id)
            .limit(MOST)
        )
        async with self.database.read() as connection:
            return [session_of(row) for row in await connection.execute(found)]
