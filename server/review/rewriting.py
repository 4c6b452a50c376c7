"""The XML of a corrected visit: answers changed, what follows from that done as a phone would, then named as an edit.

Works on the XML whole as stored, and shows nobody anything: what is protected passes through it unseen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.xforms import Context, FormModel, parse_instance, settle, xmltree
from server.xforms.xmltree import Element

_STEP = re.compile(r"([^\[\]]+)(?:\[(\d+)\])?\Z")
_POSITION = re.compile(r"\[\d+\]")
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an instance is with a person's changes. `xml`: as a phone would send it; `whole`: with what is not asked any more
    still in its place, so that paths are those of the changes. `absent`: paths of all that is not asked. `rows`: acts on
    rows that follow, to be done beside the person's own before anything is sent."""

    xml: bytes
    whole: bytes
    absent: frozenset[str]
    rows: tuple[str, ...]


def rewritten(
    xml: bytes, model: FormModel, changes: Mapping[str, str], context: Context, *, rows: Sequence[str] = ()
) -> Outcome:
    """The instance with answers changed (by path, positions on repeats) and what follows from them (`xforms.settle`).

    `rows`: what became of rows of repeats before that, one after the other: `+/data/field` one more, `-/data/field[2]` that one
    less. A node that did not come is put where the form has it; characters that XML cannot hold are dropped, comments and
    processing instructions are gone, everything else stays as it came. Raises KeyError for a row or a path that there is not.
    """
    root = xmltree.read(xml)
    for act in rows:
        _regroup(root, model, act)
    for path, value in changes.items():
        xmltree.fill(_node(root, model, path), _NO_XML.sub("", value))
    _follow(root, model, changes)
    changed = {*changes, *(act[1:] for act in rows)}
    settled = settle(model, parse_instance(xmltree.write(root)), context, changed)
    for path, value in settled.values.items():
        xmltree.fill(_node(root, model, path), _NO_XML.sub("", value))
    for (path, name), value in settled.switches.items():
        _node(root, model, path).set(name, value)
    whole = xmltree.write(root)
    for path in reversed(settled.absent):  # what stands within before what it stands in, the last row first
        _drop(root, path)
    return Outcome(xmltree.write(root), whole, frozenset(settled.absent), settled.rows)


def as_edit(xml: bytes, *, replaces: str, instance_id: str) -> bytes:
    """The XML under a new instanceID, as an edit of the version `replaces`."""
    root = xmltree.read(xml)
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
    return xmltree.write(root)


def row_of(model: FormModel, act: str) -> list[tuple[str, int | None]]:
    """The steps of an act on rows, with positions. Raises KeyError where it is none that the form has."""
    field = model.field(_POSITION.sub("", act[1:]))
    matches = [_STEP.match(step) for step in act[1:].split("/")[2:]]
    steps = [(one[1], int(one[2]) if one[2] else None) for one in matches if one is not None]
    if any(number == 0 for _, number in steps):
        raise KeyError(act)  # rows count from 1
    if field is None or field.type != "repeat" or (act[0] == "-") != (steps[-1][1] is not None):
        raise KeyError(act)
    return steps


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


def _drop(root: Element, path: str) -> None:
    """Take the element at a path out, where it is there."""
    at: Element | None = root
    for step in path.split("/")[2:]:
        match = _STEP.match(step)
        if match is None or at is None:
            return
        at = xmltree.child(at, match[1], int(match[2] or 1))
    parent = at.getparent() if at is not None else None
    if at is not None and parent is not None:
        parent.remove(at)


def _regroup(root: Element, model: FormModel, act: str) -> None:
    *steps, (name, number) = row_of(model, act)
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
    # before what the form has after it: behind the rows that there are
    _made(parent, name, {own: one.index for own, one in plan.children.items()})


def _made(parent: Element, name: str, order: Mapping[str, int]) -> Element:
    made = xmltree.new(name, parent)
    after = [one for one in parent if order.get(xmltree.name(one), -1) > order[name]]
    if after:
        after[0].addprevious(made)
    else:
        parent.append(made)
    return made
