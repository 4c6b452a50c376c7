"""What an expression reads while it is worked out: the instance's rows, lists, clock, and what it may still spend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from .faults import EvaluationFault, OverBudget

if TYPE_CHECKING:
    from ..plan import Place, Row
    from ..tables import Item, Table
    from .values import Value

MAX_TEXT = 1_000_000
"""Characters that one expression may make: calculations that double each other's text reach any length soon."""


class At:
    """Where a predicate stands: its candidate (an item of a list, or a row), its position from 1, and the row in which
    the whole expression is worked out."""

    __slots__ = ("item", "position", "row")

    def __init__(self, item: Item | None, position: int, row: Row) -> None:
        self.item = item
        self.position = position
        self.row = row


Run = Callable[["State", "Row", "At | None"], "Value"]
"""A compiled expression: its one value."""
Many = Callable[["State", "Row", "At | None"], "list[Value]"]
"""A compiled path: the values of all nodes that it finds."""


class State:
    """One evaluation of one instance. `steps` counts rows and items gone through, up to `limit`."""

    __slots__ = (
        "_file", "_instance", "_lists", "attributes", "limit", "memo", "now", "offset", "properties", "random", "root", "seconds", "steps", "version",
    )  # fmt: skip

    def __init__(
        self,
        root: Row,
        attributes: Mapping[tuple[Place, Row], Mapping[str, str]],
        *,
        now: datetime,
        offset: timedelta,
        instance: Callable[[str], Table | None],
        file: Callable[[str], Table | None],
        properties: Mapping[str, str],
        version: str,
        limit: int,
        seconds: float,
        random: Callable[[], float],
    ) -> None:
        self.root = root
        self.attributes = attributes
        self.now = now
        self.offset = offset
        self._lists: dict[str, Table | None] = {}
        self._instance = instance
        self._file = file
        self.properties = properties
        self.version = version
        self.memo: dict[tuple[int, int], Value] = {}
        self.steps = 0
        self.limit = limit
        self.seconds = seconds
        self.random = random

    def spend(self, steps: int) -> None:
        """Raises `OverBudget` once more was gone through than one submission may ask for."""
        self.steps += steps
        if self.steps > self.limit:
            raise OverBudget

    def table(self, instance: str) -> Table:
        """A secondary instance. Raises `EvaluationFault` (list_unknown) where it is not at hand."""
        if instance in self._lists:
            table = self._lists[instance]
        else:
            table = self._lists[instance] = self._instance(instance)
        if table is None:
            raise EvaluationFault("list_unknown")
        return table

    def file(self, name: str) -> Table:
        """An attached file. Raises `EvaluationFault` (list_unknown) where it is not at hand."""
        table = self._file(name)
        if table is None:
            raise EvaluationFault("list_unknown")
        return table


def bounded(text: str) -> str:
    """The text, if it is not too long. Raises `OverBudget`."""
    if len(text) > MAX_TEXT:
        raise OverBudget
    return text
