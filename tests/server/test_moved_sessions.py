"""A session is moved while its room is far, near, being taken, or about to open its doors."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from rooms.ids import Instant, SessionId
from rooms.live.settings import MINUTE_MS, Schedule, Settings
from server.store.records import Beginning, SessionEnd
from tests.support.room_bench import SESSION, Bench


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    move(bench, 4)
    yield bench
    await bench.hosts.drain()


def move(bench: Bench, minutes: int) -> Schedule:
    """Rewrite the row: doors open so many minutes from now."""
    doors = bench.clock.now() + minutes * MINUTE_MS
    schedule = Schedule(Instant(doors), Instant(doors + 15 * MINUTE_MS), Instant(doors + 75 * MINUTE_MS))
    record = bench.store.records[SESSION]
    bench.store.records[SESSION] = replace(record, settings=replace(record.settings, schedule=schedule))
    return schedule


async def hosted(bench: Bench) -> None:
    await bench.hosts.start_all()
    host = await bench.hosts.host(SESSION)
    assert host is not None
    bench.host = host


async def shown(bench: Bench) -> tuple[str, Instant]:
    glimpse = await bench.hosts.glimpse(SESSION)
    assert glimpse is not None
    return glimpse.phase, glimpse.doors_at


async def test_a_room_that_waits_for_its_doors_follows_its_row(bench: Bench) -> None:
    await hosted(bench)
    later = move(bench, 60)
    assert await bench.hosts.rescheduled(SESSION)
    assert await shown(bench) == ("scheduled", later.doors_at)
    bench.clock.advance(59 * MINUTE_MS)
    await bench.rest()
    assert await shown(bench) == ("scheduled", later.doors_at)
    bench.clock.advance(MINUTE_MS)
    await bench.rest()
    assert (await shown(bench))[0] == "doors-open"


async def test_a_session_that_was_moved_nearer_is_hosted_in_time(bench: Bench) -> None:
    move(bench, 600)
    await bench.hosts.start_all()
    assert await bench.hosts.glimpse(SESSION) is None
    sooner = move(bench, 2)
    assert await bench.hosts.rescheduled(SESSION)
    assert await shown(bench) == ("scheduled", sooner.doors_at)


async def test_a_room_that_began_keeps_what_it_has_and_its_row_says_so(bench: Bench) -> None:
    await hosted(bench)
    bench.clock.advance(4 * MINUTE_MS)
    await bench.rest()
    begun = bench.store.records[SESSION]
    assert begun.begun_at is not None
    later = move(bench, 600)
    assert not await bench.hosts.rescheduled(SESSION)
    assert await shown(bench) == ("doors-open", begun.settings.schedule.doors_at)
    await bench.crash()
    await bench.hosts.start_all()
    assert await shown(bench) == ("doors-open", begun.settings.schedule.doors_at)
    assert bench.store.records[SESSION].settings.schedule == later, "nobody but the one who rewrote it"


async def test_doors_that_are_moved_at_the_last_moment_stay_closed(bench: Bench) -> None:
    """The row was rewritten and nobody had time to say so."""
    await hosted(bench)
    later = move(bench, 60)
    bench.clock.advance(4 * MINUTE_MS)
    await bench.rest()
    assert await shown(bench) == ("scheduled", later.doors_at)
    assert bench.store.records[SESSION].begun_at is None


@pytest.mark.parametrize("nth", range(1, 8))
async def test_a_move_between_any_two_questions_to_the_store_neither_loses_nor_doubles(bench: Bench, nth: int) -> None:
    """The doors open; the row is rewritten right before the nth question of the room to the store."""
    await hosted(bench)
    asked, moved = 0, None
    begin, session = bench.store.begin, bench.store.session

    def question() -> None:
        nonlocal asked, moved
        asked += 1
        if asked == nth and bench.store.records[SESSION].begun_at is None:
            moved = move(bench, 60)

    async def begin_with(session: SessionId, settings: Settings, insists: bool = False) -> Beginning:
        question()
        return await begin(session, settings, insists)

    async def session_with(wanted: SessionId) -> object:
        question()
        return await session(wanted)

    bench.store.begin = begin_with  # type: ignore[method-assign]
    bench.store.session = session_with  # type: ignore[method-assign, assignment]
    bench.clock.advance(4 * MINUTE_MS)
    await bench.rest()
    await bench.hosts.rescheduled(SESSION)
    phase, doors_at = await shown(bench)
    row = bench.store.records[SESSION]
    assert doors_at == row.settings.schedule.doors_at
    assert (phase, row.begun_at is None) in ((("scheduled", True)), ("doors-open", False))
    assert (phase == "scheduled") == (moved is not None)


async def test_a_crash_between_the_row_and_the_room_is_made_good_by_the_next_owner(bench: Bench) -> None:
    await hosted(bench)
    later = move(bench, 60)
    await bench.crash()
    bench.clock.advance(4 * MINUTE_MS)
    await bench.hosts.host(SESSION)
    assert await shown(bench) == ("scheduled", later.doors_at)
    assert bench.store.records[SESSION].begun_at is None


async def test_a_session_that_was_moved_while_its_room_was_taken_is_where_it_was_moved_to(bench: Bench) -> None:
    claim = bench.store.claim

    async def claim_late(session: SessionId) -> object:
        row = await claim(session)
        await asyncio.sleep(0)
        return row

    bench.store.claim = claim_late  # type: ignore[method-assign, assignment]
    for rounds in range(5):
        taking = asyncio.create_task(bench.hosts.host(SESSION))
        for _ in range(rounds):
            await asyncio.sleep(0)
        later = move(bench, 30 + rounds)
        assert await bench.hosts.rescheduled(SESSION)
        taken = await taking
        assert taken is not None
        bench.host = taken
        assert await shown(bench) == ("scheduled", later.doors_at)
        await bench.crash()


async def test_a_store_that_is_down_keeps_no_doors_closed(bench: Bench) -> None:
    await hosted(bench)
    bench.store.is_down = True
    bench.clock.advance(4 * MINUTE_MS)
    await bench.rest()
    assert (await shown(bench))[0] == "doors-open"
    bench.store.is_down = False
    bench.clock.advance(MINUTE_MS)
    await bench.rest()
    assert bench.store.records[SESSION].begun_at is not None, "owed, and paid"


def cancel(bench: Bench) -> None:
    """Mark the row, as a book of series does in its own transaction."""
    record = bench.store.records[SESSION]
    bench.store.records[SESSION] = replace(record, end=SessionEnd.CANCELED)


async def test_a_canceled_session_opens_no_doors_although_nobody_told_its_room(bench: Bench) -> None:
    await hosted(bench)
    cancel(bench)
    bench.clock.advance(4 * MINUTE_MS)
    await bench.rest()
    assert (await shown(bench))[0] == "canceled"
    assert bench.store.records[SESSION].begun_at is None


@pytest.mark.parametrize("is_hosted", [True, False])
async def test_a_room_that_is_told_of_its_cancellation_is_canceled(bench: Bench, is_hosted: bool) -> None:
    if is_hosted:
        await hosted(bench)
    cancel(bench)
    assert await bench.hosts.rescheduled(SESSION)
    await bench.hosts.host(SESSION)
    assert (await shown(bench))[0] == "canceled"
    assert bench.store.records[SESSION].end is SessionEnd.CANCELED


async def test_a_session_that_began_is_not_canceled_by_its_row(bench: Bench) -> None:
    await hosted(bench)
    bench.clock.advance(4 * MINUTE_MS)
    await bench.rest()
    assert bench.store.records[SESSION].begun_at is not None
    cancel(bench)
    assert not await bench.hosts.rescheduled(SESSION)
    assert (await shown(bench))[0] == "doors-open"
