"""An XPath expression as a typed tree of frozen values: what the parser makes and everything else reads.

The grammar is the subset that JavaRosa evaluates (ODK XForms specification, 'XPath Paths' and 'XPath Operators').
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Origin(StrEnum):
    """Where a path begins: at the form's root, at the context node, at current() or at a secondary instance."""

    ROOT = "root"
    CONTEXT = "context"
    CURRENT = "current"
    INSTANCE = "instance"


class Axis(StrEnum):
    CHILD = "child"
    ATTRIBUTE = "attribute"
    SELF = "self"
    PARENT = "parent"


@dataclass(frozen=True, slots=True)
class Number:
    value: float
    at: int = 0


@dataclass(frozen=True, slots=True)
class String:
    value: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `name` is a local name, '*' for any child, '' on self and parent."""

    axis: Axis
    name: str = ""
    predicates: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """A location path. `instance` is the secondary instance's id where it begins at one."""

    origin: Origin
    steps: tuple[Step, ...]
    instance: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; `name` as written, with its prefix (`jr:choice-name`)."""

    name: str
    args: tuple[Expr, ...]
    at: int = 0


@dataclass(frozen=True, slots=True)
class Binary:
    """`op` is one of: or and = != < <= > >= + - * div mod."""

    op: str
    left: Expr
    right: Expr
    at: int = 0


@dataclass(frozen=True, slots=True)
class Negative:
    value: Expr
    at: int = 0


Expr = Number | String | Path | Call | Binary | Negative


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and everything in it, predicates too, outermost first."""
    waiting = [expr]
    while waiting:
        one = waiting.pop()
        yield one
        waiting.extend(reversed(children(one)))


def children(expr: Expr) -> list[Expr]:
    """What stands directly inside an expression, in reading order."""
    match expr:
        case Binary(left=left, right=right):
            return [left, right]
        case Negative(value=value):
            return [value]
        case Call(args=args):
            return list(args)
        case Path(steps=steps):
            return [one for step in steps for one in step.predicates]
    return []
