"""What stands under `parameters`: numbers that are none, words that a parameter does not know. pyxform stops at the first.

Only values are judged; which parameters a type has is pyxform's to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from server.forms.lint.headings import Columns
from server.forms.notices import Level, Notice
from server.forms.workbook import Row, Sheet

_PAIR = re.compile(r"([^\s=,;]+)[\s,;]*=[\s,;]*([^\s=,;]+)")
_REFERENCE = re.compile(r"\$\{[^}]+\}")
_TRUE_OR_FALSE = ("true", "false")
_WHOLE = {"image": ("max-pixels",), "photo": ("max-pixels",), "text": ("rows",)}
_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "audio": {"quality": ("voice-only", "low", "normal", "external")},
    "audit": {
        "track-changes": _TRUE_OR_FALSE,
        "identify-user": _TRUE_OR_FALSE,
        "track-changes-reasons": ("on-form-edit",),
    },
    "select": {"randomize": _TRUE_OR_FALSE},
}
_SELECT = re.compile(r"(?:select|rank)\b|select_")


def look(sheet: Sheet) -> Iterator[Notice]:
    """What is wrong with the values of each row's parameters."""
    columns = Columns(sheet, "survey")
    for row in sheet.rows:
        written = columns.text(row, "parameters")
        if written:
            kind = columns.text(row, "type")
            yield from _row(sheet, columns, row, "select" if _SELECT.match(kind) else kind, written)


def _row(sheet: Sheet, columns: Columns, row: Row, kind: str, written: str) -> Iterator[Notice]:
    place = sheet.place(row, columns.header(row, "parameters"))
    given = {name.lower(): value.lower() for name, value in _PAIR.findall(written)}
    for name in _WHOLE.get(kind, ()):
        if name in given and not re.fullmatch(r"[+-]?\d+", given[name]):
            yield Notice(Level.ERROR, "parameters.integer", place, {"name": name})
    for name, known in _WORDS.get(kind, {}).items():
        if name in given and given[name] not in known:
            yield Notice(Level.ERROR, "parameters.one_of", place, {"name": name, "known": ", ".join(known)})
    if kind == "select" and "seed" in given:
        if "randomize" not in given:
            yield Notice(Level.ERROR, "parameters.seed_alone", place)
        elif not (_REFERENCE.fullmatch(given["seed"]) or _is_number(given["seed"])):
            yield Notice(Level.ERROR, "parameters.seed", place)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
