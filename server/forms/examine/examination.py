"""Looks at an uploaded form from every side before anything is stored: converter, form, names, tables, dignity.

A pure function from bytes to an Examination: everything found at once, each at its cell. Knows no database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from server import problems
from server.forms.examine import files, hhcolumns, logic, rules
from server.forms.examine.faults import Throwaway, converted
from server.forms.examine.files import EXPECTED
from server.forms.mapping import Compiled, compile_mapping
from server.forms.notices import XFORM, Level, Notice, bounded, hinders
from server.forms.workbook import Place, Workbook, WorkbookError, read
from server.forms.workbook.places import Places
from server.problems import ProblemError
from server.xforms.errors import FormError
from server.xforms.model import FormModel

XML_TYPE = "application/xml"
SHEET_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
    "xls": "application/vnd.ms-excel",
    "csv": "text/csv",
    "md": "text/markdown",
}
_TOLD = ("dignity.", EXPECTED, rules.NO_ID)
_UNFINISHED = Notice(Level.NOTE, "convert.first_fault")
MAX_XML = 20 * 1024 * 1024
"""Bytes of an XForm: 100,000 choices make 5 MB."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What an upload is. `model` and what follows from it are there only where the form could be read so far."""

    sheet: bytes | None
    sheet_type: str | None
    notices: tuple[Notice, ...]
    xml: bytes | None = None
    model: FormModel | None = None
    compiled: Compiled | None = None
    itemsets: bytes | None = None
    book: Workbook | None = field(default=None, repr=False)
    unread: tuple[str, ...] = ()
    """Languages that dignity has no word list for: the audit log says so."""
    compared_with: tuple[int, ...] | None = None
    """Ids of the form's earlier versions that it was compared with, once it was."""

    @property
    def usable(self) -> bool:
        """Whether the form can be stored, as far as it can be seen without its project."""
        return self.model is not None and not hinders(self.notices)

    @property
    def form_id(self) -> str:
        """The form's id; empty where it could not be read."""
        return self.model.form_id if self.model else ""

    @property
    def version(self) -> str:
        """The form's version; may be empty."""
        return self.model.version if self.model else ""

    @property
    def title(self) -> str:
        """The form's name, its id where it has none."""
        return (self.model.title or self.model.form_id)[:500] if self.model else ""

    @property
    def mapping(self) -> dict[str, Any] | None:
        """The compiled mapping; None where the form writes to no table."""
        return self.compiled.mapping if self.compiled else None

    @property
    def refused(self) -> tuple[Notice, ...]:
        """What may not be asked: nothing overrides it."""
        return tuple(one for one in self.notices if one.level is Level.REFUSED)

    @property
    def errors(self) -> tuple[Notice, ...]:
        """What must be mended."""
        return tuple(one for one in self.notices if one.level is Level.ERROR)

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """What somebody must look at before the form goes on: what the converter warns of, and what earlier versions had.

        Dignity's offers, files that are still to come and the id of a form that names none are told and stop nothing here, as
        in ODK Central.
        """
        return tuple(
            one for one in self.notices if one.level is Level.WARNING and not one.code.startswith(_TOLD)
        )

    def check(self, *, ignore_warnings: bool) -> None:
        """Raise the problem that keeps the form from being stored, with everything found in its details.

        `FORM_REFUSED`, `NOT_A_SPREADSHEET`, `NOT_AN_XFORM`, `FORM_ID_UNUSABLE`, `MAPPING_INVALID`, `XLSFORM_INVALID`, and
        `XLSFORM_WARNINGS` unless warnings are to be ignored.
        """
        problem = _problem(self, ignore_warnings)
        if problem is not None:
            raise problem


def examine(data: bytes, filename: str = "", *, id_fallback: str | None = None) -> Examination:
    """Examine an uploaded .xlsx, .xls, .csv, Markdown table or XForm. Never raises for what the file holds.

    The kind is told by the bytes. `id_fallback` is the form id of a spreadsheet that has none in its settings.
    """
    if _is_xml(data):
        return _examine_xform(data)
    try:
        book = read(data, filename)
    except WorkbookError as error:
        return Examination(None, None, (Notice(Level.ERROR, error.key, args=error.arguments),))
    except NotImplementedError:  # a ZIP that claims a version nobody has
        return Examination(None, None, (Notice(Level.ERROR, "workbook.damaged"),))
    notices = [Notice(Level.NOTE, one.key, args=one.args) for one in book.notices]
    kind = SHEET_TYPES[book.kind]
    notices += _duplicate_headers(book)
    notices += _control_characters(book)
    readable, more = hhcolumns.look(book)
    notices += more
    judged = rules.judged_book(book)
    notices += judged.notices
    if any(one.code in ("header.duplicate", "cell.control") for one in notices):
        return Examination(data, kind, bounded([_UNFINISHED, *notices]), book=book)
    found = converted(readable, book, id_fallback=id_fallback)
    notices += found.notices
    if found.conversion.xml is None:
        beside = _beside(found.beside) if found.beside else None
        head = [] if found.whole and beside is not None else [_UNFINISHED]
        return Examination(data, kind, bounded([*head, *notices, *(beside or ())]), book=book)
    examined = _examine_form(found.conversion.xml, data, kind, notices, book)
    return replace(examined, itemsets=found.conversion.itemsets, unread=judged.unread)


