"""Counters of the rate limits that have to outlast a restart."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update

from rooms.ids import Instant
from server.store.database import Database
from server.store.tables import limits


@dataclass(frozen=True, slots=True)
class LimitTable:
    database: Database

    async def spend(self, bucket: str, most: int, refill_ms: int, now: Instant) -> int:
        """Take one token of a bucket of `most`, one of which comes back each `refill_ms`.

        Returns 0, or how many milliseconds are missing until there is one.
        """
        first = self.database.upsert(limits).values(bucket=bucket, spent=0, since=now)
        first = first.on_conflict_do_nothing(index_elements=["bucket"])
        async with self.database.write() as connection:
            await connection.execute(first)  # so that there is a row to lock, and others wait for it
            row = (await connection.execute(select(limits).where(limits.c.bucket == bucket).with_for_update())).one()
            spent, since = _refilled(row.spent, row.since, refill_ms, now)
            missing = 0
            if spent >= most:
                missing = since + refill_ms - now
            else:
                spent += 1
            counted = update(limits).where(limits.c.bucket == bucket).values(spent=spent, since=since)
            await connection.execute(counted)
        return missing

    async def missing(self, bucket: str, most: int, refill_ms: int, now: Instant) -> int:
        """What `spend` would return; nothing is taken."""
        async with self.database.read() as connection:
            row = (await connection.execute(select(limits).where(limits.c.bucket == bucket))).first()
        if row is None:
            return 0
        spent, since = _refilled(row.spent, row.since, refill_ms, now)
        return since + refill_ms - now if spent >= most else 0

    async def forget_before(self, since: Instant) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(limits).where(limits.c.since < since))


def _refilled(spent: int, since: int, refill_ms: int, now: Instant) -> tuple[int, int]:
    back = max(0, now - since) // refill_ms
    return (0, now) if back >= spent else (spent - back, since + back * refill_ms)
