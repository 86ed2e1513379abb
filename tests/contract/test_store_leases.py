"""Two nodes, one database, a real Redis: a room is hosted by one of them, whatever Redis does."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from rooms.ids import SessionId
from server.clock import AnchoredClock
from server.cluster import Cluster, LeaseTimes
from server.ports import LeaseLost, StoreDown
from server.store.database import Database
from server.store.rooms import RoomTable
from server.store.store import Store
from tests.support.redis_server import RedisServer, redis_server
from tests.support.store_records import START, account, session_record
from tests.support.virtual_clock import VirtualClock

pytestmark = pytest.mark.service

ROOM = SessionId("s_1")
TIMES = LeaseTimes()


@pytest.fixture
async def redis() -> AsyncIterator[RedisServer]:
    async with redis_server() as server:
        yield server


class Node:
    """Time in the store and of the leases' age is the test's; Redis keeps its own."""

    def __init__(self, store: Store, redis: RedisServer, clock: VirtualClock, name: str) -> None:
        self.lost: list[SessionId] = []
        self.cluster = Cluster(store.rooms, redis.client(), clock, name, TIMES, self.lost.append)


@pytest.fixture
async def nodes(store: Store, redis: RedisServer, clock: VirtualClock) -> AsyncIterator[tuple[Node, Node]]:
    await store.accounts.add(account(), None, START)
    await store.sessions.add(session_record(), START)
    one, other = (Node(store, redis, clock, name) for name in ("n_1", "n_2"))
    yield one, other
    await one.cluster.redis.aclose()
    await other.cluster.redis.aclose()


async def test_a_room_is_taken_by_one_node(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    row = await one.cluster.claim(ROOM)
    with pytest.raises(LeaseLost):
        await other.cluster.claim(ROOM)
    await one.cluster.save(ROOM, row.epoch, 1, "one")
    with pytest.raises(LeaseLost):
        await other.cluster.save(ROOM, row.epoch, 2, "other")


async def test_of_two_who_ask_at_once_one_gets_it(nodes: tuple[Node, Node]) -> None:
    results = await asyncio.gather(*(node.cluster.claim(ROOM) for node in nodes), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["LeaseLost", "RoomRow"]


async def test_the_same_node_takes_its_room_back_at_once(nodes: tuple[Node, Node]) -> None:
    one, _ = nodes
    first = await one.cluster.claim(ROOM)
    assert (await one.cluster.claim(ROOM)).epoch == first.epoch + 1


async def test_a_flushed_redis_takes_nothing_from_an_owner(
    nodes: tuple[Node, Node], redis: RedisServer, clock: VirtualClock
) -> None:
    one, other = nodes
    await one.cluster.claim(ROOM)
    await one.cluster.redis.flushall()
    with pytest.raises(LeaseLost):
        await other.cluster.claim(ROOM)
    clock.advance(TIMES.renew_ms)
    await one.cluster.renew()
    assert await one.cluster.redis.dbsize() == 1, "the owner heals the lease"
    assert one.lost == []


async def test_a_redis_that_is_gone_takes_nothing_from_an_owner(
    nodes: tuple[Node, Node], redis: RedisServer, clock: VirtualClock
) -> None:
    one, other = nodes
    row = await one.cluster.claim(ROOM)
    await redis.stop()
    assert not await one.cluster.is_well()
    for _ in range(10):
        clock.advance(TIMES.renew_ms)
        await one.cluster.renew()
        one.cluster.drop_old()
    await one.cluster.save(ROOM, row.epoch, 1, "still")
    assert one.lost == []
    with pytest.raises(StoreDown):
        await other.cluster.claim(ROOM)
    await redis.start()
    with pytest.raises(LeaseLost):
        await other.cluster.claim(ROOM)
    await one.cluster.renew()
    assert await one.cluster.is_well()


async def test_a_redis_that_hangs_holds_up_a_claim_for_two_seconds_at_most(
    nodes: tuple[Node, Node], redis: RedisServer
) -> None:
    one, other = nodes
    await one.cluster.claim(ROOM)
    redis.hang()
    async with asyncio.timeout(2.5):
        with pytest.raises(StoreDown):
            await other.cluster.claim(ROOM)
    redis.go_on()
    await one.cluster.renew()
    assert one.lost == []


async def test_an_owner_without_both_stops_before_another_begins(
    nodes: tuple[Node, Node], redis: RedisServer, clock: VirtualClock
) -> None:
    one, other = nodes
    row = await one.cluster.claim(ROOM)
    await redis.stop()
    one.cluster.rooms = RoomTable(Database("sqlite+aiosqlite:////nowhere/at/all/holdspace.db"), clock)
    clock.advance(TIMES.stop_ms - 1)
    await one.cluster.renew()
    one.cluster.drop_old()
    assert one.lost == []
    clock.advance(1)
    one.cluster.drop_old()
    assert one.lost == [ROOM]
    await one.cluster.rooms.database.close()
    one.cluster.rooms = other.cluster.rooms
    await redis.start()  # empty, as if the lease had run out there, too
    with pytest.raises(LeaseLost):
        await other.cluster.claim(ROOM)
    clock.advance(TIMES.lease_ms - TIMES.stop_ms + TIMES.skew_ms + 1)
    taken = await other.cluster.claim(ROOM)
    assert taken.epoch == row.epoch + 1
    with pytest.raises(LeaseLost):
        await one.cluster.save(ROOM, row.epoch, 9, "late")
    with pytest.raises(LeaseLost):
        await one.cluster.rooms.save(ROOM, row.epoch, 9, "later still")


async def test_an_owner_whose_room_is_another_s_in_the_store_stops(nodes: tuple[Node, Node], store: Store) -> None:
    one, _ = nodes
    await one.cluster.claim(ROOM)
    await store.rooms.claim(ROOM)
    await one.cluster.renew()
    assert one.lost == [ROOM]


async def test_a_node_that_stops_in_order_gives_its_rooms_back(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    await one.cluster.claim(ROOM)
    await one.cluster.close()
    assert (await other.cluster.claim(ROOM)).epoch == 2


async def test_redis_learns_no_session(nodes: tuple[Node, Node]) -> None:
    one, _ = nodes
    await one.cluster.claim(ROOM)
    keys = await one.cluster.redis.keys("*")
    assert len(keys) == 1
    assert ROOM not in keys[0]
    assert await one.cluster.redis.get(keys[0]) == "n_1"


async def test_leases_are_kept_while_a_node_lives(store: Store, redis: RedisServer) -> None:
    await store.accounts.add(account(), None, START)
    await store.sessions.add(session_record(), START)
    times = LeaseTimes(lease_ms=2_000, renew_ms=300, stop_ms=1_800, skew_ms=0)
    clock = AnchoredClock()
    one = Cluster(store.rooms, redis.client(), clock, "n_1", times)
    other = Cluster(store.rooms, redis.client(), clock, "n_2", times)
    await one.claim(ROOM)
    keeping = asyncio.create_task(one.keep())
    async with asyncio.timeout(20):
        for _ in range(15):
            await asyncio.sleep(0.2)  # longer than the lease, in real time, because Redis counts it
            with pytest.raises(LeaseLost):
                await other.claim(ROOM)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        while True:
            try:
                await other.claim(ROOM)
                break
            except LeaseLost:
                await asyncio.sleep(0.05)
    await one.redis.aclose()
    await other.redis.aclose()
