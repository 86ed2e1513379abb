"""One log line and one count for each answer: method, route template, status, time. No path, no address, no query."""

import asyncio
import time

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from server.metrics import Metrics

_log = structlog.get_logger("http")
CLIENT_GONE = 499  # no answer was owed any more; every WebSocket that breaks off ends so
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


def route_of(request: web.Request) -> str:
    """The template, so that no id is in it; one word for everything that is not a route of ours."""
    resource = request.match_info.route.resource
    return "none" if resource is None else resource.canonical


def access(metrics: Metrics) -> Middleware:
    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.perf_counter()
        status = 500
        try:
            response = await handler(request)
            status = response.status
            return response
        except web.HTTPException as error:
            status = error.status
            raise
        except asyncio.CancelledError:
            status = CLIENT_GONE
            raise
        finally:
            route, method = route_of(request), request.method if request.method in hdrs.METH_ALL else "other"
            seconds = time.perf_counter() - started
            metrics.requests.labels(method, route, str(status)).inc()
            metrics.seconds.labels(route).observe(seconds)
            if status == 429:
                metrics.limited.labels(route).inc()
            if route not in QUIET and not route.startswith("/static"):
                _log.info("request", method=method, route=route, status=status, ms=round(seconds * 1_000, 1))

    return middleware
