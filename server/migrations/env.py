"""Alembic's environment: runs on the connection that `server.upgrade` hands it."""

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from server import models
from server.db import Base, Json, Utc

models.load()


def render(kind: str, thing: object, autogen: AutogenContext) -> str | Literal[False]:
    """Our column types as what they are in the database, so that a migration needs nothing of the program of its day."""
    if kind == "type":
        if isinstance(thing, Utc):
            return "sa.DateTime(timezone=True)"
        if isinstance(thing, Json):
            return "sa.Text()"
    return False


with_batch = context.config.attributes["connection"].dialect.name == "sqlite"
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=with_batch,
    compare_type=False,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
