"""Bring a database to this version's tables. Forward only; revisions travel inside the package.

Alembic is loaded only where there is something to do: it is a seventh of a start, and after a crash people wait for it.
"""

import asyncio
import glob
from pathlib import Path

import structlog
from sqlalchemy import Connection, inspect, text

from rooms.ids import Instant
from server.store.database import Database

ADVISORY_LOCK = 0x484F4C44  # any number that every Holdspace process shares
REVISIONS = Path(__file__).parent / "migrations" / "versions"
_log = structlog.get_logger("store")


class UnknownRevision(Exception):
    """The database was written by a newer Holdspace; this version must not touch it."""


async def migrate(database: Database) -> list[str]:
    """Apply what is missing and return the revisions applied.

    SQLite: after a backup file beside the database, where there was one. PostgreSQL: under an advisory lock, so that
    two nodes may start at once. Raises `UnknownRevision`, `StoreDown`.
    """
    await database.own()
    known = known_revisions()
    async with database.read() as connection:
        if await connection.run_sync(_current) == known[-1]:
            return []
    from server.store.upgrade import upgrade

    async with database.write() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
        current = await connection.run_sync(_current)
        missing = _missing(known, current)
        if (missing and current is None) or (missing and not database.is_sqlite):
            await connection.run_sync(upgrade)
    if missing and current is not None and database.is_sqlite:
        await _backup(database, current)
        async with database.write() as connection:
            await connection.run_sync(upgrade)
    if missing:
        _log.info("store-migrated", revisions=missing)
    return missing


def known_revisions() -> list[str]:
    """Oldest first: what the names of the files begin with."""
    return sorted(path.stem.partition("_")[0] for path in REVISIONS.glob("[0-9]*.py"))


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found


def _missing(known: list[str], current: str | None) -> list[str]:
    if current is None:
        return known
    if current not in known:
        raise UnknownRevision(current)
    return known[known.index(current) + 1 :]


async def _backup(database: Database, revision: str) -> None:
    file = database.file
    if file is None or str(file) == ":memory:":
        return
    await database.copy_to(file.with_name(f"{file.stem}.before-{revision}.db"))


async def drop_backups(database: Database, made_before: Instant) -> None:
    """They hold what the database has forgotten since."""
    file = database.file
    if file is None:
        return

    def drop() -> None:
        for backup in file.parent.glob(f"{glob.escape(file.stem)}.before-*.db"):
            if backup.stat().st_mtime * 1_000 < made_before:
                backup.unlink(missing_ok=True)

    await asyncio.to_thread(drop)
