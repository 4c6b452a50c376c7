"""Correcting a visit's answers: which questions a person may answer anew, and the XML that says so.

An edit is a submission like any other, sent by a web user with the `deprecatedID` of what it replaces: ingest judges it. What is
protected is never shown here and keeps its value, except in a row that is only now made; so do files and what phones calculated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.entities.models import Dataset
from server.ingest.answers import Opened
from server.review.visit import AREAS, Outside, display, kind_of, outside_labels, plain
from server.xforms import BodyNode, Field, FormModel, Record, xmltree
from server.xforms.xmltree import Element

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

_STEP = re.compile(r"([^\[\]]+)(?:\[(\d+)\])?\Z")
_POSITION = re.compile(r"\[\d+\]")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the visit. `kind`: text, whole, number, date, time, moment, one, many, and pick, which is chosen from the
    list `file` outside the form; `fixed` where it keeps its answer, `hidden` where that is protected. `there`: whether the
    phone asked it. `choices` are (name, label)."""

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
    session: Session, opened: Opened, project_id: int, language: str, rows: Sequence[str] = ()
) -> tuple[Part, ...]:
    """The questions of a visit in the form's order, by group, each with its answer as it stands (`open_answers` without
    the protected ones).

    `rows`: what became of rows of repeats, one after the other: `+/data/field` one more, `-/data/field[2]` that one less.
    Raises KeyError for a row that there is not.
    """
    model = opened.plan.model
    record = deepcopy(opened.record)
    for act in rows:
        _regroup(record, model, act)
    outside = outside_labels(session, model, record, project_id, language)
    files = _files(session, project_id)
    walker = _Walker(language, opened.plan.protected, outside, files)
    found = walker.below(model.tree(), record, f"/{model.root}", "", True)
    return tuple(part for part in found if part.items or part.row or part.more)


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
    *steps, (name, number) = _row_of(model, act)
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


def _row_of(model: FormModel, act: str) -> list[tuple[str, int | None]]:
    """The steps of an act on rows, with positions. Raises KeyError where it is none that the form has."""
    field = model.field(_POSITION.sub("", act[1:]))
    matches = [_STEP.match(step) for step in act[1:].split("/")[2:]]
    steps = [(one[1], int(one[2]) if one[2] else None) for one in matches if one is not None]
    if any(number == 0 for _, number in steps):
        raise KeyError(act)  # rows count from 1
    if field is None or field.type != "repeat" or (act[0] == "-") != (steps[-1][1] is not None):
        raise KeyError(act)
    return steps


def rewritten(
    xml: bytes,
    model: FormModel,
    changes: Mapping[str, str],
    *,
    replaces: str,
    instance_id: str,
    rows: Sequence[str] = (),
) -> bytes:
    """The XML with answers changed (by path, positions on repeats), as an edit of the version `replaces`.

    Everything else stays as it came, but for comments and processing instructions, which are gone. A node that did not come
    is put where the form has it; characters that XML cannot hold are dropped. `rows` as `parts` takes them, before the
    changes. Raises KeyError for a row or a path that there is not.
    """
    root = xmltree.read(xml)
    for act in rows:
        _regroup_xml(root, model, act)
    for path, value in changes.items():
        xmltree.fill(_node(root, model, path), _NO_XML.sub("", value))
    _follow(root, model, changes)
    _identify(root, replaces, instance_id)
    return xmltree.write(root)


def _follow(root: Element, model: FormModel, changes: Mapping[str, str]) -> None:
    """An entity that is updated is the one that its question names now, as it stands: the phone said so for the old one."""
    for declared in model.entities():
        chosen = changes.get((declared.id or "").strip())
        if chosen and declared.update is not None:
            block = _node(root, model, declared.path)
            block.set("id", chosen)
            for old in ("baseVersion", "trunkVersion", "branchId"):
                if old in block.attrib:
                    del block.attrib[old]


@dataclass(frozen=True, slots=True)
class _Walker:
    language: str
    protected: frozenset[str]
    outside: Outside
    files: frozenset[str]

    def below(
        self, nodes: Sequence[BodyNode], record: Record, at: str, title: str, there: bool
    ) -> Iterator[Part]:
        items: list[Asked] = []
        for node in nodes:
            if not node.children:
                if node.field is not None and _is_question(node):
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
            free = says is None or (says.count is None and says.no_add_remove is None)
            for number, row in enumerate(inner if isinstance(inner, list) else [], start=1):
                name, at_row = f"{own or node.field.name} {number}", f"{path}[{number}]"
                yield from self.below(node.children, _row(node, row), at_row, name, there)
                if free:
                    yield Part(name, (), row=at_row)
            if free:
                yield Part(own or node.field.name, (), more=path)
        else:
            came = isinstance(inner, dict)
            yield from self.below(node.children, _group_of(record, inner), path, own, there and came)

    def _item(self, one: Field, record: Record, at: str, there: bool) -> Asked:
        path, raw = f"{at}/{one.name}", record.get(one.name)
        value = raw if isinstance(raw, str) else ""
        label, hint = plain(one.label.in_(self.language)) or one.name, plain(one.hint.in_(self.language))
        came = there and one.name in record
        if one.path in self.protected and not isinstance(record, _NewRow):
            return Asked(path, label, "", "hidden", "")
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
        long = kind == "text" and ("\n" in value or "multiline" in one.appearance)
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


def _node(root: Element, model: FormModel, path: str) -> Element:
    """The element at a path; made where it did not come. Raises KeyError for a path that the form does not have."""
    at, plan = root, model.plan.root
    for step in path.split("/")[2:]:
        match = _STEP.match(step)
        if match is None:
            raise KeyError(path)
        plan, parent_plan = plan.children[match[1]], plan
        found = xmltree.child(at, match[1], int(match[2] or 1))
        if found is None:
            if match[2]:
                raise KeyError(path)  # rows are not made here
            found = _made(at, match[1], {name: one.index for name, one in parent_plan.children.items()})
        at = found
    return at


def _regroup_xml(root: Element, model: FormModel, act: str) -> None:
    *steps, (name, number) = _row_of(model, act)
    above = "".join(f"/{step}" if row is None else f"/{step}[{row}]" for step, row in steps)
    parent = _node(root, model, f"/{model.root}{above}")
    if number is not None:
        row = xmltree.child(parent, name, number)
        if row is None:
            raise KeyError(act)
        parent.remove(row)
        return
    plan = model.plan.root
    for step, _ in steps:
        plan = plan.children[step]
    _made(
        parent, name, {own: one.index for own, one in plan.children.items()}
    )  # before what the form has after it: behind the rows that there are


def _made(parent: Element, name: str, order: Mapping[str, int]) -> Element:
    made = xmltree.new(name, parent)
    after = [one for one in parent if order.get(xmltree.name(one), -1) > order[name]]
    if after:
        after[0].addprevious(made)
    else:
        parent.append(made)
    return made


def _identify(root: Element, replaces: str, instance_id: str) -> None:
    """A new instanceID, and the one that it replaces."""
    meta = xmltree.child(root, "meta")
    if meta is None:
        meta = xmltree.new("meta", root)
        root.append(meta)
    own = xmltree.child(meta, "instanceID")
    if own is None:
        own = xmltree.child(root, "instanceID")
        if own is None:
            own = xmltree.new("instanceID", meta)
        meta.append(own)
    own.text = instance_id
    old = xmltree.child(meta, "deprecatedID")
    if old is None:
        old = xmltree.new("deprecatedID", own)
        own.addnext(old)
    old.text = replaces
