"""A spreadsheet becomes an XForm: pyxform in a bounded child process, its words turned into notices at cells.

Knows neither database nor what the form means. A column is named only where pyxform or the sheet itself says which.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.forms.notices import TABLE, Level, Notice, listed, nearest
from server.forms.workbook import Place, Sheet, Workbook
from server.forms.workbook.places import REFERENCE, header_place, row_place

MEMORY = 1_536 * 1024 * 1024
"""Bytes of address space of one conversion: 100,000 choices need about 400 MB."""

CPU_SECONDS = 60
SECONDS = 90.0
"""Wall time of one conversion: its limit of CPU time ends it sooner, unless the machine is very busy."""

_SHEETS = ("survey", "choices", "settings", "entities", "external_choices", "osm")
_CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class Conversion:
    """What came of a spreadsheet: the XForm (None where it has errors), an itemsets.csv where it makes one, notices."""

    xml: bytes | None
    notices: tuple[Notice, ...]
    itemsets: bytes | None = None


def convert(book: Workbook, *, id_fallback: str | None = None) -> Conversion:
    """Convert a spreadsheet that `workbook.read` has opened.

    `id_fallback` is the form id where the settings sheet has none (Central's X-XlsForm-FormId-Fallback).
    """
    request = json.dumps(_request(book, id_fallback), ensure_ascii=False).encode("utf-8", "surrogatepass")
    answer = _answer(request)
    notices: list[Notice] = []
    failure = answer.get("failure")
    if failure:
        code = {"time": "pyxform.too_slow", "memory": "pyxform.too_much_memory"}.get(
            failure, "pyxform.crashed"
        )
        notices.append(Notice(Level.ERROR, code, args={"kind": str(answer.get("kind", ""))}))
    for level, kind in ((Level.ERROR, "errors"), (Level.WARNING, "warnings")):
        for told in answer.get(kind, ()):
            notices.extend(_notices(book, level, told))
    xml, itemsets = answer.get("xml"), answer.get("itemsets")
    return Conversion(
        xml.encode("utf-8", "replace") if xml is not None else None,
        tuple(dict.fromkeys(notices)),
        itemsets.encode("utf-8") if itemsets is not None else None,
    )


def _request(book: Workbook, id_fallback: str | None) -> dict[str, Any]:
    """The workbook as pyxform's dictionaries. Survey rows stand at their own numbers, which its messages then name.

    In the other sheets it trips over empty rows: there they are left out, and `_row_number` finds the way back.
    """
    sheets: dict[str, Any] = {}
    for name in _SHEETS:
        sheet = book.survey if name == "survey" else book.sheets.get(name)
        if sheet is None:
            continue
        rows: list[dict[str, str]] = []
        for row in sheet.rows:
            if name == "survey":
                rows.extend({} for _ in range(row.number - 2 - len(rows)))
            rows.append({header: cell.text for header, cell in row.cells.items()})
        sheets[name] = {"header": sheet.header, "rows": rows}
    names = [sheet.name for sheet in book.sheets.values()]
    limits = {"memory": MEMORY, "cpu_seconds": CPU_SECONDS}
    return {"sheets": sheets, "names": names, "fallback": id_fallback, **limits}


# --- the child ------------------------------------------------------------------------------------------------------


class _Child:
    """One warm process that forks for each conversion; started at the first, again when it was stopped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def ask(self, request: bytes) -> dict[str, Any]:
        """The answer to one request; a failure where the child took too long or died."""
        with self._lock:
            process = self._running()
            assert process.stdin is not None
            try:
                process.stdin.write(len(request).to_bytes(8, "big") + request)
                process.stdin.flush()
                answer = _read_frame(process, time.monotonic() + SECONDS)
            except (OSError, TimeoutError) as error:
                self.stop()
                return {"failure": "time" if isinstance(error, TimeoutError) else "crash", "kind": "pipe"}
            return dict(json.loads(answer.decode("utf-8", "surrogatepass")))

    def stop(self) -> None:
        """End the child and whatever it forked."""
        process, self._process = self._process, None
        if process is None or self._owner != os.getpid():
            return
        with suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        process.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._owner == os.getpid() and self._process.poll() is None:
            return self._process
        self.stop()  # a web worker forked after the first conversion starts its own
        environment = {
            key: value for key, value in os.environ.items() if key in ("PATH", "LANG", "LC_ALL", "TMPDIR")
        }
        self._process = subprocess.Popen(  # noqa: S603 our own interpreter and our own file
            [sys.executable, "-I", str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self._owner = os.getpid()
        return self._process


def _read_frame(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    assert process.stdout is not None
    descriptor = process.stdout.fileno()
    body, wanted = bytearray(), 8
    length: int | None = None
    while len(body) < wanted:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            raise TimeoutError
        piece = os.read(descriptor, min(1 << 20, wanted - len(body)))
        if not piece:
            raise BrokenPipeError
        body += piece
        if length is None and len(body) == 8:
            length = wanted = int.from_bytes(body, "big")
            body.clear()
    return bytes(body)


_child = _Child()
atexit.register(_child.stop)

_KEPT_BYTES = 4 << 20
_kept: OrderedDict[bytes, dict[str, Any]] = OrderedDict()
_kept_lock = threading.Lock()


def _answer(request: bytes) -> dict[str, Any]:
    """The child's answer, kept for a while: the same file comes again when its warnings are accepted."""
    name = hashlib.sha256(request).digest()
    with _kept_lock:
        if name in _kept:
            _kept.move_to_end(name)
            return _kept[name]
    answer = _child.ask(request)
    if not answer.get("failure") and len(request) + len(answer.get("xml") or "") < _KEPT_BYTES:
        with _kept_lock:
            _kept[name] = answer
            while len(_kept) > 16:
                _kept.popitem(last=False)
    return answer


# --- what pyxform said ----------------------------------------------------------------------------------------------

_ROW = re.compile(r"\[row : (\d+)\]\s*")
_LEARN = re.compile(r"\s*Learn more: \S+$")

_CODES: Mapping[str, str] = {
    "PYREF_001": "name.reference_form",
    "PYREF_002": "name.reference_form",
    "PYREF_003": "name.unknown",
    "PYREF_004": "name.ambiguous",
    "NAMES_001": "name.duplicate",
    "NAMES_002": "name.case_only",
    "NAMES_003": "name.root",
    "NAMES_004": "name.repeat_duplicate",
    "NAMES_005": "name.meta",
    "NAMES_006": "choices.no_name",
    "NAMES_007": "choices.duplicate",
    "NAMES_008": "name.invalid",
    "LABEL_001": "choices.no_label",
    "SURVEY_001": "group.no_begin",
    "SURVEY_002": "group.no_end",
}
"""pyxform's codes that have words of ours; the others keep pyxform's."""

_UNCODED: tuple[tuple[str, str, str], ...] = (
    (r"Unknown question type '(?P<type>.*)'\.", "type.unknown", "type"),
    (r"List name not in choices sheet: (?P<list>.*)", "choices.list_unknown", "type"),
    (r"There should be a choices sheet .*", "choices.no_sheet", ""),
    (r"Use the max-pixels parameter .*", "image.max_pixels", "parameters"),
    (r"(?:Group|Repeat|Loop) has no label: .*", "group.no_label", ""),
    (r"Question with no type\..*", "type.missing", ""),
    (r"Row without name, text, or label .*", "row.skipped", ""),
    (r"Question or group with no name\.", "name.missing", "name"),
    (r"The survey element named '(?P<name>.*)' has no label or hint\.", "label.missing", "label"),
    (r"Choice filter not supported with or_other\.", "choices.other_filter", "choice_filter"),
    (
        r"Choice names with spaces cannot be added to multiple choice selects\. See \[(?P<name>.*)\] in \[.*\]",
        "choices.space",
        "",
    ),
    (r"You must have a sheet named 'survey'\..*", "survey.no_sheet", ""),
    (
        r"Invalid headers provided for sheet: '(?P<sheet>\w+)'\. One or more required column headers were not found: "
        r"'(?P<column>\w+)'.*",
        "header.missing",
        "",
    ),
    (r"Missing calculation\.", "calculation.missing", "calculation"),
    (
        r"Language '(?P<language>.*)' is missing the (?P<sheet>\w+) (?P<column>[\w, -]+) columns?\.",
        "language.column_missing",
        "",
    ),
    (
        r"The following language declarations do not contain valid machine-readable codes: (?P<languages>[^.]*)\. .*",
        "language.no_code",
        "",
    ),
)
"""Messages without a code: pattern, our code, and the column that they are about."""


def _notices(book: Workbook, level: Level, told: Mapping[str, Any]) -> Iterable[Notice]:
    """One of pyxform's messages as ours, at its cell as far as that is certain."""
    text, context = str(told["text"]), {key: str(value) for key, value in told["context"].items()}
    row_match = _ROW.match(text)
    number = context.get("row") or (row_match[1] if row_match else "")
    row = int(number) if number.isdecimal() else None  # pyxform writes "unknown" where it has none
    plain = _LEARN.sub("", _ROW.sub("", text, count=1))
    code = _CODES.get(str(told["code"]), "")
    column = context.get("column") or _named_column(plain)
    sheet_name = context.get("sheet") or _named_sheet(plain) or ("survey" if row else "")
    if not code:
        for pattern, ours, about in _UNCODED:
            match = re.fullmatch(pattern, plain, re.DOTALL)
            if match:
                code, column = ours, about
                context = {**context, **match.groupdict()}
                sheet_name = context.get("sheet") or ("survey" if row or about else "")
                break
    sheet = book.survey if sheet_name == "survey" else book.sheets.get(sheet_name)
    if code == "type.unknown":
        yield from _unknown_types(book, level, context["type"])
        return
    if code == "language.column_missing":
        yield Notice(level, code, Place(sheet.name) if sheet else None, _only(code, context))
        return
    if code == "label.missing" and row is None:  # it names the question and not its row
        sheet, column = book.survey, "label"
        row = _only_row(sheet, context["name"])
    place = _place(sheet, _row_number(sheet, row), column, context.get("q"))
    if not code:
        code, context = (
            ("pyxform.cell" if place and place.column else "pyxform.other"),
            {"text": _sentence(plain)},
        )
    yield _worded(
        book, level, code, place, {**context, "header": (place and place.header) or column or "The cell"}
    )


def _only_row(sheet: Sheet | None, name: str) -> int | None:
    """The number of the only row of that name."""
    rows = [one.number for one in (sheet.rows if sheet else ()) if one.text("name", "tag", "value") == name]
    return rows[0] if len(rows) == 1 else None


def _row_number(sheet: Sheet | None, row: int | None) -> int | None:
    """The spreadsheet's row of one that pyxform names."""
    if sheet is None or row is None or row < 2 or sheet.name.strip().lower() not in _SHEETS[1:]:
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
        args["near"] = nearest(args.get("name", ""), question_names(book))
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
