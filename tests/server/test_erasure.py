"""What was erased is in no file of the database any more: not in its write-ahead log, not in a copy."""

import asyncio
import os
from pathlib import Path

import pytest
from sqlalchemy import text

from rooms.ids import SessionId
from rooms.program.organisation import Retention
from server.jobs import forget, keep_purging
from server.program.forgetting import Forgetting
from server.store.database import Database
from server.store.store import Store
from tests.support.store_records import START, account, session_record
from tests.support.virtual_clock import VirtualClock

SECRET = "what somebody wrote and a facilitator deleted"


def places_of(file: Path, words: str) -> list[str]:
    """The database's files that still hold these words."""
    return [path.name for path in file.parent.glob(f"{file.name}*") if words.encode() in path.read_bytes()]


async def write_and_erase(store: Store) -> Path:
    await store.accounts.add(account(), None, START)
    await store.sessions.add(session_record(), START)
    room = await store.rooms.claim(SessionId("s_1"))
    await store.rooms.save(room.session, room.epoch, 1, SECRET * 100)
    await store.rooms.save(room.session, room.epoch, 2, "nothing")
    file = store.database.file
    assert file is not None
    return file


async def test_what_was_erased_is_in_no_file_after_a_purge(store: Store) -> None:
    file = await write_and_erase(store)
    assert places_of(file, SECRET) == ["holdspace.db-wal"]
    assert await store.database.purge()
    assert places_of(file, SECRET) == []
    assert file.with_name("holdspace.db-wal").stat().st_size == 0


async def test_a_purge_waits_for_nobody_and_says_so(store: Store) -> None:
    file = await write_and_erase(store)
    async with store.database.read() as connection:
        await connection.execute(text("SELECT count(*) FROM rooms"))
        assert not await store.database.purge()
        assert places_of(file, SECRET)
    assert await store.database.purge()
    assert places_of(file, SECRET) == []


async def test_a_purge_follows_what_is_written_by_itself(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.jobs.PURGE_AFTER_S", 0.0)
    monkeypatch.setattr("server.jobs.PURGE_AGAIN_S", 0.0)
    purge, results, done = Database.purge, [False], asyncio.Event()

    async def busy_at_first(database: Database) -> bool:
        if results:
            return results.pop()
        try:
            return await purge(database)
        finally:
            done.set()

    monkeypatch.setattr(Database, "purge", busy_at_first)
    purging = asyncio.create_task(keep_purging(store.database))
    file = await write_and_erase(store)
    await asyncio.wait_for(done.wait(), 5)
    for _ in range(100):  # a purge may have come between the two writes; the next follows the second
        if not places_of(file, SECRET):
            break
        done.clear()
        await asyncio.wait_for(done.wait(), 5)
    purging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await purging
    assert places_of(file, SECRET) == []


async def test_copies_made_before_a_migration_go_with_what_is_in_them(store: Store, clock: VirtualClock) -> None:
    file = store.database.file
    assert file is not None
    old, new = file.with_name("holdspace.before-0001.db"), file.with_name("holdspace.before-0002.db")
    for path, age_days in ((old, 15), (new, 13)):
        await store.database.copy_to(path)
        at = clock.now() / 1_000 - age_days * 86_400
        os.utime(path, (at, at))
    await forget(store, clock, Forgetting(store, clock, Retention()))
    assert not old.exists()
    assert new.exists()
    assert file.exists()
