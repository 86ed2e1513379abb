"""One engine over SQLite or PostgreSQL: connection rules, transactions, the one place where the dialects differ."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, event, make_url, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from server.ports import StoreDown
from server.store.one_trip import connector

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

BUSY_MS = 5_000
TURN_S = 8.0
POOL_WAIT_S = 5.0  # for a connection where all are in use
PURGE_MS = 100  # a purge holds writers up, so it gives way soon
_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit that was acknowledged survives a power cut
    "foreign_keys": 1,
    "busy_timeout": BUSY_MS,
    "secure_delete": 1,
    "journal_size_limit": 0,
}


class Database:
    """Short transactions: `read()` and `write()`. Any failure of the database leaves as `StoreDown`."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgres_engine(url)
        self.written = asyncio.Event()  # set by every commit; who purges clears it
        self._writing = self.engine.execution_options(holdspace_begin="BEGIN IMMEDIATE")
        self._turn = asyncio.Lock()

    @property
    def file(self) -> Path | None:
        """The SQLite file."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with _down_is_typed(), self.engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Committed, and durable, when the block has been left without an exception."""
        async with _down_is_typed(), self._my_turn(), self._writing.begin() as connection:
            yield connection
        self.written.set()

    @asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[None]:
        """SQLite has one writer: those of this process come one after another.

        Inside SQLite they would ask now and then, out of order, and give up after `BUSY_MS`, though on a busy machine
        the one whose turn it is waits for nothing but this process. That is left to writers of other processes.
        """
        if not self.is_sqlite:
            yield
            return
        async with asyncio.timeout(TURN_S) as patience, self._turn:
            patience.reschedule(None)
            yield

    async def purge(self) -> bool:
        """Empty SQLite's write-ahead log into the file: what was overwritten is in neither then (`secure_delete`).

        False where somebody reads or writes meanwhile. PostgreSQL sees to it by itself: True.
        """
        if not self.is_sqlite:
            return True
        outside = self.engine.execution_options(holdspace_begin=None)
        async with _down_is_typed(), outside.connect() as connection:
            try:
                await connection.exec_driver_sql(f"PRAGMA busy_timeout = {PURGE_MS}")
                is_busy = (await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")).scalar_one()
                await connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_MS}")
            except Exception:
                # Nobody else is to have so little patience. One that was canceled is thrown away by itself.
                await connection.invalidate()
                raise
        return not is_busy

    async def own(self) -> None:
        """SQLite's files can be read by their owner alone, those too that were made before."""
        file = self.file
        if file is None or str(file) == ":memory:":
            return

        def restrict() -> None:
            file.touch(mode=0o600)
            for path in (file, *(file.with_name(file.name + suffix) for suffix in ("-wal", "-shm"))):
                if path.exists():
                    path.chmod(0o600)

        async with _down_is_typed():
            await asyncio.to_thread(restrict)

    async def copy_to(self, target: Path) -> None:
        """A consistent copy of the SQLite file, readable by its owner alone; replaces an existing one."""
        await asyncio.to_thread(target.unlink, missing_ok=True)
        outside = self.engine.execution_options(holdspace_begin=None)
        async with _down_is_typed(), outside.connect() as connection:
            await connection.exec_driver_sql("VACUUM INTO ?", (str(target),))
        await asyncio.to_thread(target.chmod, 0o600)

    def upsert(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        """An insert of this dialect that knows `on_conflict_do_update` and `on_conflict_do_nothing`."""
        if self.is_sqlite:
            return sqlite.insert(table)
        from sqlalchemy.dialects import postgresql  # a thirtieth of a start, and SQLite does not need it

        return postgresql.insert(table)

    async def check(self) -> None:
        """One round trip; on SQLite the pragmas are read back. Raises `StoreDown`."""
        async with self.read() as connection:
            await connection.execute(text("SELECT 1"))
            if self.is_sqlite:
                for pragma, wanted in _PRAGMAS.items():
                    found = (await connection.execute(text(f"PRAGMA {pragma}"))).scalar_one()
                    if found != wanted:
                        raise StoreDown(f"SQLite did not accept {pragma} = {wanted}")

    async def close(self) -> None:
        await self.engine.dispose()


@asynccontextmanager
async def _down_is_typed() -> AsyncIterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        # Without the statement and its parameters: they hold people's words.
        raise StoreDown(type(getattr(error, "orig", None) or error).__name__) from None
    except OSError as error:
        raise StoreDown(type(error).__name__) from None


def _sqlite_engine(url: str) -> AsyncEngine:
    path = make_url(url).database or ":memory:"
    # In memory there is one connection, and no pool to wait for.
    pool = {} if path == ":memory:" else {"pool_timeout": POOL_WAIT_S}
    engine = create_async_engine(url, hide_parameters=True, async_creator=connector(path, BUSY_MS / 1_000), **pool)

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(dbapi: Any, _record: object) -> None:
        # The driver would begin transactions by itself, too late and deferred: two read-then-write transactions
        # could then both read the old value.
        dbapi.isolation_level = None
        cursor = dbapi.cursor()
        for pragma, wanted in _PRAGMAS.items():
            cursor.execute(f"PRAGMA {pragma} = {wanted}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        begin = connection.get_execution_options().get("holdspace_begin", "BEGIN")
        if begin is not None:
            connection.exec_driver_sql(begin)

    return engine


def _postgres_engine(url: str) -> AsyncEngine:
    settings = {"synchronous_commit": "on", "statement_timeout": "5000", "application_name": "holdspace"}
    return create_async_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_timeout=POOL_WAIT_S,
        connect_args={"server_settings": settings, "timeout": 5, "command_timeout": 10},
    )
