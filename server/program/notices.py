"""What people are told when something changes: implements `server.program.ports.Notices` by letters."""

from dataclasses import dataclass
from typing import Final

import structlog

from rooms.ids import Instant, SessionId
from rooms.live.settings import Schedule
from rooms.program.authority import Position
from rooms.program.ids import PlaceId, SeriesId
from rooms.program.leading import ASKED_AHEAD_MS, LeadState, leader_of
from rooms.program.places import Place
from server.host_faults import where
from server.mail.letters import (
    DateCanceled,
    DateMoved,
    GroupLetter,
    IntakeReceived,
    PlaceDeclined,
    PlaceGiven,
    PlacePending,
    PlaceWaiting,
)
from server.mail.post import Recipient
from server.ports import Clock, StoreDown
from server.program.leading import Leading
from server.program.letters import Letters, recipient_of, to_each
from server.program.ports import Happenings
from server.store.dates import DateOfGroup, Reader
from server.store.jobs import Job
from server.store.records import Account
from server.store.store import Store
from server.work.queue import JobQueue

MOVED: Final = "tell-moved"
CANCELED: Final = "tell-canceled"
_log = structlog.get_logger("notices")


@dataclass(frozen=True, slots=True)
class LetterNotices:
    """What goes to a whole group is a job; a letter to one person is written at once."""

    store: Store
    clock: Clock
    queue: JobQueue
    letters: Letters
    leading: Leading
    happenings: Happenings

    async def series_made(self, series: SeriesId) -> None:
        now = self.clock.now()
        for date in await self.store.dates.of_series(series, now, Instant(now + ASKED_AHEAD_MS)):
            await self._to_programs("session.scheduled", date)
            if not date.is_peer_held:
                await self.leading.ask_for(date, await self.store.leads.of_session(date.session.id))

    async def date_moved(self, session: SessionId, was: Schedule) -> None:
        date = await self.store.dates.get(session)
        if date is None or was.start_at == date.start_at or self.clock.now() >= date.start_at:
            return
        key = f"{MOVED}:{session}:{was.start_at}:{date.start_at}:{date.session.sequence}"
        await self.queue.add(MOVED, key, {"session": session, "was": str(was.start_at)})
        await self._to_programs("session.moved", date)

    async def date_canceled(self, session: SessionId) -> None:
        date = await self.store.dates.get(session)
        if date is not None:
            await self._to_programs("session.canceled", date)
        await self.queue.add(CANCELED, f"{CANCELED}:{session}", {"session": session})

    async def place_given(self, place: PlaceId) -> None:
        found = await self.store.places.get(place)
        if found is None:
            return
        following = await self.store.dates.next_of(found.group, self.clock.now())
        starts_at = None if following is None else following.settings.schedule.start_at
        key = f"place-given:{place}:{found.changed_at}"
        await self._to_place(found, PlaceGiven, key, starts_at=starts_at)
        await self.happenings.happened("place.given", {"group": found.group, "place": place})

    async def place_waiting(self, place: PlaceId, position: int) -> None:
        found = await self.store.places.get(place)
        if found is not None:
            await self._to_place(found, PlaceWaiting, f"place-waiting:{place}:{position}", position=position)

    async def place_declined(self, place: PlaceId) -> None:
        found = await self.store.places.get(place)
        if found is not None:
            url = f"{self.letters.public_url}/groups"
            await self._to_place(found, PlaceDeclined, f"place-declined:{place}", url, reason=found.reason)

    async def intake_received(self, place: PlaceId) -> None:
        found = await self.store.places.get(place)
        if found is None:
            return
        await self._to_place(found, PlacePending, f"place-pending:{place}")
        await self.happenings.happened("place.asked", {"group": found.group, "place": place})
        group = await self.store.dates.group(found.group)
        if group is None:
            return
        name, is_neutral = group
        url = f"{self.letters.public_url}/host/groups/{found.group}/places"
        for each in await self.store.dates.staff(found.group):
            account = each.account
            if each.candidate.position is Position.HOST and account.disabled_at is None and account.email:
                letter = IntakeReceived(group=name, is_neutral=is_neutral, url=url)
                await self._at_once(letter, f"intake:{place}:{account.id}", recipient_of(account))

    async def _to_programs(self, event: str, date: DateOfGroup) -> None:
        await self.happenings.happened(event, {"group": date.group, "session": date.session.id})

    # --- jobs -----------------------------------------------------------------------------------------------------
    async def tell_moved(self, job: Job) -> None:
        date = await self.store.dates.get(SessionId(job.payload["session"]))
        if date is None or self.clock.now() >= date.end_at:
            return
        was_at = Instant(int(job.payload["was"]))
        if was_at == date.start_at:
            return  # moved back before anybody was told
        files = await self.letters.file_of(date.session.id)
        word = f"date-moved:{date.session.id}:{was_at}:{date.start_at}:{date.session.sequence}"
        url = self.letters.session_url(date)

        async def write(to: Reader | Account) -> None:
            if isinstance(to, Account):
                await self.letters.to_account(DateMoved, f"{word}:{to.id}", date, to, url, was_at=was_at)
            else:
                await self.letters.to_reader(DateMoved, f"{word}:{to.place}", date, to, files, was_at=was_at)

        await to_each(await self._concerned(date), write)

    async def tell_canceled(self, job: Job) -> None:
        date = await self.store.dates.get(SessionId(job.payload["session"]))
        if date is None or self.clock.now() >= date.end_at:
            return
        following = await self.store.dates.next_of(date.group, date.start_at)
        next_at = None if following is None else following.settings.schedule.start_at
        files = await self.letters.file_of(date.session.id)
        word = f"date-canceled:{date.session.id}"

        async def write(to: Reader | Account) -> None:
            if isinstance(to, Account):
                await self.letters.to_account(DateCanceled, f"{word}:{to.id}", date, to, next_at=next_at)
            else:
                await self.letters.to_reader(DateCanceled, f"{word}:{to.place}", date, to, files, next_at=next_at)

        await to_each(await self._concerned(date), write)

    async def _concerned(self, date: DateOfGroup) -> list[Reader | Account]:
        """Everybody with a place, who leads the date, and who is asked to."""
        leads = await self.store.leads.of_session(date.session.id)
        wanted = {lead.account for lead in leads if lead.state is LeadState.ASKED} | {leader_of(leads)}
        staff = await self.store.dates.staff(date.group)
        leading = {each.account.id: each.account for each in staff if each.account.id in wanted}
        return [*await self.store.dates.readers(date.group, date.session.id), *leading.values()]

    async def _to_place(
        self, place: Place, kind: type[GroupLetter], key: str, url: str | None = None, **more: object
    ) -> None:
        group = await self.store.dates.group(place.group)
        if place.email is None or group is None:
            return
        name, is_neutral = group
        own = url if url is not None else await self.letters.place_links.place_url(place.id) or ""
        to = Recipient(address=place.email, zone=place.zone, language=place.language, place=place.id)
        await self._at_once(kind(group=name, is_neutral=is_neutral, url=own, **more), key, to)

    async def _at_once(self, letter: GroupLetter, key: str, to: Recipient) -> None:
        """Because of somebody else's step, which goes on where a letter cannot be made. May raise `StoreDown`."""
        try:
            await self.letters.post.send(letter, key, to)
        except StoreDown:
            raise
        except Exception as error:
            _log.error("letter-not-made", kind=type(error).__name__, where=where(error))
