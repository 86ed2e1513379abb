"""A process that gets too little of its machine, as beside others that take the processor."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

STANDS_S, RUNS_S = 0.2, 0.02


@asynccontextmanager
async def starved(pid: int) -> AsyncIterator[None]:
    """It runs a tenth of the time."""

    async def starve() -> None:
        try:
            while True:
                os.kill(pid, signal.SIGSTOP)
                await asyncio.sleep(STANDS_S)
                os.kill(pid, signal.SIGCONT)
                await asyncio.sleep(RUNS_S)
        finally:
            os.kill(pid, signal.SIGCONT)

    task = asyncio.create_task(starve())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
