"""Which rooms run, from when to when, and what a server does with them when it starts and stops."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from rooms.ids import Instant, SessionId
from rooms.live.settings import MINUTE_MS
from rooms.live.views import OutcomeView
from server.host_record import RoomRecord
from server.hosts import RoomHosts
from server.ports import RoomStore, StoreDown
from server.store.records import RoomRow
from tests.support.room_bench import SESSION, Bench

LATER = SessionId("s_later")


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    schedule = bench.store.records[SESSION].settings.schedule
    day = 24 * 60 * MINUTE_MS
    far = replace(
        schedule,
        doors_at=Instant(schedule.doors_at + day),
        start_at=Instant(schedule.start_at + day),
        end_at=Instant(schedule.end_at + day),
    )
    record = bench.store.records[SESSION]
    bench.store.records[LATER] = replace(record, id=LATER, settings=replace(record.settings, schedule=far))
    yield bench
    await bench.hosts.drain()


async def test_a_server_hosts_what_is_due_and_nothing_else(bench: Bench) -> None:
    await bench.hosts.start_all()
    assert await bench.hosts.glimpse(SESSION) is not None
    assert await bench.hosts.glimpse(LATER) is None
    bench.clock.advance(24 * 60 * MINUTE_MS - 4 * MINUTE_MS)
    await bench.hosts.start_all()
    glimpse = await bench.hosts.glimpse(LATER)
    assert glimpse is not None
    assert glimpse.phase == "scheduled"


async def test_timers_fire_without_visitors(bench: Bench) -> None:
    await bench.hosts.start_all()
    bench.clock.advance(30 * MINUTE_MS)
    await bench.rest()
    glimpse = await bench.hosts.glimpse(SESSION)
    assert glimpse is not None
    assert glimpse.phase == "canceled"
    assert bench.store.records[SESSION].end.value == "canceled"


async def test_a_room_that_is_over_is_let_go_and_comes_back_to_say_so(bench: Bench) -> None:
    await bench.start()
    await bench.host.cancel()
    await bench.hosts.drain()
    assert await bench.hosts.glimpse(SESSION) is None
    await bench.crash()
    seat = await bench.come("Ash")
    assert isinstance(seat.view, OutcomeView)


async def test_an_unknown_session_has_no_room(bench: Bench) -> None:
    assert await bench.hosts.host(SessionId("s_unknown")) is None
    assert SessionId("s_unknown") not in bench.store.rows


async def test_a_room_is_taken_once_however_many_ask(bench: Bench) -> None:
    hosts = await asyncio.gather(*(bench.hosts.host(SESSION) for _ in range(10)))
    assert len({id(host) for host in hosts}) == 1
    assert bench.store.rows[SESSION].epoch == 1


async def test_a_store_that_is_down_is_said_and_tried_again_by_the_next_who_asks(bench: Bench) -> None:
    bench.store.is_down = True
    with pytest.raises(StoreDown):
        await bench.hosts.host(SESSION)
    bench.store.is_down = False
    assert await bench.hosts.host(SESSION) is not None


async def test_a_room_that_was_taken_away_can_be_taken_back(bench: Bench) -> None:
    await bench.start()
    ash = await bench.waiting("Ash")
    await bench.store.claim(SESSION)
    await ash.ask("leave")
    host = await bench.hosts.host(SESSION)
    assert host is not None
    assert host is not bench.host
    assert bench.store.rows[SESSION].epoch == 3


async def test_a_snapshot_of_another_format_stops_that_room_only(bench: Bench) -> None:
    bench.store.rows[SESSION] = RoomRow(SESSION, 1, 1, '{"format":99}')
    assert await bench.hosts.host(SESSION) is None
    assert await bench.hosts.host(LATER) is not None


async def test_a_new_session_is_hosted_when_its_doors_are_near(bench: Bench) -> None:
    await bench.hosts.scheduled(SESSION)
    assert await bench.hosts.glimpse(SESSION) is not None
    bench.store.is_down = True
    await bench.hosts.scheduled(LATER)


async def test_canceling_reaches_a_room_that_is_not_hosted_yet(bench: Bench) -> None:
    await bench.hosts.cancel(LATER)
    assert bench.store.records[LATER].end.value == "canceled"


async def test_while_draining_no_room_is_taken(bench: Bench) -> None:
    await bench.start()
    seat = await bench.come("Ash")
    await bench.hosts.drain()
    assert seat.closed is not None
    assert await bench.hosts.host(LATER) is None
    await bench.hosts.drain()


async def test_callbacks_for_peers_that_nobody_owns_are_silent(bench: Bench) -> None:
    bench.hosts.on_connected(1)
    bench.hosts.on_quiet(1, True)
    bench.hosts.on_gone(1)
    bench.hosts.on_slots(1, ())
    bench.hosts.on_speaking(1, (1,))
    bench.hosts.on_lost((1, 2))


async def test_an_audit_row_that_could_not_be_written_is_written_later(bench: Bench) -> None:
    await bench.start()
    fern = await bench.facilitator()
    ash = await bench.waiting("Ash")
    audit = bench.store.audit

    async def down(*_: object) -> None:
        raise StoreDown

    bench.store.audit = down  # type: ignore[method-assign, assignment]
    assert await fern.ask("admit", targets=[ash.person]) == "ok"
    bench.store.audit = audit  # type: ignore[method-assign]
    await bench.pass_time(300)
    assert bench.store.audited[-1] == (SESSION, fern.person, "admit", ash.person)


async def test_a_new_room_is_stored_before_anybody_can_come(bench: Bench) -> None:
    store: RoomStore = bench.store
    record = await RoomRecord.take(SESSION, store, bench.clock.now())
    assert record is not None
    assert bench.store.rows[SESSION].snapshot is not None
    assert isinstance(bench.hosts, RoomHosts)


async def test_a_room_that_breaks_while_it_is_taken_stops_no_other(bench: Bench) -> None:
    earlier = SessionId("s_broken")
    bench.store.records = {earlier: replace(bench.store.records[SESSION], id=earlier), **bench.store.records}
    claim = bench.store.claim

    async def breaks_for_one(session: SessionId) -> RoomRow:
        if session == earlier:
            raise KeyError(session)
        return await claim(session)

    bench.store.claim = breaks_for_one  # type: ignore[method-assign]
    await bench.hosts.start_all()
    assert await bench.hosts.glimpse(earlier) is None
    assert await bench.hosts.glimpse(SESSION) is not None


async def test_a_round_that_breaks_is_followed_by_the_next(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.hosts.SWEEP_S", 0.0)
    came_again = asyncio.Event()
    rounds = 0

    async def breaks_once(start_before: Instant) -> list[SessionId]:
        nonlocal rounds
        rounds += 1
        if rounds == 2:
            raise KeyError("open")
        if rounds > 2:
            came_again.set()
        return []

    bench.store.open_sessions = breaks_once  # type: ignore[method-assign]
    await bench.hosts.start()
    await asyncio.wait_for(came_again.wait(), 5)
