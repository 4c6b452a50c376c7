"""What `${…}` names, in every cell that may hold it; and brackets and quotes of expressions that do not pair.

Reads cells as text; evaluating expressions is `xforms`' work.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from server.forms.lint.headings import MEDIA, Columns
from server.forms.lint.survey import NAME, Survey, names_known, questions
from server.forms.notices import Level, Nearest, Notice
from server.forms.workbook import Place, Sheet, Workbook

_OUTER = re.compile(r"\$\{([^}]+)\}|\$\{[^}]*$")
_INNER = re.compile(r"(?:last-saved#)?([^\W\d][\w.\-·]*)")
_QUOTES = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'}

EXPRESSIONS = frozenset(
    {"relevant", "constraint", "calculation", "required", "read_only", "choice_filter", "repeat_count"}
)
_ENTITY_EXPRESSIONS = frozenset({"entity_id", "create_if", "update_if", "label"})


class _Known:
    """Names that can be meant, how often each stands in the sheet, and those whose doubling is told already."""

    def __init__(self, names: Counter[str], twice: set[str]) -> None:
        self.names, self.twice, self.near = names, twice, Nearest(filter(NAME.fullmatch, names))


def look(book: Workbook, survey: Survey) -> Iterator[Notice]:
    """Unknown, ambiguous and broken references of all sheets, and expressions that do not pair, in the sheets' order."""
    known = _Known(Counter(names_known(survey)), survey.twice)
    asked = _Known(Counter(questions(survey)), set())
    for row in survey.sheet.rows:
        for header, cell in row.cells.items():
            meaning = survey.columns.headings[header].meaning
            place = survey.sheet.place(row, header)
            if meaning == "trigger":
                yield from _trigger(cell.text, place, header, asked)
            elif meaning != "name":
                yield from _references(cell.text, place, header, known)
            if meaning in EXPRESSIONS:
                yield from _unpaired(cell.text, place, header)
    for kind, skipped in (("settings", ()), ("entities", ("list_name", "repeat"))):
        sheet = book.sheets.get(kind)
        if sheet is not None:
            yield from _other_sheet(sheet, kind, skipped, known)
    choices = book.sheets.get("choices")
    if choices is not None:
        for header in Columns(choices, "choices").of("label", *MEDIA):
            for row in choices.rows:
                if header in row.cells:
                    place = choices.place(row, header)
                    yield from _references(row.cells[header].text, place, header, known)


def _other_sheet(sheet: Sheet, kind: str, skipped: Sequence[str], known: _Known) -> Iterator[Notice]:
    columns = Columns(sheet, kind)
    for row in sheet.rows:
        for header, cell in row.cells.items():
            meaning, place = columns.headings[header].meaning, sheet.place(row, header)
            if meaning in skipped:
                continue
            yield from _references(cell.text, place, header, known)
            if meaning == "instance_name" or (kind == "entities" and meaning in _ENTITY_EXPRESSIONS):
                yield from _unpaired(cell.text, place, header)


def _references(text: str, place: Place, header: str, known: _Known) -> Iterator[Notice]:
    if "${" not in text:
        return
    told: set[str] = set()
    for match in _OUTER.finditer(text):
        inner = _INNER.fullmatch(match[1] or "")
        if inner is None:
            yield Notice(Level.ERROR, "name.reference_form", place, {"header": header})
            return
        name = inner[1]
        if name in told:
            continue
        told.add(name)
        if name not in known.names:
            yield _unknown(name, place, header, known)
        elif known.names[name] > 1 and name not in known.twice:
            yield Notice(Level.ERROR, "name.ambiguous", place, {"header": header, "name": name})


def _unknown(name: str, place: Place, header: str, known: _Known) -> Notice:
    near = known.near.of(name)
    args = {"header": header, "name": name}
    if near:
        return Notice(Level.ERROR, "name.unknown_near", place, {**args, "near": near})
    return Notice(Level.ERROR, "name.unknown", place, args)


def _trigger(text: str, place: Place, header: str, asked: _Known) -> Iterator[Notice]:
    """`${name}`, or several with commas between: of questions, never of groups."""
    for part in text.split(","):
        named = [_INNER.fullmatch(match[1] or "") for match in _OUTER.finditer(part)]
        if "${" not in text or None in named or len(named) > 1:
            yield Notice(Level.ERROR, "name.reference_form", place, {"header": header})
            return
        for match in named:
            if match is not None and match[1] not in asked.names:
                yield _unknown(match[1], place, header, asked)


def _unpaired(text: str, place: Place, header: str) -> Iterator[Notice]:
    """The first bracket or quote that has no partner. XPath knows no escapes: a quote runs to the next of its kind."""
    for mark in unpaired(text):
        code = "expression.quote" if mark in "'\"" else "expression.bracket"
        yield Notice(Level.ERROR, code, place, {"header": header, "mark": mark})


def unpaired(text: str) -> Iterator[str]:
    """The mark that has no partner, if there is one."""
    pairs, stack, at = {")": "(", "]": "["}, list[str](), 0
    while at < len(text):
        mark = _QUOTES.get(text[at], text[at])
        if mark in "'\"":
            at += 1
            while at < len(text) and _QUOTES.get(text[at], text[at]) != mark:
                at += 1
            if at == len(text):
                yield mark
                return
        elif mark in "([":
            stack.append(mark)
        elif mark in ")]" and (not stack or stack.pop() != pairs[mark]):
            yield mark
            return
        at += 1
    if stack:
        yield stack[-1]
