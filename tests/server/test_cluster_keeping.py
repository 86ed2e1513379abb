"""What is unforeseen in one round of renewals or in one room ends neither the renewals nor the watch."""

import asyncio
from collections.abc import Callable

import pytest

from rooms.ids import Instant, SessionId
from server.cluster import Cluster, LeaseTimes, connect
from server.store.records import RoomRow
from server.store.rooms import RoomTable
from server.store.store import Store
from tests.support.virtual_clock import VirtualClock

TIMES = LeaseTimes(renew_ms=1)


@pytest.fixture
def cluster(store: Store, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    async def taken(_: RoomTable, session: SessionId, *__: object) -> RoomRow:
        return RoomRow(session, 1, 0, None)

    async def yes(*_: object) -> bool:
        return True

    monkeypatch.setattr(RoomTable, "claim_for", taken)
    monkeypatch.setattr(Cluster, "_redis_says_yes", yes)
    return Cluster(store.rooms, connect("redis://127.0.0.1:1"), clock, "n_1", TIMES)


def breaks_once(then: Callable[[], None]) -> Callable[..., None]:
    is_broken = False

    def call(*_: object) -> None:
        nonlocal is_broken
        if not is_broken:
            is_broken = True
            raise KeyError("unforeseen")
        then()

    return call


async def test_a_round_of_renewals_that_breaks_is_followed_by_the_next(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    came_again = asyncio.Event()
    renewal = breaks_once(came_again.set)

    async def renew(_: Cluster) -> None:
        renewal()

    monkeypatch.setattr(Cluster, "renew", renew)
    keeping = asyncio.create_task(cluster.keep())
    await asyncio.wait_for(came_again.wait(), 5)
    keeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await keeping


async def test_a_lost_room_that_breaks_hides_no_other(cluster: Cluster, clock: VirtualClock) -> None:
    lost: list[bool] = []
    cluster.on_lost = breaks_once(lambda: lost.append(True))
    for name in ("s_1", "s_2"):
        await cluster.claim(SessionId(name))
    clock.advance(Instant(TIMES.stop_ms))
    cluster.drop_old()
    assert lost == [True]
