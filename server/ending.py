"""Ending tasks that run until they are canceled."""

import asyncio
from typing import Any, Final

AGAIN_S: Final = 1.0


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel until all have ended: an error on the way out of a statement can take the place of a cancellation.

    Raises the first error that one of them had ended with.
    """
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=AGAIN_S)
    for error in [task.exception() for task in tasks if not task.cancelled()]:
        if error is not None:
            raise error
