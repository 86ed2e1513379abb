"""The server as a process: it starts, drains at SIGTERM with code 0, and its output is structured and says nothing."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import aiohttp

from tests.support.server_process import HOST_NAME, serving

FORM = {"Sec-Fetch-Site": "same-origin"}


async def test_sigterm_tells_everybody_and_ends_with_zero(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        words = await server.run_command("demo")
        session = words.partition("/s/")[2].split()[0]
        address = f"{server.origin}/s/{session}"
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
            async with client.post(f"{address}/ticket", headers=FORM) as response:
                assert response.status == 200
            async with client.ws_connect(f"{address}/ws", origin=server.origin) as socket:
                ended = asyncio.ensure_future(server.terminate())
                async with asyncio.timeout(10):
                    while not socket.closed:
                        await socket.receive()
                assert socket.close_code == 1001
                assert await ended == 0
        lines = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
        steps = [line["event"] for line in lines if line["event"] in ("draining", "drained", "stopped")]
        assert steps == ["draining", "drained", "stopped"]
        assert HOST_NAME not in server.log
        assert "127.0.0.1" not in server.log


async def test_what_a_server_writes_is_for_its_own_user_alone(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        files = [path for path in server.data.rglob("*") if path.is_file()]
        assert {"holdspace.db", "instance.key", "lock"} <= {path.name for path in files}
        assert [path.name for path in files if path.stat().st_mode & 0o077] == []


async def test_ctrl_c_is_an_orderly_end_too(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        assert server.process is not None
        server.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(15):
            assert await server.process.wait() == 0


async def test_two_servers_cannot_share_their_data(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        other = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", "run"),
            cwd=Path(__file__).resolve().parents[2],
            env=server.env | {"HOLDSPACE_BIND_PORT": "0", "HOLDSPACE_UDP_PORT": "0"},
            stderr=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
        )
        _, words = await other.communicate()
        assert other.returncode == 1
        assert b"Another Holdspace runs on the data" in words
