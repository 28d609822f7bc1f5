"""Run by Alembic: migrate the connection it was handed."""

from alembic import context

from acd.records.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,  # SQLite cannot alter most things in place
)
context.run_migrations()
