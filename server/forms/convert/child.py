"""The process in which spreadsheets are converted: pyxform and nothing of ours, one bounded fork for each form.

Started by convert.py by its path (`python -I child.py`). Frames on stdin and stdout: 8 bytes of length, then JSON.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import string
import sys
import tempfile
from contextlib import suppress
from typing import Any, BinaryIO

OUTPUT = 256 * 1024 * 1024  # bytes a conversion may write
_NICE = 5  # phones are served before designers


def main() -> None:
    """Answer requests until stdin ends."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nothing that prints may break a frame
    import pyxform.xls2xform  # type: ignore[import-untyped]  # noqa: F401  no stubs; loaded once, before the first fork

    while (request := read_frame(requests)) is not None:
        with tempfile.TemporaryFile() as out:
            worker = os.fork()
            if worker == 0:
                _work(request, out)
            _, status = os.waitpid(worker, 0)
            out.seek(0)
            write_frame(answers, out.read() if status == 0 else json.dumps(_death(status)).encode())


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame's body; None where the stream ends."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    length = int.from_bytes(head, "big")
    body = stream.read(length)
    return body if len(body) == length else None


def write_frame(stream: BinaryIO, body: bytes) -> None:
    """Write a frame and send it off."""
    stream.write(len(body).to_bytes(8, "big") + body)
    stream.flush()


def _work(request: bytes, out: BinaryIO) -> None:
    """One conversion in a process of its own: it ends here, whatever happens."""
    code = 1
    try:
        asked = json.loads(request)
        seconds = int(asked["cpu_seconds"])
        for limit, soft, hard in (
            (resource.RLIMIT_AS, int(asked["memory"]), int(asked["memory"])),
            (
                resource.RLIMIT_CPU,
                seconds,
                seconds + 5,
            ),  # at the hard one the system kills without saying why
            (resource.RLIMIT_FSIZE, OUTPUT, OUTPUT),
            (resource.RLIMIT_CORE, 0, 0),
        ):
            with suppress(
                ValueError, OSError
            ):  # a system without that limit, or with a lower one set outside
                resource.setrlimit(limit, (soft, hard))
        os.nice(_NICE)
        try:
            answer = _convert(asked)
        except MemoryError:
            answer = {"failure": "memory"}
        out.write(json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        out.flush()
        code = 0
    finally:
        os._exit(code)


def _death(status: int) -> dict[str, str]:
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGXCPU:
            return {"failure": "time"}
        return {
            "failure": "memory" if number == signal.SIGKILL else "crash",
            "kind": signal.Signals(number).name,
        }
    return {"failure": "crash", "kind": "exit"}


def _convert(request: dict[str, Any]) -> dict[str, Any]:
    """pyxform's form, warnings and error. Messages come with their code and its arguments where they have any."""
    from pyxform.errors import PyXFormError  # type: ignore[import-untyped]  # no stubs
    from pyxform.xls2xform import convert

    book: dict[str, Any] = {"sheet_names": request["names"], "fallback_form_name": request["fallback"]}
    for name, sheet in request["sheets"].items():
        book[name] = sheet["rows"]
        book[f"{name}_header"] = [dict.fromkeys(sheet["header"])]
    warnings: list[str] = []
    answer: dict[str, Any] = {}
    try:
        result = convert(book, warnings=warnings)
        answer = {"xml": result.xform, "itemsets": result.itemsets}
    except PyXFormError as error:
        answer = {"errors": [_told(line, error) for line in _lines(str(error))]}
    except MemoryError:
        raise
    except Exception as error:  # pyxform trips over what it did not foresee: that is an answer too
        answer = {"failure": "crash", "kind": type(error).__name__}
    return {**answer, "warnings": [_told(line) for warning in warnings for line in _lines(warning)]}


def _lines(message: str) -> list[str]:
    """One message for each row or language it speaks of; others whole."""
    parts = message.split("\n")
    if len(parts) > 1 and all(part.startswith(("[row : ", "Language '")) for part in parts):
        return parts
    return [message]


def _told(text: str, error: Any = None) -> dict[str, Any]:
    code = getattr(error, "code", None)
    if code is not None:
        return {"text": text, "code": code.name, "context": {k: str(v) for k, v in error.context.items()}}
    for name, pattern in _templates():
        match = pattern.fullmatch(text)
        if match:
            return {"text": text, "code": name, "context": match.groupdict()}
    return {"text": text, "code": None, "context": {}}


_TEMPLATES: list[tuple[str, re.Pattern[str]]] = []


def _templates() -> list[tuple[str, re.Pattern[str]]]:
    """pyxform's messages as patterns: most are filled before they are raised, and lose their code."""
    from pyxform.errors import ErrorCode

    if not _TEMPLATES:
        for one in ErrorCode:
            seen: set[str] = set()
            pattern = ""
            for words, name, _, _ in string.Formatter().parse(one.value.msg):
                pattern += re.escape(words)
                if name:
                    pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.*?)"
                    seen.add(name)
            _TEMPLATES.append((one.name, re.compile(pattern, re.DOTALL)))
    return _TEMPLATES


if __name__ == "__main__":
    main()