def _beside(throwaway: Throwaway) -> list[Notice] | None:
    """What a form is asked, asked of the copy without the known faults; None where the engine cannot read even that."""
    try:
        model = FormModel.from_xml(throwaway.xml)
    except FormError:
        return None
    places = Places(throwaway.copy.book, model.root)
    return list(throwaway.copy.own(_looked(model, places)[1], places))


def _examine_xform(data: bytes) -> Examination:
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Examination(None, None, (_unreadable(FormError("encoding")),))
    judged = rules.judged_xform(data)
    return replace(_examine_form(data, None, None, [*judged.notices], None), unread=judged.unread)


def _examine_form(
    xml: bytes, sheet: bytes | None, kind: str | None, notices: list[Notice], book: Workbook | None
) -> Examination:
    try:
        if len(xml) > MAX_XML:
            raise FormError("too_large")
        model = FormModel.from_xml(xml)
    except FormError as error:
        return Examination(sheet, kind, bounded([*notices, _unreadable(error, book)]), book=book)
    places = Places(book, model.root) if book else None
    compiled, found = _looked(model, places)
    return Examination(sheet, kind, bounded([*notices, *found]), xml, model, compiled, book=book)


def _looked(model: FormModel, places: Places | None) -> tuple[Compiled, list[Notice]]:
    """What only a form shows, not its sheet."""
    compiled = compile_mapping(model, places)
    return compiled, [
        *compiled.notices,
        *rules.look(model, compiled, places),
        *logic.look(model, places),
        *files.look(model, places),
    ]


def _is_xml(data: bytes) -> bool:
    head = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"<") or data[:4] in (
        b"\xff\xfe<\x00",
        b"\xfe\xff\x00<",
        b"<\x00?\x00",
        b"\x00<\x00?",
    )


def _duplicate_headers(book: Workbook) -> Iterator[Notice]:
    """A heading that stands twice: pyxform refuses it without saying where."""
    for sheet in book.sheets.values():
        for header in sheet.header:
            plain = re.sub(r"( \(again\))+$", "", header)
            if plain != header and plain in sheet.columns:
                place = Place(sheet.name, 1, sheet.columns[header], plain)
                yield Notice(Level.ERROR, "header.duplicate", place, {"header": plain})


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def _control_characters(book: Workbook) -> Iterator[Notice]:
    """Characters that XML cannot hold: the form would break on every phone."""
    for sheet in book.sheets.values():
        for row in sheet.rows:
            for header, cell in row.cells.items():
                if _CONTROL.search(cell.text):
                    yield Notice(Level.ERROR, "cell.control", sheet.place(row, header))


def _unreadable(error: FormError, book: Workbook | None = None) -> Notice:
    """A form that the engine cannot read, at its question's cell where it names one."""
    path = error.path
    place = None
    if book is not None and path is not None:
        place = Places(book, path.split("/")[1]).at(path, "type", "name")
    args = {**error.arguments, **({"line": error.line} if error.line else {})}
    return Notice(Level.ERROR, f"{XFORM}{error.key}", place, args, path)


def _problem(one: Examination, ignore_warnings: bool) -> ProblemError | None:
    told = [notice.as_json() for notice in one.notices]
    errors = one.errors
    if one.refused:
        return problems.FORM_REFUSED(
            count=len(one.refused), findings=[n.as_json() for n in one.refused], notices=told
        )
    if errors:
        return _error(one, errors, told)
    if one.warnings and not ignore_warnings:
        return problems.XLSFORM_WARNINGS(
            count=len(one.warnings),
            warnings=_warned(one.warnings),
            notices=told,
        )
    return None


def _warned(warnings: Sequence[Notice]) -> dict[str, Any]:
    """Central's two kinds: what the converter said, and questions that earlier versions had."""
    gone = [one for one in warnings if one.code in ("field.gone", "field.renamed")]
    said: dict[str, Any] = {"xlsFormWarnings": [one.line() for one in warnings if one not in gone]}
    if gone:
        names = [(one.path or "").rpartition("/")[2] for one in gone]
        reason = " ".join(one.message for one in gone)
        said["workflowWarnings"] = [{"type": "structureChanged", "details": names, "reason": reason}]
    return said


def _error(one: Examination, errors: Sequence[Notice], told: Sequence[Any]) -> ProblemError:
    first = errors[0]
    if first.code.startswith("workbook."):
        return problems.NOT_A_SPREADSHEET(reason=f"{first.message} {first.fix}".rstrip(". "), notices=told)
    if first.code.startswith(XFORM) and one.sheet is None:
        return problems.NOT_AN_XFORM(reason=first.message.rstrip("."), notices=told)
    ids = [error for error in errors if error.code.startswith("form.id_")]
    if ids:
        value = str(ids[0].args.get("value", one.form_id))[:80]
        return problems.FORM_ID_UNUSABLE(value=value, reason=ids[0].message.rstrip("."), notices=told)
    mapped = [error for error in errors if error.code.startswith(("map.", "hh."))]
    if len(mapped) == len(errors):
        return problems.MAPPING_INVALID(
            count=len(mapped), findings=[n.as_json() for n in mapped], notices=told
        )
    return problems.XLSFORM_INVALID(
        count=len(errors),
        error="\n".join(error.line() for error in errors),
        warnings=[notice.line() for notice in one.warnings],
        notices=told,
    )
