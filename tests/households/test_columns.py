"""The catalogue that spreadsheets are checked against."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from server.db import Base
from server.households.codes import CODES
from server.households.columns import catalogue, find, suggest, suggest_code, suggest_table, tables
from server.households.tables import TABLES
from server.words import LANGUAGES

LISTS = Path(__file__).parents[2] / "forms" / "lists"


def codes_in(file: Path) -> tuple[str, ...]:
    with file.open(encoding="utf-8-sig", newline="") as rows:
        return tuple(row["name"] for row in csv.DictReader(rows))


def test_every_coded_column_has_the_codes_of_its_shipped_list() -> None:
    with (LISTS / "columns.csv").open(encoding="utf-8-sig", newline="") as rows:
        lists = {f"{row['table']}.{row['column']}": row["list"] for row in csv.DictReader(rows)}
    coded = {name: column.codes for name, column in catalogue().items() if column.type in ("c", "l")}
    assert lists.keys() == coded.keys()
    assert {name: codes_in(LISTS / f"{of}.csv") for name, of in lists.items()} == coded


@pytest.mark.parametrize("name", sorted(CODES))
def test_a_list_has_the_codes_of_its_shipped_file(name: str) -> None:
    assert codes_in(LISTS / f"{name}.csv") == CODES[name]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(file.stem for file in LISTS.glob("*.csv") if file.stem != "columns"))
def test_every_code_has_a_label_of_its_own_in_each_language(name: str, language: str) -> None:
    with (LISTS / f"{name}.csv").open(encoding="utf-8-sig", newline="") as rows:
        labels = [row[f"label_{language}"].strip() for row in csv.DictReader(rows)]
    assert labels
    assert "" not in labels
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("water.sorce", "water.source"),
        ("Water.Source", "water.source"),
        ("sleeping_rooms", "housing.sleeping_rooms"),
        ("housing.sleeping_room", "housing.sleeping_rooms"),
        ("spending.fuel", "spending.fuel_water"),
        ("need.servce", "need.service"),
        ("hosehold.id", "household.id"),
        ("nothing.like_it", None),
    ],
)
def test_the_nearest_right_name_is_offered(wrong: str, right: str | None) -> None:
    assert suggest(wrong) == right


def test_tables_and_codes_are_offered_likewise() -> None:
    source = find("water.source")
    assert source is not None
    assert suggest_code(source, "bore_hole") == "borehole"
    assert suggest_table("needs") == "need"
    assert tables()["need"]
    assert not tables()["water"]


def test_protected_columns_are_the_dwelling_the_contact_and_the_visits_point() -> None:
    protected = {name for name, column in catalogue().items() if column.protected}
    assert protected == {"household.dwelling", "household.contact", "visit.point"}


def test_every_column_of_every_table_explains_itself_and_measures_have_units() -> None:
    ours = {table.history.name for table in TABLES.values()} | {
        table.current.name for table in TABLES.values()
    }
    for name in ours | {"observation", "serial"}:
        for column in Base.metadata.tables[name].columns:
            assert column.comment, column
            if column.info.get("type") in ("i", "d"):
                assert column.info.get("unit"), column


def test_current_has_the_answers_that_history_has() -> None:
    for table in TABLES.values():
        answers = {c.name for c in table.history.columns if "type" in c.info or "of" in c.info}
        assert answers <= {c.name for c in table.current.columns}
