"""In which order a room's one writer takes what it is asked: those who lead first, and each line in its own order."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from server.host_pages import Line


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of the writer. `drop` is called instead where the host ends before; `line` is who asked, if a line."""

    run: Callable[[], Awaitable[None]]
    drop: Callable[[], object] = lambda: None
    line: Line | None = None


class Turns:
    """Two queues, the second served while the first is empty."""

    def __init__(self) -> None:
        self._first: deque[Turn] = deque()
        self._others: deque[Turn] = deque()
        self._behind: Counter[Line] = Counter()  # how many of the others are whose
        self._filled = asyncio.Event()

    def put(self, turn: Turn, is_first: bool) -> None:
        """First, unless the same line asked for something earlier that has not had its turn yet."""
        if is_first and (turn.line is None or not self._behind[turn.line]):
            self._first.append(turn)
        else:
            self._others.append(turn)
            if turn.line is not None:
                self._behind[turn.line] += 1
        self._filled.set()

    async def get(self) -> Turn:
        """The next turn, when there is one."""
        while self.is_empty:
            self._filled.clear()
            await self._filled.wait()
        return self._next()

    def drop_all(self) -> None:
        while not self.is_empty:
            self._next().drop()

    @property
    def is_empty(self) -> bool:
        return not self._first and not self._others

    def _next(self) -> Turn:
        if self._first:
            return self._first.popleft()
        turn = self._others.popleft()
        if turn.line is not None:
            self._behind[turn.line] -= 1
            if not self._behind[turn.line]:
                del self._behind[turn.line]
        return turn
