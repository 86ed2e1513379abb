"""Buckets in memory, buckets that last, and names that tell nothing."""

from pathlib import Path

import pytest
from sqlalchemy import select

from server.errors import TooMany
from server.limits import Limit, RateLimits, instance_key
from server.store.store import Store
from server.store.tables import limits as table
from tests.support.virtual_clock import VirtualClock

LASTING = Limit("sign-in", most=3, refill_ms=1_000, is_lasting=True)
PASSING = Limit("ticket", most=3, refill_ms=1_000, is_lasting=False)


@pytest.fixture
def limits(store: Store, clock: VirtualClock) -> RateLimits:
    return RateLimits(store.limits, clock, b"key")


@pytest.mark.parametrize("limit", [LASTING, PASSING])
async def test_a_bucket_empties_and_fills(limits: RateLimits, clock: VirtualClock, limit: Limit) -> None:
    for _ in range(3):
        await limits.spend(limit, "203.0.113.0/24")
    with pytest.raises(TooMany) as raised:
        await limits.spend(limit, "203.0.113.0/24")
    assert raised.value.retry_after_s == 1
    await limits.spend(limit, "198.51.100.0/24")
    clock.advance(1_000)
    await limits.spend(limit, "203.0.113.0/24")
    with pytest.raises(TooMany):
        await limits.spend(limit, "203.0.113.0/24")


async def test_scopes_are_apart(limits: RateLimits) -> None:
    for _ in range(3):
        await limits.spend(LASTING, "x")
    await limits.spend(Limit("enter", 3, 1_000, is_lasting=True), "x")


async def test_a_restart_forgives_nothing_that_lasts(store: Store, clock: VirtualClock, limits: RateLimits) -> None:
    for _ in range(3):
        await limits.spend(LASTING, "x")
    with pytest.raises(TooMany):
        await RateLimits(store.limits, clock, b"key").spend(LASTING, "x")


async def test_no_address_is_stored(store: Store, limits: RateLimits) -> None:
    await limits.spend(LASTING, "203.0.113.0/24")
    async with store.database.read() as connection:
        (bucket,) = (await connection.execute(select(table.c.bucket))).scalars()
    assert len(bucket) == 64


async def test_memory_is_bounded(limits: RateLimits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.limits.MOST_IN_MEMORY", 10)
    for n in range(100):
        await limits.spend(PASSING, str(n))
    assert len(limits._in_memory) == 10


def test_an_installation_has_one_key_of_its_own(tmp_path: Path) -> None:
    key = instance_key(tmp_path)
    assert len(key) == 32
    assert instance_key(tmp_path) == key
    assert (tmp_path / "instance.key").stat().st_mode & 0o777 == 0o600
