"""What pyxform says, as notices at cells: by its codes and its sentences (sayings.py), else in its own words.

A column is named only where pyxform or the sheet itself says which. Knows nothing of how a form is converted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from server.forms.convert.sayings import CODED, SENTENCES, Saying
from server.forms.notices import TABLE, Level, Notice, listed, nearest
from server.forms.workbook import Place, Sheet, Workbook
from server.forms.workbook.places import REFERENCE, header_place, row_place

SHEETS = ("survey", "choices", "settings", "entities", "external_choices", "osm")

_ROW = re.compile(r"\[row : (\d+)\]\s*")
_LEARN = re.compile(r"\s*Learn more: \S+$")
_USABLE = re.compile(r"[^\W\d][\w.\-]*")
"""A question's name that may stand: no other is recommended."""

_FOUND_BY = {
    "choices.same_name": r"pulldata\(\s*['\"]?{name}\b|(?:^|\s){name}\.(?:csv|xml|geojson)\b|^{name}$",
    "name.unknown": r"\$\{{\s*{name}\s*\}}",
    "name.ambiguous": r"\$\{{\s*{name}\s*\}}",
    "parameters.audit_location": r"\blocation-(?:priority|min-interval|max-age)\s*=",
    "choices.other_translated": r"\bor[_ ]other\b|\bor specify other\b",
}
"""Of notices whose sentence names no row: what stands in the cell of the survey sheet."""


def as_notices(book: Workbook, level: Level, told: Mapping[str, Any]) -> Iterable[Notice]:
    """One of pyxform's messages as ours, at its cell as far as that is certain."""
    text, context = str(told["text"]), {key: str(value) for key, value in told["context"].items()}
    row_match = _ROW.match(text)
    number = context.get("row") or (row_match[1] if row_match else "")
    row = int(number) if number.isdecimal() else None  # pyxform writes "unknown" where it has none
    plain = _LEARN.sub("", _ROW.sub("", text, count=1))
    saying, said = _saying_of(str(told["code"]), plain)
    context = {**saying.args, **context, **said}
    code = saying.code
    column = saying.about or context.get("column") or _named_column(plain)
    sheet_name = context.get("sheet") or context.get("sheet_name") or _named_sheet(plain) or saying.sheet
    sheet_name = sheet_name or ("survey" if row else "")
    sheet = book.survey if sheet_name == "survey" else book.sheets.get(sheet_name)
    if code == "type.unknown":
        yield from _unknown_types(book, level, context["type"])
        return
    if code == "language.column_missing":
        yield Notice(level, code, Place(sheet.name) if sheet else None, _only(code, context))
        return
    if code == "header.unknown":
        yield from _unknown_headings(sheet, level, context["columns"])
        return
    if code == "name.invalid" and (inner := re.fullmatch(r"parameters \((\w+)\)", column)):
        code, column, context = "parameters.column", "parameters", {**context, "name": inner[1]}
    if code in ("header.absent", "header.same", "header.space"):
        column, row = context.get("header") or column, 1
        context["column"] = column
    if code == "sheet.similar":
        context["candidates"] = context["candidates"].partition(". ")[0]  # a piece of advice follows
    if saying.of and row is None:  # it names the question and not its row
        row = _only_row(sheet, context[saying.of])
    place = _place(sheet, _row_number(sheet, row), column, context.get("q"))
    pattern = _FOUND_BY.get(code) or (r"\b{name}\s*=" if column == "parameters" and "name" in context else "")
    if row is None and pattern:
        place = _holding(book.survey, pattern.format(name=re.escape(context.get("name", "")))) or place
    if code == "label.media_type":
        place = _media_heading(book, context["type"])
    if not code:
        code, context = (
            ("pyxform.cell" if place and place.column else "pyxform.other"),
            {"text": _sentence(plain)},
        )
    yield _worded(
        book, level, code, place, {**context, "header": (place and place.header) or column or "The cell"}
    )


def _saying_of(code: str, plain: str) -> tuple[Saying, dict[str, str]]:
    """What a message is to us, by pyxform's code or its sentence, and what the sentence names; else without a code of ours."""
    if code in CODED:
        return CODED[code], {}
    for pattern, saying in SENTENCES:
        match = re.fullmatch(pattern, plain, re.DOTALL)
        if match:
            return saying, {key: value for key, value in match.groupdict().items() if value is not None}
    return Saying(""), {}


def _holding(sheet: Sheet | None, pattern: str) -> Place | None:
    """The first cell of a sheet that holds what a pattern says."""
    for row in sheet.rows if sheet else ():
        for header, cell in row.cells.items():
            if sheet and re.search(pattern, cell.text):
                return sheet.place(row, header)
    return None


def _media_heading(book: Workbook, kind: str) -> Place | None:
    """The heading `media::foo`, in the first sheet that has it."""
    for sheet in (book.survey, book.sheets.get("choices")):
        for header in sheet.header if sheet else ():
            if sheet and kind in re.split(r"\s*::?\s*", header):
                return sheet.place(1, header)
    return None


