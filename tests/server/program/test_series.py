"""Series over a real store and real rooms: made, moved, split, canceled; their sessions and what people hear."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, time

import pytest

from rooms.ids import Instant
from rooms.live.settings import MINUTE_MS, ChatPolicy
from rooms.program.authority import Position
from rooms.program.group import StaffMember
from rooms.program.ids import AccountId, GroupId
from rooms.program.recurrence import Frequency, Rule
from rooms.program.series import Change
from rooms.program.timers import Timers
from server.program.changed_dates import MovedDate
from server.program.series import BadSeries, Scope, SeriesInput, StaleSeries
from server.store.records import SessionEnd
from server.store.store import Store
from tests.support.programme import NOW, account_values, add_accounts, add_groups
from tests.support.series_bench import DAY_MS, GROUP, HOST, SeriesBench, at, hour, local, weekly
from tests.support.virtual_clock import VirtualClock

FIRST = "2027-01-19T19:00"
ONCE = weekly(rule=None, starts_on=date(2027, 1, 19))


@pytest.fixture
async def bench(store: Store, clock: VirtualClock) -> AsyncIterator[SeriesBench]:
    bench = await SeriesBench(store, clock).prepare()
    yield bench
    await bench.hosts.drain()


async def errors(bench: SeriesBench, wanted: SeriesInput) -> dict[str, str]:
    with pytest.raises(BadSeries) as bad:
        await bench.book.check(GROUP, wanted)
    return bad.value.errors


async def test_a_series_is_made_eight_weeks_ahead(bench: SeriesBench) -> None:
    series = await bench.create()
    plan = await bench.plan(series)
    assert plan[:3] == ["2027-01-19T19:00", "2027-01-21T19:00", "2027-01-26T19:00"]
    assert len(plan) == 16
    assert plan[-1] == "2027-03-11T19:00"
    assert bench.heard.told == [("made", series.id)]


async def test_its_sessions_say_what_the_group_says(bench: SeriesBench) -> None:
    series = await bench.create(weekly(timers=Timers(20, None, 3, 12), waiting_message="Come in."))
    row = (await bench.rows(series))[0]
    settings = row.settings
    assert (row.title, row.discreet_title, row.group, row.host) == ("Evening circle", "Meeting", GROUP, HOST)
    assert settings.schedule.start_at - settings.schedule.doors_at == 20 * MINUTE_MS
    assert (settings.late_cutoff_ms, settings.absent_page_ms) == (None, 3 * MINUTE_MS)
    assert (settings.waiting_message, settings.chat_policy) == ("Come in.", ChatPolicy.FACILITATORS)


async def test_to_make_them_again_makes_nothing(bench: SeriesBench) -> None:
    series = await bench.create()
    before = await bench.rows(series)
    assert await bench.book.materialise(NOW) == 0
    assert await bench.rows(series) == before
    assert await bench.book.materialise(Instant(NOW + 7 * DAY_MS)) == 2
    assert (await bench.plan(series))[-1] == "2027-03-18T19:00"


async def test_an_every_second_week_series_begins_with_the_next_such_day(bench: SeriesBench) -> None:
    wanted = weekly(rule=Rule(Frequency.WEEKLY, 2, (1,)), starts_on=date(2027, 1, 16))
    assert [each[:10] for each in await bench.plan(await bench.create(wanted))][:2] == ["2027-01-19", "2027-02-02"]


async def test_a_preview_shows_six_dates_and_tells_of_the_clocks(bench: SeriesBench) -> None:
    wanted = weekly(starts_on=date(2027, 3, 11), rule=Rule(Frequency.WEEKLY, weekdays=(3,)))
    preview = await bench.book.check(GROUP, wanted)
    assert [f"{each.starts_local:%m-%d %H:%M}" for each in preview.dates] == [
        "03-11 19:00",
        "03-18 19:00",
        "03-25 19:00",
        "04-01 19:00",
        "04-08 19:00",
        "04-15 19:00",
    ]
    (note,) = preview.notes
    assert note.startswith("Between Thursday 25 March and Thursday 1 April the clocks in Lisbon change.")


@pytest.mark.parametrize(
    ("at_time", "words"), [(time(1, 30), "skip this time"), (time(2, 30), None)], ids=["skipped", "plain"]
)
async def test_a_skipped_hour_is_told(bench: SeriesBench, at_time: time, words: str | None) -> None:
    preview = await bench.book.check(GROUP, weekly(rule=None, starts_on=date(2027, 3, 28), starts_at=at_time))
    assert f"{preview.dates[0].starts_local:%H:%M}" == "02:30"
    assert [words in note for note in preview.notes] == [True] if words else preview.notes == ()


async def test_problems_are_named_by_field(bench: SeriesBench) -> None:
    assert set(await errors(bench, weekly(zone="Mars/Base", length_min=1, timers=Timers(doors_min=500)))) == {
        "zone",
        "length_min",
        "doors_min",
    }
    assert set(await errors(bench, weekly(starts_on=date(2027, 1, 14), rule=None))) == {"starts_at"}
    assert set(await errors(bench, weekly(starts_on=date(2029, 1, 14)))) == {"starts_on"}
    assert set(
        await errors(bench, weekly(rule=Rule(Frequency.MONTHLY, 12, monthday=30), starts_on=date(2027, 2, 1)))
    ) == {"monthday"}
    assert set(await errors(bench, weekly(title="x" * 121, waiting_message="a\x07"))) == {"title", "waiting_message"}


async def test_a_group_does_not_meet_twice_at_once(bench: SeriesBench) -> None:
    await bench.create()
    found = await errors(bench, weekly(rule=None, starts_at=time(19, 45)))
    assert "already meets then, on Tuesday 19 January at 19:00" in found["starts_at"]
    await bench.book.check(GROUP, weekly(rule=None, starts_at=time(20, 0)))


async def test_nobody_leads_two_groups_at_once(bench: SeriesBench, store: Store) -> None:
    await add_accounts(store.database, account_values("h_2", "Tom"))
    await add_groups(store.database, "g_2")
    leads = [StaffMember(AccountId(id), "", Position.FACILITATOR, rank) for rank, id in enumerate(("h_1", "h_2"))]
    host = StaffMember(HOST, "", Position.HOST, 0)
    other = GroupId("g_2")
    await store.groups.set_staff(GROUP, [host, *leads])
    await store.groups.set_staff(other, [host, leads[0]])
    await bench.book.create(HOST, other, ONCE)
    preview = await bench.book.check(GROUP, ONCE)
    assert preview.conflicts == ("Somebody who leads this group leads another one on Tuesday 19 January at 19:00.",)
    await store.groups.set_staff(GROUP, [host, leads[0]])
    assert "Whoever leads this group" in (await errors(bench, ONCE))["starts_at"]


async def test_one_date_moves_and_the_others_stay(bench: SeriesBench) -> None:
    series = await bench.create()
    row = (await bench.rows(series))[0]
    changed = await bench.book.change(series.id, FIRST, Scope.THIS, Change(start_local=at("2027-01-20T20:00")))
    assert (await bench.plan(series))[:2] == ["2027-01-20T20:00", "2027-01-21T19:00"]
    moved = (await bench.rows(series))[0]
    assert (moved.id, moved.sequence, changed.sequence) == (row.id, 1, 1)
    assert bench.heard.told[1:] == [("moved", row.id)]
    (edit,) = bench.heard.edits
    assert edit.moved == (MovedDate(row.id, hour(row)),)


async def test_a_date_that_is_moved_back_is_like_the_others(bench: SeriesBench) -> None:
    series = await bench.create()
    await bench.book.change(series.id, FIRST, Scope.THIS, Change(start_local=at("2027-01-20T20:00")))
    await bench.book.change(series.id, FIRST, Scope.THIS, Change(start_local=at(FIRST)))
    assert await bench.book.exceptions(series.id) == []
    assert (await bench.plan(series))[0] == FIRST


async def test_a_canceled_date_is_canceled_and_stays_so(bench: SeriesBench) -> None:
    series = await bench.create()
    row = (await bench.rows(series))[1]
    await bench.book.cancel(series.id, "2027-01-21T19:00", Scope.THIS)
    canceled = next(each for each in await bench.rows(series) if each.id == row.id)
    assert canceled.end is SessionEnd.CANCELED
    assert await bench.book.materialise(NOW) == 0
    assert "2027-01-21T19:00" not in await bench.plan(series)
    assert [each.is_canceled for each in await bench.book.dates(series, 3)] == [False, True, False]
    assert ("canceled", row.id) in bench.heard.told
    with pytest.raises(BadSeries):
        await bench.book.change(series.id, "2027-01-21T19:00", Scope.THIS, Change(length_min=30))


async def test_from_one_date_on_a_series_of_its_own_goes_on(bench: SeriesBench) -> None:
    series = await bench.create()
    before = {local(row): row.id for row in await bench.rows(series)}
    await bench.book.cancel(series.id, "2027-02-04T19:00", Scope.THIS)
    later = await bench.book.change(
        series.id, "2027-01-26T19:00", Scope.FOLLOWING, Change(start_local=at("2027-01-27T18:30"), length_min=90)
    )
    assert later.id != series.id
    assert (later.uid, later.rule) == (series.uid, Rule(Frequency.WEEKLY, weekdays=(2, 4), week_start=1))
    assert await bench.plan(series) == ["2027-01-19T19:00", "2027-01-21T19:00"]
    plan = await bench.plan(later)
    assert plan[:3] == ["2027-01-27T18:30", "2027-01-29T18:30", "2027-02-03T18:30"]
    assert "2027-02-05T18:30" not in plan, "what was canceled stays canceled"
    kept = {local(row): row.id for row in await bench.rows(later)}
    assert kept["2027-01-27T18:30"] == before["2027-01-26T19:00"], "links and answers stay with their date"
    lengths = {
        row.settings.schedule.end_at - hour(row) for row in await bench.rows(later) if row.end is SessionEnd.OPEN
    }
    assert lengths == {90 * MINUTE_MS}


async def test_all_dates_move_and_what_differs_stays_different(bench: SeriesBench) -> None:
    series = await bench.create()
    await bench.book.change(series.id, "2027-01-21T19:00", Scope.THIS, Change(title="With a guest"))
    await bench.book.cancel(series.id, "2027-01-26T19:00", Scope.THIS)
    same = await bench.book.change(series.id, "2027-01-28T19:00", Scope.ALL, Change(start_local=at("2027-01-28T18:00")))
    assert same.id == series.id
    assert (await bench.plan(series))[:3] == ["2027-01-19T18:00", "2027-01-21T18:00", "2027-01-28T18:00"]
    assert [row.title for row in await bench.rows(series)][1] == "With a guest"
    assert len({row.id for row in await bench.rows(series)}) == 16


async def test_a_series_comes_to_repeat_otherwise(bench: SeriesBench) -> None:
    series = await bench.create()
    ids = {local(row): row.id for row in await bench.rows(series)}
    wanted = weekly(rule=Rule(Frequency.WEEKLY, weekdays=(1,)), starts_on=date(2027, 1, 26), zone="Europe/Madrid")
    later = await bench.book.revise(series.id, "2027-01-26T19:00", wanted)
    assert await bench.plan(series) == ["2027-01-19T19:00", "2027-01-21T19:00"]
    assert (await bench.plan(later))[:2] == ["2027-01-26T19:00", "2027-02-02T19:00"]
    rows = {local(row): row for row in await bench.rows(later) if row.end is SessionEnd.OPEN}
    assert rows["2027-01-26T19:00"].id == ids["2027-01-26T19:00"]
    assert rows["2027-01-26T19:00"].zone == "Europe/Madrid"
    gone = [row for row in await bench.rows(later) if row.id == ids["2027-01-28T19:00"]]
    assert gone[0].end is SessionEnd.CANCELED


async def test_the_end_cancels_what_has_not_begun(bench: SeriesBench) -> None:
    series = await bench.create()
    await bench.book.change(series.id, FIRST, Scope.THIS, Change(start_local=at("2027-01-20T20:00")))
    bench.pass_to(hour((await bench.rows(series))[0]) - 2 * DAY_MS)
    ended = await bench.book.end(series.id)
    assert ended.ended_at is not None
    assert await bench.plan(series) == []
    assert await bench.book.end(series.id) == ended
    assert await bench.book.of_group(GROUP) == []
    assert await bench.book.materialise(bench.clock.now()) == 0


async def test_what_follows_is_canceled_and_what_was_before_stays(bench: SeriesBench) -> None:
    series = await bench.create()
    await bench.book.cancel(series.id, "2027-01-26T19:00", Scope.FOLLOWING)
    assert await bench.plan(series) == ["2027-01-19T19:00", "2027-01-21T19:00"]
    assert await bench.book.materialise(Instant(NOW + 30 * DAY_MS)) == 0


async def test_a_count_is_not_begun_anew(bench: SeriesBench) -> None:
    series = await bench.create(weekly(rule=Rule(Frequency.WEEKLY, weekdays=(1, 3), count=5)))
    later = await bench.book.change(
        series.id, "2027-01-26T19:00", Scope.FOLLOWING, Change(start_local=at("2027-01-26T20:00"))
    )
    assert await bench.plan(series) + await bench.plan(later) == [
        "2027-01-19T19:00",
        "2027-01-21T19:00",
        "2027-01-26T20:00",
        "2027-01-28T20:00",
        "2027-02-02T20:00",
    ]


async def test_nobody_moves_a_date_into_the_past_or_onto_another(bench: SeriesBench) -> None:
    series = await bench.create()
    for start, word in (
        ("2027-01-14T19:00", "passed"),
        ("2027-01-21T19:30", "already meets"),
        ("2072-01-20T19:00", "next year"),
    ):
        with pytest.raises(BadSeries) as bad:
            await bench.book.change(series.id, FIRST, Scope.THIS, Change(start_local=at(start)))
        assert word in bad.value.errors["start_local"]
    assert (await bench.plan(series))[0] == FIRST, "nothing of it was stored"
    assert await bench.book.exceptions(series.id) == []


async def test_of_two_who_change_at_once_one_is_told(bench: SeriesBench) -> None:
    series = await bench.create()
    moves = [
        bench.book.change(series.id, FIRST, Scope.THIS, Change(start_local=at(f"2027-01-20T2{n}:00")), series.version)
        for n in range(2)
    ]
    outcomes = await asyncio.gather(*moves, return_exceptions=True)
    assert sorted(isinstance(outcome, StaleSeries) for outcome in outcomes) == [False, True]


async def test_a_date_or_series_that_is_not_there(bench: SeriesBench) -> None:
    series = await bench.create()
    for name in ("2027-01-20T19:00", "2027-1-19T19:00", "9999-01-05T19:00", "0001-01-02T19:00", "soon", ""):
        with pytest.raises(LookupError):
            await bench.book.change(series.id, name, Scope.THIS, Change(length_min=30))
    assert await bench.book.get("e_nothing") is None
    assert await bench.book.get("' OR 1=1") is None
