"""The loop over jobs on virtual time: once each, again after a failure, given up in the end, regular ones daily."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest

from rooms.ids import Instant
from server.store.database import Database
from server.store.jobs import Job
from server.store.store import Store
from server.work.queue import JobQueue
from server.work.worker import MOST_ATTEMPTS, NotYet, Regular, Worker, retry_after_ms
from tests.support.deadline import until
from tests.support.migrated import put_tables
from tests.support.virtual_clock import VirtualClock

HOUR = 3_600_000


@pytest.fixture
async def queue(tmp_path: Path) -> AsyncIterator[JobQueue]:
    clock = VirtualClock()
    store = Store(Database(f"sqlite+aiosqlite:///{tmp_path / 'holdspace.db'}"), clock)
    put_tables(store.database)
    yield JobQueue(store.jobs, clock)
    await store.close()


def advance(queue: JobQueue, ms: int) -> None:
    assert isinstance(queue.clock, VirtualClock)
    queue.clock.advance(ms)


async def is_waited_for(event: asyncio.Event) -> bool:
    return bool(event._waiters)  # type: ignore[attr-defined]


async def test_a_job_is_done_once_when_it_is_due(queue: JobQueue) -> None:
    done: list[str] = []

    async def say(job: Job) -> None:
        done.append(job.payload["word"])

    worker = Worker(queue, {"say": say})
    await queue.add("say", "hello", {"word": "hello"}, Instant(queue.clock.now() + HOUR))
    assert await worker.turn() == 0
    advance(queue, HOUR)
    assert await worker.turn() == 1
    assert not await queue.add("say", "hello", {"word": "again"})
    assert await worker.turn() == 0
    assert done == ["hello"]


async def test_a_worker_that_is_woken_while_it_is_canceled_ends(queue: JobQueue) -> None:
    for steps in range(8):
        work = asyncio.create_task(Worker(queue, {}).run())
        await until(partial(is_waited_for, queue.woken), "the worker waits")
        queue.woken.set()
        for _ in range(steps):
            await asyncio.sleep(0)
        work.cancel()
        done, _ = await asyncio.wait([work], timeout=5)
        assert done, f"It goes on when it is canceled {steps} steps after it was woken."


async def test_a_failing_job_is_tried_again_ever_more_seldom_and_given_up_in_the_end(queue: JobQueue) -> None:
    given_up: list[bool] = []
    tried: list[Instant] = []

    async def say(job: Job) -> None:
        tried.append(queue.clock.now())
        raise ValueError("no voice")

    worker = Worker(queue, {"say": say}, given_up=lambda: given_up.append(True))
    await queue.add("say", "hello")
    while not given_up:
        await worker.turn()
        due = await queue.table.next_due(frozenset({"say"}))
        advance(queue, 0 if due is None else max(0, due - queue.clock.now()))
    waits = [after - before for before, after in pairwise(tried)]
    assert waits == [retry_after_ms(n) for n in range(1, MOST_ATTEMPTS)]
    assert waits[:3] == [30_000, 60_000, 120_000]
    assert max(waits) == HOUR
    assert [job.key for job in await queue.table.given_up(5)] == ["hello"]
    advance(queue, 24 * HOUR)
    assert await worker.turn() == 0, "it is not tried for ever"


async def test_one_failing_job_keeps_no_other_from_being_done(queue: JobQueue) -> None:
    done: list[str] = []

    async def say(job: Job) -> None:
        if job.key == "bad":
            raise ValueError
        done.append(job.key)

    for key in ("bad", "good", "fine"):
        await queue.add("say", key)
    assert await Worker(queue, {"say": say}).turn() == 3
    assert sorted(done) == ["fine", "good"]


async def test_waiting_for_something_is_no_failed_attempt(queue: JobQueue) -> None:
    calls: list[int] = []

    async def say(job: Job) -> None:
        calls.append(job.attempts)
        if len(calls) <= MOST_ATTEMPTS + 5:
            raise NotYet(Instant(queue.clock.now() + 1_000))

    worker = Worker(queue, {"say": say})
    await queue.add("say", "hello")
    for _ in range(MOST_ATTEMPTS + 10):
        await worker.turn()
        advance(queue, 1_000)
    assert calls == [1] * (MOST_ATTEMPTS + 6)


async def test_regular_work_is_done_once_in_each_stretch_whoever_comes(queue: JobQueue) -> None:
    done: list[str] = []

    async def tidy(job: Job) -> None:
        done.append(job.key)

    workers = [Worker(queue, {"tidy": tidy}, (Regular("tidy", 24 * HOUR),)) for _ in range(2)]
    for _ in range(72):
        for worker in workers:
            await worker.turn()
        advance(queue, HOUR)
    days = {key.partition(":")[2] for key in done}
    assert len(done) == len(days)
    assert len(days) in (3, 4)


async def test_a_dropped_job_is_not_done(queue: JobQueue) -> None:
    done: list[str] = []

    async def say(job: Job) -> None:
        done.append(job.key)

    await queue.add("say", "hello")
    assert await queue.drop("hello")
    assert await Worker(queue, {"say": say}).turn() == 0
    assert done == []
