"""Words for what the monitoring tables hold: tables, columns and codes, in the reader's language.

Codes have the labels of the shipped lists (forms/lists), which hold the same codes under the same names.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

from server.households.reading import Heading
from server.households.tables import TABLES
from server.web.frame.show import day, number, when
from server.web.frame.words import language, listed, tell

LISTS = Path(__file__).resolve().parents[2] / "forms" / "lists"

BESIDE = frozenset(
    {
        "confirmed",
        "updated_at",
        "observed_offset",
        "submission",
        "submission_id",
        "form_version_id",
        "id",
        "uuid",
        "merged_into",
    }
)
"""Columns that say where a row comes from: shown as links and times, not as answers."""


NAMES: Mapping[str, str] = {
    **{
        f"{sex}_{band}": f"{of}, {years}"
        for sex, of in (("female", "Female"), ("male", "Male"))
        for band, years in (
            ("0_4", "0 to 4 years"),
            ("5_14", "5 to 14 years"),
            ("15_24", "15 to 24 years"),
            ("25_64", "25 to 64 years"),
            ("65", "65 years and over"),
        )
    },
    "contact_ok": "Agreed to be contacted",
    "days_out": "Days without electricity",
    "dwelling_lat": "Dwelling, latitude",
    "dwelling_lon": "Dwelling, longitude",
    "dwelling_altitude": "Dwelling, altitude",
    "dwelling_accuracy": "Dwelling, accuracy",
    "point_lat": "Point, latitude",
    "point_lon": "Point, longitude",
    "point_altitude": "Point, altitude",
    "point_accuracy": "Point, accuracy",
    "ecoli": "E. coli",
    "difficulty": "Persons with a difficulty",
    "whole_day": "Nothing to eat for a whole day",
    "few_foods": "Only a few kinds of food",
    "ate_less": "Ate less than they should",
    "ran_out": "Ran out of food",
    "healthy": "Could not eat healthily",
    "worried": "Worried about food",
    "skipped": "Skipped a meal",
    "hungry": "Hungry and did not eat",
    "needed_care": "Needed care",
    "children_5_14": "Children of 5 to 14 years",
}
"""Columns whose own name would not tell a person enough."""


MEASURES = frozenset({"min", "h", "m", "ha", "h a day", "h an evening", "per 100 mL", "%", "currency"})
"""Units that stand beside a value; counts of persons or households say by their name what they count."""


def table_words(name: str) -> str:
    """A table's name for people: `school_access` -> School access."""
    return tell(humane(name))


def column_words(name: str) -> str:
    """A column's name for people."""
    return tell(NAMES.get(name) or humane(name))


def humane(name: str) -> str:
    """`round_trip` -> Round trip: the English text that translations hang on."""
    return name.replace("_", " ").strip().capitalize()


def code_words(table: str, column: str, code: str) -> str:
    """A code's label in the reader's language, the code itself where no list has it."""
    labels = _labels(_list_of(table, column) or "").get(code, {})
    return labels.get(language()) or labels.get("en") or code


def worded(table: str, heading: Heading, value: Any) -> Any:
    """A cell's value for a reader: labels of codes, yes and no, days, numbers with their grouping; '' for nothing."""
    if value is None or value == "" or value == []:
        return ""
    if heading.type == "c":
        return code_words(table, heading.name, str(value))
    if heading.type == "l" and isinstance(value, list):
        return listed(code_words(table, heading.name, str(one)) for one in value)
    if heading.type == "b" or isinstance(value, bool):
        return tell("yes") if value else tell("no")
    if isinstance(value, datetime):
        return when(value, relative=False)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, float) and heading.unit == "degrees":
        return Markup('<span class="code">{}</span>').format(f"{value:.5f}".rstrip("0"))
    if isinstance(value, int | float) and heading.type in ("i", "d") and heading.unit != "year":
        return number(value)
    if heading.type in ("origin", "p"):
        return Markup('<bdi class="code">{}</bdi>').format(value)
    return Markup("<bdi>{}</bdi>").format(value)


def is_number(heading: Heading) -> bool:
    """Whether a column is one of numbers, to be aligned by their ends."""
    return heading.type in ("i", "d")


def plain_cell(value: Any) -> Any:
    """A value for a CSV: lists joined by spaces as forms write them, times with their offset, booleans as true, false."""
    if isinstance(value, list):
        return " ".join(str(one) for one in value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return "" if value is None else value


def _list_of(table: str, column: str) -> str | None:
    monitored = TABLES.get(table)
    if monitored is None or column not in monitored.history.c:
        return None
    found: str | None = monitored.history.c[column].info.get("codes")
    return found


@cache
def _labels(name: str) -> Mapping[str, Mapping[str, str]]:
    path = LISTS / f"{name}.csv"
    if not name or not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            row["name"]: {
                key.removeprefix("label_"): label
                for key, label in row.items()
                if key.startswith("label_") and label
            }
            for row in csv.DictReader(file)
        }
