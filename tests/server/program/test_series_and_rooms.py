"""Series beside rooms that opened: what began keeps its copy, what is canceled there is canceled here; their links."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest

from rooms.ids import SessionId
from rooms.live.commands import SetChatPolicy
from rooms.live.settings import MINUTE_MS, ChatPolicy
from rooms.live.steward import STEWARD, StewardCommand
from rooms.program.series import Change
from server.program.series import BadSeries, Scope
from server.program.shared_links import Leads, SharedLinks
from server.sessions import Sessions
from server.store.store import Store
from tests.support.series_bench import GROUP, SeriesBench, at, local, weekly
from tests.support.virtual_clock import VirtualClock

FIRST = "2027-01-19T19:00"
ONCE = weekly(rule=None, starts_on=date(2027, 1, 19))


@pytest.fixture
async def bench(store: Store, clock: VirtualClock) -> AsyncIterator[SeriesBench]:
    bench = await SeriesBench(store, clock).prepare()
    yield bench
    await bench.hosts.drain()


async def test_the_room_of_a_moved_date_opens_when_it_was_moved_to(bench: SeriesBench) -> None:
    series = await bench.create(ONCE)
    (row,) = await bench.rows(series)
    bench.pass_to(row.settings.schedule.doors_at - 4 * MINUTE_MS)
    await bench.hosts.start_all()
    assert (await bench.hosts.glimpse(row.id)) is not None
    await bench.book.change(series.id, FIRST, Scope.THIS, Change(start_local=at("2027-01-19T20:00")))
    bench.pass_to(row.settings.schedule.start_at)
    await bench.hosts.start_all()
    glimpse = await bench.hosts.glimpse(row.id)
    assert glimpse is not None
    assert (glimpse.phase, glimpse.start_at) == ("scheduled", row.settings.schedule.start_at + 60 * MINUTE_MS)


async def test_a_date_that_began_keeps_its_copy(bench: SeriesBench) -> None:
    series = await bench.create()
    row = (await bench.rows(series))[0]
    bench.pass_to(row.settings.schedule.doors_at)
    await bench.hosts.start_all()
    assert (await bench.rows(series))[0].begun_at is not None
    with pytest.raises(BadSeries):
        await bench.book.change(series.id, FIRST, Scope.THIS, Change(start_local=at("2027-01-20T20:00")))
    with pytest.raises(BadSeries):
        await bench.book.cancel(series.id, FIRST, Scope.THIS)
    await bench.book.change(series.id, "2027-01-21T19:00", Scope.ALL, Change(start_local=at("2027-01-21T20:00")))
    plan = await bench.plan(series)
    assert plan[:3] == ["2027-01-19T19:00", "2027-01-21T20:00", "2027-01-26T20:00"]
    glimpse = await bench.hosts.glimpse(row.id)
    assert glimpse is not None
    assert glimpse.start_at == row.settings.schedule.start_at
    await bench.book.end(series.id)
    assert await bench.plan(series) == ["2027-01-19T19:00"], "who is there goes on"


async def test_all_moves_a_date_that_was_moved_past_others(bench: SeriesBench) -> None:
    """Its place in the series is before what has begun meanwhile; it is neither lost nor doubled."""
    series = await bench.create()
    first, second = (await bench.rows(series))[:2]
    await bench.book.change(series.id, FIRST, Scope.THIS, Change(start_local=at("2027-01-23T10:00")))
    bench.pass_to(second.settings.schedule.start_at)
    await bench.hosts.start_all()
    assert {row.id for row in await bench.rows(series) if row.begun_at is not None} == {second.id}
    await bench.book.change(series.id, "2027-01-26T19:00", Scope.ALL, Change(start_local=at("2027-01-26T20:00")))
    plan = await bench.plan(series)
    assert plan[:3] == ["2027-01-21T19:00", "2027-01-23T10:00", "2027-01-26T20:00"]
    rows = await bench.rows(series)
    assert len(rows) == len({row.id for row in rows}) == 17
    assert await bench.book.materialise(bench.clock.now()) == 0
    assert {local(row): row.id for row in rows}["2027-01-23T10:00"] == first.id
    stored = await bench.book.get(series.id)
    assert stored is not None
    dates = await bench.book.dates(stored, 40)
    assert [f"{each.starts_local:%Y-%m-%dT%H:%M}" for each in dates][:3] == plan[:3]


async def test_a_changed_group_shows_in_sessions_that_have_not_begun(
    bench: SeriesBench, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    switched: list[tuple[SessionId, StewardCommand]] = []

    async def moderate(session: SessionId, command: StewardCommand) -> bool:
        switched.append((session, command))
        return True

    monkeypatch.setattr(bench.hosts, "moderate", moderate)
    series = await bench.create()
    begun = (await bench.rows(series))[0]
    bench.pass_to(begun.settings.schedule.doors_at)
    await bench.hosts.start_all()
    group = await store.groups.get(GROUP)
    assert group is not None
    changed = replace(group, name="Morning circle", chat_policy=ChatPolicy.OFF, version=group.version + 1)
    await store.groups.save(changed, group.version, bench.clock.now())
    await bench.book.refresh(GROUP)
    rows = await bench.rows(series)
    assert [row.title for row in rows[:2]] == ["Evening circle", "Morning circle"]
    assert rows[1].settings.chat_policy is ChatPolicy.OFF
    assert switched == [(begun.id, SetChatPolicy(STEWARD, ChatPolicy.OFF))], "at once, in the one that runs"
    assert rows[0].settings.chat_policy is ChatPolicy.FACILITATORS, "which keeps its copy otherwise"
    assert rows[1].sequence == 0, "a neutral calendar shows nothing else than before"


async def test_the_next_dates_are_those_to_come(bench: SeriesBench) -> None:
    series = await bench.create()
    await bench.book.cancel(series.id, FIRST, Scope.THIS)
    assert [local(row) for row in await bench.book.next_dates(GROUP, 2)] == ["2027-01-21T19:00", "2027-01-26T19:00"]


async def test_the_link_of_a_series_leads_to_its_next_date_until_there_is_another(bench: SeriesBench) -> None:
    links = SharedLinks(bench.store, bench.clock, b"key", "https://example.org")
    series = await bench.create()
    url = await links.url(series.id)
    assert url is not None
    token = url.rpartition("/")[2]
    first, second = [row.id for row in (await bench.rows(series))[:2]]
    assert await links.lead(token) == Leads(GROUP, first)
    await bench.book.cancel(series.id, FIRST, Scope.THIS)
    assert await links.lead(token) == Leads(GROUP, second)
    later = await bench.book.change(series.id, "2027-01-21T19:00", Scope.FOLLOWING, Change(length_min=90))
    assert later.id != series.id
    assert await links.url(later.id) == url, "what was split off is found by the same link"
    assert await links.lead(token) == Leads(GROUP, second)
    renewed = await links.rotate(later.id)
    assert renewed == await links.url(series.id) != url
    assert await links.lead(token) is None
    await bench.book.end(later.id)
    assert await links.lead((renewed or "").rpartition("/")[2]) == Leads(GROUP, None)
    for bad in ("", ".", f"{series.uid}.", f"{series.uid}.{'0' * 22}", f"{series.uid}.é", "u_none.00", token[:-1]):
        assert await links.lead(bad) is None


async def test_a_date_that_was_canceled_by_its_own_page_is_canceled_in_the_series(bench: SeriesBench) -> None:
    series = await bench.create()
    first, second = (await bench.rows(series))[:2]
    sessions = Sessions(bench.store, bench.clock, bench.hosts)
    await sessions.cancel(first)
    await sessions.cancel(first)
    assert [each.is_canceled for each in await bench.book.dates(series, 2)] == [True, False]
    stored = await bench.book.get(series.id)
    assert stored is not None
    assert stored.sequence == series.sequence + 1
    await bench.store.rooms.mark_end(second.id, is_canceled=True)  # as a room does that nobody came to lead
    await bench.book.materialise(bench.clock.now())
    assert [each.is_canceled for each in await bench.book.dates(series, 3)] == [True, True, False]
