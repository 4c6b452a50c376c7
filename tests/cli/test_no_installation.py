"""Only what begins an installation makes one; every other command says in one sentence that nothing is there."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from tests.tools.postgres import Postgres

SHEET = Path(__file__).resolve().parents[2] / "forms" / "xlsform" / "household_visit.xlsx"

WORDS: list[list[str]] = [
    ["check"],
    ["rebuild"],
    ["recheck"],
    ["backup", "{tmp}/backup.tar"],
    ["areas", "import", "{tmp}/areas.csv"],
    ["forms", "publish", str(SHEET)],
    ["user", "reset-link", "ada@example.org"],
    ["key", "sheet"],
    ["key", "rotate"],
    ["key", "restore", "m12345678"],
    ["worker"],
    ["jobs", "list"],
    ["jobs", "retry"],
]


def run(data: Path, *words: str, **settings: str) -> Result:
    names = {f"FIELDFARE_{name.upper()}": value for name, value in settings.items()}
    return CliRunner().invoke(main, ["--data", str(data), *words], env={"FIELDFARE_SAMPLE": "0", **names})


@pytest.mark.parametrize("words", WORDS, ids=lambda words: " ".join(words[:2]))
def test_a_command_on_a_folder_that_is_not_there_makes_nothing_and_says_so(
    tmp_path: Path, words: list[str]
) -> None:
    (tmp_path / "areas.csv").write_text("code,name,parent,level\n", "utf-8")
    nowhere = tmp_path / "no" / "such"
    done = run(nowhere, *(word.format(tmp=tmp_path) for word in words))
    assert done.exit_code == 1
    assert done.output.count("\n") == 1, done.output
    assert f"Error: {nowhere} holds no Fieldfare" in done.output
    assert not (tmp_path / "no").exists()
    assert not (tmp_path / "backup.tar").exists()


def test_nor_in_a_folder_that_holds_something_else(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Ada", "utf-8")
    done = run(tmp_path, "check")
    assert done.exit_code == 1
    assert "holds no Fieldfare" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_nor_beside_an_empty_database_file(tmp_path: Path) -> None:
    (tmp_path / "fieldfare.sqlite3").touch()
    done = run(tmp_path, "check")
    assert done.exit_code == 1
    assert "holds no Fieldfare" in done.output
    assert (tmp_path / "fieldfare.sqlite3").stat().st_size == 0
    assert not (tmp_path / "fieldfare.key").exists()


def test_a_database_file_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "fieldfare.sqlite3").write_bytes(b"nothing of the kind" * 400)
    done = run(tmp_path, "check")
    assert done.exit_code == 1
    assert "fieldfare.sqlite3" in done.output
    assert isinstance(done.exception, SystemExit)


def test_an_empty_database_elsewhere_holds_none_either(tmp_path: Path, postgres: Postgres) -> None:
    url = postgres.fresh()
    try:
        done = run(tmp_path / "data", "check", database_url=url)
    finally:
        postgres.drop(url)
    assert done.exit_code == 1
    assert "FIELDFARE_DATABASE_URL" in done.output
    assert not (tmp_path / "data").exists()


def test_a_database_that_does_not_answer_is_said_without_its_password(tmp_path: Path) -> None:
    url = "postgresql+psycopg://ada:secretword@127.0.0.1:1/name"
    for words in (["check"], ["migrate"]):
        done = run(tmp_path / "data", *words, database_url=url)
        assert done.exit_code == 1
        assert "FIELDFARE_DATABASE_URL" in done.output
        assert "secretword" not in done.output
        assert isinstance(done.exception, SystemExit)


@pytest.mark.parametrize("words", [["migrate"], ["user", "add", "a@example.org", "--password", "0123456789"]])
def test_what_begins_an_installation_makes_one_that_is_its_owner_s_alone(
    tmp_path: Path, words: list[str]
) -> None:
    data = tmp_path / "new" / "data"
    done = run(data, *words)
    assert done.exit_code == 0, done.output
    for path in (data, *data.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    whole = run(data, "check")
    assert (whole.exit_code, whole.output) == (0, "Everything is whole.\n")


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run(tmp_path / "file" / "data", "migrate")
    assert done.exit_code == 1
    assert "FIELDFARE_DATA" in done.output
    assert isinstance(done.exception, SystemExit)


def test_forms_can_be_checked_without_any(tmp_path: Path) -> None:
    done = run(tmp_path / "no", "forms", "check", str(SHEET))
    assert done.exit_code == 0, done.output
    assert not (tmp_path / "no").exists()
