"""Tasks that run until they are canceled."""

import asyncio

import pytest

from server.ending import end


async def test_a_task_that_missed_its_cancellation_is_canceled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.ending.AGAIN_S", 0.01)
    missed = 0

    async def run() -> None:
        nonlocal missed
        while missed < 3:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                missed += 1
        await asyncio.Event().wait()

    task = asyncio.create_task(run())
    await asyncio.sleep(0)
    await end(task)
    assert (task.cancelled(), missed) == (True, 3)


async def test_what_a_task_had_ended_with_is_told_when_all_have_ended() -> None:
    async def fall() -> None:
        raise ValueError("fell")

    fallen, waiting = asyncio.create_task(fall()), asyncio.create_task(asyncio.Event().wait())
    await asyncio.sleep(0)
    with pytest.raises(ValueError, match="fell"):
        await end(fallen, waiting)
    assert waiting.cancelled()
