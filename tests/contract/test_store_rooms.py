"""What a room may rely on: claims raise the epoch, saves are fenced by it, and what was saved is read back."""

import asyncio
import threading

import pytest

from rooms.ids import Instant, PersonId, SessionId
from server.ports import LeaseLost, RoomStore, StoreDown
from server.store.database import Database
from server.store.records import SessionEnd
from server.store.store import Store
from tests.support.store_records import START, account, session_record
from tests.support.virtual_clock import VirtualClock

ROOM = SessionId("s_1")
THREAD_ENDS_S = 5.0


@pytest.fixture(autouse=True)
async def one_session(store: Store) -> None:
    await store.accounts.add(account(), None, START)
    await store.sessions.add(session_record(), START)


async def test_a_session_comes_back_as_it_was_stored(store: Store) -> None:
    assert await store.rooms.session(ROOM) == session_record()
    assert await store.rooms.session(SessionId("s_2")) is None


async def test_a_first_claim_finds_no_snapshot(store: Store) -> None:
    row = await store.rooms.claim(ROOM)
    assert (row.epoch, row.version, row.snapshot) == (1, 0, None)


async def test_a_later_claim_finds_the_newest_snapshot(store: Store) -> None:
    first = await store.rooms.claim(ROOM)
    await store.rooms.save(ROOM, first.epoch, 7, '{"seven": "🌱"}')
    await store.rooms.save(ROOM, first.epoch, 8, '{"eight": 8}')
    second = await store.rooms.claim(ROOM)
    assert (second.epoch, second.version, second.snapshot) == (2, 8, '{"eight": 8}')


async def test_a_former_owner_cannot_save(store: Store) -> None:
    former = await store.rooms.claim(ROOM)
    current = await store.rooms.claim(ROOM)
    with pytest.raises(LeaseLost):
        await store.rooms.save(ROOM, former.epoch, 9, "former")
    await store.rooms.save(ROOM, current.epoch, 3, "current")
    assert (await store.rooms.claim(ROOM)).snapshot == "current"


async def test_an_unclaimed_room_cannot_be_saved(store: Store) -> None:
    with pytest.raises(LeaseLost):
        await store.rooms.save(ROOM, 1, 1, "{}")


async def test_claims_at_the_same_moment_get_epochs_of_their_own(store: Store) -> None:
    rows = await asyncio.gather(*(store.rooms.claim(ROOM) for _ in range(8)))
    assert sorted(row.epoch for row in rows) == list(range(1, 9))


async def test_a_large_snapshot_fits(store: Store) -> None:
    row = await store.rooms.claim(ROOM)
    await store.rooms.save(ROOM, row.epoch, 1, "x" * 2_000_000)
    assert len((await store.rooms.claim(ROOM)).snapshot or "") == 2_000_000


async def test_open_sessions_are_those_without_an_end(store: Store) -> None:
    await store.sessions.add(session_record("s_later", start=START + 1), START)
    await store.sessions.add(session_record("s_ended"), START)
    await store.sessions.add(session_record("s_canceled"), START)
    await store.rooms.mark_end(SessionId("s_ended"), is_canceled=False)
    await store.rooms.mark_end(SessionId("s_canceled"), is_canceled=True)
    assert await store.rooms.open_sessions(Instant(START + 2)) == ["s_1", "s_later"]
    assert await store.rooms.open_sessions(Instant(START + 1)) == ["s_1"]


async def test_the_first_end_counts(store: Store) -> None:
    await store.rooms.mark_end(ROOM, is_canceled=True)
    await store.rooms.mark_end(ROOM, is_canceled=False)
    found = await store.rooms.session(ROOM)
    assert found is not None
    assert found.end is SessionEnd.CANCELED


async def test_the_audit_log_takes_acts_with_and_without_an_actor(store: Store) -> None:
    await store.rooms.audit(ROOM, START, PersonId("p_1"), "remove", PersonId("p_2"))
    await store.rooms.audit(ROOM, Instant(START + 1), None, "end", None)


async def test_it_is_a_room_store(store: Store) -> None:
    port: RoomStore = store.rooms
    assert await port.open_sessions(Instant(START + 1)) == [ROOM]


@pytest.mark.parametrize(
    "url",
    [
        "sqlite+aiosqlite:////nowhere/at/all/holdspace.db",
        pytest.param("postgresql+asyncpg://postgres@/x?host=/nowhere", marks=pytest.mark.service),
    ],
)
async def test_a_store_that_is_down_says_so(url: str, clock: VirtualClock) -> None:
    before = set(threading.enumerate())
    store = Store(Database(url), clock)
    with pytest.raises(StoreDown):
        await store.rooms.claim(ROOM)
    with pytest.raises(StoreDown):
        await store.check()
    await store.close()
    # The driver's thread for a file that could not be opened still has its end to tell this loop.
    for thread in set(threading.enumerate()) - before:
        thread.join(THREAD_ENDS_S)
        assert not thread.is_alive()


async def test_a_store_that_is_down_does_not_repeat_what_it_was_given(store: Store) -> None:
    secret = "Quiet Heron 203.0.113.9"
    row = await store.rooms.claim(ROOM)
    async with store.database.write() as connection:
        await connection.exec_driver_sql("DROP TABLE rooms")
    with pytest.raises(StoreDown) as raised:
        await store.rooms.save(ROOM, row.epoch, 1, secret)
    assert secret not in str(raised.value)
    assert raised.value.__cause__ is None
