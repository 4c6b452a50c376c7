"""What in a form's expressions stops it on a phone, or is likely a mistake: what the engine says, at its cell."""

from __future__ import annotations

import re
from collections.abc import Iterator

from server.forms.lint.references import unpaired
from server.forms.notices import Level, Nearest, Notice
from server.forms.workbook import Place
from server.forms.workbook.places import Places
from server.xforms.body import resolve
from server.xforms.functions import FUNCTIONS
from server.xforms.lint import Remark, Trouble, lint
from server.xforms.model import FormModel

_HEADERS = {
    "calculate": "calculation",
    "readonly": "read_only",
    "count": "repeat_count",
    "choices": "choice_filter",
    "value": "default",
}
"""Headings of the survey sheet whose name differs from the expression's kind."""

_ENTITY_HEADERS = {"label": "label", "@id": "entity_id", "@create": "create_if", "@update": "update_if"}
_SHOWN = 30
"""Characters of an expression that a notice quotes from where it cannot be read."""


def look(model: FormModel, places: Places | None) -> Iterator[Notice]:
    """What a phone stops at (errors), and what nobody can have meant (warnings), each once at its cell.

    Brackets and quotes of a spreadsheet are lint's, which sees cells as they were written.
    """
    functions, nodes = Nearest(FUNCTIONS), Nearest(model.by_path)
    names = Nearest({one.name for one in model.fields() if "/meta/" not in one.path})
    said: set[Notice] = set()
    for one in lint(model):
        header = _HEADERS.get(one.kind, one.kind)
        place = _place(one.path, header, model, places)
        header = (place and place.header) or header
        if one.trouble is Trouble.FAULT:
            found = _fault(one, header, place, places, functions, nodes, names)
        elif one.trouble is Trouble.STOPS:
            found = iter((_stops(one, header, place),))
        elif one.trouble is Trouble.REPEATED:
            found = iter((_repeated(one, header, place),))
        else:
            found = iter((_trouble(one, place),))
        for notice in found:
            if notice not in said:
                said.add(notice)
                yield notice


def _trouble(one: Remark, place: Place | None) -> Notice:
    if one.trouble is Trouble.CYCLE:
        chain = " → ".join(path.rpartition("/")[2] for path in str(one.args["way"]).split(" → "))
        args = {"name": one.path.rpartition("/")[2], "chain": chain}
        return Notice(Level.ERROR, "logic.circular", place, args, one.path)
    named = {"group": str(one.args["group"]).rpartition("/")[2]} if "group" in one.args else {}
    return Notice(Level.WARNING, f"logic.{one.trouble}", place, named, one.path)


def _repeated(one: Remark, header: str, place: Place | None) -> Notice:
    """An answer of each repetition taken for one value. A warning: forms that are only ever given one row go well."""
    name, repeat = (str(one.args[key]).rpartition("/")[2] for key in ("name", "group"))
    args = {"header": header, "name": name, "repeat": repeat}
    return Notice(Level.WARNING, "logic.repeated", place, args, one.path)


def _stops(one: Remark, header: str, place: Place | None) -> Notice:
    """A call at which a phone stops because of what is written in it."""
    args = {"header": header, "name": str(one.args["name"]), "given": str(one.args["given"])[:_SHOWN]}
    code = _STOPS.get(str(one.args["reason"]), "logic.stops")
    return Notice(Level.ERROR, code, place, args, one.path)


_STOPS = {
    "date": "logic.stops_date",
    "date_range": "logic.stops_date",
    "format": "logic.stops_format",
    "pattern": "logic.stops_pattern",
    "points": "logic.stops_points",
    "digest": "logic.stops_digest",
    "property": "logic.stops_property",
}
"""Codes of an `EvaluationFault`'s keys, as far as each has a fix of its own."""


def _fault(
    one: Remark,
    header: str,
    place: Place | None,
    places: Places | None,
    functions: Nearest,
    nodes: Nearest,
    names: Nearest,
) -> Iterator[Notice]:
    """An expression that cannot be used: what it is that no phone can make sense of."""
    marks = list(unpaired(one.source))
    if marks:
        for mark in marks if places is None else ():
            code = "expression.quote" if mark in "'\"" else "expression.bracket"
            yield Notice(Level.ERROR, code, None, {"header": header, "mark": mark}, one.path)
    elif one.key == "unknown_function":
        name = str(one.args["name"])
        yield _unknown("logic.function_unknown", {"function": name}, functions.of(name), place, one.path)
    elif one.key == "unknown_reference":
        written = str(one.args["path"])
        if places is not None and _WORD.fullmatch(written):
            yield _word(one, written, header, names, place)
            return
        node = resolve(written.removeprefix("current()/"), one.path)
        near = nodes.of(node)
        args = {"header": header, "node": node}
        yield _unknown("logic.node_unknown", args, near if near != one.path else "", place, one.path)
    elif one.key == "unknown_instance" and one.path.rpartition("/")[2] in _VERSIONS:
        if one.path.endswith(_VERSIONS[0]):  # the three say the same of one row
            yield Notice(Level.ERROR, "entity.not_read", place, {"name": str(one.args["name"])}, one.path)
    elif one.key in _BY_KEY:
        args = {"header": header, **{name: str(value) for name, value in one.args.items()}}
        yield Notice(Level.ERROR, _BY_KEY[one.key], place, args, one.path)
    else:
        rest = one.source[one.at or 0 :].strip()[:_SHOWN]
        if rest:
            yield Notice(Level.ERROR, "logic.syntax", place, {"header": header, "rest": rest}, one.path)
        else:
            yield Notice(Level.ERROR, "logic.unfinished", place, {"header": header}, one.path)


def _word(one: Remark, word: str, header: str, names: Nearest, place: Place | None) -> Notice:
    """A bare word in a spreadsheet's cell: read as a child of the question itself, which nobody means."""
    args = {"header": header, "word": word}
    if one.kind in ("required", "readonly") and one.source.strip() == word:
        return Notice(Level.ERROR, "logic.yes", place, args, one.path)
    return _unknown("logic.word", args, names.of(word), place, one.path)


_WORD = re.compile(r"[^\W\d][\w.\-]*")

_VERSIONS = ("@baseVersion", "@trunkVersion", "@branchId")
"""What a block that updates reads of its list (entities 2024.1): pyxform writes them, whether the form has the list or not."""

_BY_KEY = {
    "arguments": "logic.arguments",
    "unsupported": "logic.unsupported",
    "unknown_instance": "logic.list_unknown",
    "not_a_path": "logic.needs_question",
    "not_nodes": "logic.needs_question",
}


def _unknown(code: str, args: dict[str, str], near: str, place: Place | None, path: str) -> Notice:
    if near:
        return Notice(Level.ERROR, f"{code}_near", place, {**args, "near": near}, path)
    return Notice(Level.ERROR, code, place, args, path)


def _place(path: str, header: str, model: FormModel, places: Places | None) -> Place | None:
    """Its cell; what stands in another sheet, or under the repeat that a count belongs to, is found there."""
    if places is None:
        return None
    if path.endswith("/meta/instanceName"):
        return places.setting("instance_name")
    block = next((entity for entity in model.entities() if path.startswith(f"{entity.path}/")), None)
    if block is not None:
        under = _ENTITY_HEADERS.get(path.removeprefix(f"{block.path}/"), "list_name")
        return places.entity(block.dataset, under)
    # the node that pyxform makes for a calculated count
    if places.row(path) is None and path.endswith("_count"):
        return places.at(path.removesuffix("_count"), "repeat_count")
    return places.at(path, header, header.partition("::")[0] if "::" in header else "calculation")
