"""`fieldfare forms check` and `forms publish`: what they say, and exit statuses that a script can go by."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from server.cli_base import database_file, running
from server.db import db, transaction
from server.forms import lifecycle, projects
from server.forms.examine import diff, examination, rules
from server.ingest.announce import announce
from server.settings import Settings
from tests.forms.desk import form, put_file

GOOD = form("type | name | label\ntext | remark | Anything else?")
WARNED = form("type | name | label\nimage | roof | The roof", form_id="roofs")
FILED = form("type | name | label\nselect_one_from_file zz.csv | which | Which one?", form_id="filed")
MAKER = form(
    "type | name | label\ntext | remark | Which?",
    form_id="maker",
    entities="list_name | label\nzz | ${remark}",
)
TOLD = form("type | name | label\ntext | who | What is your name?", form_id="told")
FAULTY = form("type | name | label\ntxt | remark | Anything else?")
REFUSED = form("type | name | label\ntext | faith | What is your religion?")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A data folder with one empty project."""
    settings = Settings.load({}, data=tmp_path / "data", sample=False)
    with running(settings), transaction(db.session()) as session:
        projects.create(session, "Aldermere", by=None)
    return tmp_path


def run(house: Path, *words: str) -> Result:
    return CliRunner().invoke(
        main, ["--data", str(house / "data"), "forms", *words], env={"FIELDFARE_SAMPLE": "0"}
    )


def written(house: Path, name: str, data: bytes) -> str:
    path = house / name
    path.write_bytes(data)
    return str(path)


def published(house: Path) -> list[str]:
    with running(Settings.load({}, data=house / "data", sample=False)):
        found = lifecycle.of_project(db.session(), 1)
        return sorted(one.xml_form_id for one in found if one.current_version is not None)


@pytest.mark.parametrize(
    ("data", "status"),
    [(GOOD, 0), (WARNED, 0), (FAULTY, 1), (REFUSED, 1), (b"%PDF-1.7 words", 2), (b"", 2)],
    ids=["good", "to look at", "to mend", "refused", "no spreadsheet", "empty"],
)
def test_check_ends_with_0_1_or_2(house: Path, data: bytes, status: int) -> None:
    result = run(house, "check", written(house, "form.xlsx", data))
    assert result.exit_code == status, result.output
    assert " to mend, " in result.output


def test_check_of_a_path_that_is_not_there_is_2(house: Path) -> None:
    assert run(house, "check", str(house / "nowhere.xlsx")).exit_code == 2


def test_check_of_a_folder_checks_its_forms_and_ends_with_the_worst(house: Path) -> None:
    folder = house / "sheets"
    folder.mkdir()
    (folder / "a.xlsx").write_bytes(GOOD)
    (folder / "b.xlsx").write_bytes(FAULTY)
    result = run(house, "check", str(folder))
    assert result.exit_code == 1
    assert "a.xlsx: 0 to mend" in result.output
    assert "b.xlsx: 1 to mend" in result.output


def test_publish_publishes_and_ends_with_0(house: Path) -> None:
    result = run(house, "publish", written(house, "form.xlsx", GOOD))
    assert result.exit_code == 0, result.output
    assert "published visit, version “1”" in result.output
    assert published(house) == ["visit"]


def test_publish_that_warnings_stop_names_the_option_that_goes_on(house: Path) -> None:
    path = written(house, "roofs.xlsx", WARNED)
    stopped = run(house, "publish", path)
    assert stopped.exit_code == 1
    assert "max-pixels" in stopped.output
    assert "Nothing was published: warnings stop it. Mend them, or add --ignore-warnings." in stopped.output
    assert published(house) == []
    assert run(house, "publish", "--ignore-warnings", path).exit_code == 0
    assert published(house) == ["roofs"]


def test_publish_that_leaves_a_question_out_says_so_and_names_the_option(house: Path) -> None:
    assert run(house, "publish", written(house, "form.xlsx", GOOD)).exit_code == 0
    less = form("type | name | label\ntext | other | Anything?", version="2")
    stopped = run(house, "publish", written(house, "form.xlsx", less))
    assert stopped.exit_code == 1
    assert "was asked before and is not in this version" in stopped.output
    assert "--ignore-warnings" in stopped.output
    assert run(house, "publish", "--ignore-warnings", str(house / "form.xlsx")).exit_code == 0


def test_check_says_which_file_the_form_expects(house: Path) -> None:
    result = run(house, "check", written(house, "filed.xlsx", FILED))
    assert result.exit_code == 0
    assert "survey!A2 warning: The form expects the file zz.csv beside it." in result.output
    assert "0 to mend, 1 to look at" in result.output


def test_publish_without_a_file_that_the_form_expects_needs_the_option(house: Path) -> None:
    path = written(house, "filed.xlsx", FILED)
    stopped = run(house, "publish", path)
    assert stopped.exit_code == 1
    assert stopped.output.count("The form expects the file zz.csv") == 1
    assert "add --ignore-warnings" in stopped.output
    assert published(house) == []
    assert run(house, "publish", "--ignore-warnings", path).exit_code == 0
    assert published(house) == ["filed"]


