"""Webhooks as pages and the API manage them, and what happens put on its way to those that want to hear it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from rooms.ids import SessionId
from server.ports import Clock
from server.store.program_records import Delivery, DeliveryState, Webhook
from server.store.store import Store
from server.tokens import new_id, new_token
from server.webhooks.events import Event, notice_id, payload_of, read_events, write_events
from server.webhooks.targets import check_target

MARK = "whs_"


@dataclass(frozen=True, slots=True)
class WebhookBook:
    """Implements `server.program.ports.Happenings`. `queued` is set whenever something is on its way."""

    store: Store
    clock: Clock
    allows_private: bool
    queued: asyncio.Event = field(default_factory=asyncio.Event)

    async def make(self, url: str, events: frozenset[Event], is_active: bool = True) -> Webhook:
        """Its secret is in the record, and shown once. Raises `BadTarget`."""
        check_target(url, self.allows_private)
        hook = Webhook(
            id=new_id("w"),
            url=url,
            secret=MARK + new_token(),
            events=write_events(events),
            is_active=is_active,
            version=1,
            created_at=self.clock.now(),
        )
        await self.store.webhooks.add(hook)
        return hook

    async def change(self, hook: Webhook, url: str, events: frozenset[Event], is_active: bool) -> Webhook | None:
        """As it is then; None where somebody else changed it before. Raises `BadTarget`."""
        check_target(url, self.allows_private)
        words = write_events(events)
        if not await self.store.webhooks.change(hook.id, hook.version, url=url, events=words, is_active=is_active):
            return None
        return await self.store.webhooks.get(hook.id)

    async def again(self, hook: str, delivery: str) -> bool:
        """Queue a delivery once more; False where there is none that has ended."""
        is_queued = await self.store.deliveries.again(hook, delivery, self.clock.now())
        if is_queued:
            self.queued.set()
        return is_queued

    async def happened(self, event: str, ids: Mapping[str, str]) -> None:
        """Put it on its way to every active webhook that wants to hear it. Raises `StoreDown`."""
        kind = Event(event)
        wanting = [
            hook for hook in await self.store.webhooks.all() if hook.is_active and kind in read_events(hook.events)
        ]
        if not wanting:
            return
        now = self.clock.now()
        session = ids.get("session")
        notice = (None if session is None else notice_id(kind, SessionId(session))) or new_id("n")
        payload = payload_of(notice, kind.value, now, ids)
        news = [
            Delivery(new_id("d"), hook.id, kind.value, payload, DeliveryState.QUEUED, 0, None, now, now)
            for hook in wanting
        ]
        await self.store.deliveries.add(news)
        self.queued.set()
