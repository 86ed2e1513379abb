"""What the services of groups, series and places tell the rest: whom to write to, what other programs hear.

Everything is named by its id: what is written is read from the store at that moment, and once it is sent.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from rooms.ids import SessionId
from rooms.program.ids import PlaceId, SeriesId
from server.program.changed_dates import ChangedDates
from server.store.jobs import Planned


class Notices(Protocol):
    """What people are told. Called after the store has what it is about; each is idempotent, and returns soon: mail
    is put into the outbox, not sent. Nothing is told of a session that is past. May raise `StoreDown`."""

    async def series_made(self, series: SeriesId) -> None:
        """A series has its first dates: those who may lead them are asked."""

    def letters_about(self, changed: ChangedDates) -> Sequence[Planned]:
        """By which everybody with a place hears of an edit, and who leads its dates: one letter each, however many
        dates it moves or cancels. To be stored in the transaction of the edit itself, so that none is lost."""

    async def dates_changed(self, changed: ChangedDates) -> None:
        """The edit is stored and the rooms have heard: other programs hear of each date."""

    async def date_canceled(self, session: SessionId) -> None:
        """One session will not take place, and no edit of its series said so."""

    async def place_given(self, place: PlaceId) -> None:
        """Somebody has a place: asked for, accepted by a host, or moved up from the waitlist."""

    async def place_waiting(self, place: PlaceId, position: int) -> None:
        """Somebody is on the waitlist, counted from 1; told once, and again only when `position` is another."""

    async def place_declined(self, place: PlaceId) -> None:
        """A host declined; the place's `reason` is in the mail."""

    async def intake_received(self, place: PlaceId) -> None:
        """Somebody answered the intake questions: they hear that it has come, the group's hosts that it is there."""


class Silence:
    """`Notices` that tell nobody: for tests, and for tools that change what nobody has to hear of."""

    async def series_made(self, series: SeriesId) -> None: ...
    def letters_about(self, changed: ChangedDates) -> Sequence[Planned]:
        return ()

    async def dates_changed(self, changed: ChangedDates) -> None: ...
    async def date_canceled(self, session: SessionId) -> None: ...
    async def place_given(self, place: PlaceId) -> None: ...
    async def place_waiting(self, place: PlaceId, position: int) -> None: ...
    async def place_declined(self, place: PlaceId) -> None: ...
    async def intake_received(self, place: PlaceId) -> None: ...


class PlaceLinks(Protocol):
    """Where the holder of a place goes."""

    async def place_url(self, place: PlaceId) -> str | None:
        """The address of their own page, the token in its fragment; None where the place is gone."""


class Happenings(Protocol):
    """What other programs hear of by webhook."""

    async def happened(self, event: str, ids: Mapping[str, str]) -> None:
        """`event` like "lead.wanted"; `ids` opaque ones by kind ("group", "session", "account", "place")."""


class Nothing:
    """`Happenings` that nobody listens to."""

    async def happened(self, event: str, ids: Mapping[str, str]) -> None: ...


class CalendarFiles(Protocol):
    """The dates of a letter as a calendar reads them."""

    async def file_of(self, *sessions: SessionId) -> bytes | None:
        """An iCalendar file (RFC 5545) with METHOD:PUBLISH of these dates, canceled or not; None where all are gone.

        Each date has a UID of its own, so canceled ones are published as such (STATUS, RFC 5546 3.2.1): one CANCEL
        may speak of one UID alone (3.2.5).
        """


class NoCalendar:
    """`CalendarFiles` without a file: letters go without one."""

    async def file_of(self, *sessions: SessionId) -> bytes | None:
        return None
