"""Calendars for people: a file of one session or one series, a public feed of a group, a private one of a person."""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode, urlsplit

from rooms.ids import Instant, SessionId
from rooms.live.settings import MINUTE_MS
from rooms.program.group import NEUTRAL_NAME, Group
from rooms.program.ids import AccountId, PlaceId, SeriesId
from rooms.program.places import Place
from rooms.program.series import Series
from rooms.schedule import utc_of
from server.calendar.files import Entry, SeriesEntry, series_file, sessions_file
from server.ports import Clock
from server.store.records import SessionEnd, SessionRecord
from server.store.store import Store
from server.tokens import hash_of, new_token
from web.repeats import in_words
from web.times import when

BEHIND_MS: Final = 14 * 24 * 60 * MINUTE_MS  # so long a past date stays in a feed
GOOGLE: Final = "https://calendar.google.com/calendar/render"
DOORS_TEXT: Final = "Doors open {minutes} minutes before."


@dataclass(frozen=True, slots=True)
class CalendarBook:
    """`key` is the installation's own: tokens of feeds are made of it, and the store keeps their hashes."""

    store: Store
    clock: Clock
    key: bytes
    public_url: str

    # --- files ----------------------------------------------------------------------------------------------------
    async def file_of(self, *sessions: SessionId) -> bytes | None:
        """Sessions, to be put into a letter; None where all are gone."""
        return await self._sessions_file(sessions, "PUBLISH")

    async def session_file(self, session: SessionId) -> bytes | None:
        """One session, to be downloaded; None where it is gone."""
        return await self._sessions_file((session,), None)

    async def series_file(self, series: SeriesId) -> bytes | None:
        """A whole series as a rule; None where there is none."""
        found = await self.store.series.get(series)
        group = None if found is None else await self.store.groups.get(found.group)
        if found is None or group is None:
            return None
        return await self._series_file(group, [found])

    async def public_feed(self, group: Group) -> bytes | None:
        """The series of a public group; None where it is not public, or put away."""
        if not group.is_public or group.archived_at is not None:
            return None
        return await self._series_file(group, await self.store.series.of_group(group.id))

    async def private_feed(self, token: str) -> bytes | None:
        """The sessions of whoever this token was given to; None where it is worth nothing (any more)."""
        now = self.clock.now()
        groups = await self.store.feeds.groups_of(hash_of(token))
        if groups is None:
            return None
        rows = await self.store.feeds.sessions(groups, Instant(now - BEHIND_MS))
        return sessions_file([self._entry(row) for row in rows], NEUTRAL_NAME, self.domain, now)

    # --- the tokens of private feeds ------------------------------------------------------------------------------
    async def url_for_place(self, place: Place) -> str:
        """The address of a place's feed. It ends with the place's link: a new link is a new feed."""
        token = self._place_token(place.id, place.generation)
        if await self.store.feeds.of_place(place.id) != hash_of(token):
            await self.store.feeds.set_place(place.id, hash_of(token))
        return self._url(token)

    async def new_url_for_account(self, account: AccountId) -> str:
        """A feed of all groups that the account leads; the former address is worth nothing from now on. Show it once:
        nobody can find out what it was."""
        token = new_token()
        await self.store.feeds.set_account(account, hash_of(token))
        return self._url(token)

    async def has_feed(self, account: AccountId) -> bool:
        return await self.store.feeds.of_account(account) is not None

    async def end_feed_of_account(self, account: AccountId) -> None:
        """Twice is the same as once."""
        await self.store.feeds.set_account(account, None)

    async def end_feed_of_place(self, place: PlaceId) -> None:
        """Until the holder asks for it again."""
        await self.store.feeds.set_place(place, None)

    # --- parts ----------------------------------------------------------------------------------------------------
    @property
    def domain(self) -> str:
        return urlsplit(self.public_url).hostname or "holdspace.invalid"

    def google_url(self, session: SessionRecord) -> str:
        """A page of Google's where one may add the session by hand. It is told what stands in the address, and only
        once somebody goes there."""
        entry = self._entry(session)
        instants = "/".join(f"{utc_of(at):%Y%m%dT%H%M%SZ}" for at in (entry.starts_at, entry.ends_at))
        details = f"{entry.text}\n{entry.url}" if entry.url else entry.text
        return (
            f"{GOOGLE}?{urlencode({'action': 'TEMPLATE', 'text': entry.title, 'dates': instants, 'details': details})}"
        )

    async def _sessions_file(self, sessions: Collection[SessionId], method: str | None) -> bytes | None:
        records = await self.store.sessions.of(sessions)
        if not records:
            return None
        entries = [self._entry(record) for record in records]
        return sessions_file(entries, NEUTRAL_NAME, self.domain, self.clock.now(), method)

    async def _series_file(self, group: Group, series: list[Series]) -> bytes:
        entries = [
            SeriesEntry(
                series=each,
                exceptions=await self.store.series.exceptions(each.id),
                default_title=group.title or NEUTRAL_NAME,
                is_neutral=group.is_neutral,
                text=_series_text(each),
                url=None if group.is_neutral else f"{self.public_url}/g/{group.slug}",
            )
            for each in series
        ]
        return series_file(entries, group.title or NEUTRAL_NAME, self.domain, self.clock.now())

    def _entry(self, session: SessionRecord) -> Entry:
        schedule = session.settings.schedule
        doors_min = (schedule.start_at - schedule.doors_at) // MINUTE_MS
        doors = f"\n{DOORS_TEXT.format(minutes=doors_min)}" if doors_min else ""
        return Entry(
            key=session.id,
            title=session.discreet_title,
            text=f"{when(schedule.start_at, session.zone).text}{doors}",
            url=f"{self.public_url}/s/{session.id}",
            starts_at=schedule.start_at,
            ends_at=schedule.end_at,
            sequence=session.sequence + (session.end is SessionEnd.CANCELED),
            is_canceled=session.end is SessionEnd.CANCELED,
        )

    def _place_token(self, place: PlaceId, generation: int) -> str:
        return hmac.digest(self.key, f"feed/{place}/{generation}".encode(), hashlib.sha256).hex()

    def _url(self, token: str) -> str:
        return f"{self.public_url}/calendar/{token}.ics"


def _series_text(series: Series) -> str:
    doors = DOORS_TEXT.format(minutes=series.timers.doors_min) if series.timers.doors_min else ""
    return f"{in_words(series.rule, series.first_local.date())}\n{doors}".strip()


def group_feed_path(group: Group) -> str:
    """Of the public feed; "" where a group has none."""
    return f"/g/{group.slug}/calendar.ics" if group.is_public and group.archived_at is None else ""
