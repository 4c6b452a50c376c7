"""Say that current rows lie where their household does; whoever comes from before derives them anew (`fieldfare rebuild`)."""

from alembic import op

revision = "0009"
down_revision = "0008"

TABLES = (
    "assets",
    "composition",
    "connectivity",
    "energy",
    "facility_issue",
    "food",
    "harvest",
    "health_access",
    "housing",
    "hygiene",
    "inspection",
    "need",
    "sanitation",
    "school_access",
    "schooling",
    "shock",
    "spending",
    "visit",
    "waste",
    "water",
)
"""Tables that have one of current rows beside them."""

_BEFORE = "Area of the newest fact"
_NOW = "Area that the household or facility lies in, wherever the facts were seen"


def upgrade() -> None:
    """SQLite keeps no comments."""
    _say(_NOW, _BEFORE)


def _say(comment: str, before: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in TABLES:
            op.alter_column(f"{name}_current", "area_id", comment=comment, existing_comment=before)


def downgrade() -> None:
    """Say what was said before."""
    _say(_BEFORE, _NOW)
