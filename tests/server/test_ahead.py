"""What a start has ready before its code is loaded, and what it does not load at all."""

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from server import ahead
from server.ahead import Ahead, listen
from server.config import load_config

ROOT = Path(__file__).resolve().parents[2]
START_UP_TO_DATE = """
import asyncio, sys
import server.commands
from server.store.database import Database
from server.store.migrate import migrate

async def start():
    database = Database(sys.argv[1])
    await migrate(database)
    await database.close()

asyncio.run(start())
print(*sorted({"alembic", "redis", "asyncpg", "sqlalchemy.dialects.postgresql", "server.doctor"} & set(sys.modules)))
"""


def _settings(folder: Path, **more: str) -> dict[str, str]:
    settings = {"DATA_DIR": str(folder), "BIND_HOST": "127.0.0.1", "BIND_PORT": "0", "UDP_PORT": "0", **more}
    return {f"HOLDSPACE_{name}": value for name, value in settings.items()}


async def test_who_comes_too_early_waits_for_the_answer(tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readline())
        writer.close()

    with Ahead(load_config(_settings(tmp_path))) as begun:
        [listener] = begun.listeners
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        writer.write(b"early\n")
        server = await asyncio.start_server(answer, sock=listener)
        assert await reader.readline() == b"early\n"
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()


def test_what_nobody_took_is_ended(tmp_path: Path) -> None:
    with Ahead(load_config(_settings(tmp_path, MEDIA_PROCESSES="2"))) as begun:
        taken, left = begun.child(), begun.children[0]
        assert taken is not None
        address = begun.listeners[0].getsockname()
    assert left.process.returncode is not None
    assert taken.process.returncode is None
    taken.discard()
    assert begun.child() is None
    socket.create_server(address).close()


def test_a_port_that_is_taken_is_told_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            Ahead(load_config(_settings(tmp_path, BIND_PORT=str(port))))


def test_a_name_is_listened_on_at_each_of_its_addresses() -> None:
    listeners = listen("localhost", 0)
    hosts = {listener.getsockname()[0] for listener in listeners}
    for listener in listeners:
        listener.close()
    assert "127.0.0.1" in hosts
    assert hosts <= {"127.0.0.1", "::1"}


async def test_an_answer_that_nobody_reads_ends_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "UNREAD_MS", 400)
    ended = asyncio.Event()

    class Answerer(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            transport.write(bytes(20_000_000))

        def connection_lost(self, error: Exception | None) -> None:
            ended.set()

    [listener] = listen("127.0.0.1", 0)
    server = await asyncio.get_running_loop().create_server(Answerer, sock=listener)
    with socket.create_connection(listener.getsockname()):
        async with asyncio.timeout(20):
            await ended.wait()
    server.close()
    await server.wait_closed()


def test_a_start_on_an_up_to_date_database_loads_no_more_than_it_needs(tmp_path: Path) -> None:
    command = [sys.executable, "-c", START_UP_TO_DATE, f"sqlite+aiosqlite:///{tmp_path / 'h.db'}"]
    first, second = (
        subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split() for _ in range(2)
    )
    assert "alembic" in first
    assert second == []
