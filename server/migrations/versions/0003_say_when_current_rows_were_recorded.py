"""Say of each current row when we came to know it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

TABLES = {
    "assets": "household_id",
    "composition": "household_id",
    "connectivity": "household_id",
    "energy": "household_id",
    "facility_issue": "facility_id",
    "food": "household_id",
    "harvest": "household_id",
    "health_access": "household_id",
    "housing": "household_id",
    "hygiene": "household_id",
    "inspection": "facility_id",
    "need": "household_id",
    "sanitation": "household_id",
    "school_access": "household_id",
    "schooling": "household_id",
    "shock": "household_id",
    "spending": "household_id",
    "visit": "household_id",
    "waste": "household_id",
    "water": "household_id",
}
"""Histories that have a table of current rows beside them, with the column that says whose a row is."""

REPEATED = ("facility_issue", "need", "shock")


def upgrade() -> None:
    """Add the column, filled from the history that stands."""
    for name, key in TABLES.items():
        column = sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we came to know the last of the facts that it is made of",
        )
        op.add_column(f"{name}_current", column)
        same = " AND f.submission_id = c.submission_id" if name in REPEATED else ""
        newest = (
            f"SELECT MAX(f.recorded_at) FROM {name} AS f "  # noqa: S608 - names of ours
            f"WHERE f.{key} = c.{key} AND f.superseded_at IS NULL{same}"
        )
        op.execute(f"UPDATE {name}_current AS c SET recorded_at = ({newest})")  # noqa: S608 - names of ours


def downgrade() -> None:
    """Drop it."""
    for name in TABLES:
        op.drop_column(f"{name}_current", "recorded_at")
