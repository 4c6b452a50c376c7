"""An instance's answers as one JSON-able record, ordered by the form, and ways to walk, split and join records.

Knows the form's plan, never a database: what is stored, exported and hidden is decided by whoever calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .instance import Instance, Node
    from .model import Field, FormModel
    from .plan import Place

Record = dict[str, "str | Record | list[Record]"]
"""Answers below one node: a leaf's text as it came ('' where the node came empty), a group's record, a repeat's rows.

A node that did not come (a non-relevant one) has no key.
"""

_STEP = re.compile(r"([^\[\]]+)(?:\[([0-9]{1,9})\])?\Z")


def record(model: FormModel, instance: Instance) -> Record:
    """The answers of an instance below its root. Nodes that the form lacks are not in it, nor is a second node where
    only one may be (both are findings of `check`)."""
    return _record(instance.root, model.plan.root)


def _record(node: Node, plan: Place) -> Record:
    out: Record = {}
    known = plan.children
    last = -1
    in_order = True
    for child in node.children:
        name = child.name
        at = known.get(name)
        if at is None:
            continue
        if at.is_repeat:
            rows = out.get(name)
            if isinstance(rows, list):
                rows.append(_record(child, at))
            else:
                out[name] = [_record(child, at)]
        elif name in out:
            continue
        elif at.is_leaf:
            out[name] = child.text
        else:
            out[name] = _record(child, at)
        if at.index < last:
            in_order = False
        last = at.index
    if in_order:
        return out
    return {name: out[name] for name in sorted(out, key=lambda name: known[name].index)}


def steps_of(path: str) -> tuple[str, ...]:
    """The steps of a path below the root: ('member', 'age') of /data/member/age."""
    return tuple(path.split("/")[2:])


def walk(model: FormModel, record: Record) -> Iterator[tuple[str, Field, str]]:
    """(path, field, value) of every leaf that came, in the form's order. Rows of repeats are counted from 1, always."""
    return _walk(model.plan.root, record, f"/{model.root}")


def _walk(plan: Place, record: Record, path: str) -> Iterator[tuple[str, Field, str]]:
    for name, value in record.items():
        at = plan.children.get(name)
        if at is None:
            continue
        if isinstance(value, str):
            if at.field is not None:
                yield f"{path}/{name}", at.field, value
        elif isinstance(value, list):
            for index, row in enumerate(value, start=1):
                yield from _walk(at, row, f"{path}/{name}[{index}]")
        else:
            yield from _walk(at, value, f"{path}/{name}")


def value_at(record: Record, path: str) -> str | None:
    """The text at a path (`/data/member[2]/age`), None where nothing came there. A repeat without position is its
    first row."""
    value: object = record
    for step in path.split("/")[2:]:
        match = _STEP.match(step)
        if match is None or not isinstance(value, dict):
            return None
        value = value.get(match[1])
        if isinstance(value, list):
            index = int(match[2] or 1)
            value = value[index - 1] if 1 <= index <= len(value) else None
        elif match[2] is not None and match[2] != "1":
            return None
    return value if isinstance(value, str) else None


def split(model: FormModel, record: Record, protected_paths: Set[str]) -> tuple[Record, Record]:
    """The record without the protected answers, and those alone. `protected_paths` have no positions; a group's or a
    repeat's path protects all below it.

    The protected part repeats the shape down to each protected answer, with {} for a row that has none, so that rows
    keep their places.
    """
    steps = {steps_of(path) for path in protected_paths if path.startswith(f"/{model.root}/")}
    return _split(record, steps) if steps else (record, {})


def _split(record: Record, paths: Set[tuple[str, ...]]) -> tuple[Record, Record]:
    below: dict[str, set[tuple[str, ...]]] = {}
    for steps in paths:
        below.setdefault(steps[0], set()).add(steps[1:])
    opened: Record = {}
    hidden: Record = {}
    for name, value in record.items():
        inner = below.get(name)
        if inner is None:
            opened[name] = value
        elif () in inner:
            hidden[name] = value
        elif isinstance(value, dict):
            opened[name], part = _split(value, inner)
            if part:
                hidden[name] = part
        elif isinstance(value, list):
            pairs = [_split(row, inner) for row in value]
            opened[name] = [pair[0] for pair in pairs]
            if any(pair[1] for pair in pairs):
                hidden[name] = [pair[1] for pair in pairs]
        else:
            opened[name] = value
    return opened, hidden


def merge(model: FormModel, opened: Record, protected: Record) -> Record:
    """The whole record again, in the form's order: `merge(model, *split(model, record, paths)) == record`."""
    return _merge(opened, protected, model.plan.root) if protected else opened


def _merge(opened: Record, hidden: Record, plan: Place) -> Record:
    if not hidden:
        return opened
    out: Record = {}
    for name in _ordered({**opened, **hidden}, plan):
        if name not in hidden:
            out[name] = opened[name]
            continue
        if name not in opened:
            out[name] = hidden[name]
            continue
        ours, theirs = opened[name], hidden[name]
        at = plan.children.get(name, plan)
        if isinstance(ours, dict) and isinstance(theirs, dict):
            out[name] = _merge(ours, theirs, at)
        elif isinstance(ours, list) and isinstance(theirs, list):
            out[name] = [_merge(one, two, at) for one, two in zip_longest(ours, theirs, fillvalue=_NOTHING)]
        else:
            out[name] = theirs
    return out


_NOTHING: Record = {}


def _ordered(names: Iterable[str], plan: Place) -> list[str]:
    known = plan.children
    end = len(known)
    return sorted(names, key=lambda name: known[name].index if name in known else end)
