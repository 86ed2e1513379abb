"""Waiting for something real, a process, a page, a packet, with a deadline instead of a guess."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic

LOOK_EVERY_S = 0.05


async def until(holds: Callable[[], Awaitable[bool]], what: str, within_s: float = 15.0) -> None:
    """Looks again until `holds` is true. Raises AssertionError naming `what`."""
    deadline = monotonic() + within_s
    while not await holds():
        assert monotonic() < deadline, f"Not within {within_s} s: {what}"
        await asyncio.sleep(LOOK_EVERY_S)
