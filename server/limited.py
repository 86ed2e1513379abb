"""The handler of a route, behind a rate limit by address prefix."""

from aiohttp import web
from aiohttp.typedefs import Handler

from server.addresses import client_address, prefix_of
from server.keys import SERVICES
from server.limits import Limit


def limited(limit: Limit, handler: Handler) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        services = request.app[SERVICES]
        prefix = prefix_of(client_address(request, services.config.trusted_proxies))
        await services.limits.spend(limit, prefix)
        return await handler(request)

    return handle
