"""No request may keep a handler waiting for its body for ever."""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from server.security import SAFE_METHODS

BODY_S = 30.0


def body_deadline(seconds: float = BODY_S) -> Middleware:
    """408 for an unsafe method that is not answered within `seconds`, its body included."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method in SAFE_METHODS:
            return await handler(request)
        try:
            async with asyncio.timeout(seconds) as deadline:
                return await handler(request)
        except TimeoutError:
            if deadline.expired():
                raise web.HTTPRequestTimeout from None
            raise

    return middleware
