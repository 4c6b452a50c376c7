"""Correcting a visit's answers: which questions a person may answer anew, by group, as the form asks them.

What is protected is never shown here and keeps its value, except in a row that is only now made; files and points keep theirs. What
becomes of the changes is `rewriting.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from copy import deepcopy
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.entities.models import Dataset
from server.ingest.answers import Opened
from server.review.rewriting import row_of
from server.review.visit import AREAS, Outside, display, kind_of, outside_labels, plain
from server.xforms import BodyNode, Field, FormModel, Record

KINDS = {
    "int": "whole",
    "decimal": "number",
    "date": "date",
    "time": "time",
    "dateTime": "moment",
    "select1": "one",
    "select": "many",
}
"""How an answer is typed, by the question's type; other texts are `text`."""

TYPED = frozenset({"string", "int", "decimal", "date", "time", "dateTime", "geopoint", "barcode", ""})
"""Types whose answers a person can type."""

LONG = 60
"""Characters past which a text gets more than one line."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the visit. `kind`: text, whole, number, date, time, moment, one, many, and pick, which is chosen from the
    list `file` outside the form; `fixed` where it keeps its answer, `hidden` where that is protected. `there`: whether
    it is asked. `choices` are (name, label)."""

    path: str
    label: str
    hint: str
    kind: str
    value: str
    shown: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    there: bool = True
    long: bool = False
    file: str = ""

    @property
    def takes(self) -> bool:
        """Whether it can be answered anew."""
        return self.kind not in ("fixed", "hidden")


@dataclass(frozen=True, slots=True)
class Part:
    """A run of questions under a group's title; in a repeat, one row. `row`: the row that can be removed after it, `more`: the
    repeat that can have one more row there."""

    title: str
    items: tuple[Asked, ...]
    row: str = ""
    more: str = ""


def parts(
    session: Session,
    opened: Opened,
    project_id: int,
    language: str,
    rows: Sequence[str] = (),
    absent: Set[str] | None = None,
) -> tuple[Part, ...]:
    """The questions of a visit in the form's order, by group, each with its answer as it stands (`open_answers` without
    the protected ones).

    `rows`: what became of rows of repeats, as `rewriting.rewritten` takes it; `absent`: paths that are not asked now (None:
    whatever the phone left out). Raises KeyError for a row that there is not.
    """
    model = opened.plan.model
    record = deepcopy(opened.record)
    for act in rows:
        _regroup(record, model, act)
    outside = outside_labels(session, model, record, project_id, language)
    files = _files(session, project_id)
    walker = _Walker(language, opened.plan.protected, outside, files, absent)
    found = walker.below(model.tree(), record, f"/{model.root}", "", True)
    return tuple(_joined(part for part in found if part.items or part.row or part.more))


