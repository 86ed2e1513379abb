"""A book of series over a real store and real rooms, on virtual time."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from prometheus_client import CollectorRegistry

from rooms.ids import Instant, SessionId
from rooms.live.settings import MINUTE_MS
from rooms.program.ids import AccountId, GroupId, PlaceId, SeriesId
from rooms.program.recurrence import Frequency, Rule
from rooms.program.series import Series
from rooms.schedule import local_of
from server.hosts import RoomHosts
from server.hosts_figures import RoomFigures
from server.program.changed_dates import ChangedDates
from server.program.series import SeriesBook, SeriesInput
from server.store.jobs import Planned
from server.store.records import SessionEnd, SessionRecord
from server.store.store import Store
from tests.support.fake_media import FakeMedia
from tests.support.memory_store import MemoryGatekeeper
from tests.support.programme import NOW, account_values, add_accounts, add_groups
from tests.support.virtual_clock import VirtualClock

GROUP = GroupId("g_1")
HOST = AccountId("h_1")
ZONE = "Europe/Lisbon"
DAY_MS = 24 * 60 * MINUTE_MS
TODAY = local_of(NOW, ZONE).date()  # Friday 15 January 2027, 08:00 in Lisbon


def weekly(**changes: Any) -> SeriesInput:
    """Every Tuesday and Thursday at 19:00 in Lisbon, from the next one on."""
    rule = Rule(Frequency.WEEKLY, weekdays=(1, 3))
    values: dict[str, Any] = {
        "title": "",
        "zone": ZONE,
        "starts_on": date(2027, 1, 19),
        "starts_at": time(19, 0),
        "length_min": 60,
        "rule": rule,
    }
    return SeriesInput(**(values | changes))


@dataclass
class Heard:
    """`Notices` that remember."""

    told: list[tuple[str, str]] = field(default_factory=list)
    edits: list[ChangedDates] = field(default_factory=list)

    async def series_made(self, series: SeriesId) -> None:
        self.told.append(("made", series))

    def letters_about(self, changed: ChangedDates) -> tuple[Planned, ...]:
        self.edits.append(changed)
        return ()

    async def dates_changed(self, changed: ChangedDates) -> None:
        self.told += [("moved", each.session) for each in changed.moved]
        self.told += [("canceled", session) for session in changed.canceled]

    async def date_canceled(self, session: SessionId) -> None:
        self.told.append(("canceled", session))

    async def place_given(self, place: PlaceId) -> None: ...
    async def place_waiting(self, place: PlaceId, position: int) -> None: ...
    async def place_declined(self, place: PlaceId) -> None: ...
    async def intake_received(self, place: PlaceId) -> None: ...


class SeriesBench:
    def __init__(self, store: Store, clock: VirtualClock) -> None:
        self.store, self.clock = store, clock
        self.heard = Heard()
        self.hosts = RoomHosts(
            store.rooms,
            MemoryGatekeeper(),
            FakeMedia(),
            clock,
            RoomFigures(CollectorRegistry()),
            alarm=clock.alarm,
        )
        self.book = SeriesBook(store, clock, self.hosts, self.heard)

    async def prepare(self, **group: Any) -> "SeriesBench":
        await add_accounts(self.store.database, account_values())
        await add_groups(self.store.database, GROUP, host=HOST, **group)
        return self

    async def create(self, wanted: SeriesInput | None = None) -> Series:
        return await self.book.create(HOST, GROUP, wanted or weekly())

    async def rows(self, *series: Series) -> list[SessionRecord]:
        return [row for each in series for row in await self.store.series.sessions(each.id)]

    async def plan(self, *series: Series) -> list[str]:
        """The open sessions as wall times of their zone, in order."""
        return [local(row) for row in await self.rows(*series) if row.end is SessionEnd.OPEN]

    def pass_to(self, instant: int) -> None:
        self.clock.advance(instant - self.clock.now())


def local(row: SessionRecord) -> str:
    return f"{local_of(row.settings.schedule.start_at, row.zone):%Y-%m-%dT%H:%M}"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def hour(row: SessionRecord) -> Instant:
    return row.settings.schedule.start_at
