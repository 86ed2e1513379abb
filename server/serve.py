"""Run one server process from start to drained end."""

import asyncio
import signal
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from server.app import build_server
from server.config import Config
from server.header_deadline import impatient
from server.services import Services
from server.version import holdspace_version

KEEPALIVE_S = 75.0
LAST_REQUESTS_S = 3.0
_log = structlog.get_logger("server")


Prepare = Callable[[Services], Awaitable[str]]


async def serve(config: Config, prepare: Prepare | None = None) -> None:
    """Returns after SIGTERM or SIGINT and the drain.

    `prepare` runs when the store is ready and no room is hosted yet; what it returns is printed once people can come.
    Raises OSError where a port cannot be had, `StoreDown`, `UnknownRevision`.
    """
    welcome: list[str] = []

    async def before_doors(services: Services) -> None:
        if prepare is not None:
            welcome.append(await prepare(services))

    server = build_server(config, before_doors)
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
        listener = await _listen(runner, config)
        _log.info("started", version=holdspace_version(), port=config.bind_port)
        print(*welcome, sep="", end="", flush=True)
        if config.is_local_http:
            _log.info("cookies-without-secure-on-localhost")
        await server.drain.wait_begun()
        _log.info("draining")
        await server.drain.run(server.rooms)
        listener.close()
    finally:
        await runner.cleanup()
        for sign in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(sign)
    _log.info("stopped")


async def _listen(runner: web.AppRunner, config: Config) -> asyncio.Server:
    if runner.server is None:
        raise RuntimeError("the runner is not set up")
    loop = asyncio.get_running_loop()
    return await loop.create_server(impatient(runner.server), config.bind_host, config.bind_port, backlog=256)
