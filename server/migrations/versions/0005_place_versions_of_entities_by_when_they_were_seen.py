"""Place versions of entities by when what they say was seen, and keep what something newer overrules."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_SEEN = """UPDATE entity_version SET rank = (
    SELECT MAX(o.rank) FROM observation AS o
    WHERE o.submission_id = entity_version.submission_id AND o.version_id = entity_version.submission_version_id
) WHERE origin <> 'derived'"""

_VERSION = sa.table(
    "entity_version",
    sa.column("id", sa.BigInteger),
    sa.column("submission_id", sa.BigInteger),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("origin", sa.String),
    sa.column("rank", sa.LargeBinary),
)


def upgrade() -> None:
    """Add the columns; a version whose submission wrote facts has their place, any other that of its first arrival."""
    rank = sa.Column(
        "rank",
        sa.LargeBinary(),
        nullable=True,
        comment="Its place among versions: observed_at, ended, started, instanceID as bytes; null: derived",
    )
    overruled = sa.Column(
        "overruled",
        sa.LargeBinary(),
        nullable=True,
        comment="What its source gave and something newer overrules: encrypted JSON",
    )
    op.add_column("entity_version", rank)
    op.add_column("entity_version", overruled)
    op.execute(_SEEN)
    connection = op.get_bind()
    columns = (_VERSION.c.id, _VERSION.c.submission_id, _VERSION.c.created_at)
    left = sa.select(*columns).where(_VERSION.c.rank.is_(None), _VERSION.c.origin != "derived")
    first: dict[int, datetime] = {}
    placed: list[dict[str, Any]] = []
    for row in connection.execute(left.order_by(_VERSION.c.id)).all():
        at = first.setdefault(row.submission_id, row.created_at)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        placed.append({"one": row.id, "place": f"{at.isoformat(timespec='microseconds')[:26]}   ".encode()})
    if placed:
        one = sa.update(_VERSION).where(_VERSION.c.id == sa.bindparam("one"))
        connection.execute(one.values(rank=sa.bindparam("place")), placed)


def downgrade() -> None:
    """Drop them."""
    op.drop_column("entity_version", "overruled")
    op.drop_column("entity_version", "rank")
