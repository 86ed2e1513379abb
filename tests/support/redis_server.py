"""A real Redis of the tests' own: a Unix socket in a temporary folder, no port, nothing on disk."""

import asyncio
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError


class NoRedis(RuntimeError):
    """Redis is not installed; the message says what to do."""


@dataclass
class RedisServer:
    """May be stopped, started again (empty), and made to hang."""

    folder: Path
    _process: asyncio.subprocess.Process | None = field(default=None)

    @property
    def url(self) -> str:
        return f"unix://{self.folder / 'redis.sock'}"

    def client(self) -> Redis:
        return Redis.from_url(self.url, decode_responses=True)

    async def start(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise NoRedis("Redis is missing. On Debian or Ubuntu: apt-get install redis-server")
        options = ("--port", "0", "--unixsocket", str(self.folder / "redis.sock"), "--save", "", "--appendonly", "no")
        self._process = await asyncio.create_subprocess_exec(
            program, *options, "--dir", str(self.folder), stdout=asyncio.subprocess.DEVNULL
        )
        client = self.client()
        async with asyncio.timeout(10):
            while not await self._answers(client):  # noqa: ASYNC110
                await asyncio.sleep(0.01)  # a program that starts has no event to wait for
        await client.aclose()

    async def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            await self._process.wait()
            self._process = None

    def hang(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    @staticmethod
    async def _answers(client: Redis) -> bool:
        try:
            return bool(await client.ping())
        except (RedisError, OSError):
            return False


@asynccontextmanager
async def redis_server() -> AsyncIterator[RedisServer]:
    folder = Path(tempfile.mkdtemp(prefix="holdspace-redis-"))
    server = RedisServer(folder)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
        shutil.rmtree(folder, ignore_errors=True)
