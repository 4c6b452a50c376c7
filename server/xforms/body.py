"""Reads a form's body: controls, groups and repeats, with the node that each belongs to.

Knows XML and what a control says of itself; the primary instance and binds are `build.py`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from .errors import FormError
from .lists import Lists
from .model import Choice, Itemset, Range, Repeat
from .safexml import line_of, local, namespace
from .schema import strip_prefixes
from .text import NO_TEXT, Text
from .words import JR, Words, first

CONTROLS = frozenset({"input", "secret", "select", "select1", "rank", "upload", "range", "trigger"})
LISTS = frozenset({"select", "select1", "rank"})
_REFERENCES = ("ref", "nodeset", "bind", "appearance", "mediatype")


@dataclass(slots=True)
class Control:
    """What the body says about one node, while a form is read. `path` is None for a group without reference."""

    kind: str
    path: str | None
    line: int
    label: Text = NO_TEXT
    hint: Text = NO_TEXT
    choices: tuple[Choice, ...] = ()
    itemset: Itemset | None = None
    range: Range | None = None
    repeat: Repeat | None = None
    media_type: str | None = None
    appearance: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Control] = field(default_factory=list)

    def walk(self) -> Iterator[Control]:
        """Itself and everything below it, in the body's order."""
        yield self
        for child in self.children:
            yield from child.walk()


def resolve(reference: str, context: str) -> str:
    """An absolute path without prefixes: `../b` at `/data/a` is `/data/b`."""
    reference = strip_prefixes("".join(reference.split()))
    if reference.startswith("/"):
        return reference.rstrip("/")
    steps = context.split("/")
    for step in reference.split("/"):
        if step == "..":
            steps = steps[:-1] or steps
        elif step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


def read_body(
    element: etree._Element, root: str, words: Words, lists: Lists, bind_ids: dict[str, str]
) -> list[Control]:
    """The body's controls as a tree. `bind_ids` maps ids of binds to paths, for controls that name a bind."""
    return _Reader(words, lists, bind_ids).below(element, root)


class _Reader:
    def __init__(self, words: Words, lists: Lists, bind_ids: dict[str, str]) -> None:
        self._words = words
        self._lists = lists
        self._bind_ids = bind_ids

    def below(self, element: etree._Element, context: str) -> list[Control]:
        found = []
        for child in element:
            name = local(str(child.tag))
            if name == "group":
                found.append(self._group(child, context))
            elif name == "repeat":
                found.append(self._repeat(child, context))
            elif name in CONTROLS:
                found.append(self._control(child, name, context))
        return found

    def _path(self, element: etree._Element, context: str) -> str | None:
        bind = element.get("bind")
        if bind is not None and bind in self._bind_ids:
            return self._bind_ids[bind]
        reference = element.get("ref") or element.get("nodeset")
        return resolve(reference, context) if reference else None

    def _common(self, element: etree._Element, kind: str, context: str) -> Control:
        return Control(
            kind,
            self._path(element, context),
            line_of(element),
            label=self._words.of(first(element, "label")),
            hint=self._words.of(first(element, "hint")),
            appearance=element.get("appearance") or "",
            attributes={
                str(name): str(value) for name, value in element.attrib.items() if name not in _REFERENCES
            },
        )

    def _group(self, element: etree._Element, context: str) -> Control:
        group = self._common(element, "group", context)
        group.children = self.below(element, group.path or context)
        # A repeat cannot have a label: it stands in a group of its own, which is the repeat's for whoever looks at it.
        repeat = group.children[0] if len(group.children) == 1 else group
        if repeat.kind != "repeat" or group.path not in (None, repeat.path):
            return group
        repeat.label = group.label
        repeat.hint = group.hint
        repeat.appearance = repeat.appearance or group.appearance
        repeat.attributes = {**group.attributes, **repeat.attributes}
        return repeat

    def _repeat(self, element: etree._Element, context: str) -> Control:
        repeat = self._common(element, "repeat", context)
        repeat.repeat = Repeat(element.get(f"{{{JR}}}count"), element.get(f"{{{JR}}}noAddRemove"))
        repeat.children = self.below(element, repeat.path or context)
        return repeat

    def _control(self, element: etree._Element, kind: str, context: str) -> Control:
        control = self._common(element, kind, context)
        if control.path is None:
            raise FormError("question_without_reference", {"control": kind}, line=control.line)
        if kind in LISTS:
            control.choices, control.itemset = self._lists.choices_of(element)
            if not control.choices and control.itemset is None:
                raise FormError(
                    "select_without_choices", {"path": control.path}, path=control.path, line=control.line
                )
        elif kind == "range":
            control.range = Range(
                element.get("start") or "", element.get("end") or "", element.get("step") or ""
            )
        elif kind == "upload":
            control.media_type = element.get("mediatype") or element.get("accept")
        return control


def has_external_itemsets(body: etree._Element) -> bool:
    """Whether an `<input query="…">` asks for the old `itemsets.csv`."""
    return any(local(str(one.tag)) == "input" and one.get("query") is not None for one in body.iter())


def is_action(element: etree._Element) -> bool:
    """Whether an element is one of the actions that the engine reads."""
    return (
        local(str(element.tag)) in ("setvalue", "setgeopoint", "recordaudio")
        and namespace(str(element.tag)) != ""
    )
