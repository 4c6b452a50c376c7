"""Take visits to households that refuse to be enrolled, and count as held back only what nobody has decided."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_NEXT = (
    "MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at "
    "RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP)"
)
_VIEW = "CREATE VIEW visit_until AS SELECT f.*, {} AS valid_to FROM visit AS f WHERE superseded_at IS NULL"
_DROP = "DROP VIEW IF EXISTS visit_until"
_HELD = """UPDATE form_count SET held = (
    SELECT COUNT(*) FROM submission AS s WHERE s.form_id = form_count.form_id AND s.draft = form_count.draft
    AND s.deleted_at IS NULL AND s.blocking > 0 AND COALESCE(s.review_state, '') NOT IN ('approved', 'rejected')
)"""


def upgrade() -> None:
    """Let both columns be null; the view, which stands on one, is made anew."""
    op.execute(_DROP)
    _nullable(True)
    op.execute(_VIEW.format(f"CASE WHEN household_id IS NOT NULL THEN {_NEXT} END"))
    op.execute(_HELD)


def downgrade() -> None:
    """Require them again: visits to nobody go."""
    op.execute("DELETE FROM visit WHERE household_id IS NULL")
    op.execute("DELETE FROM observation WHERE subject IS NULL")
    op.execute(_DROP)
    _nullable(False)
    op.execute(_VIEW.format(_NEXT))


def _nullable(nullable: bool) -> None:
    uuid, more = "Household (household.uuid)", "; null: refused to be enrolled, so that there is none"
    _change("visit", "household_id", 36, (uuid, uuid + more), nullable)
    about, more = (
        "UUID of household or facility, or code of the area",
        "; null: a household that refused to be enrolled",
    )
    _change("observation", "subject", 40, (about, about + more), nullable)


def _change(table: str, column: str, length: int, comments: tuple[str, str], nullable: bool) -> None:
    before, after = comments if nullable else reversed(comments)
    with op.batch_alter_table(table) as changed:
        changed.alter_column(
            column,
            existing_type=sa.String(length),
            nullable=nullable,
            existing_comment=before,
            comment=after,
        )
