"""What the guard asks: which group something belongs to, and what an account is in it."""

from dataclasses import dataclass

from sqlalchemy import Select, null, select

from rooms.program.authority import Position
from server.store.database import Database
from server.store.tables import groups, series, sessions, staff
from server.tokens import is_id


@dataclass(frozen=True, slots=True)
class Owner:
    """`group` None: a session that was scheduled without one, by `account`."""

    group: str | None
    account: str | None


@dataclass(frozen=True, slots=True)
class AuthorityTable:
    database: Database

    async def owner_of(self, kind: str, given: str) -> Owner | None:
        """`kind` is "group", "series" or "session". None where there is no such thing."""
        if not is_id(given):
            return None
        async with self.database.read() as connection:
            row = (await connection.execute(_OWNERS[kind].where(_IDS[kind] == given))).first()
        return None if row is None else Owner(row.group, row.account)

    async def positions(self, account: str, group: str) -> frozenset[Position]:
        found = select(staff.c.position).where(staff.c.account == account, staff.c.group == group)
        async with self.database.read() as connection:
            return frozenset(Position(word) for word in (await connection.execute(found)).scalars())


_IDS = {"group": groups.c.id, "series": series.c.id, "session": sessions.c.id}
_OWNERS: dict[str, Select[tuple[str | None, str | None]]] = {
    "group": select(groups.c.id.label("group"), null().label("account")),
    "series": select(series.c.group.label("group"), null().label("account")),
    "session": select(sessions.c.group.label("group"), sessions.c.host.label("account")),
}
