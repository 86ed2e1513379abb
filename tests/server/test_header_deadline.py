"""Slow heads are dropped, everything else passes as if nothing stood before it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession, web

from server.header_deadline import impatient

DEADLINE_S = 0.3


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async def echo(request: web.Request) -> web.StreamResponse:
        if request.headers.get("Upgrade") == "websocket":
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            async for message in socket:
                await socket.send_str(message.data)
            return socket
        return web.Response(body=await request.read())

    app = web.Application()
    app.router.add_route("*", "/", echo)
    runner = web.AppRunner(app, access_log=None, keepalive_timeout=DEADLINE_S)
    await runner.setup()
    assert runner.server is not None
    listener = await asyncio.get_running_loop().create_server(impatient(runner.server, DEADLINE_S), "127.0.0.1", 0)
    yield listener.sockets[0].getsockname()[1]
    listener.close()
    await runner.cleanup()


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
async def test_a_head_that_does_not_come_ends_the_connection(port: int, sent: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
    writer.close()


async def test_a_head_in_pieces_is_read(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r", b"\nok"):
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(0)
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")
    writer.close()
    await writer.wait_closed()


async def test_what_comes_after_the_head_may_take_its_time(port: int) -> None:
    async with ClientSession() as client:
        async with client.ws_connect(f"http://127.0.0.1:{port}/") as socket:
            await asyncio.sleep(2 * DEADLINE_S)  # longer than the deadline, in real time, because it is a real timer
            await socket.send_str("still here")
            assert await socket.receive_str() == "still here"
        async with client.post(f"http://127.0.0.1:{port}/", data="x" * 100_000) as response:
            assert len(await response.read()) == 100_000


@pytest.mark.parametrize(
    "more", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "], ids=["idle", "line", "head"]
)
@pytest.mark.parametrize("drop", [b"", b"y"], ids=["silent", "dripping"])
async def test_a_second_head_that_does_not_come_ends_the_connection(port: int, more: bytes, drop: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    writer.write(more)

    async def drip() -> None:
        while True:
            await asyncio.sleep(DEADLINE_S / 3)  # real time: what is tested is a real timer
            writer.write(drop)

    dripping = asyncio.create_task(drip())
    async with asyncio.timeout(10):
        with contextlib.suppress(ConnectionResetError):
            await reader.read()
    dripping.cancel()
    writer.close()
