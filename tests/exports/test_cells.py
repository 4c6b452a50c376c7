"""Cells of downloads: a spreadsheet runs none of them, and numbers stay numbers."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from server.exports.cells import safe, stream
from server.exports.tables import WRITERS


@pytest.mark.parametrize(
    "text", ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\t=1", "\r=1", '=HYPERLINK("http://x")']
)
def test_row_45_text_that_begins_like_a_formula_is_kept_text(text: str) -> None:
    assert safe(text) == "'" + text


@pytest.mark.parametrize("cell", ["-36.25", "+12", "-1e3", "12", "Lower Ford", "", -3, 4.5, None, True])
def test_row_45_numbers_and_ordinary_text_stay_as_they_are(cell: object) -> None:
    assert safe(cell) == cell


def test_the_first_piece_goes_out_with_the_first_row_and_all_rows_come() -> None:
    rows = ([n, f"Dwelling {n}"] for n in range(1200))
    pieces = stream(["n", "name"], rows)
    first = next(pieces).decode()
    assert first.splitlines() == ["n,name", "0,Dwelling 0"]
    rest = b"".join(pieces).decode()
    assert [row[0] for row in csv.reader(io.StringIO(rest))] == [str(n) for n in range(1, 1200)]


def test_values_beside_answers_are_written_like_answers() -> None:
    written = [WRITERS["origin"](value) for value in (True, datetime(2026, 3, 1, 8, tzinfo=UTC), 7)]
    assert written == ["true", "2026-03-01T08:00:00.000Z", 7]
