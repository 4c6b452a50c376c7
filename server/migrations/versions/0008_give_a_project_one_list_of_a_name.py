"""Join entity lists of one name that two forms made at once, and let there be no other; index what the sweep asks for."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_JOINED = "The list of its name that it was joined to, where two forms made one each at the same time"
_SWEPT = (("blob", "name"), ("photo", "thumb"), ("photo", "screen"), ("form_file", "blob"))
_STANDS = sa.text("deleted_at IS NULL")

_INSTANT = sa.DateTime(timezone=True)
_DATASET = sa.table(
    "dataset",
    *(sa.column(name) for name in ("id", "project_id", "name", "generation", "joined_into")),
    sa.column("deleted_at", _INSTANT),
)
_PROPERTY = sa.table(
    "dataset_property",
    *(sa.column(name) for name in ("id", "dataset_id", "name")),
    *(sa.column(name, sa.Boolean()) for name in ("protected", "point")),
)
_FORM = sa.table("dataset_form", *(sa.column(name) for name in ("dataset_id", "form_version_id")))
_ENTITY = sa.table(
    "entity",
    *(
        sa.column(name)
        for name in ("id", "dataset_id", "uuid", "version", "label", "data", "protected", "area_id")
    ),
    *(sa.column(name, _INSTANT) for name in ("created_at", "updated_at", "deleted_at")),
)
_VERSION = sa.table("entity_version", *(sa.column(name) for name in ("entity_id", "version")))
_COPY = sa.table("list_copy", sa.column("dataset_id"))
_NAMING = [sa.table(name, sa.column("dataset_id")) for name in ("form_attachment", "entity_backlog")]


def upgrade() -> None:
    """Join, then forbid."""
    op.add_column("dataset", sa.Column("joined_into", sa.Integer(), nullable=True, comment=_JOINED))
    _join(op.get_bind())
    op.drop_index("ix_dataset_project", table_name="dataset")
    op.create_index(
        "uq_dataset_project_id_name",
        "dataset",
        ["project_id", "name"],
        unique=True,
        sqlite_where=_STANDS,
        postgresql_where=_STANDS,
    )
    for table, column in _SWEPT:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _join(connection: sa.Connection) -> None:
    query = sa.select(_DATASET).where(_DATASET.c.deleted_at.is_(None)).order_by(_DATASET.c.id)
    first: dict[tuple[int, str], int] = {}
    for row in connection.execute(query).all():
        kept = first.setdefault((row.project_id, row.name), row.id)
        if kept != row.id:
            _into(connection, row.id, kept)


def _into(connection: sa.Connection, double: int, kept: int) -> None:
    """All that a list has goes to the one that was made first; the row stays, for the ledger's determinations name it."""
    _properties(connection, double, kept)
    there = sa.select(_FORM.c.form_version_id).where(_FORM.c.dataset_id == kept).scalar_subquery()
    connection.execute(
        sa.delete(_FORM).where(_FORM.c.dataset_id == double, _FORM.c.form_version_id.in_(there))
    )
    for table in (_FORM, *_NAMING):
        connection.execute(sa.update(table).where(table.c.dataset_id == double).values(dataset_id=kept))
    _entities(connection, double, kept)
    connection.execute(sa.delete(_COPY).where(_COPY.c.dataset_id.in_([double, kept])))
    newest = sa.select(sa.func.max(_DATASET.c.generation)).where(_DATASET.c.id.in_([double, kept]))
    generation = connection.execute(newest).scalar_one() + 1
    connection.execute(sa.update(_DATASET).where(_DATASET.c.id == kept).values(generation=generation))
    gone = {"deleted_at": datetime.now(UTC), "joined_into": kept}
    connection.execute(sa.update(_DATASET).where(_DATASET.c.id == double).values(gone))


def _properties(connection: sa.Connection, double: int, kept: int) -> None:
    """What is protected in one is so in both, a point only what is one in both."""
    listed = sa.select(_PROPERTY).where(_PROPERTY.c.dataset_id == kept)
    there = {row.name: row for row in connection.execute(listed).all()}
    for row in connection.execute(sa.select(_PROPERTY).where(_PROPERTY.c.dataset_id == double)).all():
        mine, its = there.get(row.name), sa.update(_PROPERTY).where(_PROPERTY.c.id == row.id)
        if mine is None:
            connection.execute(its.values(dataset_id=kept))
            continue
        both = {"protected": mine.protected or row.protected, "point": mine.point and row.point}
        connection.execute(sa.update(_PROPERTY).where(_PROPERTY.c.id == mine.id).values(both))
        connection.execute(sa.delete(_PROPERTY).where(_PROPERTY.c.id == row.id))


def _entities(connection: sa.Connection, double: int, kept: int) -> None:
    """Entities move; of one that stands in both lists the double's versions follow those of the first."""
    listed = sa.select(_ENTITY).where(_ENTITY.c.dataset_id == kept)
    there = {row.uuid: row for row in connection.execute(listed).all()}
    for row in connection.execute(sa.select(_ENTITY).where(_ENTITY.c.dataset_id == double)).all():
        mine, its = there.get(row.uuid), _ENTITY.c.id == row.id
        if mine is None:
            connection.execute(sa.update(_ENTITY).where(its).values(dataset_id=kept))
            continue
        follow = {"entity_id": mine.id, "version": _VERSION.c.version + mine.version}
        connection.execute(sa.update(_VERSION).where(_VERSION.c.entity_id == row.id).values(follow))
        connection.execute(sa.delete(_ENTITY).where(its))
        whole = _one(mine, row)
        connection.execute(sa.update(_ENTITY).where(_ENTITY.c.id == mine.id).values(whole))


def _one(mine: sa.Row[Any], other: sa.Row[Any]) -> dict[str, Any]:
    """Two rows of an entity as one: it says what was said last, and stands where either does."""
    last = max((mine, other), key=lambda row: row.updated_at or row.created_at)
    said = {name: getattr(last, name) for name in ("label", "data", "protected", "area_id", "updated_at")}
    stands = None in (mine.deleted_at, other.deleted_at)
    return {
        **said,
        "version": mine.version + other.version,
        "deleted_at": None if stands else last.deleted_at,
    }


def downgrade() -> None:
    """Allow several again; what was joined stays so."""
    for table, column in _SWEPT:
        op.drop_index(f"ix_{table}_{column}", table_name=table)
    op.drop_index("uq_dataset_project_id_name", table_name="dataset")
    op.create_index("ix_dataset_project", "dataset", ["project_id", "name"])
    op.drop_column("dataset", "joined_into")
