"""What `fieldfare forms check PATH` says: the same examination as at upload, in lines for a terminal.

Reads files, prints nothing and knows no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from server.forms.examine import examine
from server.forms.notices import XFORM, Level, Notice, hinders

OK, TO_MEND, UNREADABLE = 0, 1, 2
"""Exit statuses: can be published, must be mended first, is no form at all."""

ENDINGS = (".xlsx", ".xlsm", ".xls", ".csv", ".md", ".xml")
_NO_FORM = ("workbook.", XFORM, "file.")


def paths(path: Path) -> list[Path]:
    """The forms at a path: itself, or those in a folder, by name."""
    if path.is_dir():
        return sorted(
            one for one in path.iterdir() if one.suffix.lower() in ENDINGS and not one.name.startswith("~")
        )
    return [path]


def check_path(path: Path) -> list[Notice]:
    """Everything there is to say of one form's file. A file that cannot be read is one notice more, never an error."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return [
            Notice(Level.ERROR, "file.unreadable", args={"name": path.name, "reason": error.strerror or "?"})
        ]
    return list(examine(data, path.name, id_fallback=path.stem).notices)


def exit_code(notices: Sequence[Notice]) -> int:
    """0: can be published; 1: something must be mended; 2: no form could be read."""
    if not hinders(notices):
        return OK
    if any(one.level is Level.ERROR and one.code.startswith(_NO_FORM) for one in notices):
        return UNREADABLE
    return TO_MEND


def report(path: Path, notices: Iterable[Notice]) -> list[str]:
    """Lines for a terminal: each notice under the file's name, and a closing line that counts."""
    ordered = sorted(
        notices, key=lambda one: (one.code != "convert.first_fault", list(Level).index(one.level))
    )
    lines = [f"{path}: {one.line()}" for one in ordered]
    bad = sum(one.level in (Level.REFUSED, Level.ERROR) for one in ordered)
    look = sum(one.level is Level.WARNING for one in ordered)
    return [*lines, f"{path}: {bad} to mend, {look} to look at."]
