"""A `RoomStore` and a `Gatekeeper` in memory, with the failures that a test asks for."""

from dataclasses import replace

from rooms.ids import Instant, PersonId, SessionId
from rooms.live.settings import Settings
from server.ports import Identity, LeaseLost, StoreDown
from server.store.records import Beginning, RoomRow, SessionEnd, SessionRecord


class MemoryStore:
    """`is_down` makes every method raise `StoreDown`. `log` names the writes, in order."""

    def __init__(self, *records: SessionRecord) -> None:
        self.records = {record.id: record for record in records}
        self.rows: dict[SessionId, RoomRow] = {}
        self.attended: dict[SessionId, int | None] = {}
        self.audited: list[tuple[SessionId, PersonId | None, str, PersonId | None]] = []
        self.log: list[str] = []
        self.is_down = False

    def _check(self) -> None:
        if self.is_down:
            raise StoreDown

    async def session(self, session: SessionId) -> SessionRecord | None:
        self._check()
        return self.records.get(session)

    async def claim(self, session: SessionId) -> RoomRow:
        self._check()
        row = self.rows.get(session, RoomRow(session, 0, 0, None))
        self.rows[session] = replace(row, epoch=row.epoch + 1)
        return self.rows[session]

    async def save(self, session: SessionId, epoch: int, version: int, snapshot: str) -> None:
        self._check()
        if self.rows[session].epoch != epoch:
            raise LeaseLost
        self.rows[session] = RoomRow(session, epoch, version, snapshot)
        self.log.append("save")

    async def mark_end(self, session: SessionId, is_canceled: bool, attended: int | None = None) -> None:
        self._check()
        end = SessionEnd.CANCELED if is_canceled else SessionEnd.ENDED
        self.records[session] = replace(self.records[session], end=end)
        self.attended[session] = attended

    async def begin(self, session: SessionId, settings: Settings, insists: bool = False) -> Beginning:
        self._check()
        record = self.records[session]
        is_canceled = record.end is SessionEnd.CANCELED and not insists
        if record.begun_at is None and is_canceled:
            return Beginning(record.settings, is_canceled=True)
        if record.begun_at is None and (insists or record.settings == settings):
            record = replace(record, begun_at=settings.schedule.doors_at, settings=settings)
            self.records[session] = record
        return Beginning(settings if record.begun_at is not None else record.settings)

    async def open_sessions(self, start_before: Instant) -> list[SessionId]:
        self._check()
        is_open = [record for record in self.records.values() if record.end is SessionEnd.OPEN]
        return [record.id for record in is_open if record.settings.schedule.start_at < start_before]

    async def audit(
        self, session: SessionId, at: Instant, actor: PersonId | None, act: str, subject: PersonId | None
    ) -> None:
        self._check()
        self.audited.append((session, actor, act, subject))


class MemoryGatekeeper:
    """Tickets are made by `ticket(...)`; resume tokens by `issue_resume`, the newest of a person alone is good."""

    def __init__(self) -> None:
        self.identities: dict[PersonId, Identity] = {}
        self._tickets: dict[tuple[SessionId, str], PersonId] = {}
        self._resume: dict[tuple[SessionId, PersonId], str] = {}
        self._count = 0
        self.revoked: set[PersonId] = set()

    def revoke(self, person: PersonId) -> None:
        """Their link is void: what they hold is worth nothing, and nothing new is given."""
        self.revoked.add(person)
        self._tickets = {key: holder for key, holder in self._tickets.items() if holder != person}
        self._resume = {key: token for key, token in self._resume.items() if key[1] != person}

    def ticket(self, session: SessionId, identity: Identity) -> str:
        self.identities[identity.person] = identity
        ticket = self._token("ticket")
        self._tickets[(session, ticket)] = identity.person
        return ticket

    async def redeem_ticket(self, session: SessionId, ticket: str) -> Identity | None:
        person = self._tickets.pop((session, ticket), None)
        return None if person is None else self.identities[person]

    async def redeem_resume(self, session: SessionId, token: str) -> Identity | None:
        for (known, person), newest in self._resume.items():
            if known == session and newest == token:
                return self.identities[person]
        return None

    async def issue_resume(self, session: SessionId, person: PersonId) -> str | None:
        if person in self.revoked:
            return None
        self._resume[(session, person)] = self._token("resume")
        return self._resume[(session, person)]

    def _token(self, kind: str) -> str:
        self._count += 1
        return f"{kind}-token-{self._count:08}"
