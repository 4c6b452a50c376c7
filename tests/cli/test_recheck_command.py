"""`fieldfare recheck`: stored visits checked again from the command line, with a line for each part and each form."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import main
from server.ingest import check as checks
from tests.support.fixtures import sqlite_template
from tests.support.town import check, close, open_copy


def test_recheck_says_what_came_of_each_form(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    town = open_copy(sqlite_template(tmp_path_factory.getbasetemp()), data)
    home = town.enrol(water="borehole")
    with monkeypatch.context() as older:
        older.setattr(checks, "BLOCKING", frozenset())
        assert town.phone.send(check(home.household, water="surface", minutes="many")).status_code == 201
    close(town)
    ran = CliRunner().invoke(main, ["--data", str(data), "recheck", "check", "enrol"])
    assert (ran.exit_code, ran.output.splitlines()) == (
        0,
        [
            "  enrol: 1 of 1",
            "enrol: 1 checked, 0 judged otherwise, 0 held back now, 0 no more.",
            "  check: 1 of 1",
            "check: 1 checked, 1 judged otherwise, 1 held back now, 0 no more.",
        ],
    )
    missing = CliRunner().invoke(main, ["--data", str(data), "recheck", "unheard_of"])
    assert missing.exit_code == 1
    assert "There is no form unheard_of here." in missing.output
