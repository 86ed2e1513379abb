"""Who leads which date, and what one has to know of a date to write about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Executable, Row, Select, select, update

from rooms.ids import Instant, SessionId
from rooms.program.ids import AccountId
from rooms.program.leading import Answer, Lead, LeadState, answered
from server.store.database import Database
from server.store.tables import leads, sessions


@dataclass(frozen=True, slots=True)
class LeadTable:
    database: Database

    async def of_session(self, session: SessionId) -> list[Lead]:
        """By rank."""
        async with self.database.read() as connection:
            return [_lead_of(row) for row in await connection.execute(_leads(session))]

    async def of_sessions(self, wanted: Iterable[SessionId]) -> dict[SessionId, list[Lead]]:
        """As `of_session`; dates that nobody was asked for are left out."""
        found = select(leads).where(leads.c.session.in_(list(wanted))).order_by(leads.c.session, leads.c.rank)
        of: dict[SessionId, list[Lead]] = {}
        async with self.database.read() as connection:
            for row in await connection.execute(found):
                of.setdefault(SessionId(row.session), []).append(_lead_of(row))
        return of

    def asking(
        self, session: SessionId, account: AccountId, rank: int, token_hash: str | None, now: Instant
    ) -> Executable:
        """The statement that makes somebody asked, by the link of `token_hash`; a former link stops working.

        To go into the transaction of the letter that carries the link. An answer that was given stays.
        """
        values = {"token_hash": token_hash, "asked_at": now}
        row = {"session": session, "account": account, "rank": rank, "state": LeadState.ASKED.value, **values}
        statement = self.database.upsert(leads).values(row)
        return statement.on_conflict_do_update(index_elements=["session", "account"], set_=values)

    async def ask(self, session: SessionId, account: AccountId, rank: int, now: Instant, since: Instant) -> bool:
        """As `asking`, without a link: they answer on their own page. False where they were asked since then."""
        row = {"session": session, "account": account, "rank": rank, "state": LeadState.ASKED.value, "asked_at": now}
        statement = self.database.upsert(leads).values(row)
        statement = statement.on_conflict_do_update(
            index_elements=["session", "account"],
            set_={"asked_at": now},
            where=leads.c.asked_at.is_(None) | (leads.c.asked_at < since),
        )
        async with self.database.write() as connection:
            return (await connection.execute(statement.returning(leads.c.account))).first() is not None

    async def by_token(self, token_hash: str) -> tuple[SessionId, AccountId] | None:
        found = select(leads.c.session, leads.c.account).where(leads.c.token_hash == token_hash)
        async with self.database.read() as connection:
            row = (await connection.execute(found)).first()
        return None if row is None else (SessionId(row.session), AccountId(row.account))

    async def answer(
        self,
        session: SessionId,
        account: AccountId,
        rank: int,
        is_yes: bool,
        is_open: bool,
        may_lead: bool,
        now: Instant,
    ) -> Answer:
        """Keep an answer where `rooms.program.leading.answered` lets it: of two who say yes at once one has it."""
        row = {"session": session, "account": account, "rank": rank, "state": LeadState.ASKED.value}
        known = self.database.upsert(leads).values(row).on_conflict_do_nothing()
        async with self.database.write() as connection:
            # The session's row is what the two wait for.
            await connection.execute(select(sessions.c.id).where(sessions.c.id == session).with_for_update())
            now_known = [_lead_of(each) for each in await connection.execute(_leads(session))]
            result = answered(now_known, account, is_yes, is_open, may_lead)
            if result in (Answer.ACCEPTED, Answer.DECLINED):
                await connection.execute(known)
                mine = (leads.c.session == session) & (leads.c.account == account)
                values = {"state": LeadState(result.value).value, "answered_at": now}
                await connection.execute(update(leads).where(mine).values(values))
        return result

    async def release(self, session: SessionId, accepted_before: Instant) -> None:
        """Whoever said yes before then was not there: somebody else may say yes."""
        absent = (
            (leads.c.session == session)
            & (leads.c.state == LeadState.ACCEPTED.value)
            & (leads.c.answered_at < accepted_before)
        )
        async with self.database.write() as connection:
            await connection.execute(update(leads).where(absent).values(state=LeadState.RELEASED.value))

    async def withdraw(self, session: SessionId, gone: Iterable[AccountId]) -> None:
        """These may not lead it any more, whatever they said: somebody else is asked."""
        theirs = (leads.c.session == session) & leads.c.account.in_(list(gone))
        async with self.database.write() as connection:
            await connection.execute(update(leads).where(theirs).values(state=LeadState.RELEASED.value))

    async def next_of(self, account: AccountId, now: Instant, most: int) -> list[tuple[SessionId, LeadState]]:
        """The dates that somebody leads or is asked to lead, by start; those that are over are left out."""
        found = (
            select(leads.c.session, leads.c.state)
            .join(sessions, sessions.c.id == leads.c.session)
            .where(
                leads.c.account == account,
                leads.c.state.in_((LeadState.ASKED.value, LeadState.ACCEPTED.value)),
                sessions.c.end == "open",
                sessions.c.end_at > now,
            )
            .order_by(sessions.c.start_at, sessions.c.id)
            .limit(most)
        )
        async with self.database.read() as connection:
            return [(SessionId(row.session), LeadState(row.state)) for row in await connection.execute(found)]


def _leads(session: SessionId) -> Select[Any]:
    return select(leads).where(leads.c.session == session).order_by(leads.c.rank, leads.c.account)


def _lead_of(row: Row[Any]) -> Lead:
    return Lead(
        account=AccountId(row.account),
        rank=row.rank,
        state=LeadState(row.state),
        asked_at=None if row.asked_at is None else Instant(row.asked_at),
        answered_at=None if row.answered_at is None else Instant(row.answered_at),
    )
