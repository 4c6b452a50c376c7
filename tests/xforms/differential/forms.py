"""Forms made at random: nodes of all types in groups and repeats, with logic over each other that holds no ring.

An expression refers only to nodes that stand before it, as pyxform writes references: absolute ones outside repeats,
relative ones inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import TypeVar
from xml.sax.saxutils import escape, quoteattr

from hypothesis import strategies as st

T = TypeVar("T")

TYPES = ("int", "decimal", "string", "date", "dateTime", "time", "select1", "select", "geopoint", "boolean")
CHOICES = ("a", "b", "c")
TOWNS, KINDS = "instance('towns')/root/item", "instance('kinds')/root/item"
TOWNS_CSV = b"""name,label,area,size
a,Lower Ford,12,12
b c,"Ash, the Green",a,7.5
12,Mill Lane,a,
X,Quarry Row,12,0
ab ab,,b c,100
2020-01-31,Old Pier,a,-3
"""
"""The file beside each form, as an entity list or an attached one comes to a phone."""
_PATTERNS = ("[a-z ]+", "\\d+", "[A-C]", "(ab)*", ".*")


@dataclass(slots=True)
class Made:
    """One node: `kind` is a leaf's type, 'group' or 'repeat'."""

    name: str
    kind: str
    path: str
    repeats: tuple[str, ...] = ()
    inside: list[Made] = field(default_factory=list)
    logic: dict[str, str] = field(default_factory=dict)

    def walk(self) -> Iterator[Made]:
        """Itself and what it holds, in document order."""
        yield self
        for one in self.inside:
            yield from one.walk()


@dataclass(frozen=True, slots=True)
class MadeForm:
    """A form with its XML."""

    nodes: tuple[Made, ...]
    xml: str

    def leaves(self) -> list[Made]:
        """Every leaf, in document order."""
        return [one for top in self.nodes for one in top.walk() if not one.inside]


@st.composite
def forms(draw: st.DrawFn) -> MadeForm:
    """A form of 4 to 14 leaves. The strategy draws what all chance of a form comes from: left to draw each piece,
    hypothesis makes much of the same again, and little of what stands deep."""
    chance = draw(st.randoms(use_true_random=True))
    nodes = _Maker(chance).nodes("/data", (), chance.randint(4, 14), 0)
    return MadeForm(tuple(nodes), xform(nodes))


