"""Alembic's environment. The connection comes from `server.store.upgrade`, never from a file."""

from alembic import context

from server.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter constraints in place
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
