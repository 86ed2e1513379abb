"""Jobs: taken by a lease, ended by whoever still holds it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rooms.ids import Instant
from server.store.database import Database
from server.store.tables import jobs
from server.tokens import new_id


class Outcome(StrEnum):
    DONE = "done"
    GIVEN_UP = "given-up"  # tried as often as it may be; shown to the administrators
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Job:
    """A job as its handler gets it. `lease` is of this attempt alone; `attempts` counts this one too."""

    id: str
    kind: str
    key: str
    payload: Mapping[str, str]
    due_at: Instant
    attempts: int
    lease: str | None = None
    ended_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A job that is to be added."""

    kind: str
    key: str
    payload: Mapping[str, str]
    due_at: Instant


@dataclass(frozen=True, slots=True)
class JobTable:
    database: Database

    async def add(self, kind: str, key: str, payload: Mapping[str, str], due_at: Instant) -> bool:
        """False where the key is known."""
        row = {
            "id": new_id("j"),
            "key": key,
            "kind": kind,
            "payload": json.dumps(dict(payload)),
            "due_at": due_at,
            "attempts": 0,
        }
        statement = self.database.upsert(jobs).values(row).on_conflict_do_nothing(index_elements=["key"])
        async with self.database.write() as connection:
            return (await connection.execute(statement.returning(jobs.c.id))).first() is not None

    async def add_all(self, planned: Sequence[Planned]) -> None:
        """Add those whose keys are not known, in one transaction."""
        if not planned:
            return
        async with self.database.write() as connection:
            await add_within(connection, self.database, planned)

    async def drop(self, key: str, now: Instant) -> bool:
        """Not where somebody is at it."""
        idle = (jobs.c.key == key) & jobs.c.outcome.is_(None) & (jobs.c.owner.is_(None) | (jobs.c.held_until < now))
        values = {"outcome": Outcome.DROPPED.value, "ended_at": now, "owner": None}
        async with self.database.write() as connection:
            return (await connection.execute(update(jobs).where(idle).values(values))).rowcount > 0

    async def take(self, kinds: frozenset[str], now: Instant, until: Instant) -> Job | None:
        """The job that is due longest and nobody holds, held until `until`; None where there is none."""
        free = jobs.c.held_until.is_(None) | (jobs.c.held_until < now)
        due = jobs.c.outcome.is_(None) & (jobs.c.due_at <= now) & free & jobs.c.kind.in_(kinds)
        first = select(jobs.c.id).where(due).order_by(jobs.c.due_at, jobs.c.id).limit(1)
        async with self.database.read() as connection:
            if (await connection.execute(first)).first() is None:
                return None  # the usual answer, without a lock
        lease = {"owner": new_id("w"), "held_until": until, "attempts": jobs.c.attempts + 1}
        async with self.database.write() as connection:
            found = (await connection.execute(first.with_for_update(skip_locked=True))).scalar()
            if found is None:
                return None
            taken = update(jobs).where(jobs.c.id == found).values(lease).returning(*jobs.c)
            return _job_of((await connection.execute(taken)).one())

    async def hold(self, job: Job, until: Instant) -> bool:
        """Hold it longer. False where it is another's by now."""
        async with self.database.write() as connection:
            return (await connection.execute(_mine(job).values(held_until=until))).rowcount == 1

    async def end(self, job: Job, outcome: Outcome, now: Instant) -> bool:
        values = {"outcome": outcome.value, "ended_at": now, "owner": None, "held_until": None}
        async with self.database.write() as connection:
            return (await connection.execute(_mine(job).values(values))).rowcount == 1

    async def put_off(self, job: Job, due_at: Instant, is_attempt: bool = True) -> bool:
        """Nobody's any more, and due again at `due_at`."""
        attempts = job.attempts if is_attempt else job.attempts - 1
        values = {"due_at": due_at, "owner": None, "held_until": None, "attempts": attempts}
        async with self.database.write() as connection:
            return (await connection.execute(_mine(job).values(values))).rowcount == 1

    async def next_due(self, kinds: frozenset[str]) -> Instant | None:
        """When there is something to do next: the earliest that is due, or whose lease runs out."""
        held = func.coalesce(jobs.c.held_until, 0)
        at = case((held > jobs.c.due_at, held + 1), else_=jobs.c.due_at)
        found = select(func.min(at)).where(jobs.c.outcome.is_(None), jobs.c.kind.in_(kinds))
        async with self.database.read() as connection:
            first = (await connection.execute(found)).scalar()
        return None if first is None else Instant(first)

    async def open(self, kinds: frozenset[str]) -> list[Job]:
        """What is still to be done, by when it is due."""
        found = select(jobs).where(jobs.c.outcome.is_(None), jobs.c.kind.in_(kinds)).order_by(jobs.c.due_at, jobs.c.id)
        async with self.database.read() as connection:
            return [_job_of(row) for row in await connection.execute(found)]

    async def given_up(self, most: int) -> list[Job]:
        """What was tried in vain, the newest first."""
        found = select(jobs).where(jobs.c.outcome == Outcome.GIVEN_UP.value).order_by(jobs.c.ended_at.desc())
        async with self.database.read() as connection:
            return [_job_of(row) for row in await connection.execute(found.limit(most))]

    async def again(self, job: str, now: Instant) -> bool:
        """Try one that was given up once more, from the beginning."""
        one = (jobs.c.id == job) & (jobs.c.outcome == Outcome.GIVEN_UP.value)
        values = {"outcome": None, "ended_at": None, "attempts": 0, "due_at": now}
        async with self.database.write() as connection:
            return (await connection.execute(update(jobs).where(one).values(values))).rowcount == 1

    async def forget(self, ended_before: Instant) -> int:
        """Drop the rows of what ended before then; their keys are free again."""
        old = jobs.c.outcome.is_not(None) & (jobs.c.ended_at < ended_before)
        async with self.database.write() as connection:
            return (await connection.execute(delete(jobs).where(old))).rowcount


