"""Answers that only shortened a list of the form ('Which households do you want to see?'): said apart from what was found.

Reads a form's own logic; knows no request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from server.ingest.plan import Plan
from server.review.visit import UNIT, Section, Shown
from server.xforms import Field

SELECTS = ("select1", "select")


def steering(plan: Plan) -> frozenset[str]:
    """Paths of the choices that nothing but filters of lists outside the form reads, and that no table takes."""
    if plan.mapping is None:
        return frozenset()
    mapping, fields = plan.mapping, plan.model.fields()
    written = {slot.path for part in mapping.parts for slot in part.slots} | {mapping.key, mapping.area}
    filters = [
        one.itemset.nodeset for one in fields if one.itemset is not None and one.itemset.file is not None
    ]
    logic = [source for one in fields for source in _logic(one)]
    return frozenset(
        one.path
        for one in fields
        if one.type in SELECTS
        if one.path not in written and (one.bind is None or one.bind.saveto is None)
        if _named(one.path, filters)
        if not _named(one.path, logic)
    )


def apart(
    sections: Sequence[Section], paths: frozenset[str]
) -> tuple[tuple[Section, ...], tuple[Shown, ...]]:
    """The sections without the answers at these paths, and those answers, but for what a finding is about."""
    kept, others = [], []
    for section in sections:
        inner, below = apart(section.sections, paths)
        own = [item for item in section.items if UNIT.sub("", item.path) in paths and not item.findings]
        rest = tuple(item for item in section.items if item not in own)
        kept.append(replace(section, items=rest, sections=inner))
        others += [*own, *below]
    return tuple(kept), tuple(others)


def _logic(field: Field) -> Iterator[str]:
    """What else a question reads: its rules, and the list that it takes from the form itself."""
    bind = field.bind
    if bind is not None:
        yield from filter(
            None, (bind.relevant, bind.required, bind.constraint, bind.readonly, bind.calculate)
        )
    if field.itemset is not None and field.itemset.file is None:
        yield field.itemset.nodeset


def _named(path: str, sources: Iterable[str]) -> bool:
    whole = re.compile(rf"(?<![\w/]){re.escape(path)}(?![\w/.-])")
    return any(whole.search(source) for source in sources)
