"""Finding somebody to lead each date: asked in order, answered by one press, and an alarm a day before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date as Day
from typing import Final

import structlog

from rooms.ids import Instant, SessionId
from rooms.program.ids import AccountId
from rooms.program.leading import (
    ALERT_MS,
    ASKED_AHEAD_MS,
    Answer,
    Candidate,
    Lead,
    LeadState,
    leader_of,
    to_alert,
    to_ask,
)
from rooms.schedule import local_of
from server.mail.letters import DateLetter, LeadTaken, LeadWanted, NobodyLeads
from server.ports import Clock, StoreDown
from server.program.letters import Letters
from server.program.ports import Happenings
from server.store.dates import DateOfGroup, StaffReader
from server.store.jobs import Job
from server.store.records import Account, SessionEnd
from server.store.store import Store
from server.tokens import hash_of, new_token
from server.work.queue import JobQueue

ASK: Final = "lead-ask"
ALERT: Final = "lead-alert"
NEVER: Final = Instant(0)
STANDING: Final = frozenset({LeadState.ASKED, LeadState.ACCEPTED})
_log = structlog.get_logger("leading")


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a link asks, and for which date. `state` None: not asked yet, as far as is known."""

    date: DateOfGroup
    account: Account
    state: LeadState | None
    is_led_by_other: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class Leading:
    store: Store
    clock: Clock
    letters: Letters
    happenings: Happenings
    queue: JobQueue

    # --- asking ---------------------------------------------------------------------------------------------------
    async def look_ahead(self) -> None:
        """Ask whoever is to be asked for the dates of the next seven days."""
        now = self.clock.now()
        dates = await self.store.dates.starting(now, Instant(now + ASKED_AHEAD_MS))
        known = await self.store.leads.of_sessions(date.session.id for date in dates)
        staff: dict[str, list[StaffReader]] = {}
        for date in dates:
            if date.is_peer_held:
                continue
            if date.group not in staff:
                staff[date.group] = await self.store.dates.staff(date.group)
            await self._look_at(date, known.get(date.session.id, []), staff[date.group])

    async def _look_at(self, date: DateOfGroup, known: Sequence[Lead], staff: Sequence[StaffReader]) -> None:
        """One date that cannot be seen to keeps nobody from being asked for the others."""
        try:
            leads = await self._of_able(date, known, staff)
            if leader_of(leads) is None:
                await self.ask_for(date, leads)
        except StoreDown:
            raise
        except Exception as error:
            _log.error("nobody-asked", session=date.session.id, kind=type(error).__name__)

    async def _of_able(self, date: DateOfGroup, leads: Sequence[Lead], staff: Sequence[StaffReader]) -> list[Lead]:
        """The leads as they count: whoever was switched off, left the staff or lost the training leads it no more."""
        able = {each.account for each in _candidates(staff) if each.may_lead_on(day_of(date))}
        gone = {each.account for each in leads if each.state in STANDING and each.account not in able}
        if gone:
            await self.store.leads.withdraw(date.session.id, gone)
        return [replace(each, state=LeadState.RELEASED) if each.account in gone else each for each in leads]

    async def ask(self, job: Job) -> None:
        """The job of one date: somebody declined, the next one is asked."""
        date = await self.store.dates.get(SessionId(job.payload["session"]))
        if date is not None and is_open(date, self.clock.now()) and not date.is_peer_held:
            await self.ask_for(date, await self.store.leads.of_session(date.session.id))

    async def ask_for(self, date: DateOfGroup, leads: Sequence[Lead]) -> None:
        staff = await self.store.dates.staff(date.group)
        now = self.clock.now()
        for candidate in to_ask(_candidates(staff), leads, day_of(date), date.start_at, now):
            if await self.ask_one(LeadWanted, "lead-wanted", date, account_in(staff, candidate), candidate):
                ids = {"group": date.group, "session": date.session.id, "account": candidate.account}
                await self.happenings.happened("lead.wanted", ids)

    async def ask_one(
        self,
        kind: type[DateLetter],
        word: str,
        date: DateOfGroup,
        account: Account,
        who: Candidate,
        since: Instant = NEVER,
    ) -> bool:
        """Make somebody asked, with a letter whose link answers where there is an address.

        False where they were: since `since` where it goes without a letter.
        """
        session, now = date.session.id, self.clock.now()
        if account.email is None or not self.letters.post.is_configured:
            return await self.store.leads.ask(session, who.account, who.rank, now, since)
        token = new_token()
        asking = self.store.leads.asking(session, who.account, who.rank, hash_of(token), now)
        key = f"{word}:{session}:{date.start_at}:{account.id}"
        url = f"{self.letters.public_url}/lead#{token}"
        return await self.letters.to_account(kind, key, date, account, url, until=date.end_at, along=(asking,))

    async def alert(self, job: Job) -> None:
        """The job of one date, a day before: where nobody leads it, hosts and backups hear of it."""
        date = await self.store.dates.get(SessionId(job.payload["session"]))
        now = self.clock.now()
        if date is None or date.is_peer_held or not is_open(date, now) or str(date.start_at) != job.payload["start"]:
            return
        staff = await self.store.dates.staff(date.group)
        leads = await self._of_able(date, await self.store.leads.of_session(date.session.id), staff)
        is_told = False
        for candidate in to_alert(_candidates(staff), leads, day_of(date), date.start_at, now):
            account = account_in(staff, candidate)
            if candidate.may_lead_on(day_of(date)):
                is_told |= await self.ask_one(NobodyLeads, "nobody-leads", date, account, candidate)
            else:
                key = f"nobody-leads:{date.session.id}:{date.start_at}:{account.id}"
                is_told |= await self.letters.to_account(
                    NobodyLeads, key, date, account, self.letters.session_url(date)
                )
        if is_told:
            await self.happenings.happened("nobody.leads", {"group": date.group, "session": date.session.id})

    # --- answering ------------------------------------------------------------------------------------------------
    async def by_token(self, token: str) -> Asked | None:
        """Whom this link asks; None for a link that is none, was replaced by a newer one, or whose date is over."""
        found = await self.store.leads.by_token(hash_of(token))
        return None if found is None else await self.asked(*found)

    async def asked(self, session: SessionId, account: AccountId) -> Asked | None:
        """As `by_token`, of an account that is known. None where the account is none of the group's staff."""
        date = await self.store.dates.get(session)
        if date is None:
            return None
        staff = await self.store.dates.staff(date.group)
        mine = next((each for each in staff if each.account.id == account), None)
        now = self.clock.now()
        if mine is None or mine.candidate.is_disabled or now >= date.end_at:
            return None
        leads = await self.store.leads.of_session(session)
        return Asked(
            date=date,
            account=mine.account,
            state=next((lead.state for lead in leads if lead.account == account), None),
            is_led_by_other=leader_of(leads) not in (None, account),
            is_open=is_open(date, now),
        )

    async def answer(self, session: SessionId, account: AccountId, is_yes: bool) -> Answer:
        """A yes or a no. The first yes has it; who said yes may say no later, and the next one is asked."""
        date = await self.store.dates.get(session)
        if date is None:
            return Answer.OVER
        staff = await self.store.dates.staff(date.group)
        mine = [each.candidate for each in staff if each.account.id == account]
        if not mine:
            return Answer.NOT_ASKED
        now = self.clock.now()
        before = await self.store.leads.of_session(session)
        may_lead = mine[0].may_lead_on(day_of(date))
        rank = min(each.rank for each in mine)
        result = await self.store.leads.answer(session, account, rank, is_yes, is_open(date, now), may_lead, now)
        if result is Answer.ACCEPTED and leader_of(before) != account:
            await self._tell_taken(date, before, staff, account)
            ids = {"group": date.group, "session": session, "account": account}
            await self.happenings.happened("lead.accepted", ids)
        elif result is Answer.DECLINED and now < date.start_at:
            was_led = "again" if leader_of(before) == account else "first"
            key = f"{ASK}:{session}:{date.start_at}:{account}:{was_led}:{now}"
            await self.queue.add(ASK, key, {"session": session})
        return result

    async def _tell_taken(
        self, date: DateOfGroup, before: Sequence[Lead], staff: Sequence[StaffReader], account: AccountId
    ) -> None:
        """Those who were asked as well need not answer any more."""
        wait = {lead.account for lead in before if lead.state in (LeadState.ASKED, LeadState.RELEASED)} - {account}
        told: set[str] = set()
        for each in staff:
            if each.account.id in wait and each.account.id not in told:
                told.add(each.account.id)
                key = f"lead-taken:{date.session.id}:{date.start_at}:{each.account.id}:{account}"
                await self.letters.to_account(LeadTaken, key, date, each.account, until=date.end_at)

    # --- what pages show ------------------------------------------------------------------------------------------
    async def leaders(self, sessions: Iterable[SessionId]) -> dict[SessionId, AccountId | None]:
        """Who leads each of these dates; None where nobody said yes."""
        wanted = list(sessions)
        known = await self.store.leads.of_sessions(wanted)
        return {session: leader_of(known.get(session, ())) for session in wanted}

    async def unled(self, dates: Iterable[SessionId]) -> set[SessionId]:
        """Those of these dates that start within a day and nobody leads."""
        now = self.clock.now()
        soon = await self.store.dates.starting(now, Instant(now + ALERT_MS))
        near = {date.session.id for date in soon if not date.is_peer_held} & set(dates)
        return {session for session, leader in (await self.leaders(near)).items() if leader is None}


def is_open(date: DateOfGroup, now: Instant) -> bool:
    """Neither over nor canceled, as far as the index knows."""
    return date.session.end is SessionEnd.OPEN and now < date.end_at


def day_of(date: DateOfGroup) -> Day:
    """The day on which it starts, where it was planned."""
    return local_of(date.start_at, date.session.zone).date()


def account_in(staff: Sequence[StaffReader], candidate: Candidate) -> Account:
    return next(each.account for each in staff if each.account.id == candidate.account)


def _candidates(staff: Sequence[StaffReader]) -> list[Candidate]:
    return [each.candidate for each in staff]
