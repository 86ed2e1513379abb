"""An orderly end is bounded, and a second signal makes it short."""

import asyncio

import pytest

from rooms.ids import PersonId, SessionId
from rooms.live.steward import StewardCommand
from server import drain as draining
from server.drain import Drain
from server.ports import Glimpse


class Slow:
    """Rooms that take until `may_end` to say goodbye."""

    def __init__(self) -> None:
        self.may_end = asyncio.Event()

    async def drain(self) -> None:
        await self.may_end.wait()

    async def glimpse(self, session: SessionId) -> Glimpse | None:
        return None

    async def scheduled(self, session: SessionId) -> None: ...

    async def cancel(self, session: SessionId) -> None: ...

    async def moderate(self, session: SessionId, command: StewardCommand) -> None: ...

    async def state(self, session: SessionId) -> None: ...

    async def turn_out(self, session: SessionId, person: PersonId) -> None: ...


async def test_it_ends_when_everybody_has_been_told() -> None:
    drain, rooms = Drain(within_s=30), Slow()
    assert not drain.is_draining()
    drain.begin()
    await drain.wait_begun()
    assert drain.is_draining()
    rooms.may_end.set()
    assert await drain.run(rooms)


async def test_it_ends_in_time_although_somebody_does_not_go() -> None:
    drain = Drain(within_s=0.05)
    drain.begin()
    assert not await drain.run(Slow())


async def test_a_second_signal_shortens_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "HURRIED_S", 0.01)
    drain = Drain(within_s=600)
    drain.begin()
    ending = asyncio.ensure_future(drain.run(Slow()))
    await asyncio.sleep(0)
    drain.begin()
    async with asyncio.timeout(5):
        assert not await ending
