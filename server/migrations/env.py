"""Alembic's environment: runs on the connection that `server.upgrade` hands it."""

from alembic import context

from server import models
from server.db import Base

models.load()

with_batch = context.config.attributes["connection"].dialect.name == "sqlite"
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=with_batch,
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
