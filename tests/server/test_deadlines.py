"""A body that never comes does not hold a handler."""

import asyncio

from aiohttp import web
from aiohttp.test_utils import TestServer

from server.deadlines import body_deadline


async def test_a_body_that_does_not_come_ends_in_408() -> None:
    async def read(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    app = web.Application(middlewares=[body_deadline(0.2)])
    app.router.add_post("/", read)
    async with TestServer(app) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nslow")
        async with asyncio.timeout(5):
            assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
        writer.close()
        await writer.wait_closed()


async def test_a_timeout_of_the_handler_s_own_is_not_the_visitor_s_fault() -> None:
    async def broken(_request: web.Request) -> web.Response:
        raise TimeoutError

    app = web.Application(middlewares=[body_deadline(5)])
    app.router.add_post("/", broken)
    async with TestServer(app) as server:
        reader, writer = await asyncio.open_connection(server.host, server.port)
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 504 ")
        writer.close()
        await writer.wait_closed()
