"""People of a session and the hashed tokens that prove who a browser is."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rooms.ids import Instant, PersonId, SessionId
from rooms.program.ids import PlaceId
from rooms.program.places import PlaceState
from server.store.database import Database
from server.store.mapping import person_of, person_values
from server.store.records import PersonRecord
from server.store.tables import credentials, links, people, places, resume_tokens, tickets


@dataclass(frozen=True, slots=True)
class PeopleTable:
    database: Database

    async def add(self, record: PersonRecord, now: Instant) -> None:
        async with self.database.write() as connection:
            await connection.execute(insert(people).values(person_values(record, now)))

    async def get(self, person: PersonId) -> PersonRecord | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(people).where(people.c.id == person))).first()
        return None if row is None else person_of(row)

    async def add_newcomer(self, record: PersonRecord, now: Instant, most: int, unused_before: Instant) -> bool:
        """Add somebody without a link or a place. False where the session has `most` of them already.

        Before that, the oldest goes who was made before `unused_before` and never came as far as the room: asking for
        places without taking one must not keep people out.
        """
        anonymous = (people.c.session == record.session) & people.c.link.is_(None) & people.c.place.is_(None)
        never_came = people.c.id.not_in(select(resume_tokens.c.person).where(resume_tokens.c.session == record.session))
        unused = select(people.c.id).where(anonymous, people.c.created_at < unused_before, never_came)
        oldest = unused.order_by(people.c.created_at).limit(1).scalar_subquery()
        async with self.database.write() as connection:
            count = (await connection.execute(select(func.count()).where(anonymous))).scalar_one()
            if count >= most:
                dropped = await connection.execute(delete(people).where(people.c.id == oldest))
                if dropped.rowcount == 0:
                    return False
            await connection.execute(insert(people).values(person_values(record, now)))
        return True

    async def for_place(self, record: PersonRecord, now: Instant) -> PersonRecord | None:
        """The person of `record.place` in this session: made of `record` the first time. None where it is gone."""
        mine = (people.c.session == record.session) & (people.c.place == record.place)
        async with self.database.write() as connection:
            # Held, so that two devices of one place come in as one person.
            held = select(places.c.id).where(places.c.id == record.place, places.c.state == PlaceState.PLACE.value)
            if (await connection.execute(held.with_for_update())).first() is None:
                return None
            row = (await connection.execute(select(people).where(mine))).first()
            if row is not None:
                return person_of(row)
            await connection.execute(insert(people).values(person_values(record, now)))
        return record

    async def shut_out(self, place: PlaceId) -> list[tuple[SessionId, PersonId]]:
        """Every token of this place's people stops working; returns who they are, for rooms that they are in."""
        mine = people.c.place == place
        async with self.database.write() as connection:
            found = (await connection.execute(select(people.c.session, people.c.id).where(mine))).all()
            gone = [row.id for row in found]
            for table in (credentials, tickets, resume_tokens):
                await connection.execute(delete(table).where(table.c.person.in_(gone)))
        return [(SessionId(row.session), PersonId(row.id)) for row in found]

    async def taken(self, session: SessionId, aliases: Collection[str]) -> set[str]:
        """Which of these were suggested already; what people called themselves is known to the room only."""
        found = select(people.c.suggested_alias).where(
            people.c.session == session, people.c.suggested_alias.in_(aliases)
        )
        async with self.database.read() as connection:
            return set((await connection.execute(found)).scalars())

    async def add_credential(self, person: PersonRecord, token_hash: str, expires_at: Instant) -> None:
        row = _token_row(person.session, person.id, token_hash, expires_at)
        async with self.database.write() as connection:
            await connection.execute(insert(credentials).values(row))

    async def by_credential(self, session: SessionId, token_hash: str, now: Instant) -> PersonRecord | None:
        return await self._by_token(credentials, session, token_hash, now)

    async def add_ticket(self, person: PersonRecord, token_hash: str, expires_at: Instant) -> None:
        row = _token_row(person.session, person.id, token_hash, expires_at)
        async with self.database.write() as connection:
            await connection.execute(insert(tickets).values(row))

    async def take_ticket(self, session: SessionId, token_hash: str, now: Instant) -> PersonRecord | None:
        """At most one caller gets the person: the row is deleted by the statement that reads it."""
        spend = delete(tickets).where(tickets.c.token_hash == token_hash, tickets.c.session == session)
        async with self.database.write() as connection:
            spent = (await connection.execute(spend.returning(tickets.c.person, tickets.c.expires_at))).first()
            if spent is None or spent.expires_at <= now:
                return None
            row = (await connection.execute(select(people).where(people.c.id == spent.person))).first()
        return None if row is None else person_of(row)

    async def put_resume(
        self, session: SessionId, person: PersonId, token_hash: str, expires_at: Instant, now: Instant
    ) -> bool:
        """Replaces the person's former token; False, and nothing written, where they may not come in any more.

        Who came by a link may come in while it is neither revoked nor expired.
        """
        row = _token_row(session, person, token_hash, expires_at)
        statement = self.database.upsert(resume_tokens).values(row)
        statement = statement.on_conflict_do_update(index_elements=["person"], set_=row)
        async with self.database.write() as connection:
            if not await _may_come_in(connection, session, person, now):
                return False
            await connection.execute(statement)
        return True

    async def by_resume(self, session: SessionId, token_hash: str, now: Instant) -> PersonRecord | None:
        return await self._by_token(resume_tokens, session, token_hash, now)

    async def _by_token(self, table: Table, session: SessionId, token_hash: str, now: Instant) -> PersonRecord | None:
        found = (
            select(people)
            .join(table, table.c.person == people.c.id)
            .where(table.c.token_hash == token_hash, table.c.session == session, table.c.expires_at > now)
        )
        async with self.database.read() as connection:
            row = (await connection.execute(found)).first()
        return None if row is None else person_of(row)


async def _may_come_in(connection: AsyncConnection, session: SessionId, person: PersonId, now: Instant) -> bool:
    known = select(people.c.link).where(people.c.id == person, people.c.session == session)
    row = (await connection.execute(known)).first()
    if row is None or row.link is None:
        return row is not None
    # Locked, so that a revocation at the same time comes after this transaction and takes the new token along.
    good = select(links.c.id).where(links.c.id == row.link, links.c.revoked_at.is_(None), links.c.expires_at > now)
    return (await connection.execute(good.with_for_update(read=True))).first() is not None


def _token_row(session: SessionId, person: PersonId, token_hash: str, expires_at: Instant) -> dict[str, object]:
    return {"token_hash": token_hash, "session": session, "person": person, "expires_at": expires_at}
