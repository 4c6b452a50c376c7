"""The household monitoring database: typed tables, history and `_current`, by theme.

A new fact is a column in a mixin here (or a mixin and two models), a migration and a line in docs; the catalogue, the
projection, the pages and the exports read the models. Knows no submission, no form and no mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table

from server.db import Base
from server.households.tables.base import ROWS_A_SUBMISSION, Fact
from server.households.tables.dwelling import (
    Assets,
    AssetsCurrent,
    Connectivity,
    ConnectivityCurrent,
    Energy,
    EnergyCurrent,
    Housing,
    HousingCurrent,
    Hygiene,
    HygieneCurrent,
    Sanitation,
    SanitationCurrent,
    Waste,
    WasteCurrent,
    Water,
    WaterCurrent,
)
from server.households.tables.facilities import (
    FacilityIssue,
    FacilityIssueCurrent,
    Inspection,
    InspectionCurrent,
)
from server.households.tables.panel import (
    Facility,
    FacilityHistory,
    Household,
    HouseholdHistory,
    Observation,
    Serial,
    Visit,
    VisitCurrent,
)
from server.households.tables.people import (
    Composition,
    CompositionCurrent,
    Food,
    FoodCurrent,
    Harvest,
    HarvestCurrent,
    HealthAccess,
    HealthAccessCurrent,
    Need,
    NeedCurrent,
    SchoolAccess,
    SchoolAccessCurrent,
    Schooling,
    SchoolingCurrent,
    Shock,
    ShockCurrent,
    Spending,
    SpendingCurrent,
)

__all__ = [
    "FACILITY",
    "HOUSEHOLD",
    "ROWS_A_SUBMISSION",
    "SUBJECTS",
    "TABLES",
    "Assets",
    "AssetsCurrent",
    "Composition",
    "CompositionCurrent",
    "Connectivity",
    "ConnectivityCurrent",
    "Energy",
    "EnergyCurrent",
    "Facility",
    "FacilityHistory",
    "FacilityIssue",
    "FacilityIssueCurrent",
    "Food",
    "FoodCurrent",
    "Harvest",
    "HarvestCurrent",
    "HealthAccess",
    "HealthAccessCurrent",
    "Household",
    "HouseholdHistory",
    "Housing",
    "HousingCurrent",
    "Hygiene",
    "HygieneCurrent",
    "Inspection",
    "InspectionCurrent",
    "Monitored",
    "Need",
    "NeedCurrent",
    "Observation",
    "Sanitation",
    "SanitationCurrent",
    "SchoolAccess",
    "SchoolAccessCurrent",
    "Schooling",
    "SchoolingCurrent",
    "Serial",
    "Shock",
    "ShockCurrent",
    "Spending",
    "SpendingCurrent",
    "Visit",
    "VisitCurrent",
    "Waste",
    "WasteCurrent",
    "Water",
    "WaterCurrent",
    "until_views",
]


@dataclass(frozen=True, slots=True)
class Monitored:
    """A monitoring table by the name that forms write: its history, its current rows, whose they are.

    `subject` is household or facility; `key` the column that holds its UUID in history.
    """

    name: str
    subject: str
    repeated: bool
    history: Table
    current: Table

    @property
    def key(self) -> str:
        """household_id or facility_id."""
        return f"{self.subject}_id"

    @property
    def is_subject(self) -> bool:
        """True for household and facility themselves, whose current row is the subject's own."""
        return self.name == self.subject

    @property
    def current_key(self) -> str:
        """The column of `current` that holds the UUID."""
        return "uuid" if self.is_subject else self.key


def _tables() -> dict[str, Monitored]:
    tables: dict[str, Monitored] = {}
    for mapper in Base.registry.mappers:
        model, history = mapper.class_, cast(Table, mapper.local_table)
        if issubclass(model, Fact):
            name = history.name.removesuffix("_history")
            current = Base.metadata.tables[name if name != history.name else f"{name}_current"]
            tables[name] = Monitored(name, model.subject, model.repeated, history, current)
    return dict(sorted(tables.items()))


TABLES: Mapping[str, Monitored] = _tables()
"""Every table that forms write to, by name."""


def until_views() -> list[tuple[str, str]]:
    """`(name, SQL)` of a view beside each history, `<history>_until`: the rows that stand, with `valid_to`.

    A row held until the next one of its subject that stands (null: it still holds); a visit to nobody has no next. The SQL is the same on SQLite and
    PostgreSQL; a migration runs it. Rows of a repeat share their visit's time, so that the next is the next time.
    """
    views = []
    for table in TABLES.values():
        name = f"{table.history.name}_until"
        window = (
            f"MIN(observed_at) OVER (PARTITION BY {table.key} ORDER BY observed_at "
            "RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP)"
        )
        if table.history.c[table.key].nullable:
            window = f"CASE WHEN {table.key} IS NOT NULL THEN {window} END"
        rows = f"SELECT f.*, {window} AS valid_to FROM {table.history.name} AS f WHERE superseded_at IS NULL"  # noqa: S608 - names of ours
        views.append((name, f"CREATE VIEW {name} AS {rows}"))
    return views


HOUSEHOLD = cast(Table, Household.__table__)
FACILITY = cast(Table, Facility.__table__)
SUBJECTS: Mapping[str, Table] = {"household": HOUSEHOLD, "facility": FACILITY}
"""What facts are about, by kind: a row each, now."""
