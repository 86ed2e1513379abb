"""SQLite in one trip to its thread for each statement, `BEGIN` along with the first.

The driver makes four: cursor, execute, fetch, close. Each waits for the thread and then for the event loop, which on a
busy machine is most of what a short statement costs.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Self

import aiosqlite

CHUNK: Final = 64  # the driver asks for it; rows are not fetched in chunks here
DEFERRED: Final = "BEGIN"


def connector(path: str, timeout_s: float) -> Callable[[], Awaitable[Any]]:
    """For `create_async_engine(async_creator=...)`."""

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(path, timeout=timeout_s, check_same_thread=False)

    return lambda: OneTripConnection(connect)


class OneTripConnection(aiosqlite.Connection):
    """A connection whose cursors hold all rows as soon as they have executed: for results that fit into memory."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connect, CHUNK)
        self._thread.daemon = True  # one that was not closed keeps no process from ending
        self._begins = False

    def cursor(self) -> "OneTripCursor":  # type: ignore[override]
        return OneTripCursor(self)

    async def commit(self) -> None:
        if not self._is_still_to_begin():
            await super().commit()

    async def rollback(self) -> None:
        if not self._is_still_to_begin():
            await super().rollback()

    async def in_one_trip(self, many: bool, statement: str, parameters: Any) -> tuple[sqlite3.Cursor | None, list[Any]]:
        """The cursor that executed the statement, closed, and its rows."""
        if statement == DEFERRED:
            # It takes no lock and reads nothing: in SQLite the first statement begins such a transaction.
            self._begins = True
            return None, []
        begins = self._is_still_to_begin()

        def run(connection: sqlite3.Connection) -> tuple[sqlite3.Cursor, list[Any]]:
            cursor = connection.cursor()
            try:
                if begins:
                    cursor.execute(DEFERRED)
                (cursor.executemany if many else cursor.execute)(statement, parameters)
                return cursor, [] if cursor.description is None else cursor.fetchall()
            finally:
                cursor.close()

        outcome: tuple[sqlite3.Cursor, list[Any]] = await self._execute(run, self._conn)  # type: ignore[no-untyped-call]
        return outcome

    def _is_still_to_begin(self) -> bool:
        begins, self._begins = self._begins, False
        return begins


class OneTripCursor:
    """What SQLAlchemy asks of a cursor of an asyncio driver."""

    arraysize = 1
    description: Any = None
    rowcount = -1
    lastrowid: int | None = None

    def __init__(self, connection: OneTripConnection) -> None:
        self._connection = connection
        self._rows: list[Any] = []

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> Self:
        return self._keep(*await self._connection.in_one_trip(False, statement, parameters))

    async def executemany(self, statement: str, parameters: Sequence[Any]) -> Self:
        return self._keep(*await self._connection.in_one_trip(True, statement, parameters))

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        self._rows = []

    def _keep(self, closed: sqlite3.Cursor | None, rows: list[Any]) -> Self:
        if closed is not None:  # it still describes its result
            self.description, self.rowcount, self.lastrowid = closed.description, closed.rowcount, closed.lastrowid
        self._rows = rows
        return self
