"""What of migrating needs Alembic. Loaded only where something has to be done."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from server.store.database import Database
from server.store.tables import metadata


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Apply every revision up to this one, within the transaction of the connection."""
    command.upgrade(alembic_config(connection), revision)


def alembic_config(connection: Connection | None) -> AlembicConfig:
    """Where the revisions are, and the connection that `migrations/env.py` uses."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


async def drift(database: Database) -> list[str]:
    """How the tables of a database differ from those of the code; empty when they fit."""

    def compare(connection: Connection) -> list[str]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(difference) for difference in compare_metadata(context, metadata)]

    async with database.read() as connection:
        return await connection.run_sync(compare)
