"""The shipped spreadsheets and code lists, read as plain rows, and the lists that a phone would have beside them.

For tests only: what is read here is what stands in the files, with nothing of the product's own reading.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from openpyxl import load_workbook
from pyxform.xls2xform import convert

FORMS = Path(__file__).parents[2] / "forms"
NAMES = ("facility_inspection", "facility_register", "household_enrolment", "household_visit")
HOUSEHOLD_FORMS = ("household_enrolment", "household_visit")
EN, ZH = "English (en)", "中文 (zh)"

Row = dict[str, str]

MILL = "6f1d8f0e-53a4-4b1c-9d0e-2f6f5f0aa101"
FORD = "0b9f7c52-8a70-4c7d-8f3b-7d1c9be2b202"
LEFT = "3c2a1b10-1111-4222-8333-444455556666"
PUMP = "9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8bc303"
AREAS = "name,label,parent,level,label_zh\nA1-014,Millbrook,A1,village,磨坊溪\nA1-015,Ford,A1,village,渡口\n"
HOUSEHOLDS = (
    "name,label,__version,area,status,code,next_visit_due,last_visit_on,"
    "water_source,sanitation_facility,floor,roof,wall,electricity_source\n"
    f"{MILL},Millbrook · A101,3,A1-014,active,A1-014-0001K,2026-01-01,2025-01-01,"
    "surface,none,earth,thatch,mud,none\n"
    f"{FORD},Millbrook · B202,1,A1-014,active,A1-014-0002M,2999-01-01,,,,,,,\n"
    f"{LEFT},Millbrook · 6666,2,A1-014,left_panel,A1-014-0003P,2026-01-01,,,,,,,\n"
)
FACILITIES = (
    "name,label,__version,area,kind,condition,working,next_inspection_due\n"
    f"{PUMP},Pump at the mill (Water point),1,A1-014,water_point,worn,yes,2026-01-01\n"
)
ATTACHMENTS: dict[str, bytes | Path] = {
    "areas.csv": AREAS.encode(),
    "households.csv": HOUSEHOLDS.encode(),
    "facilities.csv": FACILITIES.encode(),
}


@dataclass(frozen=True, slots=True)
class Workbook:
    """A spreadsheet's sheets as rows of text by column header, empty cells left out."""

    sheets: dict[str, list[Row]]

    @property
    def questions(self) -> list[Row]:
        """Rows that put something before a person and want an answer."""
        silent = ("begin_", "end_", "note", "calculate", "start", "end", "today", "deviceid")
        return [row for row in self.sheets["survey"] if not row["type"].startswith(silent)]

    @property
    def mapped(self) -> dict[str, Row]:
        """The rows that write to a column, by the column's full name."""
        rows = [row for row in self.sheets["survey"] if "bind::hh:column" in row]
        by_column = {row["bind::hh:column"]: row for row in rows}
        assert len(by_column) == len(rows)
        return by_column

    def choices(self, list_name: str) -> list[Row]:
        """The choices of one list, in order."""
        return [row for row in self.sheets["choices"] if row["list_name"] == list_name]


@cache
def workbook(name: str) -> Workbook:
    """The shipped spreadsheet of that form id."""
    book = load_workbook(FORMS / "xlsform" / f"{name}.xlsx", read_only=True)
    sheets: dict[str, list[Row]] = {}
    for sheet in book.worksheets:
        header, *rows = sheet.iter_rows(values_only=True)
        keys = [str(cell) for cell in header]
        sheets[sheet.title] = [
            {key: str(cell) for key, cell in zip(keys, row, strict=False) if cell is not None} for row in rows
        ]
    return Workbook(sheets)


@cache
def xform(name: str) -> tuple[str, list[str]]:
    """The XForm that pyxform makes of the spreadsheet, and its warnings."""
    result = convert(FORMS / "xlsform" / f"{name}.xlsx")
    return str(result.xform), list(result.warnings)


def code_lists() -> dict[str, list[tuple[str, str, str]]]:
    """The lists of forms/lists/ by name: (code, English label, Chinese label)."""
    lists = {}
    for path in sorted((FORMS / "lists").glob("*.csv")):
        if path.name != "columns.csv":
            with path.open(encoding="utf-8", newline="") as file:
                lists[path.stem] = [
                    (row["name"], row["label_en"], row["label_zh"]) for row in csv.DictReader(file)
                ]
    return lists


def columns_of_lists() -> dict[str, str]:
    """The list that each coded column takes, by the column's full name."""
    with (FORMS / "lists" / "columns.csv").open(encoding="utf-8", newline="") as file:
        return {f"{row['table']}.{row['column']}": row["list"] for row in csv.DictReader(file)}
