"""`since` counts from when we came to know it, of current rows as of history."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from alembic import command

from server import upgrade
from server.db import db
from tests.support.town import Town


def water_since(house: Town, then: str) -> list[dict[str, Any]]:
    """The current rows of the table water that were recorded since."""
    path = f"/monitoring/tables/water?project={house.project}&since={quote(then)}"
    answer: Any = house.api("GET", path).json
    return list(answer["rows"])


def test_a_current_row_counts_from_when_we_came_to_know_it(house: Town) -> None:
    known = house.enrol(water="borehole", when="2026-01-01T00:00:00.000+00:00")
    then = datetime.now(UTC).isoformat()
    assert water_since(house, then) == []
    house.visit(known.household, water="surface", when="2026-02-01T00:00:00.000+00:00")
    (row,) = water_since(house, then)
    assert row["source"] == "surface"
    assert row["recorded_at"] > "2026-02-02"


def test_an_answer_that_came_late_under_a_newer_visit_counts_too(house: Town) -> None:
    known = house.enrol(water="borehole", when="2026-03-01T00:00:00.000+00:00")
    then = datetime.now(UTC).isoformat()
    house.visit(known.household, water="surface", minutes="12", when="2026-02-01T00:00:00.000+00:00")
    (row,) = water_since(house, then)
    assert row["source"] == "borehole"


def test_a_database_of_before_learns_when_its_current_rows_were_recorded(house: Town) -> None:
    known = house.enrol(water="borehole", needs=("clinic", "school"), when="2026-03-01T00:00:00.000+00:00")
    house.visit(known.household, water="surface", when="2026-02-01T00:00:00.000+00:00")
    before = {name: house.rows(name) for name in ("water", "need", "visit", "housing")}
    config = upgrade.alembic_config()
    with house.app.app_context(), db.engines[None].connect() as connection:
        config.attributes["connection"] = connection
        command.stamp(config, "head")
        command.downgrade(config, "0002")
        command.upgrade(config, "head")
        connection.commit()
    assert {name: house.rows(name) for name in before} == before
    assert all(row["recorded_at"] is not None for row in before["water"] + before["need"])
