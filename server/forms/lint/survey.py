"""The survey sheet's rows as they follow each other: types, names, groups and repeats, labels.

One walk down the sheet. What expressions name is references.py's, what choices are is choices.py's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from server.forms.lint.headings import MEDIA, Columns
from server.forms.lint.types import USUAL, Type, read_type, spaced_list
from server.forms.notices import Level, Notice, nearest
from server.forms.workbook import Place, Row, Sheet

NAME = re.compile(r"[^\W\d][\w.\-·]*(?::[^\W\d][\w.\-·]*)?")
YES = frozenset({"yes", "Yes", "YES", "true", "True", "TRUE", "true()"})
"""What pyxform takes for yes, as it is written."""

ROOT = "data"


@dataclass(frozen=True, slots=True)
class Line:
    """A row that makes something: its type, its name (made up where the sheet may leave it out)."""

    row: Row
    type: Type
    written: str
    name: str


@dataclass(slots=True)
class Survey:
    """The survey sheet read: its lines, its columns, and what is wrong with its rows."""

    sheet: Sheet
    columns: Columns
    lines: list[Line] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    twice: set[str] = field(default_factory=set)
    """Names that stand twice in one group: references to them are right as soon as one is renamed."""

    def tell(self, code: str, row: Row, meaning: str, **args: str | int) -> None:
        """An error at the row's cell under a heading; where the sheet has no such column at the row, with the heading to add."""
        header = self.columns.header(row, meaning)
        place = (
            self.sheet.place(row, header) if header else Place(self.sheet.name, row.number, header=meaning)
        )
        self.notices.append(Notice(Level.ERROR, code, place, args))


@dataclass(slots=True)
class _Open:
    """A group or repeat that is not closed yet."""

    control: str
    name: str
    row: Row | None
    names: set[str] = field(default_factory=set)


def read_survey(sheet: Sheet) -> Survey:
    """Walk down a survey sheet that has a column type."""
    survey = Survey(sheet, Columns(sheet, "survey"))
    stack = [_Open("", "", None)]
    repeats: set[str] = set()
    for row in sheet.rows:
        line = _line(survey, row)
        if line is None:
            continue
        survey.lines.append(line)
        if line.type.kind == "end":
            _close(survey, stack, line)
            continue
        _named(survey, stack[-1], line)
        if line.type.kind == "begin":
            if line.type.control == "repeat":
                _repeat_name(survey, repeats, line, stack[-1])
            stack.append(_Open(line.type.control, line.name, row))
        elif line.type.kind in ("shown", "select"):
            _labelled(survey, line)
    for left in stack[1:]:
        if left.row is not None:
            survey.tell("group.no_end", left.row, "type", type=left.control, name=left.name)
    return survey


def _line(survey: Survey, row: Row) -> Line | None:
    columns = survey.columns
    if columns.text(row, "disabled") in YES:
        return None
    written, name = columns.text(row, "type"), columns.text(row, "name")
    if not written:
        if name or columns.text(row, "label"):
            survey.tell("type.missing", row, "type")
        return None
    kind = read_type(written)
    if kind.kind == "setting" or (kind.kind == "silent" and written == "audit"):
        return None
    if kind.kind == "unknown":
        near = nearest(written, USUAL)
        spaced, right = spaced_list(written)
        if spaced:
            survey.tell("type.list_space", row, "type", list=spaced, near=right)
        elif near and near != written:
            survey.tell("type.unknown_near", row, "type", type=written, near=near)
        else:
            survey.tell("type.unknown", row, "type", type=written)
    elif kind.kind == "bare":
        survey.tell("type.no_list", row, "type", type=written)
    elif written == "calculate" and not columns.text(row, "calculation") and not columns.text(row, "default"):
        survey.tell("calculation.missing", row, "calculation")
    return Line(
        row, kind, written, name or (f"generated_note_name_{row.number}" if written == "note" else "")
    )


def _named(survey: Survey, around: _Open, line: Line) -> None:
    if not line.name:
        if "name" in survey.columns:
            survey.tell("name.missing", line.row, "name")
    elif not NAME.fullmatch(line.name):
        survey.tell("name.invalid", line.row, "name")
    elif line.name == "meta":
        survey.tell("name.meta", line.row, "name")
    elif line.name in around.names:
        survey.twice.add(line.name)
        survey.tell("name.duplicate", line.row, "name", name=line.name)
    around.names.add(line.name)


def _repeat_name(survey: Survey, repeats: set[str], line: Line, around: _Open) -> None:
    if line.name == ROOT:
        survey.tell("name.root", line.row, "name")
    elif line.name and line.name in repeats and line.name not in survey.twice:
        survey.tell("name.repeat_duplicate", line.row, "name", name=line.name)
    repeats.add(line.name)


def _close(survey: Survey, stack: list[_Open], line: Line) -> None:
    """Close the innermost group of the row's kind; those inside it that are still open are told where they began."""
    at = next((i for i in range(len(stack) - 1, 0, -1) if stack[i].control == line.type.control), None)
    if at is None:
        survey.tell("group.no_begin", line.row, "type", type=line.type.control)
        return
    for left in stack[at + 1 :]:
        if left.row is not None:
            survey.tell(
                "group.not_closed_before", left.row, "type",
                type=left.control, name=left.name, end=line.written, end_row=line.row.number,
            )  # fmt: skip
    del stack[at:]


def _labelled(survey: Survey, line: Line) -> None:
    """A question that Collect shows needs a label, a hint or a picture, unless it is calculated."""
    text = survey.columns.text
    if any(text(line.row, meaning) for meaning in ("label", "hint", "media", *MEDIA)):
        return
    if not any(text(line.row, meaning) for meaning in ("calculation", "trigger")):
        survey.tell("label.missing", line.row, "label", name=line.name)


def names_known(survey: Survey) -> Iterator[str]:
    """Names that `${…}` can mean, as often as they stand in the sheet."""
    yield from (line.name for line in survey.lines if line.type.kind != "end" and line.name)
    yield "instanceID"


def questions(survey: Survey) -> set[str]:
    """Names of what has an answer: a trigger can name these alone."""
    return {line.name for line in survey.lines if line.type.kind not in ("begin", "end")}
