"""What the directory and a group's page read: narrow rows, found by index, however many sessions there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS
from rooms.program.group import Camera, Entry, Kind, Listing, Topic
from rooms.program.ids import GroupId
from rooms.program.places import PlaceState
from rooms.program.timers import LONGEST_MIN
from server.store.database import Database
from server.store.mapping import session_of
from server.store.records import SessionEnd, SessionRecord
from server.store.tables import groups, places, sessions

LONGEST_MS: Final = LONGEST_MIN * MINUTE_MS
_COLUMNS = (
    groups.c.id,
    groups.c.slug,
    groups.c.name,
    groups.c.audience,
    groups.c.topic,
    groups.c.kind,
    groups.c.language,
    groups.c.camera,
    groups.c.entry,
    groups.c.cost,
    groups.c.capacity,
    groups.c.zone,
    groups.c.is_paused,
)


@dataclass(frozen=True, slots=True)
class DirectoryTable:
    database: Database

    async def listed(self, now: Instant) -> list[Listing]:
        """The public groups, those that meet soonest first, then those without a date by name."""
        of_group = (sessions.c.group == groups.c.id) & to_come(now)
        next_at = select(sessions.c.start_at).where(of_group).order_by(sessions.c.start_at).limit(1)
        column = next_at.scalar_subquery().label("next_at")
        found = select(*_COLUMNS, column).where(groups.c.is_public, groups.c.archived_at.is_(None))
        async with self.database.read() as connection:
            listings = [_listing_of(row) for row in await connection.execute(found)]
        return sorted(listings, key=lambda one: (one.next_at is None, one.next_at, one.name))

    async def starts(self, of_groups: Sequence[GroupId], now: Instant, until: Instant) -> dict[str, list[Instant]]:
        """When the dates of these groups begin that are to come before `until`, by start."""
        if not of_groups:
            return {}
        found = (
            select(sessions.c.group, sessions.c.start_at)
            .where(sessions.c.group.in_(of_groups), to_come(now), sessions.c.start_at < until)
            .order_by(sessions.c.group, sessions.c.start_at)
        )
        starts: dict[str, list[Instant]] = {}
        async with self.database.read() as connection:
            for group, start in await connection.execute(found):
                starts.setdefault(group, []).append(start)
        return starts

    async def taken(self, of_groups: Sequence[GroupId]) -> dict[str, int]:
        """How many have a place in these groups; those that nobody is in are left out."""
        if not of_groups:
            return {}
        found = (
            select(places.c.group, func.count())
            .where(places.c.group.in_(of_groups), places.c.state == PlaceState.PLACE.value)
            .group_by(places.c.group)
        )
        async with self.database.read() as connection:
            return {row[0]: row[1] for row in await connection.execute(found)}

    async def next_of(self, group: GroupId, now: Instant, most: int) -> list[SessionRecord]:
        """The group's dates that are neither over nor canceled, by start."""
        found = (
            select(sessions)
            .where(sessions.c.group == group, to_come(now))
            .order_by(sessions.c.start_at, sessions.c.id)
            .limit(most)
        )
        async with self.database.read() as connection:
            return [session_of(row) for row in await connection.execute(found)]


def to_come(now: Instant) -> ColumnElement[bool]:
    """Of dates of groups that are named: neither over nor canceled; one that goes on counts."""
    # The bound on the start is for the index that begins with (group, start): no session is longer. `coalesce` keeps
    # the index of ends out of it: nearly all dates ahead are open, few are of these groups.
    return (
        (sessions.c.start_at > now - LONGEST_MS)
        & (sessions.c.end_at > now)
        & (func.coalesce(sessions.c.end, "") == SessionEnd.OPEN.value)
    )


def _listing_of(row: Any) -> Listing:
    return Listing(
        id=GroupId(row.id),
        slug=row.slug,
        name=row.name,
        audience=row.audience,
        topic=Topic(row.topic),
        kind=Kind(row.kind),
        language=row.language,
        camera=Camera(row.camera),
        entry=Entry(row.entry),
        cost=row.cost,
        capacity=row.capacity,
        zone=row.zone,
        is_paused=row.is_paused,
        next_at=None if row.next_at is None else Instant(row.next_at),
    )
