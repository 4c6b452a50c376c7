"""Migrations and models say the same, on both databases, and a copy is made before anything is changed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import Connection, MetaData, Table, insert, inspect, text

from server import bare_app, upgrade
from server.cli_base import prepare
from server.db import Base, db
from server.households.tables import until_views
from server.settings import Settings


def migrated(data: Path, url: str = "") -> tuple[Flask, Settings]:
    settings = Settings.load(environ={}, data=data, database_url=url)
    app = bare_app(settings)
    upgrade.migrate(app, settings)
    return app, settings


@pytest.fixture(params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Flask, Settings]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    return migrated(tmp_path, url)


def test_a_migrated_database_is_what_the_models_say(made: tuple[Flask, Settings]) -> None:
    with made[0].app_context(), db.engines[None].connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_every_history_table_has_the_view_that_says_until_when(made: tuple[Flask, Settings]) -> None:
    with made[0].app_context(), db.engines[None].connect() as connection:
        views = set(inspect(connection).get_view_names())
        assert views == {name for name, _ in until_views()}
        for name in views:
            assert connection.execute(text(f"SELECT * FROM {name}")).all() == []


def test_nothing_is_done_or_copied_where_nothing_is_to_do(
    made: tuple[Flask, Settings], tmp_path: Path
) -> None:
    app, settings = made
    assert upgrade.migrate(app, settings) is None
    at, head = upgrade.state(app)
    assert at == head


def test_a_copy_is_made_before_an_old_database_is_brought_up(tmp_path: Path) -> None:
    app, settings = migrated(tmp_path)
    config = upgrade.alembic_config()
    with app.app_context(), db.engines[None].connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        connection.commit()
    copy = upgrade.migrate(app, settings)
    assert copy is not None
    assert Path(copy).stat().st_size > 0


HELD, REJECTED, APPROVED, ENROLS = 10, 20, 30, 40
"""Submissions of an older installation: an edit is held back, all is rejected, approved, what it creates is held back."""

EDIT = 12
"""The held edit, a version of HELD."""


@pytest.fixture(params=["sqlite", "postgresql"])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Flask, Settings]:
    """A database of schema 0003 with visits in it."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    settings = Settings.load(environ={}, data=tmp_path, database_url=url)
    app = bare_app(settings)
    config = upgrade.alembic_config()
    with app.app_context(), db.engines[None].connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.commit()
        stuff(connection)
        connection.commit()
    return app, settings


def stuff(connection: Connection) -> None:
    """Fill it: of each submission its versions, and the versions of entities that they wrote."""
    there = MetaData()
    there.reflect(connection)

    def put(table: str, **given: Any) -> None:
        connection.execute(insert(there.tables[table]).values({**needed(there.tables[table]), **given}))

    put("project", id=1)
    put("form", id=1, project_id=1)
    put("form_version", id=1, form_id=1)
    put("form_count", form_id=1, draft=False, held=9)
    put("dataset", id=1, project_id=1)
    of_submission: dict[int, dict[str, Any]] = {
        HELD: {"blocking": 1, "version_id": EDIT},
        REJECTED: {"blocking": 0, "version_id": REJECTED, "review_state": "rejected"},
        APPROVED: {"blocking": 1, "version_id": APPROVED, "review_state": "approved"},
        ENROLS: {"blocking": 1, "version_id": ENROLS},
    }
    common = {"project_id": 1, "form_id": 1, "draft": False, "form_version_id": 1}
    for number, more in of_submission.items():
        put("submission", id=number, instance_id=f"uuid:{number}", **common, **more)
        put("entity", id=number, dataset_id=1, uuid=f"{number}")
    written = [
        (HELD, HELD, 1, None),
        (HELD, HELD, 2, 1),
        (HELD, EDIT, 3, 2),
        (REJECTED, REJECTED, 1, None),
        (REJECTED, REJECTED, 2, 1),
        (APPROVED, APPROVED, 2, 1),
        (ENROLS, ENROLS, 3, None),
    ]
    for submission, version, number, base in written:
        by = {"submission_id": submission, "submission_version_id": version, "origin": "submission"}
        put("entity_version", entity_id=submission, version=number, base_version=base, **by)
    put("observation", id=1, project_id=1, submission_id=HELD, version_id=HELD, rank=b"its place")


def needed(table: Table) -> dict[str, Any]:
    """Something for each column that must not be null."""
    some = {str: "{}", int: 1, bool: False, bytes: b"", datetime: datetime(2026, 3, 1, tzinfo=UTC)}
    return {
        column.name: some[column.type.python_type]
        for column in table.columns
        if not column.nullable and not column.primary_key
    }


def found(app: Flask, query: str) -> list[Any]:
    with app.app_context(), db.engines[None].connect() as connection:
        return [tuple(row) for row in connection.execute(text(query)).all()]


def test_what_decisions_took_out_counts_no_more_and_what_a_held_edit_found_does(
    older: tuple[Flask, Settings],
) -> None:
    app, settings = older
    upgrade.migrate(app, settings)
    out = found(
        app,
        "SELECT submission_version_id, version FROM entity_version WHERE superseded_at IS NOT NULL "
        "ORDER BY submission_version_id, version",
    )
    assert out == [(EDIT, 3), (REJECTED, 1), (REJECTED, 2)]


def test_a_version_gets_the_place_of_its_facts_or_that_of_its_first_arrival(
    older: tuple[Flask, Settings],
) -> None:
    app, settings = older
    upgrade.migrate(app, settings)
    rows = found(app, "SELECT submission_version_id, rank FROM entity_version")
    places = {(version, bytes(rank)) for version, rank in rows}
    assert {rank for version, rank in places if version == HELD} == {b"its place"}
    assert {rank for version, rank in places if version != HELD} == {b"2026-03-01T00:00:00.000000   "}


def test_held_back_is_counted_anew_as_what_nobody_has_decided(older: tuple[Flask, Settings]) -> None:
    app, settings = older
    upgrade.migrate(app, settings)
    assert found(app, "SELECT held FROM form_count") == [(2,)]


def test_the_operator_is_told_to_rebuild_what_an_older_version_made(
    older: tuple[Flask, Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    _, settings = older
    prepare(settings)
    assert "Run `fieldfare rebuild` once now" in capsys.readouterr().out
    prepare(settings)
    assert capsys.readouterr().out == ""


def test_migrations_can_be_taken_back(made: tuple[Flask, Settings]) -> None:
    config = upgrade.alembic_config()
    with made[0].app_context(), db.engines[None].connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        connection.commit()
        assert inspect(connection).get_table_names() == ["alembic_version"]