class _Maker:
    def __init__(self, chance: Random) -> None:
        self._random = chance
        self._count = 0
        self._leaves: list[Made] = []
        self._done_repeats: list[Made] = []

    def _pick(self, options: list[T] | tuple[T, ...]) -> T:
        return self._random.choice(options)

    def _chance(self, percent: int) -> bool:
        return self._random.randrange(100) < percent

    def nodes(self, parent: str, repeats: tuple[str, ...], count: int, depth: int) -> list[Made]:
        made: list[Made] = []
        while count > 0:
            self._count += 1
            number = self._count
            if depth < 3 and count > 2 and self._chance(40):
                kind = self._pick(("group", "repeat"))
                path = f"{parent}/{kind[0]}{number}"
                inner = (*repeats, path) if kind == "repeat" else repeats
                node = Made(path.rpartition("/")[2], kind, path, inner)
                if self._chance(40):
                    node.logic["relevant"] = self.boolean(node, 2)
                size = min(count, 2 + number % 3)
                node.inside = self.nodes(path, inner, size, depth + 1)
                if kind == "repeat" and not repeats:
                    self._done_repeats.append(node)
                count -= size
            else:
                node = self._leaf(f"{parent}/n{number}", repeats)
                count -= 1
            made.append(node)
        return made

    def _leaf(self, path: str, repeats: tuple[str, ...]) -> Made:
        node = Made(path.rpartition("/")[2], self._pick(TYPES), path, repeats)
        if self._chance(35):
            node.logic["relevant"] = self.boolean(node, 2)
        if self._leaves and self._chance(35):
            node.kind = self._pick(("int", "decimal", "string", "string", "date", "boolean"))
            node.logic["calculate"] = self._calculation(node)
        elif self._chance(40):
            node.logic["constraint"] = self._constraint(node)
        if self._chance(30):
            node.logic["required"] = self._pick(("true()", self.boolean(node, 1)))
        self._leaves.append(node)
        return node

    def _calculation(self, node: Made) -> str:
        if node.kind in ("int", "decimal"):
            return self.number(node, 3)
        if node.kind == "date":
            return self._pick((self._date(node), f"date({self._date(node)} + 1)"))
        if node.kind == "boolean":
            return self.boolean(node, 2)
        return self._pick((self.text, self.text, self.number, self.boolean))(node, 2)

    def _constraint(self, node: Made) -> str:
        if node.kind in ("int", "decimal"):
            low = self._pick(("-5", "0", "1.5", "10"))
            return self._pick(
                (f". >= {low}", f". > {low} and . < {self.number(node, 1)}", f". != {self.number(node, 1)}")
            )
        if node.kind in ("select1", "select"):
            return self._pick(
                (". != 'a'", "not(selected(., 'b'))", "count-selected(.) < 2", f". != {self.text(node, 1)}")
            )
        if node.kind == "date":
            return f". {self._pick(('<', '<=', '>', '=', '!='))} {self._date(node)}"
        if node.kind == "string":
            pattern = self._pick(_PATTERNS)
            return self._pick((f"regex(., '{pattern}')", "string-length(.) < 4", f". = {self.text(node, 1)}"))
        return self.boolean(node, 1)

    # --- expressions by what they come to ---------------------------------------------------------------------------

    def _references(self, node: Made, kinds: tuple[str, ...]) -> list[str]:
        """References to leaves before a node that have one value from there."""
        home = (*node.repeats[:-1],) if node.kind == "repeat" else node.repeats
        found = []
        for leaf in self._leaves:
            if leaf.kind in kinds and leaf.repeats == home[: len(leaf.repeats)]:
                found.append(_written(node.path, leaf.path, relative=bool(home)))
        return found

    def number(self, node: Made, depth: int) -> str:
        options: list[Callable[[], str]] = [lambda: self._pick(("0", "1", "2.5", "-3", "10", "0.1"))]
        references = self._references(node, ("int", "decimal"))
        if references:
            options += [lambda: self._pick(references)] * 4
        if depth:
            options += [
                lambda: (
                    f"{self.number(node, depth - 1)} {self._pick(('+', '-', '*', 'div', 'mod'))} {self.number(node, depth - 1)}"
                ),
                lambda: (
                    f"({self.number(node, depth - 1)} {self._pick(('+', '-', '*'))} {self.number(node, depth - 1)})"
                ),
                lambda: f"round({self.number(node, depth - 1)}, {self._pick(('0', '1', '2', '-1'))})",
                lambda: (
                    f"{self._pick(('int', 'abs', 'number', 'round', 'sqrt', 'exp', 'log', 'sin'))}({self.number(node, depth - 1)})"
                ),
                lambda: (
                    f"{self._pick(('max', 'min'))}({self.number(node, depth - 1)}, {self.number(node, depth - 1)})"
                ),
                lambda: (
                    f"if({self.boolean(node, depth - 1)}, {self.number(node, depth - 1)}, {self.number(node, depth - 1)})"
                ),
                lambda: f"coalesce({self.number(node, depth - 1)}, {self.number(node, depth - 1)})",
                lambda: f"pow({self.number(node, depth - 1)}, 2)",
                lambda: f"string-length({self.text(node, depth - 1)})",
                lambda: f"number({self.text(node, depth - 1)})",
                lambda: f"-({self.number(node, depth - 1)})",
            ]
            selects = self._references(node, ("select",))
            if selects:
                options.append(lambda: f"count-selected({self._pick(selects)})")
            dates = self._references(node, ("date",))
            if dates:
                options += [
                    lambda: f"{self._pick(dates)} - {self._pick(dates)}",
                    lambda: f"decimal-date-time({self._pick(dates)})",
                ]
            if node.repeats and node.kind != "repeat":
                options.append(lambda: "position(..)")
            options += self._over_repeats(node) * 3 + self._over_lists(node)
        return self._pick(options)()

    def _over_lists(self, node: Made) -> list[Callable[[], str]]:
        """Over the rows of a list, inside the form or beside it."""
        towns, kinds = f"{TOWNS}[area = {self._key(node)}]", f"{KINDS}[name = {self._key(node)}]"
        return [
            lambda: f"count({self._pick((towns, kinds, TOWNS, f'{TOWNS}[size > {self._size(node)}]'))})",
            lambda: f"{self._pick(('sum', 'max', 'min'))}({towns}/size)",
            lambda: f"number({self._pick((f'{TOWNS}[name = {self._key(node)}]/size', f'{kinds}/rank'))})",
        ]

    def _key(self, node: Made) -> str:
        """What rows are looked for by: as pyxform writes a reference within a filter, from `current()`."""
        fixed = ["'a'", "'12'", "'nowhere'"]
        return self._pick(self._within(self._references(node, ("string", "select1"))) * 2 + fixed)

    def _size(self, node: Made) -> str:
        return self._pick([*self._within(self._references(node, ("int", "decimal"))), "0", "7.5"])

    @staticmethod
    def _within(references: list[str]) -> list[str]:
        return [f"current()/{one}" if one.startswith("..") else one for one in references]

    def _over_repeats(self, node: Made) -> list[Callable[[], str]]:
        """Over all rows of a repeat that stands before, from outside it."""
        found: list[Callable[[], str]] = []
        for repeat in self._done_repeats:
            if repeat.path in node.repeats:
                continue
            found.append(partial("count({})".format, repeat.path))
            numbers = [one for one in repeat.walk() if one.kind in ("int", "decimal")]
            for leaf in numbers[:2]:
                found += self._over_rows(leaf, repeat)
        return found

    def _over_rows(self, leaf: Made, repeat: Made) -> list[Callable[[], str]]:
        """Over a number in all rows of a repeat."""
        r, n = repeat.path, leaf.name
        found: list[Callable[[], str]] = [
            lambda: f"{self._pick(('sum', 'max', 'min', 'count', 'count-non-empty'))}({leaf.path})"
        ]
        if leaf.repeats == (r,):
            found.append(lambda: f"indexed-repeat({leaf.path}, {r}, {self._pick(('1', '2', '3', '0'))})")
            if leaf.path == f"{r}/{n}":
                found += [
                    lambda: f"sum({r}[{n} > 1]/{n})",
                    lambda: f"count({r}[{n} = {r}[position() = 1]/{n}])",
                    lambda: f"number({r}[position() = 2]/{n})",
                ]
        return found

    def text(self, node: Made, depth: int) -> str:
        options: list[Callable[[], str]] = [
            lambda: self._pick(("'a'", "'b c'", "'12'", "''", "'X-1'", "'2020-01-31'"))
        ]
        references = self._references(node, ("string", "select1", "select", "geopoint"))
        if references:
            options += [lambda: self._pick(references)] * 4
        if depth:
            inner = depth - 1
            options += [
                lambda: f"concat({self.text(node, inner)}, {self.text(node, inner)})",
                lambda: f"concat({self.text(node, inner)}, {self.number(node, inner)})",
                lambda: (
                    f"if({self.boolean(node, inner)}, {self.text(node, inner)}, {self.text(node, inner)})"
                ),
                lambda: f"coalesce({self.text(node, inner)}, {self.text(node, inner)})",
                lambda: (
                    f"substr({self.text(node, inner)}, {self._pick(('0', '1', '-2'))}, {self._pick(('1', '3', '-1'))})"
                ),
                lambda: f"join('-', {self.text(node, inner)}, {self.number(node, inner)})",
                lambda: f"translate({self.text(node, inner)}, 'abc', 'AB')",
                lambda: f"normalize-space({self.text(node, inner)})",
                lambda: f"string({self.number(node, inner)})",
                lambda: (
                    f"{self._pick(('substring-before', 'substring-after'))}({self.text(node, inner)}, 'b')"
                ),
                lambda: f"digest({self.text(node, inner)}, 'MD5', 'hex')",
            ]
            options += self._of_lists(node)
            selects = self._references(node, ("select",))
            if selects:
                options.append(lambda: f"selected-at({self._pick(selects)}, {self._pick(('0', '1', '5'))})")
            dates = self._references(node, ("date", "dateTime"))
            if dates:
                options.append(lambda: f"format-date-time({self._pick(dates)}, '%Y/%n/%e %H:%M:%S %a %b')")
            for repeat in self._done_repeats:
                if repeat.path not in node.repeats:
                    texts = [one.path for one in repeat.walk() if one.kind in ("string", "select1", "int")]
                    if texts:
                        options.append(partial(self._joined, texts))
        return self._pick(options)()

    def _of_lists(self, node: Made) -> list[Callable[[], str]]:
        """A row's column, and rows joined; what a village or a kind is called."""
        return [
            lambda: f"{TOWNS}[name = {self._key(node)}]/label",
            lambda: f"join(' ', {TOWNS}[area = {self._key(node)} and size > {self._size(node)}]/name)",
            lambda: f"string({KINDS}[position() = {self._pick(('1', '2', '9'))}]/label)",
            lambda: f"pulldata('towns', '{self._pick(('label', 'size'))}', 'name', {self.text(node, 0)})",
        ]

    def _joined(self, paths: list[str]) -> str:
        return f"join(' ', {self._pick(paths)})"

    def boolean(self, node: Made, depth: int) -> str:
        options: list[Callable[[], str]] = [
            lambda: (
                f"{self.number(node, 0)} {self._pick(('=', '!=', '<', '<=', '>', '>='))} {self.number(node, 0)}"
            ),
            lambda: f"{self.text(node, 0)} {self._pick(('=', '!='))} {self.text(node, 0)}",
        ]
        selects = self._references(node, ("select", "select1"))
        if selects:
            options += [lambda: f"selected({self._pick(selects)}, '{self._pick(CHOICES)}')"] * 2
        booleans = self._references(node, ("boolean",))
        if booleans:
            options.append(lambda: self._pick(booleans))
        if self._references(node, ("date",)):
            options.append(lambda: f"{self._date(node)} {self._pick(('<', '=', '>='))} {self._date(node)}")
        if depth:
            inner = depth - 1
            options += [
                lambda: (
                    f"{self.boolean(node, inner)} {self._pick(('and', 'or'))} {self.boolean(node, inner)}"
                ),
                lambda: f"not({self.boolean(node, inner)})",
                lambda: (
                    f"{self._pick(('contains', 'starts-with', 'ends-with'))}({self.text(node, inner)}, {self.text(node, inner)})"
                ),
                lambda: f"regex({self.text(node, inner)}, '{self._pick(_PATTERNS)}')",
                lambda: f"boolean({self.number(node, inner)})",
                lambda: f"boolean-from-string({self.text(node, inner)})",
                lambda: f"checklist(1, 2, {self.boolean(node, inner)}, {self.boolean(node, inner)})",
                lambda: f"{self.number(node, inner)} = {self.text(node, inner)}",
                lambda: f"string({self.boolean(node, inner)}) = 'true'",
            ]
        return self._pick(options)()

    def _date(self, node: Made) -> str:
        references = self._references(node, ("date",))
        fixed = ["date('2020-02-29')", "date('1999-12-31')", "date(18000)"]
        return self._pick(references * 3 + fixed)


