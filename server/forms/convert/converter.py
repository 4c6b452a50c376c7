"""A spreadsheet becomes an XForm: pyxform in a bounded child process, its words brought to cells by said.py.

Knows neither database nor what the form means.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.forms.convert.said import SHEETS, as_notices
from server.forms.notices import Level, Notice
from server.forms.workbook import Workbook

MEMORY = 1_536 * 1024 * 1024
"""Bytes of address space of one conversion: 100,000 choices need about 400 MB."""

CPU_SECONDS = 60
SECONDS = 90.0
"""Wall time of one conversion: its limit of CPU time ends it sooner, unless the machine is very busy."""

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
            notices.extend(as_notices(book, level, told))
    xml, itemsets = answer.get("xml"), answer.get("itemsets")
    return Conversion(
        xml.encode("utf-8", "replace") if xml is not None else None,
        tuple(dict.fromkeys(notices)),
        itemsets.encode("utf-8") if itemsets is not None else None,
    )


def _request(book: Workbook, id_fallback: str | None) -> dict[str, Any]:
    """The workbook as pyxform's dictionaries. Survey rows stand at their own numbers, which its messages then name.

    In the other sheets it trips over empty rows: there they are left out, and `said` finds the way back.
    """
    sheets: dict[str, Any] = {}
    for name in SHEETS:
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
