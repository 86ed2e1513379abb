"""Processes that do errands until they are killed: jobs, reminders, letters to a real mail server."""

import asyncio
import multiprocessing
from multiprocessing.process import BaseProcess
from typing import Any

from rooms.ids import Instant
from rooms.program.ids import PlaceId
from server.clock import AnchoredClock
from server.config import load_config
from server.errands import build_errands
from server.mail.post import Post
from server.mail.smtp import Smtp
from server.program.ports import NoCalendar, Nothing
from server.store.database import Database
from server.store.store import Store
from tests.support.errand_scene import MAIL, Links

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.support.killed_errands"])


class ShiftedClock(AnchoredClock):
    """Real time, from another beginning."""

    def __init__(self, shift_ms: int) -> None:
        super().__init__()
        self._shift_ms = shift_ms

    def now(self) -> Instant:
        return Instant(super().now() + self._shift_ms)


def start(settings: dict[str, str], port: int, shift_ms: int) -> BaseProcess:
    """A process that works on the database of `settings`, its clock `shift_ms` ahead, until it is killed."""
    process: Any = PROCESSES.Process(target=_work, args=(settings, port, shift_ms), daemon=True)
    process.start()
    return process  # type: ignore[no-any-return]


def _work(settings: dict[str, str], port: int, shift_ms: int) -> None:
    asyncio.run(_errands(settings, port, shift_ms))


async def _errands(settings: dict[str, str], port: int, shift_ms: int) -> None:
    config = load_config(MAIL | {"HOLDSPACE_SMTP_PORT": str(port)} | settings)
    clock = ShiftedClock(shift_ms)
    store = Store(Database(config.database), clock)
    errands = build_errands(config, store, clock, Post(config, store.outbox, clock), Nothing(), Links(), NoCalendar())

    async def materialise(now: Instant) -> int:
        return 0

    await asyncio.gather(errands.worker(materialise).run(), errands.delivery(Smtp(config)).run())


def place(number: int) -> PlaceId:
    return PlaceId(f"pl_{number:02}")
