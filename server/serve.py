"""Run one server process from start to drained end."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from server.ahead import BACKLOG, Ahead
from server.app import build_server
from server.config import Config
from server.header_deadline import impatient
from server.services import Services
from server.version import holdspace_version
from sfu.process.client import ProcessPlane

KEEPALIVE_S = 75.0
LAST_REQUESTS_S = 3.0
_log = structlog.get_logger("server")


Prepare = Callable[[Services], Awaitable[str]]


async def serve(config: Config, ahead: Ahead, prepare: Prepare | None = None) -> None:
    """Returns after SIGTERM or SIGINT and the drain.

    `prepare` runs when the store is ready and no room is hosted yet; what it returns is printed once people can come.
    Raises OSError where a UDP port cannot be had, `StoreDown`, `UnknownRevision`.
    """
    welcome: list[str] = []

    async def before_doors(services: Services) -> None:
        if prepare is not None:
            welcome.append(await prepare(services))

    server = build_server(config, before_doors, new_plane=lambda: ProcessPlane(ahead.child()))
    runner = web.AppRunner(
        server.app,
        access_log=None,
        keepalive_timeout=KEEPALIVE_S,
        shutdown_timeout=LAST_REQUESTS_S,
        handler_cancellation=True,
    )
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, server.drain.begin)
    try:
        await runner.setup()
        accepting = await _accept(runner, ahead)
        # What was made until now stays: never again look through it for garbage, which takes long and stops everything.
        gc.freeze()
        gc.enable()
        _log.info("started", version=holdspace_version(), port=config.bind_port)
        print(*welcome, sep="", end="", flush=True)
        if config.is_local_http:
            _log.info("cookies-without-secure-on-localhost")
        await server.drain.wait_begun()
        _log.info("draining")
        await server.drain.run(server.rooms)
        for listener in accepting:
            listener.close()
    finally:
        await runner.cleanup()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(sign)
    _log.info("stopped")


async def _accept(runner: web.AppRunner, ahead: Ahead) -> list[asyncio.Server]:
    if runner.server is None:
        raise RuntimeError("the runner is not set up")
    loop, protocol = asyncio.get_running_loop(), impatient(runner.server)
    return [await loop.create_server(protocol, sock=listener, backlog=BACKLOG) for listener in ahead.listeners]
