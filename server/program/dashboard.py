"""The first page of a host or facilitator as facts: their dates, their groups, how many came, what needs them."""

from dataclasses import dataclass

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS
from rooms.program.authority import OrgRole, Position
from rooms.schedule import local_of
from server.ports import Clock
from server.store.dashboard import Facts
from server.store.records import Account
from server.store.store import Store

DAY_MS = 24 * 60 * MINUTE_MS
BEFORE_MS = DAY_MS  # what ended today is still shown
AHEAD_MS = 7 * DAY_MS
TREND_MS = 12 * 7 * DAY_MS


@dataclass(frozen=True, slots=True)
class Board:
    """`may_host`: may make groups, or hosts one."""

    now: Instant
    may_host: bool
    sees_all: bool
    facts: Facts

    def hosts(self, group: str | None) -> bool:
        """Whether the reader hosts this group."""
        return self.sees_all or Position.HOST in self.facts.positions.get(group or "", ())


@dataclass(frozen=True, slots=True)
class Dashboard:
    store: Store
    clock: Clock

    async def of(self, account: Account) -> Board:
        """What this account sees; the dates of the next seven days and of the last. May raise `StoreDown`."""
        now, sees_all = self.clock.now(), account.role is OrgRole.ADMIN
        facts = await self.store.dashboard.facts(
            account.id,
            sees_all,
            now,
            Instant(now - BEFORE_MS),
            Instant(now + AHEAD_MS),
            Instant(now - TREND_MS),
            local_of(now, account.zone).date().isoformat(),
        )
        hosts_one = any(Position.HOST in held for held in facts.positions.values())
        return Board(
            now=now,
            may_host=hosts_one or account.role is not OrgRole.FACILITATOR,
            sees_all=sees_all,
            facts=facts,
        )
