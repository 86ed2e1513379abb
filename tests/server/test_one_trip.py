"""SQLite by way of a thread: one trip for a statement, and transactions that are those of SQLite all the same."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ports import StoreDown
from server.store.database import Database
from server.store.one_trip import OneTripConnection


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'h.db'}")
    async with database.write() as connection:
        await connection.exec_driver_sql("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT UNIQUE)")
        await connection.exec_driver_sql("INSERT INTO words (word) VALUES (?)", [("one",), ("two",)])
    yield database
    await database.close()


async def words(connection: AsyncConnection) -> list[str]:
    found = await connection.exec_driver_sql("SELECT word FROM words ORDER BY id")
    return list(found.scalars())


async def test_reading_is_a_trip_for_each_statement_and_two_for_the_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database.read() as connection:
        await words(connection)  # a connection is open from here on
    trips = 0
    execute = OneTripConnection._execute

    async def counted(self: OneTripConnection, *work: object) -> object:
        nonlocal trips
        trips += 1
        return await execute(self, *work)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(OneTripConnection, "_execute", counted)
    async with database.read() as connection:
        assert await words(connection) == await words(connection) == ["one", "two"]
    assert trips == 2 + 2, "the end of the transaction, and the pool's own check of it"
    trips = 0
    async with database.read():
        pass
    assert trips == 1, "what asked nothing began nothing"


async def test_a_transaction_that_reads_sees_one_state_from_its_first_statement_to_its_last(database: Database) -> None:
    async with database.read() as reader:
        async with database.write() as writer:
            await writer.exec_driver_sql("INSERT INTO words (word) VALUES ('three')")
        assert await words(reader) == ["one", "two", "three"], "nothing was read before"
        async with database.write() as writer:
            await writer.exec_driver_sql("DELETE FROM words")
        assert await words(reader) == ["one", "two", "three"]
    async with database.read() as reader:
        assert await words(reader) == []


async def test_what_went_wrong_leaves_nothing_and_the_connection_works_on(database: Database) -> None:
    with pytest.raises(StoreDown, match="IntegrityError"):
        async with database.write() as connection:
            await connection.exec_driver_sql("INSERT INTO words (word) VALUES ('three')")
            await connection.exec_driver_sql("INSERT INTO words (word) VALUES ('one')")
    with pytest.raises(StoreDown, match="OperationalError"):
        async with database.read() as connection:
            await connection.exec_driver_sql("SELECT nothing")
    with pytest.raises(RuntimeError):
        async with database.read():
            raise RuntimeError
    async with database.write() as connection:
        assert await words(connection) == ["one", "two"]


async def test_a_statement_tells_how_many_rows_it_changed_and_which(database: Database) -> None:
    async with database.write() as connection:
        changed = await connection.exec_driver_sql("UPDATE words SET word = word || '!'")
        assert changed.rowcount == 2
        given = await connection.exec_driver_sql(
            "INSERT INTO words (word) VALUES ('three'), ('four') RETURNING id, word"
        )
        assert [tuple(row) for row in given] == [(3, "three"), (4, "four")]
        none = await connection.exec_driver_sql("SELECT id FROM words WHERE word = 'five'")
        assert (list(none.keys()), none.all()) == (["id"], [])
