"""A child process that speaks JSON lines: orders in, answers and events out."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

ROOT: Final = Path(__file__).resolve().parents[2]
ANSWER_S: Final = 30.0


class ChildEnded(RuntimeError):
    """The other process is gone, or it says nothing in time."""


class Child:
    """`tell` what needs no answer, `ask` what has one, `event` waits for news by name and number.

    Answers come in the order of the questions; a line with "event" in it is news.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._news: dict[tuple[str, int | None], asyncio.Future[dict[str, Any]]] = {}
        self._asking = asyncio.Lock()
        self._ended = asyncio.Event()
        self._reader = asyncio.get_running_loop().create_task(self._read())

    @classmethod
    async def start(cls, *command: str, env: Mapping[str, str] | None = None) -> Self:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, cwd=ROOT, limit=1 << 22, env={**os.environ, **(env or {})}
        )
        return cls(process)

    @classmethod
    async def python(cls, module: str, *words: str, env: Mapping[str, str] | None = None) -> Self:
        return await cls.start(sys.executable, "-m", module, *words, env=env)

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, **what: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")

    async def ask(self, **what: Any) -> dict[str, Any]:
        async with self._asking:
            self.tell(**what)
            return await self.answer()

    async def answer(self) -> dict[str, Any]:
        """The next line that is not news. Raises `ChildEnded`."""
        return await self._or_end(self._answers.get())

    async def event(self, name: str, number: int | None = None, within_s: float = ANSWER_S) -> dict[str, Any]:
        """News that came or is to come; each is given once. Raises `ChildEnded`."""
        future = self._future(name, number)
        try:
            return await self._or_end(asyncio.shield(future), within_s)
        finally:
            self._news.pop((name, number), None)

    async def close(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), 3.0)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        self._reader.cancel()

    async def _or_end(self, waited: Any, within_s: float = ANSWER_S) -> dict[str, Any]:
        wanted = asyncio.ensure_future(waited)
        ended = asyncio.ensure_future(self._ended.wait())
        try:
            await asyncio.wait((wanted, ended), timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
            if not wanted.done():
                raise ChildEnded(f"{'it ended' if ended.done() else f'nothing for {within_s:.0f} s'}")
            found: dict[str, Any] = wanted.result()
            return found
        finally:
            wanted.cancel()
            ended.cancel()

    def _future(self, name: str, number: int | None) -> asyncio.Future[dict[str, Any]]:
        return self._news.setdefault((name, number), asyncio.get_running_loop().create_future())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            heard = json.loads(line)
            if "event" in heard:
                future = self._future(heard["event"], heard.get("link", heard.get("peer")))
                if not future.done():
                    future.set_result(heard)
            else:
                self._answers.put_nowait(heard)
        self._ended.set()
