"""The `bind::hh:` columns of a spreadsheet as such: their headings and the setting `namespaces` that they need.

What they map to is mapping.py's. Without the setting pyxform would write a prefix that nothing declares.
"""

from __future__ import annotations

import re
from dataclasses import replace

from server.forms.mapping import NAMESPACE
from server.forms.notices import Level, Notice, nearest
from server.forms.workbook import Cell, Row, Sheet, Workbook
from server.forms.workbook.places import header_place

DECLARATION = f'hh="{NAMESPACE}"'

_KNOWN = ("bind::hh:column", "bind::hh:table", "bind::hh:protect")
_OURS = re.compile(r"(?:bind\s*::?\s*)?hh\s*:", re.IGNORECASE)
_DECLARED = re.compile(r"""([\w.-]+)\s*=\s*["']([^"']*)["']""")


def look(book: Workbook) -> tuple[Workbook, list[Notice]]:
    """Errors at the headings; and the workbook to convert, with the setting put in where it is missing.

    So that everything else can be checked in the same go: a form with such an error is never stored.
    """
    survey = book.survey
    headers = [header for header in (survey.header if survey else ()) if _OURS.match(header)]
    declared = _declared(book)
    settings = book.sheets.get("settings")
    notices: list[Notice] = []
    if (
        any(uri == NAMESPACE and prefix != "hh" for prefix, uri in declared.items())
        or declared.get("hh", NAMESPACE) != NAMESPACE
    ):
        place = (
            header_place(settings, settings.rows[0].number, "namespaces")
            if settings and settings.rows
            else None
        )
        notices.append(Notice(Level.ERROR, "hh.namespace_wrong", place))
    if not headers or survey is None:
        return book, notices
    for header in headers:
        place = survey.place(1, header)
        if header not in _KNOWN:
            near = nearest(header, _KNOWN)
            code = "hh.header_unknown_near" if near else "hh.header_unknown"
            notices.append(
                Notice(
                    Level.ERROR, code, place, {"header": header, "near": near} if near else {"header": header}
                )
            )
        elif declared.get("hh") is None and not notices:
            notices.append(Notice(Level.ERROR, "hh.no_namespace", place, {"header": header}))
    return (book if "hh" in declared else _with_declaration(book)), notices


def _declared(book: Workbook) -> dict[str, str]:
    settings = book.sheets.get("settings")
    text = settings.rows[0].text("namespaces") if settings and settings.rows else ""
    return dict(_DECLARED.findall(text))


def _with_declaration(book: Workbook) -> Workbook:
    settings = book.sheets.get("settings") or Sheet("settings", [], {}, [])
    first = settings.rows[0] if settings.rows else Row(2, {})
    before = first.text("namespaces")
    cell = Cell(f"{before} {DECLARATION}".strip(), "")
    header = settings.header if "namespaces" in settings.header else [*settings.header, "namespaces"]
    row = Row(first.number, {**first.cells, "namespaces": cell})
    whole = replace(settings, header=header, rows=[row, *settings.rows[1:]])
    return replace(book, sheets={**book.sheets, "settings": whole})