def _unknown_headings(sheet: Sheet | None, level: Level, columns: str) -> Iterable[Notice]:
    """pyxform names the headings that it does not know without their columns."""
    for header in re.findall(r"'([^']*)'", columns):
        place = header_place(sheet, 1, header) or sheet.place(1) if sheet else None
        near = nearest(header, ("list_name", "label", "entity_id", "create_if", "update_if", "repeat"))
        args = {"sheet": sheet.name if sheet else "entities", "header": header}
        if near:
            yield Notice(level, "header.unknown_near", place, {**args, "near": near})
        else:
            yield Notice(level, "header.unknown", place, args)


def _only_row(sheet: Sheet | None, name: str) -> int | None:
    """The number of the only row of that name."""
    rows = [one.number for one in (sheet.rows if sheet else ()) if one.text("name", "tag", "value") == name]
    return rows[0] if len(rows) == 1 else None


def _row_number(sheet: Sheet | None, row: int | None) -> int | None:
    """The spreadsheet's row of one that pyxform names."""
    if sheet is None or row is None or row < 2 or sheet.name.strip().lower() not in SHEETS[1:]:
        return row
    return sheet.rows[row - 2].number if row - 2 < len(sheet.rows) else None


def _worded(
    book: Workbook, level: Level, code: str, place: Place | None, context: Mapping[str, str]
) -> Notice:
    """The notice with the arguments its words need, and the nearest right name where there is one."""
    args = dict(context)
    if "q" in args:
        args["name"] = args.pop("q")
    if "value" in args:
        args.setdefault("name", args["value"])
    if code == "name.unknown":
        args["near"] = nearest(args.get("name", ""), filter(_USABLE.fullmatch, question_names(book)))
    elif code == "choices.list_unknown":
        args["near"] = nearest(args["list"], list_names(book))
        args["known"] = listed(list_names(book))
    elif code == "survey.no_sheet":
        args["known"] = listed(sheet.name for sheet in book.sheets.values())
    elif code == "header.missing" and place is not None:
        args["known"] = listed(next(one.header for one in book.sheets.values() if one.name == place.sheet))
    if args.get("near") and f"{code}_near" in TABLE:
        code = f"{code}_near"
    return Notice(level, code, place, _only(code, args))


def _only(code: str, args: Mapping[str, str]) -> dict[str, str]:
    """The arguments that a notice's words use."""
    words = TABLE[code].message + TABLE[code].fix
    return {key: value for key, value in args.items() if f"{{{key}}}" in words}


def _unknown_types(book: Workbook, level: Level, written: str) -> Iterable[Notice]:
    """pyxform names an unknown type without its row: our own pass finds every row that has it."""
    near = nearest(written, _TYPES)
    code = "type.unknown_near" if near else "type.unknown"
    args = {"type": written, "near": near} if near else {"type": written}
    survey = book.survey
    found = False
    for row in survey.rows if survey else ():
        for header, cell in row.cells.items():
            if survey and header.lower() in ("type", "command") and cell.text == written:
                found = True
                yield Notice(level, code, survey.place(row, header), args)
    if not found:
        yield Notice(level, code, None, args)


_TYPES = (
    "text", "integer", "decimal", "date", "time", "dateTime", "geopoint", "geotrace", "geoshape", "image", "audio", "video",
    "file", "note", "calculate", "hidden", "barcode", "range", "rank", "acknowledge", "begin group", "end group",
    "begin repeat", "end repeat", "start", "end", "today", "deviceid", "username", "audit", "xml-external", "csv-external",
    "select_one", "select_multiple", "select_one_from_file", "select_multiple_from_file",
)  # fmt: skip


def _named_column(text: str) -> str:
    match = re.search(r"the '([^']+)' value", text)
    return match[1].partition(" (")[0] if match else ""


def _named_sheet(text: str) -> str:
    match = re.search(r"On the '(\w+)' sheet", text)
    return match[1] if match else ""


def _place(sheet: Sheet | None, row: int | None, column: str, name: str | None) -> Place | None:
    """The cell, where one column is certain: the one named, or the only one of the row that holds the reference."""
    if sheet is None:
        return None
    if row is None:
        return header_place(sheet, None, column) if column else Place(sheet.name)
    place = header_place(sheet, row, column) if column else None
    if place is None and name:
        cells = next((one.cells for one in sheet.rows if one.number == row), {})
        holding = [header for header, cell in cells.items() if name in REFERENCE.findall(cell.text)]
        place = sheet.place(row, holding[0]) if len(holding) == 1 else None
    return place or row_place(sheet, row)


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else text + "."


def question_names(book: Workbook) -> list[str]:
    """Names of the survey sheet's rows, in order."""
    return [
        text
        for row in (book.survey.rows if book.survey else ())
        if (text := row.text("name", "tag", "value"))
    ]


def list_names(book: Workbook) -> list[str]:
    """Names of the choice lists, in order, each once."""
    sheet = book.sheets.get("choices")
    rows = sheet.rows if sheet else []
    return list(dict.fromkeys(text for row in rows if (text := row.text("list_name", "list name"))))
