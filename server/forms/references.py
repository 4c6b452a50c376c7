"""Which nodes an XPath expression names, and what of them it shows: for rules about where answers travel.

Reads the text of expressions; evaluating them is `xforms`' work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from server.xforms.model import FormModel

_STRING = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAME = r"[^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?"
_PATH = re.compile(
    rf"(?:/{_NAME}|(?:current\(\)/)?\.\.(?:/\.\.)*/{_NAME})(?:\[[^\]]*\])?(?:/{_NAME}(?:\[[^\]]*\])?)*"
)
_PREDICATE = re.compile(r"\[[^\]]*\]")
_SILENT_CALL = re.compile(
    r"\b(?:distance|area|string-length|count|count-non-empty|count-selected|selected|boolean|regex|position|contains|starts-with)"
    r"\s*\([^()]*\)"
)
_COMPARED = re.compile(rf"(?:{_PATH.pattern})\s*(?:!=|<=|>=|=|<|>)|(?:!=|<=|>=|=|<|>)\s*(?:{_PATH.pattern})")


def references(expression: str, context: str) -> Iterator[str]:
    """Absolute paths, without positions, of the nodes that an expression names; `context` is the path of its own node.

    What stands in quotes is no reference.
    """
    for match in _PATH.finditer(_STRING.sub("''", expression)):
        path = _PREDICATE.sub("", match[0])
        if path.startswith("/"):
            yield path
            continue
        parts = path.removeprefix("current()/").split("/")
        up = sum(1 for part in parts if part == "..")
        base = context.strip("/").split("/")
        if up < len(base):
            yield "/" + "/".join([*base[: len(base) - up], *(part for part in parts if part != "..")])


def shown(expression: str, context: str) -> Iterator[str]:
    """Those of them whose value can be read in the result: comparing, measuring or counting an answer does not show it."""
    text = _STRING.sub("''", expression)
    before = ""
    while before != text:
        before, text = text, _SILENT_CALL.sub("0", text)
    yield from references(_COMPARED.sub("0", text), context)


def assigned(model: FormModel) -> Mapping[str, Sequence[str]]:
    """What a node's value is calculated from, by its path: its calculation, and the values of actions on it."""
    sources: dict[str, list[str]] = {}
    for bind in model.binds.values():
        if bind.calculate:
            sources.setdefault(bind.path, []).append(bind.calculate)
    for action in model.actions:
        if action.value:
            sources.setdefault(action.ref, []).append(action.value)
    return sources
