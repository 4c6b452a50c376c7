"""`fieldfare recheck`: stored visits checked again from the command line, with a line for each part and each form."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from server import create_app
from server.cli import main
from server.cli_base import running
from server.ingest import check as checks
from server.settings import Settings
from tests.support.closing import close
from tests.support.house import House
from tests.support.town import NOTE, note


def test_recheck_says_what_came_of_each_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    settings = Settings.load({}, data=data, sample=False)
    with running(settings):
        pass  # makes the database as an installation has it
    house = House(create_app(settings)).admin()
    project = house.project()
    house.publish(project, NOTE)
    phone = house.phone(project, "note")
    with monkeypatch.context() as older:
        older.setattr(checks, "BLOCKING", frozenset())
        assert phone.send(note("<village>Alder</village><wells>many</wells>")).status_code == 201
    assert phone.send(note()).status_code == 201
    close(house.app)
    ran = CliRunner().invoke(main, ["--data", str(data), "recheck", "note", "--project", str(project)])
    assert (ran.exit_code, ran.output.splitlines()) == (
        0,
        ["  note: 2 of 2", "note: 2 checked, 1 judged otherwise, 1 held back now, 0 no more."],
    )
    missing = CliRunner().invoke(main, ["--data", str(data), "recheck", "unheard_of"])
    assert missing.exit_code == 1
    assert "There is no form unheard_of here." in missing.output
