"""What happens by itself, once in a while."""

import asyncio

import structlog

from rooms.ids import Instant
from server.host_faults import where
from server.links import DAY_MS
from server.ports import Clock
from server.program.forgetting import Forgetting
from server.store.database import Database
from server.store.migrate import drop_backups
from server.store.store import Store

EVERY_S = 10 * 60.0
LIMITS_MS = DAY_MS
PURGE_AFTER_S = 5.0  # after something was written
PURGE_AGAIN_S = 0.5  # where somebody was in the way
_log = structlog.get_logger("jobs")


async def forget(store: Store, clock: Clock, forgetting: Forgetting) -> dict[str, int]:
    """One round of retention; returns how many rows of each kind went."""
    now = clock.now()
    await store.limits.forget_before(Instant(now - LIMITS_MS))
    await drop_backups(store.database, Instant(now - (await forgetting.periods()).sessions * DAY_MS))
    return await forgetting.round()


async def keep_purging(database: Database) -> None:
    """Until it is cancelled: soon after something was written, nothing that it replaced is in a file any more."""
    is_done = True
    while True:
        await database.written.wait()
        await asyncio.sleep(PURGE_AFTER_S if is_done else PURGE_AGAIN_S)
        database.written.clear()
        try:
            is_done = await database.purge()
        except Exception as error:
            _log.warning("purging-put-off", kind=type(error).__name__, where=where(error))
            is_done = False
        if not is_done:
            database.written.set()


async def keep_forgetting(store: Store, clock: Clock, forgetting: Forgetting) -> None:
    """Until it is cancelled. What could not be done is tried again the next time."""
    while True:
        try:
            rows = await forget(store, clock, forgetting)
            if rows:
                _log.info("forgotten", **rows)
        except Exception as error:
            _log.warning("forgetting-put-off", kind=type(error).__name__, where=where(error))
        await asyncio.sleep(EVERY_S)
