"""The letters about dates that were moved or canceled: one for each edit to each person, of the dates they expect."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rooms.ids import Instant, SessionId
from rooms.program.dates import dates_of
from rooms.program.ids import GroupId
from rooms.program.leading import LeadState, leader_of
from server.mail.attachment import Attachment
from server.mail.letters import (
    DateCanceled,
    DateMoved,
    DatesCanceled,
    DatesChanged,
    DatesLetter,
    DatesMoved,
    MovedTime,
)
from server.ports import Clock
from server.program.changed_dates import changed_of
from server.program.letters import Letters, recipient_of, recipient_with_place, to_each
from server.program.series_input import FARTHEST_MS
from server.store.dates import DateOfGroup, Reader
from server.store.jobs import Job
from server.store.records import Account, SessionEnd
from server.store.store import Store

Person = Reader | Account


@dataclass(frozen=True, slots=True)
class _News:
    """A date as it is by now. `at` is when it is, or for one that is canceled when people expect it; `was_at` is None
    for that."""

    date: DateOfGroup
    at: Instant
    was_at: Instant | None


@dataclass(frozen=True, slots=True)
class _Told:
    """What a job tells; `word` begins the key of each of its letters, `next_at` is the next date that takes place,
    `files` are shared by those who hear the same."""

    word: str
    name: str
    next_at: Instant | None
    files: dict[tuple[SessionId, ...], tuple[Attachment, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DateLetters:
    store: Store
    clock: Clock
    letters: Letters

    async def tell(self, job: Job) -> None:
        """To everybody with a place who has not said "not this time", who leads a date, and who is asked to.

        Done again, it writes to those alone who have no letter yet. Raises as `to_each`.
        """
        news = await self._news(job)
        if not news:
            return
        next_at = await self._next(news[0].date.group)
        told = _Told(job.key.replace("tell-", "date-", 1), await self._name(news), next_at)
        await to_each(await self._concerned(news), lambda each: self._write(told, *each))

    async def _news(self, job: Job) -> tuple[_News, ...]:
        """By start, without what moved back before anybody was told.

        And without what is past, by its time and by the one it had: who knows the former still comes.
        """
        changed = changed_of(job)
        was_at = {each.session: each.was_at for each in changed.moved}
        found = []
        for date in await self.store.dates.of(changed.sessions):
            was = was_at.get(date.session.id)
            was_end = date.end_at if was is None else was + (date.end_at - date.start_at)
            is_over = self.clock.now() >= max(date.end_at, was_end)
            if is_over:
                continue
            if was is None or date.session.end is SessionEnd.CANCELED:
                found.append(_News(date, date.start_at if was is None else was, None))
            elif was != date.start_at:
                found.append(_News(date, date.start_at, was))
        return tuple(sorted(found, key=lambda each: each.at))

    async def _name(self, news: Sequence[_News]) -> str:
        """Of all dates where they have one in common, else of their group; discreet where the group is neutral."""
        names = {each.date.name for each in news}
        group = await self.store.dates.group(news[0].date.group) if len(names) > 1 else None
        return news[0].date.name if group is None else group[0]

    async def _concerned(self, news: Sequence[_News]) -> list[tuple[Person, tuple[_News, ...]]]:
        group, ids = news[0].date.group, [each.date.session.id for each in news]
        expected: list[tuple[Person, set[SessionId]]] = [*await self.store.dates.readers_of(group, ids)]
        leads = await self.store.leads.of_sessions(ids)
        accounts = {each.account.id: each.account for each in await self.store.dates.staff(group)}
        leading: dict[str, set[SessionId]] = {}
        for session, asked in leads.items():
            for account in {lead.account for lead in asked if lead.state is LeadState.ASKED} | {leader_of(asked)}:
                if account in accounts:
                    leading.setdefault(account, set()).add(session)
        expected += [(account, leading[id]) for id, account in accounts.items() if id in leading]
        return [(who, tuple(each for each in news if each.date.session.id in dates)) for who, dates in expected]

    async def _write(self, told: _Told, who: Person, news: tuple[_News, ...]) -> None:
        following: dict[str, Any] = {}
        if any(each.was_at is None for each in news):
            following = {"next_at": told.next_at, "is_last": told.next_at is None}
        if len(news) == 1:
            await self._write_one(told, who, news[0], following)
        else:
            await self._write_many(told, who, news, following)

    async def _write_one(self, told: _Told, who: Person, news: _News, following: dict[str, Any]) -> None:
        date, was_at = news.date, news.was_at
        kind: type[DateCanceled | DateMoved] = DateCanceled if was_at is None else DateMoved
        more = {"starts_at": news.at, **following} if was_at is None else {"was_at": was_at}
        if isinstance(who, Reader):
            files = await self._files(told, (news,))
            await self.letters.to_reader(kind, f"{told.word}:{who.place}", date, who, files, **more)
        else:
            url = "" if was_at is None else self.letters.session_url(date)
            await self.letters.to_account(kind, f"{told.word}:{who.id}", date, who, url, **more)

    async def _write_many(self, told: _Told, who: Person, news: tuple[_News, ...], following: dict[str, Any]) -> None:
        moved = tuple(MovedTime(each.at, each.was_at) for each in news if each.was_at is not None)
        canceled = tuple(each.at for each in news if each.was_at is None)
        kind: type[DatesLetter] = DatesChanged if moved and canceled else DatesMoved if moved else DatesCanceled
        first, url = news[0].date, ""
        if isinstance(who, Reader):
            url = await self.letters.place_links.place_url(who.place) or ""
        elif moved:
            url = self.letters.group_url(first)
        letter = kind(
            group=told.name, is_neutral=first.is_neutral, url=url, moved=moved, canceled=canceled, **following
        )
        send = partial(self.letters.post.send, letter, session=first.session.id)
        if isinstance(who, Reader):
            files = await self._files(told, news)
            await send(f"{told.word}:{who.place}", recipient_with_place(who), attachments=files)
        elif who.email is not None:
            await send(f"{told.word}:{who.id}", recipient_of(who))

    async def _files(self, told: _Told, news: Sequence[_News]) -> tuple[Attachment, ...]:
        ids = tuple(each.date.session.id for each in news)
        if ids not in told.files:
            told.files[ids] = await self.letters.file_of(*ids)
        return told.files[ids]

    async def _next(self, group: GroupId) -> Instant | None:
        """The next date that takes place, also one that is planned and has no session yet."""
        now = self.clock.now()
        if (following := await self.store.dates.next_of(group, now)) is not None:
            return following.settings.schedule.start_at
        starts = []
        for series in await self.store.series.of_group(group):
            exceptions = await self.store.series.exceptions(series.id)
            begin = max(now, series.made_until)
            dates = dates_of(series, exceptions, begin, Instant(begin + FARTHEST_MS), len(exceptions) + 1)
            starts += [date.schedule.start_at for date in dates if not date.is_canceled]
        return min((start for start in starts if start > now), default=None)
