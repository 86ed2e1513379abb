"""The proof that retention keeps its word: how much of what went on which day, and nothing of anybody."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import case, func, select

from rooms.ids import Instant
from server.store.database import Database
from server.store.tables import forgotten

ROUND = "round"  # counts the rounds themselves


@dataclass(frozen=True, slots=True)
class ForgottenCount:
    recent: int
    ever: int


@dataclass(frozen=True, slots=True)
class ForgottenTable:
    database: Database

    async def add(self, day: str, counts: Mapping[str, int], now: Instant) -> None:
        """One more round on this day (an ISO date, UTC), with what went by kind."""
        rows = [
            {"day": day, "kind": kind, "rows": count, "at": now}
            for kind, count in ({ROUND: 1} | dict(counts)).items()
            if count
        ]
        statement = self.database.upsert(forgotten).values(rows)
        statement = statement.on_conflict_do_update(
            index_elements=["day", "kind"],
            set_={"rows": forgotten.c.rows + statement.excluded.rows, "at": statement.excluded.at},
        )
        async with self.database.write() as connection:
            await connection.execute(statement)

    async def since(self, day: str) -> dict[str, ForgottenCount]:
        """By kind: from this day on, and ever."""
        recent = func.sum(case((forgotten.c.day >= day, forgotten.c.rows), else_=0))
        found = select(forgotten.c.kind, recent.label("recent"), func.sum(forgotten.c.rows).label("ever"))
        async with self.database.read() as connection:
            rows = (await connection.execute(found.group_by(forgotten.c.kind))).all()
        return {row.kind: ForgottenCount(int(row.recent), int(row.ever)) for row in rows}

    async def last_round(self) -> Instant | None:
        found = select(func.max(forgotten.c.at)).where(forgotten.c.kind == ROUND)
        async with self.database.read() as connection:
            at = (await connection.execute(found)).scalar_one()
        return None if at is None else Instant(at)
