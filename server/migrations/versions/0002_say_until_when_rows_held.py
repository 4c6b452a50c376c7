"""Name, beside each history table, the view that says until when a row held."""

from alembic import op

revision = "0002"
down_revision = "0001"

VIEWS = {
    "assets_until": """CREATE VIEW assets_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM assets AS f WHERE superseded_at IS NULL""",
    "composition_until": """CREATE VIEW composition_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM composition AS f WHERE superseded_at IS NULL""",
    "connectivity_until": """CREATE VIEW connectivity_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM connectivity AS f WHERE superseded_at IS NULL""",
    "energy_until": """CREATE VIEW energy_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM energy AS f WHERE superseded_at IS NULL""",
    "facility_history_until": """CREATE VIEW facility_history_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY facility_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM facility_history AS f WHERE superseded_at IS NULL""",
    "facility_issue_until": """CREATE VIEW facility_issue_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY facility_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM facility_issue AS f WHERE superseded_at IS NULL""",
    "food_until": """CREATE VIEW food_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM food AS f WHERE superseded_at IS NULL""",
    "harvest_until": """CREATE VIEW harvest_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM harvest AS f WHERE superseded_at IS NULL""",
    "health_access_until": """CREATE VIEW health_access_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM health_access AS f WHERE superseded_at IS NULL""",
    "household_history_until": """CREATE VIEW household_history_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM household_history AS f WHERE superseded_at IS NULL""",
    "housing_until": """CREATE VIEW housing_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM housing AS f WHERE superseded_at IS NULL""",
    "hygiene_until": """CREATE VIEW hygiene_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM hygiene AS f WHERE superseded_at IS NULL""",
    "inspection_until": """CREATE VIEW inspection_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY facility_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM inspection AS f WHERE superseded_at IS NULL""",
    "need_until": """CREATE VIEW need_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM need AS f WHERE superseded_at IS NULL""",
    "sanitation_until": """CREATE VIEW sanitation_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM sanitation AS f WHERE superseded_at IS NULL""",
    "school_access_until": """CREATE VIEW school_access_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM school_access AS f WHERE superseded_at IS NULL""",
    "schooling_until": """CREATE VIEW schooling_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM schooling AS f WHERE superseded_at IS NULL""",
    "shock_until": """CREATE VIEW shock_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM shock AS f WHERE superseded_at IS NULL""",
    "spending_until": """CREATE VIEW spending_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM spending AS f WHERE superseded_at IS NULL""",
    "visit_until": """CREATE VIEW visit_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM visit AS f WHERE superseded_at IS NULL""",
    "waste_until": """CREATE VIEW waste_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM waste AS f WHERE superseded_at IS NULL""",
    "water_until": """CREATE VIEW water_until AS SELECT f.*, MIN(observed_at) OVER (PARTITION BY household_id ORDER BY observed_at RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS valid_to FROM water AS f WHERE superseded_at IS NULL""",
}


def upgrade() -> None:
    """Make the views."""
    for statement in VIEWS.values():
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    for name in VIEWS:
        op.execute(f"DROP VIEW {name}")
