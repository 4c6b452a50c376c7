"""Say of a visit which tables it emptied, and drop the rows that held nothing to say so."""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_SAYS = (
    "Tables (no repeats) that were asked and told no value: what the form asks of them is empty from then on"
)
_UNKNOWN = frozenset({"unknown", "refused"})
"""Answers to yes or no that leave a column empty: somebody gave them, so that their row stays."""

_OBSERVATION = sa.table(
    "observation",
    *(sa.column(name) for name in ("id", "kind", "subject", "version_id", "form_version_id")),
    *(sa.column(name, sa.Text) for name in ("written", "emptied")),
)
_SUBMITTED = sa.table("submission_version", sa.column("id"), sa.column("answers", sa.Text))
_FORM = sa.table("form_version", sa.column("id"), sa.column("mapping", sa.Text))


def upgrade() -> None:
    """Add the column, and fill it from rows of history without any value, which go."""
    op.add_column("observation", sa.Column("emptied", sa.Text(), nullable=True, comment=_SAYS))
    connection = op.get_bind()
    told = (
        sa.select(_OBSERVATION, _SUBMITTED.c.answers, _FORM.c.mapping)
        .outerjoin(_SUBMITTED, _SUBMITTED.c.id == _OBSERVATION.c.version_id)
        .outerjoin(_FORM, _FORM.c.id == _OBSERVATION.c.form_version_id)
        .where(_OBSERVATION.c.written.contains("[]]"))
    )
    for seen in connection.execute(told).all():
        _empty(connection, seen)


def _empty(connection: sa.Connection, seen: sa.Row[Any]) -> None:
    asked = json.loads(seen.mapping or "{}").get("columns", ())
    answers = json.loads(seen.answers or "{}")
    kept, emptied = [], []
    for table, row_id, columns in json.loads(seen.written):
        paths = [entry["path"] for entry in asked if entry["table"] == table]
        if not columns and paths:
            emptied.append(table)
            if not any(_at(answers, path) in _UNKNOWN for path in paths):
                _drop(connection, seen, table, row_id)
                continue
        kept.append([table, row_id, columns])
    if emptied:
        said = {
            name: json.dumps(value, separators=(",", ":"))
            for name, value in (("written", kept), ("emptied", emptied))
        }
        connection.execute(sa.update(_OBSERVATION).where(_OBSERVATION.c.id == seen.id).values(said))


def _at(answers: Mapping[str, Any], path: str) -> str:
    value: Any = answers
    for step in path.split("/")[2:]:
        value = value.get(step) if isinstance(value, dict) else None
    return value.strip() if isinstance(value, str) else ""


def _drop(connection: sa.Connection, seen: sa.Row[Any], table: str, row_id: int) -> None:
    """The row of history, and the current one where nothing else was ever answered."""
    key, own = f"{seen.kind}_id", table == seen.kind
    history = sa.table(f"{table}_history" if own else table, *map(sa.column, ("id", key, "superseded_at")))
    connection.execute(sa.delete(history).where(history.c.id == row_id))
    if not own:
        current = sa.table(f"{table}_current", sa.column(key))
        stands = sa.exists().where(history.c[key] == seen.subject, history.c.superseded_at.is_(None))
        connection.execute(sa.delete(current).where(current.c[key] == seen.subject, ~stands))


def downgrade() -> None:
    """Drop the column: a current row made anew has what stood before such a visit."""
    op.drop_column("observation", "emptied")
