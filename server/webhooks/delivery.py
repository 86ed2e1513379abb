"""Deliver what is queued: each notice to each webhook, again with longer and longer pauses, until it is taken."""

import asyncio
import random
from collections.abc import Callable

import aiohttp
import structlog

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS, SECOND_MS
from server.host_faults import where
from server.ports import Clock, StoreDown
from server.store.program_records import Delivery, DeliveryState, Webhook
from server.store.store import Store
from server.webhooks.signing import headers_of
from server.webhooks.targets import BadTarget, PublicResolver, check_target

PAUSES_MS = (10 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * 60 * MINUTE_MS, 6 * 60 * MINUTE_MS)
AT_ONCE = 8
TAKEN_MS = MINUTE_MS  # longer than a try; a process that dies in the middle leaves it for another
TRY_S = 10.0
LOOK_S = 30.0
_log = structlog.get_logger("webhooks")


class Deliverer:
    """One per process; several share the table, each delivery is taken by one of them at a time."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        queued: asyncio.Event,
        allows_private: bool,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store, self._clock, self._queued = store, clock, queued
        self._allows_private, self._chance = allows_private, chance

    async def keep_delivering(self) -> None:
        """Until it is cancelled."""
        resolver = None if self._allows_private else PublicResolver()
        connector = aiohttp.TCPConnector(resolver=resolver, limit=AT_ONCE, force_close=True)
        timeout = aiohttp.ClientTimeout(total=TRY_S)
        async with aiohttp.ClientSession(
            connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
        ) as http:
            while True:
                self._queued.clear()
                try:
                    await self.deliver_due(http)
                    pause_s = await self._until_next()
                except StoreDown:
                    pause_s = LOOK_S
                except Exception as error:
                    _log.error("delivering-failed", kind=type(error).__name__, where=where(error))
                    pause_s = LOOK_S
                try:
                    async with asyncio.timeout(pause_s):
                        await self._queued.wait()
                except TimeoutError:
                    continue

    async def deliver_due(self, http: aiohttp.ClientSession) -> int:
        """One round of what is due; returns how many were tried. Raises `StoreDown`."""
        tried = 0
        while True:
            now = self._clock.now()
            taken = await self._store.deliveries.due(now, AT_ONCE, Instant(now + TAKEN_MS))
            if not taken:
                return tried
            tried += len(taken)
            hooks = {hook.id: hook for hook in await self._store.webhooks.all()}
            await asyncio.gather(*(self._deliver(http, hooks.get(one.webhook), one) for one in taken))

    async def _deliver(self, http: aiohttp.ClientSession, hook: Webhook | None, delivery: Delivery) -> None:
        if hook is None or not hook.is_active:
            await self._store.deliveries.ended(delivery.id, DeliveryState.GIVEN_UP, None, self._clock.now())
            return
        status = await self._send(http, hook, delivery)
        now = self._clock.now()
        if status is not None and 200 <= status < 300:
            await self._store.deliveries.ended(delivery.id, DeliveryState.DELIVERED, status, now)
        elif delivery.attempts > len(PAUSES_MS):
            await self._store.deliveries.ended(delivery.id, DeliveryState.GIVEN_UP, status, now)
        else:
            pause_ms = PAUSES_MS[delivery.attempts - 1] * (0.9 + 0.2 * self._chance())
            await self._store.deliveries.put_off(delivery.id, status, Instant(now + int(pause_ms)))

    async def _send(self, http: aiohttp.ClientSession, hook: Webhook, delivery: Delivery) -> int | None:
        """The status, or None where nobody answered. A redirect is an answer, and not followed."""
        try:
            check_target(hook.url, self._allows_private)
            headers = headers_of(hook, delivery, self._clock.now())
            body = delivery.payload.encode()
            async with http.post(hook.url, data=body, headers=headers, allow_redirects=False) as response:
                return response.status
        except (aiohttp.ClientError, OSError, TimeoutError, BadTarget, ValueError):
            return None

    async def _until_next(self) -> float:
        at = await self._store.deliveries.next_at()
        if at is None:
            return LOOK_S
        return min(max((at - self._clock.now()) / 1_000, 0.05), LOOK_S)