def _joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Runs that stand under one title one after the other, as one."""
    for (title, here), run in groupby(parts, key=lambda part: (part.title, part.row or part.more)):
        if here:
            yield from run
        else:
            yield Part(title, tuple(item for part in run for item in part.items))


class _NewRow(dict[str, Any]):
    """A row that somebody just added: nothing of it was ever answered, so nothing of it is kept from them."""


def moved(path: str, act: str) -> str | None:
    """Where an answer stands after an act on rows; None where its row was removed."""
    row = act[1:]
    repeat, _, number = row.rpartition("[")
    if act[0] != "-" or not path.startswith(f"{repeat}["):
        return path
    own, _, rest = path[len(repeat) + 1 :].partition("]")
    at, gone = int(own), int(number[:-1])
    return None if at == gone else f"{repeat}[{at - (at > gone)}]{rest}"


def _regroup(record: Record, model: FormModel, act: str) -> None:
    *steps, (name, number) = row_of(model, act)
    value: Any = record
    for step, row in steps:
        value = value.setdefault(step, {}) if row is None else value[step][row - 1]
    rows = value.setdefault(name, [])
    if number is None:
        rows.append(_NewRow())
    elif number <= len(rows):
        del rows[number - 1]
    else:
        raise KeyError(act)


@dataclass(frozen=True, slots=True)
class _Walker:
    language: str
    protected: frozenset[str]
    outside: Outside
    files: frozenset[str]
    absent: Set[str] | None

    def below(
        self, nodes: Sequence[BodyNode], record: Record, at: str, title: str, there: bool
    ) -> Iterator[Part]:
        items: list[Asked] = []
        for node in nodes:
            if not node.children:
                if node.field is not None and _is_question(node) and not _says_nothing(node.field, record):
                    items.append(self._item(node.field, record, at, there))
                continue
            yield Part(title, tuple(items))
            items = []
            yield from self._group(node, record, at, title, there)
        yield Part(title, tuple(items))

    def _group(self, node: BodyNode, record: Record, at: str, title: str, there: bool) -> Iterator[Part]:
        own = plain(node.label.in_(self.language)) or title
        if node.field is None or node.field.path == at:
            yield from self.below(node.children, record, at, own, there)
            return
        inner, path = record.get(node.field.name), f"{at}/{node.field.name}"
        if node.field.type == "repeat":
            says = node.field.repeat
            asked = there if self.absent is None else at not in self.absent
            free = asked and (says is None or (says.count is None and says.no_add_remove is None))
            for number, row in enumerate(inner if isinstance(inner, list) else [], start=1):
                name, at_row = f"{own or node.field.name} {number}", f"{path}[{number}]"
                yield from self.below(node.children, _row(node, row), at_row, name, there)
                if free:
                    yield Part(name, (), row=at_row)
            if free:
                yield Part(own or node.field.name, (), more=path)
        else:
            came = isinstance(inner, dict)
            yield from self.below(
                node.children,
                _group_of(record, inner),
                path,
                own,
                there and (came or self.absent is not None),
            )

    def _item(self, one: Field, record: Record, at: str, there: bool) -> Asked:
        path, raw = f"{at}/{one.name}", record.get(one.name)
        value = raw if isinstance(raw, str) else ""
        label, hint = plain(one.label.in_(self.language)) or one.name, plain(one.hint.in_(self.language))
        came = there and one.name in record if self.absent is None else path not in self.absent
        if one.path in self.protected and not isinstance(record, _NewRow):
            asked = there if self.absent is None else came
            return Asked(path, label, "", "hidden", "", there=asked)
        if _can_be_picked(one, self.files):
            shown = display(one, value, self.language, self.outside)
            file = (one.itemset.file if one.itemset else None) or ""
            return Asked(path, label, hint, "pick", value, shown, there=came, file=file)
        if not _can_be_typed(one):
            shown = (
                value
                if kind_of(one) in ("photo", "file")
                else display(one, value, self.language, self.outside)
            )
            return Asked(path, label, "", "fixed", value, shown, there=came)
        kind = KINDS.get(one.type, "text")
        choices: tuple[tuple[str, str], ...] = ()
        if kind in ("one", "many"):
            known = {c.name: plain(c.label.in_(self.language)) or c.name for c in one.choices}
            strange = [name for name in ([value] if kind == "one" else value.split()) if name not in known]
            choices = (*known.items(), *((name, name) for name in strange if name))
        long = kind == "text" and ("\n" in value or len(value) > LONG or "multiline" in one.appearance)
        return Asked(path, label, hint, kind, value, "", choices, came, long)


def _row(node: BodyNode, row: Record) -> Record:
    """A row, or where nothing of it stands, one as a phone would ask it: every question there, none answered."""
    return row or type(row)(_blank(node))


def _group_of(record: Record, inner: Any) -> Record:
    group = inner if isinstance(inner, dict) else {}
    return _NewRow(group) if isinstance(record, _NewRow) else group


def _blank(node: BodyNode) -> Record:
    fields = [(child, child.field) for child in node.children if child.field is not None]
    return {field.name: _blank(child) if child.children else "" for child, field in fields}


def _is_question(node: BodyNode) -> bool:
    return node.control != "trigger" and node.field is not None and node.field.is_leaf


def _says_nothing(one: Field, record: Record) -> bool:
    """Whether it is a note, or what a form works out and did not: nobody answers it, and it holds no answer."""
    fixed = one.bind is not None and (one.bind.readonly or one.bind.calculate)
    return bool(fixed) and not record.get(one.name)


def _can_be_typed(one: Field) -> bool:
    if one.bind is not None and (one.bind.readonly or one.bind.calculate):
        return False
    if one.type in ("select1", "select"):
        return bool(one.choices) and (one.itemset is None or one.itemset.file is None) and not one.has_search
    return one.type in TYPED


def _files(session: Session, project_id: int) -> frozenset[str]:
    """Files whose rows can be found here: areas, and the project's entity lists."""
    named = session.scalars(select(Dataset.name).where(Dataset.project_id == project_id))
    return frozenset({AREAS, *(f"{name}.csv" for name in named)})


def _can_be_picked(one: Field, known: frozenset[str]) -> bool:
    """Whether a question takes one row of a list that can be searched."""
    if one.bind is not None and (one.bind.readonly or one.bind.calculate):
        return False
    outside = one.itemset is not None and one.itemset.file in known and one.itemset.value_ref == "name"
    return one.type == "select1" and outside and not one.has_search
