"""Databases with this version's tables: made once, copied for each test.

Migrating takes a tenth of a second of the processor each time, and what most tests are about begins after it.
"""

import asyncio
import atexit
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from server.store.database import Database
from server.store.migrate import migrate


def put_tables(database: Database) -> None:
    """Into a SQLite database that is not there yet; what `migrate` does then is nothing."""
    file = database.file
    if file is not None and not file.exists():
        shutil.copyfile(_migrated(), file)


def migrated_at(url: str) -> None:
    """Migrates there; also where a loop runs already."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, _migrate(url)).result()


@cache
def _migrated() -> Path:
    folder = tempfile.TemporaryDirectory(prefix="holdspace-tables-")
    atexit.register(folder.cleanup)
    file = Path(folder.name) / "holdspace.db"
    migrated_at(f"sqlite+aiosqlite:///{file}")
    return file


async def _migrate(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()
