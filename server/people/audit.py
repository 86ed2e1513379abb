"""Who did what, by opaque ids: for every act on the organisation, its accounts and its groups."""

from dataclasses import dataclass
from typing import Final

from rooms.ids import Instant
from server.ports import Clock
from server.store.records import Act
from server.store.store import Store
from server.tokens import new_id

PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Audit:
    store: Store
    clock: Clock

    async def note(self, actor: str | None, act: str, subject: str | None = None, place: str | None = None) -> None:
        """`actor` is an account (None: the console, or nobody signed in), `act` a word of ours like "role-changed",
        `subject` what it was done to, `place` the group or session it was done in. Never a name, an address, a text."""
        await self.store.audit.add(Act(self.clock.now(), actor, act, subject, place, new_id("a")))

    async def newest(self, before: tuple[Instant, str] | None = None, about: str | None = None) -> list[Act]:
        """A page of them, the newest first, those after the act of this instant and id; `about` one account, group or
        session."""
        return await self.store.audit.newest(PAGE, before, about)
