"""A date is canceled whatever its state, and whoever expects it hears of it once."""

from collections.abc import AsyncIterator

import pytest

from rooms.live.settings import MINUTE_MS
from rooms.program.ids import SeriesId
from rooms.program.series import Series
from server.program.calling_off import CallingOff
from server.program.series import BadSeries, Scope
from server.sessions import Sessions
from server.store.records import SessionEnd, SessionRecord
from server.store.store import Store
from tests.support.series_bench import SeriesBench, hour
from tests.support.virtual_clock import VirtualClock


@pytest.fixture
async def bench(store: Store, clock: VirtualClock) -> AsyncIterator[SeriesBench]:
    bench = await SeriesBench(store, clock).prepare()
    yield bench
    await bench.hosts.drain()


def calling_off(bench: SeriesBench) -> CallingOff:
    return CallingOff(Sessions(bench.store, bench.clock, bench.hosts), bench.book, bench.heard)


async def first_of(bench: SeriesBench) -> tuple[Series, SessionRecord]:
    series = await bench.create()
    bench.heard.told.clear()
    return series, (await bench.rows(series))[0]


async def doors_of(bench: SeriesBench) -> tuple[Series, SessionRecord]:
    """A date whose doors are open: people may be waiting, nobody is inside."""
    series, row = await first_of(bench)
    bench.pass_to(hour(row) - 5 * MINUTE_MS)
    await bench.hosts.start_all()
    assert (await Sessions(bench.store, bench.clock, bench.hosts).glimpse(row)).phase == "doors-open"
    known = await bench.store.sessions.get(row.id)
    assert known is not None
    assert known.begun_at is not None
    return series, known


async def end_of(bench: SeriesBench, row: SessionRecord) -> SessionEnd:
    known = await bench.store.sessions.get(row.id)
    assert known is not None
    return known.end


async def test_weeks_ahead_it_is_canceled_in_its_series_and_told_once(bench: SeriesBench) -> None:
    series, row = await first_of(bench)
    for _ in range(2):
        await calling_off(bench).session(row)
    assert await end_of(bench, row) is SessionEnd.CANCELED
    assert bench.heard.told == [("canceled", row.id)]
    assert [each.kind.value for each in await bench.book.exceptions(series.id)] == ["canceled"]


async def test_once_its_doors_are_open_it_is_canceled_and_told_too(bench: SeriesBench) -> None:
    series, row = await doors_of(bench)
    for _ in range(2):
        await calling_off(bench).session(row)
    assert await end_of(bench, row) is SessionEnd.CANCELED
    assert bench.heard.told == [("canceled", row.id)]
    assert [each.kind.value for each in await bench.book.exceptions(series.id)] == ["canceled"]


async def test_a_date_named_in_its_series_is_canceled_though_its_doors_are_open(bench: SeriesBench) -> None:
    series, row = await doors_of(bench)
    assert row.original_local is not None
    await calling_off(bench).planned(SeriesId(series.id), row.original_local, Scope.THIS)
    assert await end_of(bench, row) is SessionEnd.CANCELED
    assert bench.heard.told == [("canceled", row.id)]


async def test_a_date_that_has_begun_takes_none_that_follow_with_it(bench: SeriesBench) -> None:
    series, row = await doors_of(bench)
    assert row.original_local is not None
    with pytest.raises(BadSeries):
        await calling_off(bench).planned(SeriesId(series.id), row.original_local, Scope.FOLLOWING)
    assert await end_of(bench, row) is SessionEnd.OPEN
    assert bench.heard.told == []
