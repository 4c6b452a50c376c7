"""Texts that one language has and another lacks, cell by cell; and how much of each language is there.

A column that a language lacks as a whole is told once, by pyxform.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.forms.lint.headings import MEDIA, TRANSLATED, Columns
from server.forms.notices import Level, Notice
from server.forms.workbook import Sheet, Workbook


@dataclass(frozen=True, slots=True)
class Share:
    """A language of a spreadsheet: how many texts it has of all that any language has."""

    language: str
    there: int
    all: int


def gaps(book: Workbook) -> Iterator[Notice]:
    """Each empty cell whose text another language has; the heading stands in the sheet."""
    for sheet, columns in _sheets(book):
        for meaning, headers in _translated(columns).items():
            for row in sheet.rows:
                if not any(header in row.cells for header in headers.values()):
                    continue
                for language, header in headers.items():
                    if header not in row.cells:
                        args = {"language": language, "column": meaning}
                        yield Notice(Level.NOTE, "language.text_missing", sheet.place(row, header), args)


def shares(book: Workbook) -> list[Share]:
    """Each language with its part of the texts; nothing for a form of one language."""
    there: dict[str, int] = {}
    total = 0
    for sheet, columns in _sheets(book):
        by_meaning = _translated(columns)
        languages = dict.fromkeys(language for headers in by_meaning.values() for language in headers)
        for language in languages:
            there.setdefault(language, 0)
        for headers in by_meaning.values():
            for row in sheet.rows:
                filled = [language for language, header in headers.items() if header in row.cells]
                total += bool(filled)
                for language in filled:
                    there[language] += 1
    return [Share(language, count, total) for language, count in there.items()] if len(there) > 1 else []


def _sheets(book: Workbook) -> Iterator[tuple[Sheet, Columns]]:
    if book.survey is not None:
        yield book.survey, Columns(book.survey, "survey")
    choices = book.sheets.get("choices")
    if choices is not None:
        yield choices, Columns(choices, "choices")


def _translated(columns: Columns) -> dict[str, dict[str, str]]:
    """Meaning -> language -> heading, for texts that name their language."""
    found: dict[str, dict[str, str]] = {}
    for header, one in columns.headings.items():
        if one.language and one.meaning in (*TRANSLATED, *MEDIA):
            found.setdefault(one.meaning, {})[one.language] = header
    return found
