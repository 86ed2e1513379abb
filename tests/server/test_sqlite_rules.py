"""What only SQLite needs: pragmas that hold, a backup before a migration, one process per data directory."""

import asyncio
import contextlib
import multiprocessing
import sqlite3
from pathlib import Path

import pytest

from server.data_lock import DataInUse, data_lock
from server.ports import StoreDown
from server.store import database as database_rules
from server.store import migrate as migrating
from server.store.database import Database
from server.store.upgrade import upgrade


async def test_the_pragmas_hold_on_every_connection(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'h.db'}")
    async with database.read() as one, database.read() as other:
        for connection in (one, other):
            found = {
                name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            }
            assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    await database.check()
    await database.close()


async def test_a_pragma_that_does_not_hold_is_a_store_that_is_down(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'h.db'}")
    async with database.engine.connect() as connection:
        await connection.exec_driver_sql("COMMIT")
        await connection.exec_driver_sql("PRAGMA foreign_keys = 0")
        await connection.exec_driver_sql("BEGIN")
    with pytest.raises(StoreDown, match="foreign_keys"):
        await database.check()
    await database.close()


async def test_a_writer_who_takes_long_costs_nobody_else_their_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits inside SQLite gives up: after 20 ms here, which on a slow disk and a busy machine are 5 s."""
    monkeypatch.setitem(database_rules._PRAGMAS, "busy_timeout", 20)
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'h.db'}")

    async def write(number: int) -> None:
        async with database.write() as connection:
            await connection.exec_driver_sql(f"INSERT INTO turns VALUES ({number})")

    async with database.write() as connection:
        await connection.exec_driver_sql("CREATE TABLE turns (number INTEGER)")
        others = [asyncio.create_task(write(number)) for number in range(3)]
        given_up, _ = await asyncio.wait(others, timeout=0.3)
        assert not given_up
    await asyncio.gather(*others)
    async with database.read() as connection:
        found = await connection.exec_driver_sql("SELECT number FROM turns ORDER BY rowid")
        assert list(found.scalars()) == [0, 1, 2]
    await database.close()


async def test_nobody_waits_for_their_turn_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_rules, "TURN_S", 0.05)
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'h.db'}")
    async with database.write():
        with pytest.raises(StoreDown, match="TimeoutError"):
            async with database.write():
                pass
    async with database.write() as connection:
        await connection.exec_driver_sql("CREATE TABLE turns (number INTEGER)")
    await database.close()


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:"])
async def test_a_database_in_memory_opens(url: str) -> None:
    database = Database(url)
    async with database.read() as connection:
        assert (await connection.exec_driver_sql("SELECT 1")).scalar_one() == 1
    await database.close()


async def test_nobody_waits_for_a_connection_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_rules, "POOL_WAIT_S", 0.05)
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'h.db'}")
    async with contextlib.AsyncExitStack() as readers:
        with pytest.raises(StoreDown, match="TimeoutError"):
            async with asyncio.timeout(5):  # a pool that does not give up fails here, not after half a minute
                for _ in range(100):
                    await readers.enter_async_context(database.read())
    await database.check()
    await database.close()


async def test_a_database_that_holds_something_is_backed_up_before_it_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'h.db'}")
    async with database.write() as connection:
        await connection.run_sync(upgrade, "0001")
        await connection.exec_driver_sql(
            "INSERT INTO accounts (id, name, role, zone, language, version, created_at) "
            "VALUES ('h_1', 'ines', 'host', 'UTC', 'en', 1, 0)"
        )
    # There is one revision so far: to this program one more is known, which changes nothing.
    with monkeypatch.context() as later:
        later.setattr(migrating, "known_revisions", lambda: ["0001", "0002"])
        assert await migrating.migrate(database) == ["0002"]
    assert await migrating.migrate(database) == []
    async with database.read() as connection:
        assert (await connection.exec_driver_sql("SELECT name FROM accounts")).scalar_one() == "ines"
    await database.close()
    (backup_file,) = tmp_path.glob("*.before-*")
    assert backup_file.name == "h.before-0001.db"
    assert backup_file.stat().st_mode & 0o777 == 0o600
    with contextlib.closing(sqlite3.connect(backup_file)) as backup:
        assert backup.execute("SELECT name FROM accounts").fetchall() == [("ines",)]
        assert backup.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]


async def test_the_files_of_a_database_are_for_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "h.db"
    file.touch(mode=0o644)
    file.chmod(0o644)
    database = Database(f"sqlite+aiosqlite:///{file}")
    await migrating.migrate(database)
    assert {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {
        "h.db": 0o600,
        "h.db-wal": 0o600,
        "h.db-shm": 0o600,
    }
    await database.close()


async def test_a_new_database_needs_no_backup(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'h.db'}")
    await migrating.migrate(database)
    await database.close()
    assert list(tmp_path.glob("*.before-*")) == []


def _hold(folder: Path, outcome: "multiprocessing.SimpleQueue[str]") -> None:
    try:
        with data_lock(folder):
            outcome.put("held")
    except DataInUse:
        outcome.put("in use")


def _from_another_process(folder: Path) -> str:
    context = multiprocessing.get_context("spawn")
    outcome = context.SimpleQueue()
    process = context.Process(target=_hold, args=(folder, outcome))
    process.start()
    process.join(30)
    answer: str = outcome.get()
    return answer


def test_one_process_holds_a_data_directory(tmp_path: Path) -> None:
    with data_lock(tmp_path):
        assert _from_another_process(tmp_path) == "in use"
    assert _from_another_process(tmp_path) == "held"
