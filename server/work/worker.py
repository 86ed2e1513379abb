"""The loop that does what is due. Every process has one; a lease in the store sees to it that each job has one worker.

A job may be done again after a crash, so handlers are idempotent: what they make carries a key of its own.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS, SECOND_MS
from server.host_faults import where
from server.ports import Clock, StoreDown
from server.store.jobs import Job, JobTable, Outcome
from server.work.queue import JobQueue

LEASE_MS: Final = MINUTE_MS
FIRST_RETRY_MS: Final = 30 * SECOND_MS
LONGEST_RETRY_MS: Final = 60 * MINUTE_MS
MOST_ATTEMPTS: Final = 12  # over some four hours
LOOK_S: Final = 5.0  # other processes add jobs too
AFTER_FAULT_S: Final = 5.0

Handler = Callable[[Job], Awaitable[None]]
_log = structlog.get_logger("jobs")


@dataclass(frozen=True, slots=True)
class Regular:
    """Something to do once in every `every_ms` of the clock, by whichever process comes first."""

    kind: str
    every_ms: int


class NotYet(Exception):
    """A handler found nothing wrong and wants to be called again at `at`; this was no failed attempt."""

    def __init__(self, at: Instant) -> None:
        super().__init__("not yet")
        self.at = at


def retry_after_ms(attempts: int) -> int:
    """30 s after the first attempt, twice as long after each further one, at most an hour."""
    return int(min(FIRST_RETRY_MS * 2 ** min(attempts - 1, 20), LONGEST_RETRY_MS))


@dataclass(slots=True)
class Worker:
    """`handlers` by kind: jobs of other kinds are left to processes that know them."""

    queue: JobQueue
    handlers: Mapping[str, Handler]
    regular: Sequence[Regular] = ()
    given_up: Callable[[], None] = lambda: None
    _added: dict[str, int] = field(default_factory=dict)

    @property
    def table(self) -> JobTable:
        return self.queue.table

    @property
    def clock(self) -> Clock:
        return self.queue.clock

    async def turn(self) -> int:
        """Do all that is due now; how many jobs were taken. Raises `StoreDown`."""
        await self._add_regular()
        kinds = frozenset(self.handlers)
        count = 0
        while True:
            now = self.clock.now()
            job = await self.table.take(kinds, now, Instant(now + LEASE_MS))
            if job is None:
                return count
            count += 1
            await self._do(job)

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            self.queue.woken.clear()
            pause_s = AFTER_FAULT_S
            try:
                await self.turn()
                pause_s = await self._pause_s()
            except StoreDown:
                _log.warning("jobs-put-off")
            except Exception as error:
                _log.error("jobs-put-off", kind=type(error).__name__, where=where(error))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self.queue.woken.wait()

    async def _add_regular(self) -> None:
        now = self.clock.now()
        for each in self.regular:
            slot = now // each.every_ms
            if self._added.get(each.kind) != slot:
                await self.table.add(each.kind, f"{each.kind}:{slot}", {}, now)
                self._added[each.kind] = slot

    async def _pause_s(self) -> float:
        due = await self.table.next_due(frozenset(self.handlers))
        return LOOK_S if due is None else min(LOOK_S, max(0.0, (due - self.clock.now()) / SECOND_MS))

    async def _do(self, job: Job) -> None:
        task = asyncio.ensure_future(self.handlers[job.kind](job))
        try:
            await self._held(job, task)
        finally:
            if not task.done():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if task.cancelled():
            return  # somebody else has it
        error = task.exception()
        now = self.clock.now()
        if error is None:
            await self.table.end(job, Outcome.DONE, now)
        elif isinstance(error, NotYet):
            await self.table.put_off(job, error.at, is_attempt=False)
        elif job.attempts >= MOST_ATTEMPTS:
            self.given_up()
            _log.error("job-given-up", job=job.id, kind=job.kind, error=type(error).__name__, where=where(error))
            await self.table.end(job, Outcome.GIVEN_UP, now)
        else:
            _log.warning("job-put-off", job=job.id, kind=job.kind, error=type(error).__name__, where=where(error))
            await self.table.put_off(job, Instant(now + retry_after_ms(job.attempts)))

    async def _held(self, job: Job, task: "asyncio.Future[None]") -> None:
        """Until the task is over; the lease is prolonged while it works, and the task ended where that is refused."""
        while not (await asyncio.wait((task,), timeout=LEASE_MS / SECOND_MS / 3))[0]:
            if not await self.table.hold(job, Instant(self.clock.now() + LEASE_MS)):
                _log.warning("job-lost", job=job.id, kind=job.kind)
                return
