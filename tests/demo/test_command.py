"""`fieldfare demo`: a folder of its own, made once, and never on top of what somebody else has made."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from server.accounts import signin
from server.accounts.models import Phone, PhoneForm
from server.cli import main
from server.cli_base import running
from server.db import db, transaction
from server.forms import projects
from server.settings import Settings

FEW = ["--households", "2", "--visits", "2"]


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name in ("DATABASE_URL", "ADMIN_EMAIL", "ADMIN_PASSWORD"):
        monkeypatch.delenv(f"FIELDFARE_{name}", raising=False)
    return CliRunner()


def test_the_demo_prints_who_can_sign_in_and_is_made_once(runner: CliRunner, tmp_path: Path) -> None:
    arguments = ["demo", "--data", str(tmp_path / "demo"), *FEW]
    first = runner.invoke(main, arguments, catch_exceptions=False)
    assert first.exit_code == 0, first.output
    assert re.search(r"^  \d+ submissions, \d+ photos", first.output, re.M)
    assert re.search(r" of \d+ submissions sent, ", first.output)
    password = re.search(r"Password\s+(\S+)", first.output)
    assert password is not None
    with running(Settings.load({}, data=tmp_path / "demo")) as (_, services):
        for address in ("admin@aldermere.example", "supervisor.a1@aldermere.example"):
            verdict = signin.examine(db.session(), services, address, password[1], "127.0.0.1")
            assert verdict.actor_id is not None
            db.session.rollback()
        of = select(PhoneForm.actor_id).distinct()
        assert set(db.session.scalars(of)) == set(db.session.scalars(select(Phone.actor_id)))
        db.session.rollback()
    again = runner.invoke(main, arguments, catch_exceptions=False)
    assert again.exit_code == 0
    assert re.search(r"used as it is: \d+ submissions, \d+ photos\.", again.output)
    assert re.search(r"\d forms", first.output + again.output) is None
    assert json.loads((tmp_path / "demo" / "demo.json").read_text("utf-8"))["forms"] > 6


def test_a_folder_with_somebody_elses_project_is_left_alone(runner: CliRunner, tmp_path: Path) -> None:
    with running(Settings.load({}, data=tmp_path, sample=False)), transaction(db.session()) as session:
        projects.create(session, "Ours", by=None)
    result = runner.invoke(main, ["demo", "--data", str(tmp_path), *FEW])
    assert result.exit_code == 1
    assert "holds projects already" in result.output
    with running(Settings.load({}, data=tmp_path, sample=False)):
        assert [one.name for one in projects.projects(db.session())] == ["Ours"]
        db.session.remove()


def test_the_demo_lies_where_the_data_folder_is_said_to_be(
    runner: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FIELDFARE_DATA", str(tmp_path / "elsewhere"))
    result = runner.invoke(main, ["demo", *FEW], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "elsewhere" / "demo.json").is_file()
    assert not (tmp_path / "demo-data").exists()
    assert Settings.load({}, data=tmp_path / "elsewhere").lan_command == "make demo ARGS=--lan"
    assert Settings.load({}, data=tmp_path).lan_command == "make run ARGS=--lan"
