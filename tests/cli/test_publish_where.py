"""`fieldfare forms publish` says which project is not there, and which ones are."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner, Result

from server.cli import main
from server.cli_base import running
from server.db import db, transaction, utcnow
from server.forms import projects
from server.settings import Settings
from tests.forms.desk import form


def publish(tmp_path: Path, *words: str) -> Result:
    sheet = tmp_path / "visit.xlsx"
    sheet.write_bytes(form("type | name | label\ntext | remark | Anything else?"))
    return CliRunner().invoke(
        main, ["--data", str(tmp_path / "data"), "forms", "publish", *words, str(sheet)]
    )


def test_an_installation_without_projects_says_how_to_begin_one(tmp_path: Path) -> None:
    with running(Settings.load({}, data=tmp_path / "data")):
        db.session.remove()
    done = publish(tmp_path)
    assert done.exit_code == 1
    assert "no project 1" in done.output
    assert "sign in and make one with “New project”" in done.output


def test_a_project_that_is_not_there_is_named_beside_those_that_are(tmp_path: Path) -> None:
    with running(Settings.load({}, data=tmp_path / "data")), transaction(db.session()) as session:
        for name in ("Aldermere", "Binned", "Kestrel Bay"):
            projects.create(session, name, by=None)
        projects.get(session, 2).deleted_at = utcnow()
    for number in ("77", "2"):
        done = publish(tmp_path, "--project", number)
        assert done.exit_code == 1
        assert f"no project {number}" in done.output
        assert "1 (Aldermere), 3 (Kestrel Bay)" in done.output
        assert "--project" in done.output
