"""Paths over secondary instances: items of lists, filtered by predicates, looked up by column where one is compared.

`instance('x')/root/item[name = …]/label` goes through an index of the table; other predicates try every item.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..findings import Source
from .compile import Code, Here, Notes
from .faults import XPathFault
from .state import At, Run, State
from .tree import Axis, Binary, Call, Expr, Origin, Path, walk
from .values import Value, to_text
from .written import one_of, written

if TYPE_CHECKING:
    from ..plan import Row
    from ..tables import Item, Table
    from .compile import Compiler


def column(path: Path, notes: Notes) -> Code:
    """A path relative to a list's item: one of its columns, or the item itself."""
    names = [step.name for step in path.steps if step.axis is not Axis.SELF]
    if any(step.axis is Axis.PARENT or step.predicates for step in path.steps) or len(names) > 1:
        raise XPathFault("unsupported", {"what": written(path)}, at=path.at)
    if not names:
        return Code(lambda st, row, at: at.item.text)  # type: ignore[union-attr]  # predicates have an item
    name = f"@{names[0]}" if path.steps[-1].axis is Axis.ATTRIBUTE else names[0]

    def run(st: State, row: Row, at: At | None) -> Value:
        item = at.item if at is not None else None
        return (item.get(name) or "") if item is not None else ""

    def many(st: State, row: Row, at: At | None) -> list[Value]:
        item = at.item if at is not None else None
        return [one.text for one in item.elements(name)] if item is not None else []

    return Code(run, many)


def instance_path(compiler: Compiler, path: Path, here: Here, notes: Notes) -> Code:
    items, column = list_items(compiler, path, here, notes)
    if column is None:

        def elements(st: State, row: Row, at: At | None) -> list[Value]:
            return [one.text for one in items(st, row, at)]

        return Code(one_of(elements), elements)

    def many(st: State, row: Row, at: At | None) -> list[Value]:
        return [text for one in items(st, row, at) if (text := one.get(column)) is not None]

    return Code(one_of(many), many)


Items = Callable[["State", "Row", "At | None"], "list[Item]"]


def list_items(compiler: Compiler, path: Path, here: Here, notes: Notes) -> tuple[Items, str | None]:
    """The items that a path over a secondary instance finds, and the column after them (None where it ends at items).
    Raises `XPathFault` (unknown_instance)."""
    table_of = list_instance(compiler, path.instance, notes, path.at)
    names, predicates, column = _parts(path)
    return _items(compiler, table_of, names, predicates, here, notes), column


Offers = Callable[["State", "Row", str], bool]


def offers(compiler: Compiler, path: Path, here: Here, notes: Notes) -> Offers | None:
    """Whether a list offers one choice, found by the column that the path ends in: its filter is asked of that choice alone,
    however long the list is. None where the filter goes by positions, which only the whole list has."""
    names, predicates, column = _parts(path)
    if column is None or any(_counts(one) for one in predicates):
        return None
    table_of = list_instance(compiler, path.instance, notes, path.at)
    inner = Here(here.place, here.original, items=True, predicate=True)
    tests = [compiler.compile(one, inner, notes).run for one in predicates]
    wanted = column

    def offered(st: State, row: Row, name: str) -> bool:
        found = table_of(st).where(names, wanted, name)
        st.spend(len(found))
        return any(all(test(st, row, At(item, 1, row)) is True for test in tests) for item in found)

    return offered


def _counts(expr: Expr) -> bool:
    return any(isinstance(one, Call) and one.name == "position" for one in walk(expr))


def _parts(path: Path) -> tuple[tuple[str, ...], tuple[Expr, ...], str | None]:
    """The names down to a list's items, what filters those, and the column after them. Raises `XPathFault` (unsupported)."""
    names: list[str] = []
    predicates: tuple[Expr, ...] = ()
    column: str | None = None
    for step in path.steps:
        if step.axis is Axis.SELF and not step.predicates:
            continue
        if step.axis in (Axis.PARENT, Axis.SELF) or column is not None:
            raise XPathFault("unsupported", {"what": written(path)}, at=path.at)
        if predicates:
            if step.predicates:
                raise XPathFault("unsupported", {"what": written(path)}, at=path.at)
            column = f"@{step.name}" if step.axis is Axis.ATTRIBUTE else step.name
            continue
        names.append(f"@{step.name}" if step.axis is Axis.ATTRIBUTE else step.name)
        predicates = step.predicates
    if not predicates and len(names) > 2:
        column = names.pop()
    return tuple(names), predicates, column


def _items(
    compiler: Compiler,
    table_of: Callable[[State], Table],
    names: tuple[str, ...],
    predicates: tuple[Expr, ...],
    here: Here,
    notes: Notes,
) -> Items:
    inner = Here(here.place, here.original, items=True, predicate=True)
    first = _lookup(compiler, predicates[0], here, notes) if predicates else None
    rest = predicates[1:] if first else predicates
    tests = [compiler.compile(one, inner, notes).run for one in rest]

    def items(st: State, row: Row, at: At | None) -> list[Item]:
        table = table_of(st)
        if first is not None:
            column, value = first
            found = _where(table, names, column, value(st, row, at), st)
        else:
            found = table.items(names)
        original = at.row if at is not None else row
        for test in tests:
            st.spend(len(found))
            found = [
                item
                for number, item in enumerate(found, 1)
                if test(st, row, At(item, number, original)) is True
            ]
        return found

    return items


def _lookup(compiler: Compiler, predicate: Expr, here: Here, notes: Notes) -> tuple[str, Run] | None:
    """(column, value) of `[column = value]` where the value is the same for every item: found through an index."""
    if not isinstance(predicate, Binary) or predicate.op != "=":
        return None
    for side, other in ((predicate.left, predicate.right), (predicate.right, predicate.left)):
        if (
            isinstance(side, Path)
            and side.origin is Origin.CONTEXT
            and len(side.steps) == 1
            and side.steps[0].axis is Axis.CHILD
            and not side.steps[0].predicates
            and side.steps[0].name != "*"
            and _steady(other)
        ):
            inner = Here(here.place, here.original, items=True, predicate=True)
            return side.steps[0].name, compiler.compile(other, inner, notes).run
    return None


def _steady(expr: Expr) -> bool:
    """Whether a value is the same for every item of a list."""
    return not any(
        (isinstance(one, Path) and one.origin is Origin.CONTEXT)
        or (isinstance(one, Call) and one.name in ("position", "random", "uuid"))
        for one in walk(expr)
    )


def _where(table: Table, names: tuple[str, ...], column: str, value: Value, st: State) -> list[Item]:
    if isinstance(value, str):
        return table.where(names, column, value)
    if isinstance(value, float):
        return table.where_number(names, column, value)
    if isinstance(value, bool):
        found = table.items(names)
        st.spend(len(found))
        return [one for one in found if (one.get(column) not in (None, "")) is value]
    return table.where(names, column, to_text(value))


def list_instance(compiler: Compiler, instance: str, notes: Notes, at: int) -> Callable[[State], Table]:
    """A secondary instance by its id, with what reading it means noted. Raises `XPathFault` (unknown_instance)."""
    known = compiler.model.instances.get(instance)
    if known is None:
        raise XPathFault("unknown_instance", {"name": instance[:80]}, at=at)
    notes.instances[instance] = None
    if known.src == "jr://instance/last-saved":
        notes.sources.add(Source.LAST_SAVED)
    elif known.src is not None:
        notes.sources.add(Source.LIST)
    return lambda st: st.table(instance)
