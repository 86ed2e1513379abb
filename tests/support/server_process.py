"""A real server in a process of its own, as an operator starts it: its own data directory and free ports.

It may be killed, drained and started again on the same ports and data. Its output goes to a file, so that a test can
read every line it ever wrote.
"""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.support.deadline import until
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 60.0
HOST_NAME = "ines"
HOST_PASSWORD = "a long sentence nobody guesses"


class ServerDidNotStart(RuntimeError):
    """Carries the end of the server's output."""


def machine_address() -> str:
    """This machine's own address on the way to others: Firefox makes no media connection to a loopback address.

    Nothing is sent. Raises OSError where the machine has no network at all.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("198.51.100.1", 9))  # RFC 5737: nobody's
        address: str = probe.getsockname()[0]
        return address


def rss_kib(pid: int) -> int:
    """Resident memory of one process; 0 once it is gone."""
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = re.search(r"^VmRSS:\s+(\d+) kB", text, re.MULTILINE)
    return int(found.group(1)) if found else 0


def children_of(pid: int) -> list[int]:
    """Direct and indirect children: the media processes."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children") if Path(f"/proc/{pid}/task").exists() else ():
        try:
            ids = [int(word) for word in task.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in ids:
            found += [child, *children_of(child)]
    return found


@dataclass
class ServerProcess:
    """`folder` holds the data directory and the log. Use `serving()` to make one."""

    folder: Path
    port: int = field(default_factory=free_port)
    udp_port: int = field(default_factory=lambda: free_port(socket.SOCK_DGRAM))
    extra_env: dict[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log_path(self) -> Path:
        return self.folder / "server.log"

    @property
    def env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HOLDSPACE_")}
        return kept | {
            "HOLDSPACE_DATA_DIR": str(self.data),
            "HOLDSPACE_BIND_HOST": "127.0.0.1",
            "HOLDSPACE_BIND_PORT": str(self.port),
            "HOLDSPACE_PUBLIC_URL": self.origin,
            "HOLDSPACE_UDP_BIND": "127.0.0.1",
            "HOLDSPACE_UDP_ADVERTISE": "127.0.0.1",
            "HOLDSPACE_UDP_PORT": str(self.udp_port),
            "PYTHONUNBUFFERED": "1",
            **self.extra_env,
        }

    @property
    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def pids(self) -> list[int]:
        """The server and its media processes."""
        assert self.process is not None
        return [self.process.pid, *children_of(self.process.pid)]

    def rss_kib(self) -> int:
        """Resident memory of the server with its media processes."""
        return sum(rss_kib(pid) for pid in self.pids())

    async def start(self) -> None:
        """Returns once /readyz says yes. Raises `ServerDidNotStart`."""
        self.data.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "server", "run", cwd=ROOT, env=self.env, stdout=log, stderr=log
            )
        try:
            await self._until_ready()
        except BaseException:
            await self.stop()
            raise

    async def run_command(self, *words: str, stdin: str = "") -> str:
        """`python -m server <words>` on the same data; returns what it printed. Raises on a non-zero exit."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "server",
            *words,
            cwd=ROOT,
            env=self.env,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate(stdin.encode())
        if process.returncode != 0:
            raise ServerDidNotStart(f"{' '.join(words)} exited {process.returncode}:\n{out.decode()}")
        return out.decode()

    async def kill(self) -> None:
        """kill -9, media processes too: nothing of the server gets to say goodbye."""
        assert self.process is not None
        pids = self.pids()
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()
        for pid in pids[1:]:
            _signal(pid, signal.SIGKILL)
        await _all_gone(pids[1:])

    async def kill_control_only(self) -> None:
        """kill -9 of the control process; its media processes have to notice by themselves."""
        assert self.process is not None
        children = children_of(self.process.pid)
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()
        await _all_gone(children)

    async def terminate(self, within_s: float = 15.0) -> int:
        """SIGTERM; returns the exit code. Raises TimeoutError."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(within_s):
            return await self.process.wait()

    async def stop(self) -> None:
        """Whatever state it is in, it is gone after this."""
        if self.process is None or self.process.returncode is not None:
            return
        try:
            await self.terminate()
        except TimeoutError:
            await self.kill()

    async def _until_ready(self) -> None:
        async with aiohttp.ClientSession() as client:

            async def is_ready() -> bool:
                assert self.process is not None
                if self.process.returncode is not None:
                    raise ServerDidNotStart(f"exit {self.process.returncode}:\n{self.log[-4000:]}")
                return await _answers(client, f"http://127.0.0.1:{self.port}/readyz")

            try:
                await until(is_ready, "/readyz answers", READY_WITHIN_S)
            except AssertionError as late:
                raise ServerDidNotStart(f"{late}\n{self.log[-4000:]}") from None


async def _answers(client: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with client.get(url) as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False


def _signal(pid: int, what: signal.Signals) -> None:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return


async def _all_gone(pids: Sequence[int], within_s: float = 15.0) -> None:
    """Orphans are not ours to wait on, so their entry in /proc is watched."""

    async def gone() -> bool:
        return not any(rss_kib(pid) for pid in pids)

    await until(gone, "the media processes end", within_s)


@asynccontextmanager
async def serving(folder: Path, **extra_env: str) -> AsyncIterator[ServerProcess]:
    """A started server with one host who can sign in as `HOST_NAME` with `HOST_PASSWORD`."""
    server = ServerProcess(folder, extra_env=extra_env)
    server.data.mkdir(parents=True, exist_ok=True)
    await create_host(server)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def create_host(server: ServerProcess, name: str = HOST_NAME, password: str = HOST_PASSWORD) -> None:
    """Through the command an operator uses; the password goes in by standard input."""
    await server.run_command("create-host", name, stdin=f"{password}\n{password}\n")
