"""Letters on their way. A row keeps ids and an outcome; address and words go when the letter is gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Executable, Row, Update, delete, func, select, update

from rooms.ids import Instant
from server.store.database import Database
from server.store.tables import accounts, outbox, places
from server.tokens import new_id


class LetterState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"  # somebody is at it until `next_at`
    SENT = "sent"
    BOUNCED = "bounced"  # there is nobody at this address
    GIVEN_UP = "given-up"  # tried for long enough, refused for what it is, or of no use any more


UNDER_WAY = (LetterState.QUEUED.value, LetterState.SENDING.value)
TROUBLED = (LetterState.BOUNCED.value, LetterState.GIVEN_UP.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRow:
    """`id` is in the letter's Message-ID and in the envelope's sender: that is how a bounce finds it."""

    id: str
    key: str
    kind: str
    address: str
    message: str  # RFC 5322, complete, ASCII
    account: str | None
    place: str | None
    session: str | None
    state: LetterState = LetterState.QUEUED
    attempts: int = 0
    created_at: Instant
    until: Instant | None = None
    sent_at: Instant | None = None
    reply: str | None = None


def new_letter_id() -> str:
    return new_id("o")


@dataclass(frozen=True, slots=True)
class OutboxTable:
    database: Database

    async def add(self, row: LetterRow, along: Sequence[Executable] = ()) -> bool:
        """False where the key is known. `along` is done in the same transaction, for a new letter only."""
        values = {
            "id": row.id,
            "key": row.key,
            "kind": row.kind,
            "address": row.address,
            "message": row.message,
            "account": row.account,
            "place": row.place,
            "session": row.session,
            "state": row.state.value,
            "attempts": 0,
            "next_at": row.created_at,
            "created_at": row.created_at,
            "until": row.until,
        }
        statement = self.database.upsert(outbox).values(values).on_conflict_do_nothing(index_elements=["key"])
        async with self.database.write() as connection:
            if (await connection.execute(statement.returning(outbox.c.id))).first() is None:
                return False
            for each in along:
                await connection.execute(each)
            return True

    async def take(self, now: Instant, until: Instant) -> LetterRow | None:
        """The letter that waits longest, this process's own until `until`; None where none is due."""
        due = outbox.c.state.in_(UNDER_WAY) & (outbox.c.next_at <= now)
        first = select(outbox.c.id).where(due).order_by(outbox.c.next_at, outbox.c.id).limit(1)
        async with self.database.read() as connection:
            if (await connection.execute(first)).first() is None:
                return None
        values = {"state": LetterState.SENDING.value, "next_at": until, "attempts": outbox.c.attempts + 1}
        async with self.database.write() as connection:
            found = (await connection.execute(first.with_for_update(skip_locked=True))).scalar()
            if found is None:
                return None
            taken = update(outbox).where(outbox.c.id == found).values(values).returning(*outbox.c)
            return _row_of((await connection.execute(taken)).one())

    async def sent(self, row: LetterRow, now: Instant) -> bool:
        """False where it is another's by now: it took longer than its lease."""
        return await self._change(row, state=LetterState.SENT.value, sent_at=now, message="", address="", reply=None)

    async def put_off(self, row: LetterRow, next_at: Instant, reply: str | None) -> bool:
        return await self._change(row, state=LetterState.QUEUED.value, next_at=next_at, reply=reply)

    async def give_up(self, row: LetterRow, reply: str | None) -> bool:
        return await self._change(row, state=LetterState.GIVEN_UP.value, message="", address="", reply=reply)

    async def bounced(self, row: LetterRow, reply: str | None, now: Instant) -> bool:
        """There is nobody at the address: of the letter, and of the account or place it went to."""
        async with self.database.write() as connection:
            gone = {"state": LetterState.BOUNCED.value, "message": "", "address": "", "reply": reply}
            if (await connection.execute(update(outbox).where(outbox.c.id == row.id).values(gone))).rowcount == 0:
                return False
            for table, owner in ((accounts, row.account), (places, row.place)):
                if owner is not None:
                    fresh = (table.c.id == owner) & table.c.bounced_at.is_(None)
                    await connection.execute(update(table).where(fresh).values(bounced_at=now))
        return True

    async def forgive(self, account: str) -> None:
        """An account's address is believed to work again."""
        async with self.database.write() as connection:
            await connection.execute(update(accounts).where(accounts.c.id == account).values(bounced_at=None))

    async def get(self, letter: str) -> LetterRow | None:
        """By id, in any case: some mail servers write the part before the @ in small letters."""
        same = func.lower(outbox.c.id) == letter.lower()
        async with self.database.read() as connection:
            row = (await connection.execute(select(outbox).where(same))).first()
        return None if row is None else _row_of(row)

    async def next_due(self) -> Instant | None:
        found = select(func.min(outbox.c.next_at)).where(outbox.c.state.in_(UNDER_WAY))
        async with self.database.read() as connection:
            first = (await connection.execute(found)).scalar()
        return None if first is None else Instant(first)

    async def counts(self, since: Instant) -> Mapping[LetterState, int]:
        """How many letters made since then are in which state; states that none is in are left out."""
        found = select(outbox.c.state, func.count()).where(outbox.c.created_at >= since).group_by(outbox.c.state)
        async with self.database.read() as connection:
            return {LetterState(state): count for state, count in await connection.execute(found)}

    async def troubled(self, most: int) -> list[LetterRow]:
        """What did not arrive, the newest first."""
        found = select(outbox).where(outbox.c.state.in_(TROUBLED)).order_by(outbox.c.created_at.desc(), outbox.c.id)
        async with self.database.read() as connection:
            return [_row_of(row) for row in await connection.execute(found.limit(most))]

    async def put_off_so_far(self, most: int) -> list[LetterRow]:
        """What was refused for now and will be tried again, the oldest first."""
        waits = outbox.c.state.in_(UNDER_WAY) & outbox.c.reply.is_not(None)
        found = select(outbox).where(waits).order_by(outbox.c.created_at, outbox.c.id).limit(most)
        async with self.database.read() as connection:
            return [_row_of(row) for row in await connection.execute(found)]

    async def forget(self, made_before: Instant) -> int:
        """Drop what is over and was made before then; their keys are free again."""
        old = outbox.c.state.not_in(UNDER_WAY) & (outbox.c.created_at < made_before)
        async with self.database.write() as connection:
            return (await connection.execute(delete(outbox).where(old))).rowcount

    async def _change(self, row: LetterRow, **values: object) -> bool:
        async with self.database.write() as connection:
            return (await connection.execute(_mine(row).values(values))).rowcount == 1


def _mine(row: LetterRow) -> Update:
    """The number of the attempt fences: whoever takes the letter next counts one more."""
    at_it = outbox.c.state == LetterState.SENDING.value
    return update(outbox).where(outbox.c.id == row.id, outbox.c.attempts == row.attempts, at_it)


def _row_of(row: Row[Any]) -> LetterRow:
    return LetterRow(
        id=row.id,
        key=row.key,
        kind=row.kind,
        address=row.address,
        message=row.message,
        account=row.account,
        place=row.place,
        session=row.session,
        state=LetterState(row.state),
        attempts=row.attempts,
        created_at=Instant(row.created_at),
        until=None if row.until is None else Instant(row.until),
        sent_at=None if row.sent_at is None else Instant(row.sent_at),
        reply=row.reply,
    )
