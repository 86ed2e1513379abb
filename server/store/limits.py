"""Counters of the rate limits that have to outlast a restart."""

from dataclasses import dataclass

from sqlalchemy import delete, select

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
        async with self.database.write() as connection:
            row = (await connection.execute(select(limits).where(limits.c.bucket == bucket).with_for_update())).first()
            spent, since = (row.spent, row.since) if row is not None else (0, now)
            back = max(0, now - since) // refill_ms
            if back >= spent:
                spent, since = 0, now
            else:
                spent, since = spent - back, since + back * refill_ms
            missing = 0
            if spent >= most:
                missing = since + refill_ms - now
            else:
                spent += 1
            values = {"bucket": bucket, "spent": spent, "since": since}
            statement = self.database.upsert(limits).values(values)
            statement = statement.on_conflict_do_update(index_elements=["bucket"], set_=values)
            await connection.execute(statement)
        return missing

    async def forget_before(self, since: Instant) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(limits).where(limits.c.since < since))
