"""What in a form's expressions stops it on a phone: circles, unknown functions and nodes, brackets that do not pair.

Reads the text of expressions only; the engine that evaluates them is `xforms`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from server.forms.lint.references import unpaired
from server.forms.notices import Level, Nearest, Notice
from server.forms.references import references
from server.forms.workbook import Place
from server.forms.workbook.places import Places
from server.xforms.model import FormModel

_NAMES = """
    last position count id local-name namespace-uri name string concat starts-with contains substring-before
    substring-after substring string-length normalize-space translate boolean not true false lang number sum floor ceiling
    round if coalesce once selected selected-at count-selected jr:choice-name indexed-repeat count-non-empty min max join depend
    regex ends-with substr string-value uuid random randomize int pow abs exp exp10 log log10 sqrt sin cos tan asin acos
    atan atan2 pi weighted-checklist checklist boolean-from-string today now date decimal-date-time decimal-time format-date
    format-date-time date-time distance area geofence digest base64-decode extract-signed intersects version pulldata
    property instance current jr:itext thousands-sep current-position node text comment processing-instruction
"""
FUNCTIONS = frozenset(_NAMES.split())
"""XPath 1.0's and those of the ODK XForms specification as Collect has them; node tests, which are written alike."""

_OPERATORS = frozenset({"and", "or", "div", "mod"})
_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_CALL = re.compile(r"(?<![\w:.])(?<![\w.]-)([^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?)\s*\(")
_LIST = re.compile(r"\binstance\s*\([^()]*\)(?:\s*/\s*[\w.:*-]+)*")
_PREDICATE = re.compile(r"\[[^\[\]]*\]")
_NODE_TESTS = frozenset({"text", "node", "comment", "processing-instruction"})
_HEADERS = {
    "calculate": "calculation",
    "relevant": "relevant",
    "constraint": "constraint",
    "required": "required",
    "readonly": "read_only",
}
_ENTITY_HEADERS = {"label": "label", "@id": "entity_id", "@create": "create_if", "@update": "update_if"}


class _Expression(NamedTuple):
    """An expression of the form: the node it is evaluated at, the heading it stands under, its text."""

    path: str
    header: str
    text: str


def look(model: FormModel, places: Places | None) -> Iterator[Notice]:
    """What a phone stops at: circles, functions that nobody has, nodes that are not there, brackets and quotes without partner.

    Cells of a spreadsheet are looked through for brackets by lint, which sees them as they were written.
    """
    yield from _circles(model, places)
    functions, nodes = Nearest(FUNCTIONS), Nearest(model.by_path)
    for one in dict.fromkeys(_expressions(model)):
        place = _place(one, model, places)
        plain = _STRING.sub("''", one.text)
        if places is None:
            for mark in unpaired(one.text):
                code = "expression.quote" if mark in "'\"" else "expression.bracket"
                yield Notice(Level.ERROR, code, None, {"header": one.header, "mark": mark}, one.path)
        for name in dict.fromkeys(match[1] for match in _CALL.finditer(plain)):
            if name not in FUNCTIONS and name not in _OPERATORS:
                yield _unknown(
                    "logic.function_unknown", {"function": name}, functions.of(name), place, one.path
                )
        for path in _absent(plain, one.path, model):
            args = {"header": one.header, "node": path}
            yield _unknown("logic.node_unknown", args, nodes.of(path), place, one.path)


def _unknown(code: str, args: dict[str, str], near: str, place: Place | None, path: str) -> Notice:
    if near:
        return Notice(Level.ERROR, f"{code}_near", place, {**args, "near": near}, path)
    return Notice(Level.ERROR, code, place, args, path)


def _expressions(model: FormModel) -> Iterator[_Expression]:
    """Every expression of the form: of binds, choice filters, counts of repeats, and values set by actions."""
    for bind in model.binds.values():
        for attribute, header in _HEADERS.items():
            if text := getattr(bind, attribute):
                yield _Expression(bind.path, header, text)
    for field in model.fields():
        if field.itemset is not None:
            yield _Expression(field.path, "choice_filter", field.itemset.nodeset)
        if field.repeat is not None and field.repeat.count:
            yield _Expression(field.path, "repeat_count", field.repeat.count)
    for action in model.actions:
        if action.value:
            yield _Expression(action.ref, "default", action.value)


def _place(one: _Expression, model: FormModel, places: Places | None) -> Place | None:
    """Its cell; what stands in another sheet, or under the repeat that a count belongs to, is found there."""
    if places is None:
        return None
    if one.path.endswith("/meta/instanceName"):
        return places.setting("instance_name")
    block = next((entity for entity in model.entities() if one.path.startswith(f"{entity.path}/")), None)
    if block is not None:
        header = _ENTITY_HEADERS.get(one.path.removeprefix(f"{block.path}/"), "list_name")
        return places.entity(block.dataset, header)
    path = one.path
    if places.row(path) is None and path.endswith(
        "_count"
    ):  # the node that pyxform makes for a calculated count
        return places.at(path.removesuffix("_count"), "repeat_count")
    return places.at(path, one.header, "calculation")


def _absent(plain: str, context: str, model: FormModel) -> Iterator[str]:
    """Paths into the form's own answers that lead to no node. `plain` has no texts in quotes.

    Steps of lists (`instance(...)/root/item`) and what a predicate reads relatively are the list's.
    """
    own = _LIST.sub("0", plain)
    outside = own
    while (less := _PREDICATE.sub("", outside)) != outside:
        outside = less
    absolute = (path for path in references(own, context) if path.startswith(f"/{model.root}/"))
    for path in dict.fromkeys([*references(outside, context), *absolute]):
        steps = [step.rpartition(":")[2] for step in path.split("/")]
        if steps[-1] in _NODE_TESTS:
            steps.pop()
        plain_path = "/".join(steps)
        if plain_path.startswith(f"/{model.root}/") and model.field(plain_path) is None:
            yield plain_path


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
