"""Alembic's environment: runs on the connection it is handed, in that connection's transaction."""

from alembic import context
from sqlmodel import SQLModel

connection = context.config.attributes.get("connection")
options = {"target_metadata": SQLModel.metadata, "compare_type": True, "render_as_batch": True}

if connection is None:
    context.configure(dialect_name=context.config.get_main_option("dialect"), as_sql=True, **options)
else:
    context.configure(connection=connection, **options)
with context.begin_transaction():
    context.run_migrations()
