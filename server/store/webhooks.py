"""Webhooks and what is on its way to them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from rooms.ids import Instant
from server.store.database import Database
from server.store.program_records import Delivery, DeliveryState, Webhook
from server.store.tables import deliveries, webhooks


@dataclass(frozen=True, slots=True)
class WebhookTable:
    database: Database

    async def add(self, hook: Webhook) -> None:
        row = {
            "id": hook.id,
            "url": hook.url,
            "secret": hook.secret,
            "events": hook.events,
            "is_active": hook.is_active,
            "version": hook.version,
            "created_at": hook.created_at,
        }
        async with self.database.write() as connection:
            await connection.execute(insert(webhooks).values(row))

    async def get(self, hook: str) -> Webhook | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(webhooks).where(webhooks.c.id == hook))).first()
        return None if row is None else _hook(row)

    async def all(self) -> list[Webhook]:
        """In the order in which they were made."""
        found = select(webhooks).order_by(webhooks.c.created_at, webhooks.c.id)
        async with self.database.read() as connection:
            return [_hook(row) for row in await connection.execute(found)]

    async def change(self, hook: str, version: int, *, url: str, events: str, is_active: bool) -> bool:
        """False where it is not (or no more) at `version`."""
        mine = (webhooks.c.id == hook) & (webhooks.c.version == version)
        values = {"url": url, "events": events, "is_active": is_active, "version": version + 1}
        async with self.database.write() as connection:
            return (await connection.execute(update(webhooks).where(mine).values(values))).rowcount == 1

    async def drop(self, hook: str) -> bool:
        async with self.database.write() as connection:
            return (await connection.execute(delete(webhooks).where(webhooks.c.id == hook))).rowcount == 1


@dataclass(frozen=True, slots=True)
class DeliveryTable:
    database: Database

    async def add(self, news: list[Delivery]) -> None:
        rows = [
            {
                "id": one.id,
                "webhook": one.webhook,
                "event": one.event,
                "payload": one.payload,
                "state": one.state.value,
                "attempts": one.attempts,
                "status": one.status,
                "next_at": one.next_at,
                "created_at": one.created_at,
            }
            for one in news
        ]
        async with self.database.write() as connection:
            await connection.execute(insert(deliveries), rows)

    async def due(self, now: Instant, most: int, until: Instant) -> list[Delivery]:
        """Take up to `most` that are due. They come again at `until`, unless `ended` or `put_off` says otherwise."""
        waiting = (deliveries.c.state == DeliveryState.QUEUED.value) & (deliveries.c.next_at <= now)
        oldest = select(deliveries.c.id).where(waiting).order_by(deliveries.c.next_at).limit(most)
        mine = deliveries.c.id.in_(oldest.scalar_subquery()) & waiting
        values = {"next_at": until, "attempts": deliveries.c.attempts + 1}
        async with self.database.write() as connection:
            statement = update(deliveries).where(mine).values(values).returning(*deliveries.c)
            taken = [_delivery(row) for row in await connection.execute(statement)]
        return sorted(taken, key=lambda one: one.created_at)

    async def next_at(self) -> Instant | None:
        waiting = deliveries.c.state == DeliveryState.QUEUED.value
        async with self.database.read() as connection:
            found = select(deliveries.c.next_at).where(waiting).order_by(deliveries.c.next_at).limit(1)
            at = (await connection.execute(found)).scalar()
        return None if at is None else Instant(at)

    async def put_off(self, delivery: str, status: int | None, next_at: Instant) -> None:
        await self._set(delivery, {"status": status, "next_at": next_at})

    async def ended(self, delivery: str, state: DeliveryState, status: int | None, now: Instant) -> None:
        await self._set(delivery, {"status": status, "state": state.value, "ended_at": now})

    async def again(self, hook: str, delivery: str, now: Instant) -> bool:
        """Queue it once more; False where this webhook has no such delivery, or it is on its way."""
        mine = (
            (deliveries.c.id == delivery)
            & (deliveries.c.webhook == hook)
            & (deliveries.c.state != DeliveryState.QUEUED.value)
        )
        values = {"state": DeliveryState.QUEUED.value, "attempts": 0, "next_at": now, "ended_at": None}
        async with self.database.write() as connection:
            return (await connection.execute(update(deliveries).where(mine).values(values))).rowcount == 1

    async def of_hook(self, hook: str, most: int, before: tuple[int, str] | None = None) -> list[Delivery]:
        """Newest first; `before` is the (`created_at`, `id`) of the last one already known."""
        found = select(deliveries).where(deliveries.c.webhook == hook)
        if before is not None:
            at, known = before
            older = (deliveries.c.created_at == at) & (deliveries.c.id < known)
            found = found.where((deliveries.c.created_at < at) | older)
        found = found.order_by(deliveries.c.created_at.desc(), deliveries.c.id.desc()).limit(most)
        async with self.database.read() as connection:
            return [_delivery(row) for row in await connection.execute(found)]

    async def forget(self, before: Instant) -> int:
        """What ended before then goes."""
        old = deliveries.c.ended_at.is_not(None) & (deliveries.c.ended_at < before)
        async with self.database.write() as connection:
            return (await connection.execute(delete(deliveries).where(old))).rowcount

    async def _set(self, delivery: str, values: dict[str, Any]) -> None:
        async with self.database.write() as connection:
            await connection.execute(update(deliveries).where(deliveries.c.id == delivery).values(values))


def _hook(row: Row[Any]) -> Webhook:
    return Webhook(
        id=row.id,
        url=row.url,
        secret=row.secret,
        events=row.events,
        is_active=row.is_active,
        version=row.version,
        created_at=Instant(row.created_at),
    )


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        webhook=row.webhook,
        event=row.event,
        payload=row.payload,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        status=row.status,
        next_at=Instant(row.next_at),
        created_at=Instant(row.created_at),
        ended_at=None if row.ended_at is None else Instant(row.ended_at),
    )