def _written(origin: str, target: str, *, relative: bool) -> str:
    """A reference as pyxform writes it."""
    if not relative:
        return target
    here, there = origin.split("/"), target.split("/")
    shared = 0
    while shared < min(len(here), len(there)) and here[shared] == there[shared]:
        shared += 1
    return "/".join([".."] * (len(here) - shared) + there[shared:])


# --- as XML ---------------------------------------------------------------------------------------------------------

_HEAD = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"'
    ' xmlns:jr="http://openrosa.org/javarosa" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><h:head>'
    '<h:title>made</h:title><model><instance><data id="made" version="1">'
)

_LISTS = (
    '<instance id="kinds"><root>'
    "<item><name>a</name><label>A well</label><rank>1</rank></item>"
    "<item><name>b</name><label>A spring</label><rank>2.5</rank></item>"
    "<item><name>c</name><label/><rank/></item>"
    '</root></instance><instance id="towns" src="jr://file-csv/towns.csv"/>'
)


def xform(nodes: list[Made]) -> str:
    """The form's XML."""
    everything = [one for top in nodes for one in top.walk()]
    instance = "".join(map(_element, nodes))
    binds = "".join(map(_bind, everything))
    body = "".join(map(_control, nodes))
    return (
        f"{_HEAD}{instance}<meta><instanceID/></meta></data></instance>{_LISTS}{binds}"
        f"</model></h:head><h:body>{body}</h:body></h:html>"
    )


