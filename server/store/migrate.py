"""Bring a database to this version's tables. Forward only; revisions travel inside the package."""

import asyncio
import glob
from pathlib import Path

import structlog
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from rooms.ids import Instant
from server.store.database import Database
from server.store.tables import metadata

ADVISORY_LOCK = 0x484F4C44  # any number that every Holdspace process shares
_log = structlog.get_logger("store")


class UnknownRevision(Exception):
    """The database was written by a newer Holdspace; this version must not touch it."""


async def migrate(database: Database) -> list[str]:
    """Apply what is missing and return the revisions applied.

    SQLite: after a backup file beside the database, where there was one. PostgreSQL: under an advisory lock, so that
    two nodes may start at once. Raises `UnknownRevision`, `StoreDown`.
    """
    await database.own()
    script = ScriptDirectory.from_config(_config(None))
    async with database.write() as connection:
        if not database.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            await connection.execute(text("SET LOCAL statement_timeout = 0"))
        current = await connection.run_sync(_current)
        missing = _missing(script, current)
        if (missing and current is None) or (missing and not database.is_sqlite):
            await connection.run_sync(_upgrade)
    if missing and current is not None and database.is_sqlite:
        await _backup(database, current)
        async with database.write() as connection:
            await connection.run_sync(_upgrade)
    if missing:
        _log.info("store-migrated", revisions=missing)
    return missing


async def drift(database: Database) -> list[str]:
    """How the tables of a database differ from those of the code; empty when they fit."""

    def compare(connection: Connection) -> list[str]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, metadata)]

    async with database.read() as connection:
        return await connection.run_sync(compare)


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _missing(script: ScriptDirectory, current: str | None) -> list[str]:
    known = [revision.revision for revision in script.walk_revisions()]
    if current is None:
        return known[::-1]
    if current not in known:
        raise UnknownRevision(current)
    return known[: known.index(current)][::-1]


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


def _upgrade(connection: Connection, revision: str = "head") -> None:
    command.upgrade(_config(connection), revision)


def _config(connection: Connection | None) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
