"""What changed between two versions of a form: for the designer before publishing, and for the page of versions.

Pure: models in, values out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.forms.examine import Examination
from server.forms.notices import Level, Notice
from server.forms.workbook.places import Places
from server.xforms.model import Field, FormModel


@dataclass(frozen=True, slots=True)
class Changed:
    """A question of both versions that differs: `what` is type, label, choices, logic, or required."""

    path: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """From one version to another: paths added, removed and renamed (old, new), questions that differ, choices by path."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    changed: tuple[Changed, ...]
    choices_added: tuple[tuple[str, str], ...]
    choices_removed: tuple[tuple[str, str], ...]

    @property
    def empty(self) -> bool:
        """Whether nothing that is asked differs."""
        return self == Difference((), (), (), (), (), ())


def between(before: FormModel, after: FormModel) -> Difference:
    """What changed in what is asked."""
    old = {_local(one.path): one for one in before.fields() if one.is_leaf}
    new = {_local(one.path): one for one in after.fields() if one.is_leaf}
    both = [path for path in new if path in old]
    gone = [(path, name) for path in both for name in _missing(old[path], new[path])]
    come = [(path, name) for path in both for name in _missing(new[path], old[path])]
    renamed = _renamed(
        {path: old[path] for path in old if path not in new},
        {path: new[path] for path in new if path not in old},
    )
    moved = {path for pair in renamed for path in pair}
    return Difference(
        added=tuple(path for path in new if path not in old and path not in moved),
        removed=tuple(path for path in old if path not in new and path not in moved),
        renamed=renamed,
        changed=tuple(change for path in both for change in _changes(path, old[path], new[path])),
        choices_added=tuple(come),
        choices_removed=tuple(gone),
    )


def against_earlier(examined: Examination, earlier: Sequence[FormModel]) -> list[Notice]:
    """Of a form about to become a draft, against its published versions (the newest first).

    A field keeps its type for ever (an error, Central's 400.17); one that disappears or a choice that does are told.
    """
    if not earlier or examined.model is None:
        return []
    model = examined.model
    places = Places(examined.book, model.root) if examined.book else None
    notices = []
    now = {one.path: one.type for one in model.central_fields}
    before: dict[str, str] = {}
    for old in earlier:
        for one in old.central_fields:
            before.setdefault(one.path, one.type)
    for path, type_ in now.items():
        was = before.get(path, type_)
        if was != type_ and "unknown" not in (was, type_):
            place = places.at(f"/{model.root}{path}", "type") if places else None
            args = {"path": path, "old": was, "new": type_}
            notices.append(Notice(Level.ERROR, "field.type_changed", place, args, path))
    difference = between(earlier[0], model)
    for path in difference.removed:
        if not path.startswith("/meta/"):
            notices.append(Notice(Level.WARNING, "field.gone", None, {"path": path}, path))
    for path, name in difference.renamed:
        place = places.at(f"/{model.root}{name}", "name") if places else None
        notices.append(Notice(Level.WARNING, "field.renamed", place, {"path": path, "new": name}, path))
    for path, name in difference.choices_removed:
        place = places.at(f"/{model.root}{path}", "type") if places else None
        notices.append(Notice(Level.NOTE, "choice.gone", place, {"path": path, "name": name}, path))
    return notices


def _renamed(gone: Mapping[str, Field], come: Mapping[str, Field]) -> tuple[tuple[str, str], ...]:
    """Questions that ask the same under another name or in another group: same words, type and choices, of which neither
    version has a second."""
    before, after = _by_words(gone), _by_words(come)
    return tuple(
        (old[0], after[words][0])
        for words, old in before.items()
        if len(old) == 1 and len(after.get(words, ())) == 1
    )


def _by_words(fields: Mapping[str, Field]) -> dict[tuple[object, ...], list[str]]:
    found: dict[tuple[object, ...], list[str]] = {}
    for path, one in fields.items():
        if one.label.in_():
            names = frozenset(choice.name for choice in one.choices)
            found.setdefault((one.type, one.label.in_(), names), []).append(path)
    return found


def _changes(path: str, old: Field, new: Field) -> Iterator[Changed]:
    if old.type != new.type:
        yield Changed(path, "type", old.type, new.type)
    if old.label.in_() != new.label.in_():
        yield Changed(path, "label", old.label.in_(), new.label.in_())
    for what in ("relevant", "constraint", "calculate", "required"):
        was, now = (getattr(one.bind, what) or "" if one.bind else "" for one in (old, new))
        if was != now:
            yield Changed(path, what, was, now)


def _missing(one: Field, other: Field) -> list[str]:
    """Names of the choices of one that the other lacks."""
    there = {choice.name for choice in other.choices}
    return [choice.name for choice in one.choices if choice.name not in there]


def _local(path: str) -> str:
    """A path without its root, which may be called differently in each version."""
    return "/" + path.split("/", 2)[2] if path.count("/") > 1 else path
