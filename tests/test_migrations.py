"""Migrations and models say the same, on both databases, and a copy is made before anything is changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect, text

from server import bare_app, upgrade
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


def test_migrations_can_be_taken_back(made: tuple[Flask, Settings]) -> None:
    config = upgrade.alembic_config()
    with made[0].app_context(), db.engines[None].connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        connection.commit()
        assert inspect(connection).get_table_names() == ["alembic_version"]