def test_publish_of_a_form_whose_list_the_project_has_asks_for_nothing(house: Path) -> None:
    assert run(house, "publish", written(house, "maker.xlsx", MAKER)).exit_code == 0
    result = run(house, "publish", written(house, "filed.xlsx", FILED))
    assert result.exit_code == 0, result.output
    assert published(house) == ["filed", "maker"]


def test_publish_goes_on_where_something_is_only_told(house: Path) -> None:
    result = run(house, "publish", written(house, "told.xlsx", TOLD))
    assert result.exit_code == 0, result.output
    assert "survey!C2 warning" in result.output
    assert published(house) == ["told"]


@pytest.mark.parametrize(("data", "status"), [(FAULTY, 1), (REFUSED, 1), (b"%PDF-1.7 words", 2)])
def test_publish_of_what_must_be_mended_publishes_none_of_its_files(
    house: Path, data: bytes, status: int
) -> None:
    paths = [written(house, "good.xlsx", GOOD), written(house, "other.xlsx", data)]
    result = run(house, "publish", "--ignore-warnings", *paths)
    assert result.exit_code == status, result.output
    assert "Nothing was published" in result.output
    assert "--ignore-warnings" not in result.output
    assert published(house) == []


def test_publish_into_a_project_that_is_not_there_is_1(house: Path) -> None:
    result = run(house, "publish", "--project", "9", written(house, "form.xlsx", GOOD))
    assert result.exit_code == 1
    assert "Error: " in result.output


LISTED = "type | name | label\nselect_one_from_file trees.csv | tree | Which?"


def test_what_takes_long_is_done_before_the_transaction_that_publishes(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new version with the list that the last one had: converted, compared and judged while another can write."""
    settings = Settings.load({}, data=house / "data", sample=False)
    with running(settings) as (_, services), transaction(db.session()) as session:
        examined = lifecycle.Upload(form(LISTED, form_id="trees"), "one.xlsx").examined()
        made = lifecycle.create(session, services, 1, examined, None, announce=announce)
        put_file(session, services, made, "trees.csv", b"name,label\nelm,Elm\n", None)
        lifecycle.publish(session, services, made, actor_id=None, announce=announce)
    steps = []

    def watched(place: object, name: str) -> None:
        step = getattr(place, name)

        def taken(*args: Any, **kwargs: Any) -> Any:
            with closing(sqlite3.connect(database_file(settings), timeout=0)) as other:
                other.execute("BEGIN IMMEDIATE")  # raises while the command writes
            steps.append((name, sorted(kwargs.get("extra_lists", ()))))
            return step(*args, **kwargs)

        monkeypatch.setattr(place, name, taken)

    watched(examination, "converted")
    watched(rules, "judge")
    watched(diff, "against_earlier")
    second = form(f"{LISTED}\ntext | remark | Anything else?", form_id="trees", version="2")
    result = run(house, "publish", "--ignore-warnings", written(house, "two.xlsx", second))
    assert result.exit_code == 0, result.output
    assert "version “2”" in result.output
    assert ("judge", ["trees.csv"]) in steps
    assert {name for name, _ in steps} == {"converted", "judge", "against_earlier"}


def test_two_files_of_one_form_follow_each_other(house: Path) -> None:
    first, second = (form(f"type | name | label\ntext | remark | {n}?", version=n) for n in ("1", "2"))
    result = run(house, "publish", written(house, "one.xlsx", first), written(house, "two.xlsx", second))
    assert result.exit_code == 0, result.output
    assert "version “1”" in result.output
    assert "version “2”" in result.output


@pytest.mark.parametrize("command", ["check", "publish"])
def test_a_folder_without_a_form_is_2_and_says_so(house: Path, command: str) -> None:
    folder = house / "sheets"
    folder.mkdir()
    (folder / "notes.txt").write_text("no form")
    result = run(house, command, str(folder))
    assert result.exit_code == 2
    assert f"{folder}: error: The folder sheets holds no form." in result.output


def test_publish_of_a_folder_publishes_all_its_forms_or_none(house: Path) -> None:
    folder = house / "sheets"
    folder.mkdir()
    (folder / "a.xlsx").write_bytes(GOOD)
    (folder / "b.xlsx").write_bytes(FAULTY)
    assert run(house, "publish", str(folder)).exit_code == 1
    assert published(house) == []
    (folder / "b.xlsx").write_bytes(TOLD)
    assert run(house, "publish", str(folder)).exit_code == 0
    assert published(house) == ["told", "visit"]


def test_a_file_named_twice_or_with_its_folder_is_taken_once(house: Path) -> None:
    folder = house / "sheets"
    folder.mkdir()
    path = folder / "a.xlsx"
    path.write_bytes(GOOD)
    (folder / "README.md").write_text("# Our forms")
    result = run(house, "publish", str(folder), str(path), f"{folder}/../sheets/a.xlsx")
    assert result.exit_code == 0, result.output
    assert result.output.count("published visit") == 1
    assert published(house) == ["visit"]


def test_check_tells_a_form_without_a_form_id_the_one_that_it_gets(house: Path) -> None:
    bare = form("type | name | label\ntext | remark | Anything else?", settings="version\n1")
    result = run(house, "check", written(house, "wells.xlsx", bare))
    assert result.exit_code == 0
    assert "settings warning: The settings name no form_id: the form's id is “wells”." in result.output
