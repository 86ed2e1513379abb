"""The timer of a room on a real event loop."""

import asyncio

from rooms.ids import Instant
from server.clock import AnchoredClock
from server.host_alarm import LoopAlarm


async def test_it_rings_once_at_its_newest_instant() -> None:
    clock = AnchoredClock()
    alarm = LoopAlarm(clock)
    rung = asyncio.Queue[int]()
    alarm.set(Instant(clock.now() - 1_000), lambda: rung.put_nowait(1))
    alarm.set(Instant(clock.now() + 20), lambda: rung.put_nowait(2))
    assert await asyncio.wait_for(rung.get(), 5) == 2
    assert rung.empty()


async def test_it_can_be_switched_off() -> None:
    clock = AnchoredClock()
    alarm = LoopAlarm(clock)
    other = LoopAlarm(clock)
    rung = asyncio.Queue[int]()
    alarm.set(clock.now(), lambda: rung.put_nowait(1))
    alarm.set(None, lambda: rung.put_nowait(2))
    other.set(clock.now(), lambda: rung.put_nowait(3))
    assert await asyncio.wait_for(rung.get(), 5) == 3


async def test_weeks_are_no_trouble() -> None:
    clock = AnchoredClock()
    alarm = LoopAlarm(clock)
    alarm.set(Instant(clock.now() + 400 * 24 * 3_600_000), lambda: None)
    alarm.set(None, lambda: None)
