"""How a function of expressions is written: a plain Python function with the kinds of its arguments, or a builder.

`FUNCTIONS` is filled by the modules beside this one when the package is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..findings import Source
from ..xpath.compile import Builder, Code, Compiler, Here, Notes
from ..xpath.faults import XPathFault
from ..xpath.state import Many, Run
from ..xpath.tree import Axis, Call, Origin, Path, Step
from ..xpath.values import to_boolean, to_double, to_int, to_number, to_text

FUNCTIONS: dict[str, Builder] = {}
"""Every function by its name, prefix included."""

_CONVERT: dict[str, Callable[[Any], Any]] = {
    "s": to_text,
    "n": to_number,
    "d": to_double,
    "i": to_int,
    "b": to_boolean,
    "v": lambda value: value,
}


def builder(*names: str) -> Callable[[Builder], Builder]:
    """Registers a function that compiles its call itself."""

    def register(build: Builder) -> Builder:
        for name in names:
            FUNCTIONS[name] = build
        return build

    return register


def plain(
    kinds: str, *names: str, least: int | None = None, reads: Source | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a function of converted values: `kinds` has a letter an argument (s text, n number, d number with a
    date's time, i whole number, b boolean, v as it is); of them `least` must be given."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        def build(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
            arity(call, len(kinds) if least is None else least, len(kinds))
            if reads is not None:
                notes.sources.add(reads)
            codes = [compiler.compile(one, here, notes) for one in call.args]
            # JavaRosa looks for a date before it takes a node's value out: a node's date has lost its time by then.
            letters = [
                "n" if kind == "d" and code.many else kind for kind, code in zip(kinds, codes, strict=False)
            ]
            return Code(_apply(function, [_CONVERT[kind] for kind in letters], [code.run for code in codes]))

        for name in names:
            FUNCTIONS[name] = build
        return function

    return register


def _apply(function: Callable[..., Any], convert: list[Callable[[Any], Any]], runs: list[Run]) -> Run:
    if len(runs) == 1:
        run, to = runs[0], convert[0]
        return lambda st, row, at: function(to(run(st, row, at)))
    if len(runs) == 2:
        (a, b), (to_a, to_b) = runs, convert
        return lambda st, row, at: function(to_a(a(st, row, at)), to_b(b(st, row, at)))
    pairs = list(zip(convert, runs, strict=True))
    return lambda st, row, at: function(*[to(run(st, row, at)) for to, run in pairs])


def arity(call: Call, least: int, most: int | None) -> None:
    """Raises `XPathFault` (arguments) where a call has too few or too many."""
    given = len(call.args)
    if given < least or (most is not None and given > most):
        wanted = str(least) if least == most else f"{least}+" if most is None else f"{least}-{most}"
        raise XPathFault("arguments", {"name": call.name, "given": given, "wanted": wanted}, at=call.at)


def nodes(compiler: Compiler, call: Call, number: int, here: Here, notes: Notes) -> Many:
    """An argument that must be a path. Raises `XPathFault` (not_nodes)."""
    many = compiler.compile(call.args[number], here, notes).many
    if many is None:
        raise XPathFault("not_nodes", {"name": call.name}, at=call.at)
    return many


def itself(call: Call) -> Path:
    """The node at which a call stands, as an argument."""
    return Path(Origin.CONTEXT, (Step(Axis.SELF),), at=call.at)


def spread(compiler: Compiler, call: Call, start: int, here: Here, notes: Notes) -> Many:
    """Arguments from `start` on as one list: the values of a path that stands alone there, else one value each."""
    codes = [compiler.compile(one, here, notes) for one in call.args[start:]]
    if len(codes) == 1 and codes[0].many is not None:
        return codes[0].many
    return each(codes)


def each(codes: Sequence[Code]) -> Many:
    """The values of several expressions, one each."""
    runs = [code.run for code in codes]
    return lambda st, row, at: [run(st, row, at) for run in runs]
