"""An orderly end: no new people, everybody told, sockets closed, then exit."""

import asyncio

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from server.ports import Rooms

HURRIED_S = 1.0
_log = structlog.get_logger("drain")


class Drain:
    """The first `begin` starts the drain, the second shortens it. `finished` is set when the process may end."""

    def __init__(self, within_s: float) -> None:
        self._within_s = within_s
        self._begun = asyncio.Event()
        self._hurried = asyncio.Event()

    def is_draining(self) -> bool:
        return self._begun.is_set()

    def begin(self) -> None:
        if self._begun.is_set():
            self._hurried.set()
        self._begun.set()

    async def wait_begun(self) -> None:
        await self._begun.wait()

    async def run(self, rooms: Rooms) -> bool:
        """Bounded: returns within `within_s`, or a second after a second signal. True when everybody was told."""
        told = asyncio.ensure_future(rooms.drain())
        hurry = asyncio.ensure_future(self._hurry())
        await asyncio.wait((told, hurry), timeout=self._within_s, return_when=asyncio.FIRST_COMPLETED)
        is_done = told.done() and not told.cancelled() and told.exception() is None
        _log.info("drained" if is_done else "drain-cut-short")
        for task in (told, hurry):
            task.cancel()
        await asyncio.gather(told, hurry, return_exceptions=True)
        return is_done

    async def _hurry(self) -> None:
        await self._hurried.wait()
        await asyncio.sleep(HURRIED_S)


def refuse_while_draining(drain: Drain) -> Middleware:
    """Tickets and WebSockets get 503, so that a page tries again and lands on the next process."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if drain.is_draining() and request.path.endswith(("/ticket", "/ws")):
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "2"})
        return await handler(request)

    return middleware
