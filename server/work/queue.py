"""What is put off: jobs in the store, each known by a key, so that asking twice is the same as asking once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rooms.ids import Instant
from server.ports import Clock
from server.store.jobs import JobTable, Planned


@dataclass(frozen=True, slots=True)
class JobQueue:
    """`woken` is set by whatever is added here, so that this process's worker looks at once."""

    table: JobTable
    clock: Clock
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def add(
        self, kind: str, key: str, payload: Mapping[str, str] | None = None, due_at: Instant | None = None
    ) -> bool:
        """Do `kind` with `payload` (ids only, never an address or a token) at `due_at`, or now.

        False where a job of this `key` is known already, done or not: nothing is changed then. Raises `StoreDown`.
        """
        is_new = await self.table.add(kind, key, payload or {}, due_at if due_at is not None else self.clock.now())
        if is_new:
            self.woken.set()
        return is_new

    async def add_all(self, planned: Sequence[Planned]) -> None:
        """As `add`, many at once. Raises `StoreDown`."""
        await self.table.add_all(planned)
        self.woken.set()

    async def drop(self, key: str) -> bool:
        """Do not do it any more. False where it was done, is at work this moment, or never was. Raises `StoreDown`."""
        return await self.table.drop(key, self.clock.now())
