"""Migrations and models say the same, on both databases, and a copy is made before anything is changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import MetaData, Table, insert, inspect, text
from sqlalchemy.exc import IntegrityError

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


def test_comments_are_what_the_models_say(made: tuple[Flask, Settings]) -> None:
    """Where the database keeps any."""
    with made[0].app_context(), db.engines[None].connect() as connection:
        kept = connection.dialect.supports_comments
        for table in Base.metadata.sorted_tables:
            said = {one["name"]: one.get("comment") for one in inspect(connection).get_columns(table.name)}
            assert said == {c.name: c.comment if kept else None for c in table.columns}, table.name


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


Put = Callable[..., None]


def filled(
    request: pytest.FixtureRequest, data: Path, revision: str, stuff: Callable[[Put], None]
) -> tuple[Flask, Settings]:
    """A database of an older schema, filled by `stuff`, which puts rows by their table's name and columns."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgresql" else ""
    settings = Settings.load(environ={}, data=data, database_url=url)
    app = bare_app(settings)
    config = upgrade.alembic_config()
    with app.app_context(), db.engines[None].connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
        there = MetaData()
        there.reflect(connection)

        def put(table: str, **given: Any) -> None:
            connection.execute(insert(there.tables[table]).values({**needed(there.tables[table]), **given}))

        stuff(put)
        connection.commit()
    return app, settings


@pytest.fixture(params=["sqlite", "postgresql"])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Flask, Settings]:
    """A database of schema 0003 with visits in it."""
    return filled(request, tmp_path, "0003", visits)


def visits(put: Put) -> None:
    """Of each submission its versions, and the versions of entities that they wrote."""
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


FIRST, DOUBLE, ELSEWHERE = 1, 2, 3
"""Lists called wells: two of one project, that two forms made at once, and one of another project."""


@pytest.fixture(params=["sqlite", "postgresql"])
def doubled(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Flask, Settings]:
    """A database of schema 0007 in which a project has a list twice."""
    return filled(request, tmp_path, "0007", doubles)


def doubles(put: Put) -> None:
    """Each list with a form, its properties and wells: one well stands in both."""
    for number, (dataset, project) in enumerate(((FIRST, 1), (DOUBLE, 1), (ELSEWHERE, 2)), start=1):
        if dataset != DOUBLE:
            put("project", id=project)
        put("form", id=number, project_id=project)
        put("form_version", id=number, form_id=number)
        put("dataset", id=dataset, project_id=project, name="wells", generation=10 * number)
        put("dataset_form", dataset_id=dataset, form_version_id=number)
        name = f"wells{number}.csv"
        put("form_attachment", id=number, form_version_id=number, name=name, dataset_id=dataset)
        put("entity_backlog", id=number, dataset_id=dataset)
        put("list_copy", id=number, dataset_id=dataset)
    put("dataset_property", id=1, dataset_id=FIRST, name="kind", protected=False, point=True)
    put("dataset_property", id=2, dataset_id=DOUBLE, name="kind", protected=True, point=False)
    put("dataset_property", id=3, dataset_id=DOUBLE, name="depth", protected=False)
    put("dataset_property", id=4, dataset_id=ELSEWHERE, name="kind", protected=False, point=True)
    later = datetime(2026, 3, 2, tzinfo=UTC)
    put("entity", id=11, dataset_id=FIRST, uuid="both", version=2, label="old", deleted_at=later)
    put("entity", id=12, dataset_id=DOUBLE, uuid="both", version=1, label="new", updated_at=later)
    put("entity", id=13, dataset_id=DOUBLE, uuid="one", version=1, label="alone")
    put("entity", id=14, dataset_id=ELSEWHERE, uuid="both", version=1, label="elsewhere")
    for entity, version, label in ((11, 1, "older"), (11, 2, "old"), (12, 1, "new"), (13, 1, "alone")):
        put("entity_version", entity_id=entity, version=version, label=label)


def test_a_list_that_two_forms_made_at_once_is_joined_to_the_first(doubled: tuple[Flask, Settings]) -> None:
    app, settings = doubled
    upgrade.migrate(app, settings)
    assert found(app, "SELECT id, generation FROM dataset WHERE deleted_at IS NULL ORDER BY id") == [
        (FIRST, 21),
        (ELSEWHERE, 30),
    ]
    assert found(app, "SELECT id, joined_into FROM dataset WHERE deleted_at IS NOT NULL") == [(DOUBLE, FIRST)]
    for table in ("dataset_form", "form_attachment", "entity_backlog"):
        owners = [owner for (owner,) in found(app, f"SELECT dataset_id FROM {table} ORDER BY dataset_id")]
        assert owners == [FIRST, FIRST, ELSEWHERE], table
    assert found(app, "SELECT dataset_id FROM list_copy") == [(ELSEWHERE,)]
    properties = found(app, "SELECT dataset_id, name, protected, point FROM dataset_property ORDER BY id")
    assert [(owner, name, bool(hidden), bool(point)) for owner, name, hidden, point in properties] == [
        (FIRST, "kind", True, False),
        (FIRST, "depth", False, False),
        (ELSEWHERE, "kind", False, True),
    ]


def test_the_entities_of_both_stand_in_one_list_with_all_their_versions(
    doubled: tuple[Flask, Settings],
) -> None:
    app, settings = doubled
    upgrade.migrate(app, settings)
    assert found(
        app, "SELECT dataset_id, uuid, version, label FROM entity WHERE deleted_at IS NULL ORDER BY id"
    ) == [(FIRST, "both", 3, "new"), (FIRST, "one", 1, "alone"), (ELSEWHERE, "both", 1, "elsewhere")]
    assert found(
        app,
        "SELECT e.uuid, v.version, v.label FROM entity_version v JOIN entity e ON e.id = v.entity_id "
        "ORDER BY e.uuid, v.version",
    ) == [("both", 1, "older"), ("both", 2, "old"), ("both", 3, "new"), ("one", 1, "alone")]


def test_a_second_list_of_a_name_is_refused_but_where_the_first_is_in_the_bin(
    doubled: tuple[Flask, Settings],
) -> None:
    app, settings = doubled
    upgrade.migrate(app, settings)
    again = (
        "INSERT INTO dataset (id, project_id, name, approval_required, owner_only, generation, created_at) "
        "SELECT 77, project_id, name, approval_required, owner_only, 1, created_at FROM dataset WHERE id = 1"
    )
    with app.app_context(), db.engines[None].connect() as connection:
        with pytest.raises(IntegrityError, match=r"uq_dataset_project|dataset\.name"), connection.begin():
            connection.execute(text(again))
        with connection.begin():
            connection.execute(text("UPDATE dataset SET deleted_at = created_at WHERE id = 1"))
            connection.execute(text(again))


def test_migrations_can_be_taken_back(made: tuple[Flask, Settings]) -> None:
    config = upgrade.alembic_config()
    with made[0].app_context(), db.engines[None].connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        connection.commit()
        assert inspect(connection).get_table_names() == ["alembic_version"]
