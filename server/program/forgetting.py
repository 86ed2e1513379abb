"""Retention: what has been kept for as long as it may be goes, and the numbers of it stay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from rooms.ids import Instant
from rooms.program.organisation import Retention
from server.links import DAY_MS
from server.ports import Clock
from server.store.forgotten import ForgottenCount
from server.store.store import Store

ANSWERS_MS: Final = DAY_MS  # kept for a program that asks the same again
JOBS_KEPT_MS: Final = 14 * DAY_MS  # their keys keep anything from being done twice; they name nobody
LETTERS_KEPT_MS: Final = 60 * DAY_MS  # at least: so long can one come back, be sent twice, or stop further ones
RECENT_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class Proof:
    """`counts` by kind: in the last seven days, and ever."""

    periods: Retention
    counts: Mapping[str, ForgottenCount]
    last: Instant | None


@dataclass(frozen=True, slots=True)
class Forgetting:
    """`fallback` are the periods of the settings, for as long as there is no organisation with its own."""

    store: Store
    clock: Clock
    fallback: Retention

    async def round(self) -> dict[str, int]:
        """Drop what is due; how many rows of each kind went. May raise `StoreDown`.

        Address and words of a letter are gone once it is over; its row alone lives on (ADR 0090).
        """
        now, periods = self.clock.now(), await self.periods()

        def before(days: int) -> Instant:
            return Instant(now - days * DAY_MS)

        store = self.store
        counts = await store.retention.forget(now, before(periods.sessions), before(periods.audit))
        counts["codes"] = await store.codes.forget(now)
        counts["places"] = await store.places.forget(before(periods.places))
        counts["letters"] = await store.outbox.forget(min(before(periods.mail), Instant(now - LETTERS_KEPT_MS)))
        counts["jobs"] = await store.jobs.forget(Instant(now - JOBS_KEPT_MS))
        counts["deliveries"] = await store.deliveries.forget(max(before(periods.mail), Instant(now - JOBS_KEPT_MS)))
        counts["kept-answers"] = await store.idempotency.forget(Instant(now - ANSWERS_MS))
        await store.forgotten.add(_day(now), counts, now)
        return {kind: count for kind, count in counts.items() if count}

    async def periods(self) -> Retention:
        organisation = await self.store.organisation.get()
        return self.fallback if organisation is None else organisation.retention

    async def proof(self) -> Proof:
        """For a page: what was deleted, in numbers."""
        now = self.clock.now()
        since = _day(Instant(now - (RECENT_DAYS - 1) * DAY_MS))
        counts = await self.store.forgotten.since(since)
        return Proof(await self.periods(), counts, await self.store.forgotten.last_round())


def _day(now: Instant) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=now)).date().isoformat()