async def add_within(connection: AsyncConnection, database: Database, planned: Sequence[Planned]) -> None:
    """As `JobTable.add_all`, as a part of a transaction that others began: with what the jobs are about, or not.

    `planned` is not empty.
    """
    rows = [
        {
            "id": new_id("j"),
            "key": each.key,
            "kind": each.kind,
            "payload": json.dumps(dict(each.payload)),
            "due_at": each.due_at,
            "attempts": 0,
        }
        for each in planned
    ]
    await connection.execute(database.upsert(jobs).on_conflict_do_nothing(index_elements=["key"]), rows)


async def withdraw_within(
    connection: AsyncConnection, kinds: frozenset[str], now: Instant, is_wanted: Callable[[Job], bool]
) -> list[Job]:
    """Drop those of these kinds that nobody has begun, as a part of a transaction that others began; by when they
    are due. Nobody takes them meanwhile."""
    fresh = jobs.c.outcome.is_(None) & (jobs.c.attempts == 0) & jobs.c.kind.in_(kinds)
    found = select(jobs).where(fresh).order_by(jobs.c.due_at, jobs.c.id).with_for_update(skip_locked=True)
    wanted = [job for job in map(_job_of, await connection.execute(found)) if is_wanted(job)]
    values = {"outcome": Outcome.DROPPED.value, "ended_at": now}
    await connection.execute(update(jobs).where(jobs.c.id.in_([job.id for job in wanted])).values(values))
    return wanted


def _mine(job: Job) -> Any:
    return update(jobs).where(jobs.c.id == job.id, jobs.c.owner == job.lease, jobs.c.outcome.is_(None))


def _job_of(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        kind=row.kind,
        key=row.key,
        payload=json.loads(row.payload),
        due_at=Instant(row.due_at),
        attempts=row.attempts,
        lease=row.owner,
        ended_at=None if row.ended_at is None else Instant(row.ended_at),
    )