def _element(node: Made) -> str:
    template = ' jr:template=""' if node.kind == "repeat" else ""
    return f"<{node.name}{template}>{''.join(map(_element, node.inside))}</{node.name}>"


def _bind(node: Made) -> str:
    kind = {"select1": "string", "select": "string", "group": "", "repeat": ""}.get(node.kind, node.kind)
    type_ = f' type="{kind}"' if kind else ""
    logic = "".join(f" {name}={quoteattr(source)}" for name, source in node.logic.items())
    return f'<bind nodeset="{node.path}"{type_}{logic}/>'


def _control(node: Made) -> str:
    inside = "".join(map(_control, node.inside))
    label = f"<label>{escape(node.name)}</label>"
    if node.kind == "group":
        return f'<group ref="{node.path}">{label}{inside}</group>'
    if node.kind == "repeat":
        return f'<group ref="{node.path}">{label}<repeat nodeset="{node.path}">{inside}</repeat></group>'
    if "calculate" in node.logic:
        return ""
    if node.kind in ("select1", "select"):
        items = "".join(f"<item><label>{one}</label><value>{one}</value></item>" for one in CHOICES)
        return f'<{node.kind} ref="{node.path}">{label}{items}</{node.kind}>'
    return f'<input ref="{node.path}">{label}</input>'
