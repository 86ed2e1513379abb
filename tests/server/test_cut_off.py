"""Somebody who leaves in the middle of what they asked for is no error."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# In a process of its own, because how files are sent is chosen when the HTTP library is loaded. The buffers are small,
# so that answers wait; a file that waits behind a page is what is cut off.
CUT_OFF = """
import asyncio, logging, socket, struct, sys
import server
from aiohttp import web
from server.header_deadline import impatient

logging.basicConfig(level=logging.WARNING)

async def page(request):
    return web.Response(body=b"p" * 40_000)

async def main(how):
    loop = asyncio.get_running_loop()
    came = asyncio.Event()
    app = web.Application()
    app.add_routes([web.get("/", page), web.static("/static", sys.argv[2])])

    async def seen(request, response):
        if isinstance(response, web.FileResponse):
            loop.call_later(0.2, came.set)

    app.on_response_prepare.append(seen)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 20_000)
    listener = await loop.create_server(impatient(runner.server), sock=listening)
    visitor = socket.socket()
    visitor.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
    visitor.setblocking(False)
    await loop.sock_connect(visitor, listening.getsockname())
    ask = "GET {} HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"
    await loop.sock_sendall(visitor, (ask.format("/") + ask.format("/static/file.js")).encode() * 100)
    await came.wait()
    if how == "reset":
        visitor.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    visitor.close()
    while runner.server.connections:
        await asyncio.sleep(0.01)
    listener.close()
    await runner.cleanup()
    print("quiet")

asyncio.run(asyncio.wait_for(main(sys.argv[1]), 20))
"""


@pytest.mark.parametrize("how", ["reset", "closed"])
async def test_a_file_that_is_cut_off_behind_other_answers_is_not_logged(how: str, tmp_path: Path) -> None:
    (tmp_path / "file.js").write_bytes(b"x" * 30_000)
    visit = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", CUT_OFF, how, str(tmp_path)),
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "AIOHTTP_NOSENDFILE"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    told, logged = await visit.communicate()
    assert (told, logged) == (b"quiet\n", b"")
