"""Say which versions of entities count, and which event wrote them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_OUT = """UPDATE entity_version SET superseded_at = (
    SELECT COALESCE(s.deleted_at, s.updated_at, s.created_at) FROM submission AS s
    WHERE s.id = entity_version.submission_id
) WHERE submission_id IN (
    SELECT s.id FROM submission AS s WHERE s.deleted_at IS NOT NULL OR s.review_state = 'rejected'
    OR (s.blocking > 0 AND COALESCE(s.review_state, '') <> 'approved'
        AND entity_version.base_version IS NOT NULL AND entity_version.submission_version_id = s.version_id)
)"""
"""What decisions have taken out so far, and what a version that is held back updated: what stood before it and what it
created count. `fieldfare rebuild` takes the values off the lists."""


def upgrade() -> None:
    """Add the columns, and stamp what was rejected, put away, or held back again."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column(
        "entity_version", sa.Column("seq", big, nullable=True, comment="Event of the ledger that wrote it")
    )
    counts = sa.Column(
        "superseded_at",
        sa.DateTime(timezone=True),
        nullable=True,
        comment="Counts no more since: its submission was rejected, put away or held back again",
    )
    op.add_column("entity_version", counts)
    op.create_index("ix_entity_version_submission", "entity_version", ["submission_id"])
    op.execute(_OUT)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_entity_version_submission", "entity_version")
    op.drop_column("entity_version", "superseded_at")
    op.drop_column("entity_version", "seq")
