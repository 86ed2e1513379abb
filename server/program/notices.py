"""What people are told when something changes: implements `server.program.ports.Notices` by letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from rooms.ids import Instant, SessionId
from rooms.program.authority import Position
from rooms.program.ids import PlaceId, SeriesId
from rooms.program.leading import ASKED_AHEAD_MS
from rooms.program.places import Place
from server.host_faults import where
from server.mail.letters import (
    GroupLetter,
    IntakeReceived,
    PlaceDeclined,
    PlaceGiven,
    PlacePending,
    PlaceWaiting,
)
from server.mail.post import Recipient
from server.ports import Clock, StoreDown
from server.program.changed_dates import ChangedDates, job_of, one_canceled
from server.program.leading import Leading
from server.program.letters import Letters, recipient_of
from server.program.ports import Happenings
from server.program.untold import with_untold
from server.store.dates import DateOfGroup
from server.store.jobs import Planned
from server.store.store import Store
from server.work.queue import JobQueue

ROOMS_FIRST_MS: Final = 5_000  # a room that opened before it heard of the edit has its old time written down by then
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

    def letters_about(self, changed: ChangedDates) -> Sequence[Planned]:
        return (job_of(changed, Instant(self.clock.now() + ROOMS_FIRST_MS)),)

    async def dates_changed(self, changed: ChangedDates) -> None:
        dates = {date.session.id: date for date in await self.store.dates.of(changed.sessions)}
        for each in changed.moved:
            date = dates.get(each.session)
            if date is not None and date.start_at != each.was_at:
                await self._to_programs("session.moved", date)
        for session in changed.canceled:
            if (date := dates.get(session)) is not None:
                await self._to_programs("session.canceled", date)

    async def date_canceled(self, session: SessionId) -> None:
        changed = one_canceled(session)
        async with self.store.series.changing(self.clock.now()) as writer:
            await writer.plan(self.letters_about(await with_untold(writer, changed)))
        await self.dates_changed(changed)

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
