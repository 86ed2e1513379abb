"""Series as hosts know them: previewed, made, changed, canceled; and the sessions that come of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from rooms.ids import Instant
from rooms.program.dates import Date
from rooms.program.ids import AccountId, GroupId, SeriesId
from rooms.program.recurrence import Rule
from rooms.program.series import Change, DateException, Series
from rooms.program.timers import Timers
from server.ports import Clock, Rooms
from server.store.records import SessionRecord
from server.store.store import Store


class Scope(StrEnum):
    """Which dates a change is for."""

    THIS = "this"
    FOLLOWING = "following"  # this one and all after it
    ALL = "all"  # all that have not begun


@dataclass(frozen=True, slots=True)
class SeriesInput:
    """One filled-in schedule form. `starts_on` and `starts_at` are local in `zone`. `title` "": the group's name."""

    title: str
    zone: str
    starts_on: date
    starts_at: time
    length_min: int
    rule: Rule | None = None
    timers: Timers = Timers()
    waiting_message: str | None = None  # None: the group's


@dataclass(frozen=True, slots=True)
class Preview:
    """What a form would make: the next six dates, sentences about the clocks, and what else happens at those times."""

    dates: tuple[Date, ...]
    notes: tuple[str, ...]
    conflicts: tuple[str, ...]  # sentences; these keep nobody from scheduling


class BadSeries(ValueError):
    """`errors` maps the name of a field of `SeriesInput`, `Rule`, `Timers` or `Change` to one sentence."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(", ".join(sorted(errors)))
        self.errors = dict(errors)


class StaleSeries(Exception):
    """Somebody else changed the series meanwhile; read it again."""


@dataclass(frozen=True, slots=True)
class SeriesBook:
    """`series` of one group each. Every method that changes something makes its sessions true before it returns."""

    store: Store
    clock: Clock
    rooms: Rooms

    async def check(self, group: GroupId, wanted: SeriesInput) -> Preview:
        """What `create` would make. Raises `BadSeries` with every problem at once."""
        raise NotImplementedError

    async def create(self, account: AccountId | None, group: GroupId, wanted: SeriesInput) -> Series:
        """Make the series and its sessions of the next eight weeks. Raises `BadSeries`."""
        raise NotImplementedError

    async def get(self, series: SeriesId) -> Series | None:
        raise NotImplementedError

    async def of_group(self, group: GroupId) -> list[Series]:
        """Those that have not ended, by first date."""
        raise NotImplementedError

    async def exceptions(self, series: SeriesId) -> list[DateException]:
        """By their date's name."""
        raise NotImplementedError

    async def dates(self, series: Series, n: int) -> list[Date]:
        """The next `n` dates, canceled ones too."""
        raise NotImplementedError

    async def change(
        self, series: SeriesId, original_local: str, scope: Scope, change: Change, version: int | None = None
    ) -> Series:
        """Move or change one date, this and those that follow, or all that have not begun.

        Gives the series that the date is in afterwards: FOLLOWING may make a new one. Raises `BadSeries`,
        `LookupError` where there is no such date, `StaleSeries` where `version` is not the series' own any more.
        """
        raise NotImplementedError

    async def revise(self, series: SeriesId, original_local: str, wanted: SeriesInput) -> Series:
        """From this date on, everything as in `wanted`: zone, rule and timers too. Otherwise as `change`."""
        raise NotImplementedError

    async def cancel(self, series: SeriesId, original_local: str, scope: Scope) -> Series:
        """Cancel one date, this and those that follow, or all that have not begun. Raises `LookupError`."""
        raise NotImplementedError

    async def end(self, series: SeriesId) -> Series:
        """Cancel all that have not begun, and plan nothing more. Twice is the same as once. Raises `LookupError`."""
        raise NotImplementedError

    async def materialise(self, now: Instant) -> int:
        """Make the sessions of the next eight weeks of every series; how many were made. For a daily job."""
        raise NotImplementedError

    async def next_dates(self, group: GroupId, n: int) -> list[SessionRecord]:
        """The next `n` sessions of a group that are neither over nor canceled, by start."""
        raise NotImplementedError
