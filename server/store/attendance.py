"""How many came: one number for each date, never who."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rooms.ids import Instant
from server.store.database import Database
from server.store.tables import sessions


@dataclass(frozen=True, slots=True)
class Attendance:
    """Of one date that took place."""

    start_at: Instant
    attended: int


@dataclass(frozen=True, slots=True)
class AttendanceTable:
    database: Database

    async def of_groups(
        self, groups: Collection[str], since: Instant, until: Instant
    ) -> dict[str, tuple[Attendance, ...]]:
        """For each group its dates that took place and started in [since, until), earliest first."""
        async with self.database.read() as connection:
            return await attendance_of(connection, groups, since, until)


async def attendance_of(
    connection: AsyncConnection, groups: Collection[str], since: Instant, until: Instant
) -> dict[str, tuple[Attendance, ...]]:
    """As `AttendanceTable.of_groups`, within a transaction."""
    found = (
        select(sessions.c.group, sessions.c.start_at, sessions.c.attended)
        .where(
            sessions.c.group.in_(groups),
            sessions.c.start_at >= since,
            sessions.c.start_at < until,
            sessions.c.attended.is_not(None),
        )
        .order_by(sessions.c.group, sessions.c.start_at)
    )
    trends: dict[str, list[Attendance]] = {}
    for row in await connection.execute(found):
        trends.setdefault(row.group, []).append(Attendance(Instant(row.start_at), row.attended))
    return {group: tuple(dates) for group, dates in trends.items()}
