"""What happens by itself, once in a while."""

import asyncio

import structlog

from rooms.ids import Instant
from server.links import DAY_MS
from server.ports import Clock, StoreDown
from server.store.store import Store

EVERY_S = 10 * 60.0
LIMITS_MS = DAY_MS
_log = structlog.get_logger("jobs")


async def forget(store: Store, clock: Clock, retention_days: int) -> int:
    """One round of retention; returns how many rows went."""
    now = clock.now()
    await store.limits.forget_before(Instant(now - LIMITS_MS))
    return await store.retention.forget(now, Instant(now - retention_days * DAY_MS))


async def keep_forgetting(store: Store, clock: Clock, retention_days: int) -> None:
    """Until it is cancelled. A store that is down is tried again the next time."""
    while True:
        try:
            rows = await forget(store, clock, retention_days)
            if rows:
                _log.info("forgotten", rows=rows)
        except StoreDown as error:
            _log.warning("forgetting-put-off", error=str(error))
        await asyncio.sleep(EVERY_S)
