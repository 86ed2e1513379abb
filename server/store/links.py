"""Personal links. Revoking one takes every token that grew out of it along."""

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update

from rooms.ids import Instant, SessionId
from server.store.database import Database
from server.store.mapping import link_of, link_values, person_values
from server.store.records import LinkRecord, PersonRecord
from server.store.tables import credentials, links, people, resume_tokens, sessions, tickets


@dataclass(frozen=True, slots=True)
class LinkTable:
    database: Database

    async def add(self, record: LinkRecord, person: PersonRecord | None, now: Instant) -> None:
        async with self.database.write() as connection:
            await connection.execute(insert(links).values(link_values(record, now)))
            if person is not None:
                await connection.execute(insert(people).values(person_values(person, now)))

    async def by_hash(self, token_hash: str) -> LinkRecord | None:
        async with self.database.read() as connection:
            row = (await connection.execute(select(links).where(links.c.token_hash == token_hash))).first()
        return None if row is None else link_of(row)

    async def of_session(self, session: SessionId) -> list[LinkRecord]:
        found = select(links).where(links.c.session == session).order_by(links.c.created_at, links.c.id)
        async with self.database.read() as connection:
            return [link_of(row) for row in await connection.execute(found)]

    async def of_account(self, account: str, sign_in: str | None = None, group: str | None = None) -> list[LinkRecord]:
        """By which an account goes in, and which work: all of them, those of one sign-in, those of one group."""
        found = select(links).where(links.c.account == account, links.c.revoked_at.is_(None))
        if sign_in is not None:
            found = found.where(links.c.sign_in == sign_in)
        if group is not None:
            found = found.where(links.c.session.in_(select(sessions.c.id).where(sessions.c.group == group)))
        async with self.database.read() as connection:
            return [link_of(row) for row in await connection.execute(found)]

    async def flag(self, link: str) -> None:
        """It was opened in a second browser while the first was in. It works on: who leads decides."""
        async with self.database.write() as connection:
            await connection.execute(update(links).where(links.c.id == link).values(is_leaked=True))

    async def revoke(self, session: SessionId, link: str, now: Instant) -> LinkRecord | None:
        """The link as it was before, or None where the session has no such link. The first revocation counts."""
        of_link = select(people.c.id).where(people.c.link == link)
        async with self.database.write() as connection:
            found = select(links).where(links.c.id == link, links.c.session == session)
            row = (await connection.execute(found)).first()
            if row is None:
                return None
            fresh = (links.c.id == link) & links.c.revoked_at.is_(None)
            await connection.execute(update(links).where(fresh).values(revoked_at=now))
            for table in (credentials, tickets, resume_tokens):
                await connection.execute(delete(table).where(table.c.person.in_(of_link)))
        return link_of(row)
