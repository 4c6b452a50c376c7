"""What `fieldfare forms check PATH` says: the same examination as at upload, in lines for a terminal.

Reads files, prints nothing and knows no database.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from server.forms.examine import Examination, examine, files
from server.forms.notices import XFORM, Level, Notice, hinders

OK, TO_MEND, UNREADABLE = 0, 1, 2
"""Exit statuses: can be published, must be mended first, is no form at all."""

ENDINGS = (".xlsx", ".xls", ".xml")
"""Of the files in a folder those that are forms; lists (.csv) and words (.md) lie beside them, and are one only where named."""
_NO_FORM = ("workbook.", XFORM, "file.")


def paths(path: Path) -> list[Path]:
    """The forms at a path: itself, or those in a folder, by name; the folder itself where it holds none."""
    if not path.is_dir():
        return [path]
    try:
        found = sorted(path.iterdir())
    except OSError:
        return [path]
    forms = [
        one
        for one in found
        if one.suffix.lower() in ENDINGS and not one.name.startswith((".", "~")) and one.is_file()
    ]
    return forms or [path]


@dataclass(frozen=True, slots=True)
class Given:
    """A form's file, what it is, and the files that it expects and that lie in its folder, by name."""

    path: Path
    examined: Examination
    files: Mapping[str, bytes] = field(default_factory=dict)


def given(places: Iterable[Path]) -> list[Given]:
    """Everything there is to say of forms' files, or of those in folders, and of what lies beside them for them.

    A file that cannot be read is one notice more, never an error; what one of the forms expects is that form's file and no
    form itself. What is named twice, or by its folder as well, is taken once.
    """
    once: dict[Path, Path] = {}
    for path in places:
        for form in paths(path):
            once.setdefault(form.resolve(), form)
    found = [_given(form) for form in once.values()]
    beside = {(one.path.parent / name).resolve() for one in found for name in one.files}
    return [one for one in found if one.path.resolve() not in beside]


def _given(path: Path) -> Given:
    if path.is_dir() and os.access(path, os.R_OK):
        return _none(path, "file.no_form", endings=", ".join(ENDINGS))
    try:
        data = path.read_bytes()
    except OSError as error:
        return _none(path, "file.unreadable", reason=error.strerror or "?")
    examined = examine(data, path.name, id_fallback=path.stem)
    if examined.model is None or examined.xml is None:
        return Given(path, examined)
    beside = {
        name: content
        for name, _ in examined.model.attachments()
        if name not in files.MADE and (content := _beside(path.parent, name)) is not None
    }
    notices = [
        one for one in examined.notices if one.code != files.EXPECTED or one.args["name"] not in beside
    ]
    for name, content in beside.items():
        model = examined.model
        columns, keys = files.columns(model, name), files.keys(model, name)
        notices += files.choices(name, content, columns, examined.xml, keys)
    return Given(path, replace(examined, notices=tuple(notices)), beside)


def _none(path: Path, code: str, **args: str) -> Given:
    """A path where there is no form, and why."""
    notice = Notice(Level.ERROR, code, args={"name": path.name or str(path), **args})
    return Given(path, Examination(None, None, (notice,)))


def _beside(folder: Path, name: str) -> bytes | None:
    """A file of that folder itself, within the bound that uploads have."""
    if name in (".", "..") or Path(name).name != name:
        return None
    path = folder / name
    try:
        return path.read_bytes() if path.is_file() and path.stat().st_size <= files.MOST_BYTES else None
    except OSError:
        return None


def exit_code(notices: Sequence[Notice]) -> int:
    """0: can be published; 1: something must be mended; 2: no form could be read."""
    if not hinders(notices):
        return OK
    if any(one.level is Level.ERROR and one.code.startswith(_NO_FORM) for one in notices):
        return UNREADABLE
    return TO_MEND


def report(one: Given) -> list[str]:
    """Lines for a terminal: each notice under the file's name, what lies beside it, and a closing line that counts."""
    path = one.path
    ordered = sorted(
        one.examined.notices,
        key=lambda said: (said.code != "convert.first_fault", list(Level).index(said.level)),
    )
    lines = [f"{path}: {said.line()}" for said in ordered]
    lines += [f"{path}: its file {name} lies beside it." for name in one.files]
    bad = sum(said.level in (Level.REFUSED, Level.ERROR) for said in ordered)
    look = sum(said.level is Level.WARNING for said in ordered)
    return [*lines, f"{path}: {bad} to mend, {look} to look at."]


def said_later(one: Given, notices: Iterable[Notice]) -> list[str]:
    """Lines for what was found only in the project; of a file that is missing nothing where it was named already."""
    named = {said.args["name"] for said in one.examined.notices if said.code == files.EXPECTED}
    return [
        f"{one.path}: {said.line()}"
        for said in notices
        if said.code != files.MISSING or said.args["name"] not in named
    ]
