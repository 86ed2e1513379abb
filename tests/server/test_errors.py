"""What is called broken, and what is only somebody who has gone."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.typedefs import Handler

from server.errors import ERROR_PAGE, errors
from tests.support.deadline import until

UPGRADE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


async def test_a_socket_whose_page_has_gone_before_it_opens_is_nothing_broken(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = asyncio.Event()
    answers: list[web.StreamResponse] = []

    async def is_gone(request: web.Request) -> bool:
        return request.transport is None or request.transport.is_closing()

    async def opens(request: web.Request) -> web.StreamResponse:
        asked.set()
        await until(lambda: is_gone(request), "the page has gone")
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        return socket

    @web.middleware
    async def noted(request: web.Request, handler: Handler) -> web.StreamResponse:
        answers.append(await errors(request, handler))
        return answers[-1]

    app = web.Application(middlewares=[noted])
    app[ERROR_PAGE] = lambda request, status: web.Response(status=status)
    app.router.add_get("/", opens)
    runner = web.AppRunner(app)  # as the server: who goes cancels no handler
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    _, writer = await asyncio.open_connection(*runner.addresses[0])
    writer.write(UPGRADE)
    await asked.wait()
    writer.close()

    async def is_answered() -> bool:
        return bool(answers)

    await until(is_answered, "the handler has ended")
    await runner.cleanup()
    assert "request-broke" not in capsys.readouterr().out


async def test_a_connection_of_ours_that_is_reset_while_somebody_waits_is_told_and_written_down(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def breaks(request: web.Request) -> web.StreamResponse:
        raise ConnectionResetError

    app = web.Application(middlewares=[errors])
    app[ERROR_PAGE] = lambda request, status: web.Response(status=status)
    app.router.add_get("/", breaks)
    async with TestClient(TestServer(app)) as client:
        assert (await client.get("/")).status == 500
    assert "request-broke" in capsys.readouterr().out
