"""`fieldfare forms publish` brings the files that a form expects from its folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from server.cli import main
from server.cli_base import running
from server.db import db, transaction
from server.entities.models import Dataset
from server.forms import attachments, lifecycle, projects
from server.settings import Settings
from tests.forms.desk import form, looked_at

SHEET = "type | name | label\nselect_one_from_file {} | pump | Which pump?"
OLD, NEW = b"name,label\nold,Old pump\n", b"name,label\nold,Old pump\nnew,New pump\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a form, beside an installation with a project."""
    with running(Settings.load({}, data=tmp_path / "data")), transaction(db.session()) as session:
        projects.create(session, "Aldermere", by=None)
    (tmp_path / "visit.xlsx").write_bytes(form(SHEET.format("pumps.csv")))
    return tmp_path


def publish(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(folder / "data"), "forms", "publish", *words])


def files(folder: Path) -> dict[str, tuple[str | None, bytes | None]]:
    """Source and content of each file that phones get."""
    with running(Settings.load({}, data=folder / "data")) as (_, services):
        session = db.session()
        (found,) = lifecycle.of_project(session, 1)
        assert found.current_version is not None
        rows = attachments.of_version(session, found.current_version.id)
        return {
            one.name: (
                one.source,
                b"".join(attachments.content(session, services, one.file_id)[1]) if one.file_id else None,
            )
            for one in rows
        }


def test_a_form_is_published_with_its_file_and_then_with_a_newer_one(folder: Path) -> None:
    path = folder / "visit.xlsx"
    (folder / "pumps.csv").write_bytes(OLD)
    done = publish(folder, str(path))
    assert done.exit_code == 0, done.output
    assert f"{path}: its file pumps.csv lies beside it." in done.output
    assert "with pumps.csv." in done.output
    assert files(folder) == {"pumps.csv": ("file", OLD)}
    path.write_bytes(form(SHEET.format("pumps.csv"), settings="version\n2"))
    (folder / "pumps.csv").write_bytes(NEW)
    done = publish(folder, str(path), str(folder / "pumps.csv"))
    assert done.exit_code == 0, done.output
    assert files(folder) == {"pumps.csv": ("file", NEW)}


def test_a_large_file_is_kept_in_the_store_of_photos(folder: Path) -> None:
    large = OLD + b"".join(b"p%d,%s\n" % (n, b"x" * 1000) for n in range(2200))
    (folder / "pumps.csv").write_bytes(large)
    done = publish(folder, str(folder / "visit.xlsx"))
    assert done.exit_code == 0, done.output
    assert files(folder) == {"pumps.csv": ("file", large)}


def test_a_list_whose_name_ends_in_capitals_is_a_list_too(folder: Path) -> None:
    xml = looked_at(form(SHEET.format("pumps.csv"))).xml
    assert xml is not None
    (folder / "visit.xml").write_bytes(xml.replace(b"pumps.csv", b"PUMPS.CSV"))
    (folder / "PUMPS.CSV").write_bytes(OLD)
    done = publish(folder, str(folder / "visit.xml"))
    assert done.exit_code == 0, done.output
    assert files(folder) == {"PUMPS.CSV": ("file", OLD)}


def test_a_file_that_is_not_there_is_told_once(folder: Path) -> None:
    (folder / "other.csv").write_bytes(OLD)
    path = folder / "visit.xlsx"
    done = publish(folder, str(path))
    assert done.exit_code == 1
    lines = [line for line in done.output.splitlines() if "pumps.csv" in line]
    assert len(lines) == 1
    assert lines[0].startswith(f"{path}: survey!A2 warning: The form expects the file pumps.csv")
    assert "other.csv" not in done.output


def test_what_a_list_of_choices_may_not_ask_stops_the_form(folder: Path) -> None:
    (folder / "pumps.csv").write_bytes(b"name,label\nmuslim,Muslim\nhindu,Hindu\nchristian,Christian\n")
    (folder / "visit.xlsx").write_bytes(
        form("type | name | label\nselect_one_from_file pumps.csv | one | Which one?")
    )
    done = publish(folder, str(folder / "visit.xlsx"))
    assert done.exit_code == 1
    assert "Nothing was published" in done.output


def test_an_entity_list_of_the_project_goes_before_a_file_of_its_name(folder: Path) -> None:
    makes = "type | name | label | save_to\ntext | kind | Which kind? | kind"
    entities = "list_name | label\npumps | ${kind}"
    (folder / "pumps.xlsx").write_bytes(form(makes, entities=entities, settings="form_id\npumps"))
    assert publish(folder, "--ignore-warnings", str(folder / "pumps.xlsx")).exit_code == 0
    (folder / "pumps.csv").write_bytes(OLD)
    done = publish(folder, str(folder / "visit.xlsx"))
    assert done.exit_code == 0, done.output
    assert "with pumps.csv" not in done.output
    with running(Settings.load({}, data=folder / "data")):
        session = db.session()
        assert session.scalars(select(Dataset.name)).all() == ["pumps"]
        found = next(one for one in lifecycle.of_project(session, 1) if one.xml_form_id != "pumps")
        assert found.current_version is not None
        (row,) = attachments.of_version(session, found.current_version.id)
        assert row.source == "dataset"
