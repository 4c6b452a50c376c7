"""What in a form's expressions stops it on a phone: calculations in a circle, functions that nobody has.

Reads the text of expressions only; the engine that evaluates them is `xforms`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from server.forms.notices import Level, Notice, nearest
from server.forms.references import references
from server.forms.workbook.places import Places
from server.xforms.model import FormModel

_NAMES = """
    last position count id local-name namespace-uri name string concat starts-with contains substring-before
    substring-after substring string-length normalize-space translate boolean not true false lang number sum floor ceiling
    round if coalesce once selected selected-at count-selected jr:choice-name indexed-repeat count-non-empty min max join
    regex ends-with substr string-value uuid random randomize int pow abs exp exp10 log log10 sqrt sin cos tan asin acos
    atan atan2 pi weighted-checklist checklist boolean-from-string today now date decimal-date-time decimal-time format-date
    format-date-time date-time distance area geofence digest base64-decode extract-signed intersects version pulldata
    property instance current jr:itext thousands-sep current-position node text comment processing-instruction
"""
FUNCTIONS = frozenset(_NAMES.split())
"""XPath 1.0's and those of the ODK XForms specification as Collect has them; node tests, which are written alike."""

_OPERATORS = frozenset({"and", "or", "div", "mod"})
_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_CALL = re.compile(r"(?<![\w:.-])([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)\s*\(")
_HEADERS = {
    "calculate": "calculation",
    "relevant": "relevant",
    "constraint": "constraint",
    "required": "required",
    "readonly": "read_only",
}


def look(model: FormModel, places: Places | None) -> Iterator[Notice]:
    """Circles are errors; an unknown function is a warning, because phones learn new ones."""
    yield from _circles(model, places)
    yield from _functions(model, places)


def _circles(model: FormModel, places: Places | None) -> Iterator[Notice]:
    """Circles of calculations. In repeats a row may look at the one before it: those are left to the phone."""
    graph: dict[str, list[str]] = {}
    for one in model.fields():
        if one.bind and one.bind.calculate and not one.repeats:
            graph[one.path] = list(references(one.bind.calculate, one.path))
    done: set[str] = set()
    for start in graph:
        chain = _circle(start, graph, done)
        if chain:
            names = " → ".join(path.rpartition("/")[2] for path in [*chain, chain[0]])
            place = places.at(chain[0], "calculation") if places else None
            args = {"name": chain[0].rpartition("/")[2], "chain": names}
            yield Notice(Level.ERROR, "logic.circular", place, args, chain[0])


def _circle(start: str, graph: Mapping[str, list[str]], done: set[str]) -> list[str]:
    """The nodes of a circle that is reached from `start`, in order; empty where there is none. Marks what it saw as done."""
    trail: list[str] = []
    on_trail: set[str] = set()
    steps: list[tuple[str, Iterator[str]]] = []

    def enter(path: str) -> None:
        trail.append(path)
        on_trail.add(path)
        steps.append((path, iter(graph[path])))

    if start in done:
        return []
    enter(start)
    found: list[str] = []
    while steps:
        path, rest = steps[-1]
        following = next((named for named in rest if named in graph), None)
        if following is None:
            steps.pop()
            on_trail.discard(trail.pop())
            done.add(path)
        elif following in on_trail and not found:
            found = trail[trail.index(following) :]
        elif following not in done and following not in on_trail:
            enter(following)
    return found


def _functions(model: FormModel, places: Places | None) -> Iterator[Notice]:
    for bind in model.binds.values():
        for attribute, header in _HEADERS.items():
            expression = getattr(bind, attribute)
            for match in _CALL.finditer(_STRING.sub("''", expression)) if expression else ():
                name = match[1]
                if name in FUNCTIONS or name in _OPERATORS:
                    continue
                near = nearest(name, FUNCTIONS)
                args = {"function": name, "near": near} if near else {"function": name}
                code = "logic.function_unknown_near" if near else "logic.function_unknown"
                place = places.at(bind.path, header) if places else None
                yield Notice(Level.WARNING, code, place, args, bind.path)
