"""What follows from answers that a person changed: calculations worked out again, what is not asked any more, rows by count.

As a phone would go on with the same instance. What the phone read where nobody can read again (lists as they were, clock,
chance, its own properties) stays as it was sent unless an answer changed that it rests on. Judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .evaluate import Answers, lay, read, rows_asked
from .findings import Context, Source
from .plan import Place, Row, is_relevant, path_of
from .program import CALCULATE, RELEVANT, Logic
from .values import Clock, kept, same, written
from .xpath.faults import EvaluationFault, OverBudget
from .xpath.paths import relevance, relevance_around
from .xpath.values import Value, to_boolean

if TYPE_CHECKING:
    from .instance import Instance
    from .model import FormModel

_POSITION = re.compile(r"\[[0-9]+\]")

_OWN = frozenset({Source.CHANCE, Source.PHONE})
"""What only the phone can say: a calculation that asks for it keeps what it said."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What is to be done to an instance. Paths have positions on repeats.

    `values`: the text of each calculation that is another now. `switches`: whether an entity block creates or updates,
    by its path and attribute. `absent`: nodes that are not asked (groups, rows and answers, whether they are there or
    not), outer before inner. `rows`: rows to be added (`+/data/member`) or taken off (`-/data/member[4]`), in order.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    switches: Mapping[tuple[str, str], str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


def settle(
    form: FormModel, instance: Instance, context: Context, changed: Collection[str] = frozenset()
) -> Settled:
    """What follows from the answers at the paths `changed` (a repeat's path: rows came or went).

    A calculation over the answers alone is worked out whatever was changed. Where the expressions ask for more than one
    submission may, nothing follows.
    """
    answers = lay(form, instance, context)
    program = read(answers)
    work = _Work(answers, _places(form, changed))
    try:
        for logic in program.order:
            if logic.kind == CALCULATE:
                work.calculate(logic)
            else:
                work.ask(logic)
        rows, switches = tuple(work.counted()), dict(work.switches())
    except OverBudget:
        return Settled()
    values = {
        path_of(place, row): written(place.type, row.values[place.slot], answers.clock)
        for place, row in work.other
        if is_relevant(place, row)
    }
    return Settled(values, switches, tuple(work.absent()), rows)


def _places(form: FormModel, changed: Collection[str]) -> set[Place]:
    """The changed places; of a repeat, with everything in it."""
    found: set[Place] = set()
    for path in changed:
        place = form.plan.by_path[_POSITION.sub("", path)]
        found.add(place)
        found.update(place.below())
    return found


@dataclass(slots=True)
class _Work:
    """`touched`: places whose value or relevance may be another than the phone had, as they are found."""

    answers: Answers
    touched: set[Place]
    other: list[tuple[Place, Row]] = field(default_factory=list)

    def calculate(self, logic: Logic) -> None:
        """A calculation in each of its rows."""
        place, sources = logic.place, logic.notes.sources
        keeps = not sources.isdisjoint(_OWN) or (bool(logic.reads) and not self._hit(logic))
        for row in self.answers.rows[place.scope.number]:
            sent = row.sent[place.slot]
            if keeps and sent is not None:
                continue
            try:
                value = kept(place.type, logic.run(self.answers.state, row, None), self.answers.clock)
            except EvaluationFault:
                continue
            row.values[place.slot] = value
            if not _says(place.type, value, sent, self.answers.clock):
                self.touched.add(place)
                self.other.append((place, row))

    def ask(self, logic: Logic) -> None:
        """Whether a node is asked, in each of its rows. Where the phone read something else than is there now, what it
        sent says that it asked."""
        place = logic.place
        hit = self._hit(logic)
        if hit:
            self.touched.add(place)
        phones = bool(logic.reads) and not hit
        around = relevance_around(place)
        for row in self.answers.rows[place.scope.number]:
            if around is not None and not around(row):
                row.flags[place.flag] = False
                continue
            try:
                asked = to_boolean(logic.run(self.answers.state, row, None))
            except EvaluationFault:
                asked = True
            row.flags[place.flag] = asked or (phones and _came(place, row))

    def counted(self) -> Iterator[str]:
        """Rows that a count asks for where it was touched, or that are past it."""
        most = self.answers.context.max_repeat_rows
        for scope, logic in self.answers.form.program.counts:
            place, parent = scope.repeat, scope.parent
            if place is None or parent is None or place.parent is None:
                continue
            hit = self._hit(logic)
            if logic.reads and not hit:
                continue
            asked = relevance(place.parent)
            for row in self.answers.rows[parent.number]:
                if not asked(row):
                    continue
                try:
                    count = rows_asked(logic.run(self.answers.state, row, None))
                except EvaluationFault:
                    continue
                there = len(row.rows[scope.slot])
                path = f"{path_of(place.parent, row)}/{place.name}"
                if hit:
                    yield from (f"+{path}" for _ in range(there, min(count, most)))
                yield from (f"-{path}[{number}]" for number in range(there, count, -1))

    def switches(self) -> Iterator[tuple[tuple[str, str], str]]:
        """Whether each entity block creates and updates, where the form calculates it of answers that were touched."""
        form = self.answers.form
        blocks = {declared.path for declared in form.entities()}
        for name, logic in form.program.attributes:
            block = logic.place
            if name not in ("create", "update") or block.path not in blocks:
                continue
            if not self._reads(logic.notes.places):
                continue
            for row in self.answers.rows[block.scope.number]:
                try:
                    value = to_boolean(logic.run(self.answers.state, row, None))
                except EvaluationFault:
                    continue
                yield (path_of(block, row), name), "1" if value else "0"

    def absent(self) -> Iterator[str]:
        """Nodes that are not relevant."""
        for place in self.answers.form.plan.by_path.values():
            if place.guard is not None:
                asked = relevance(place)
                yield from (
                    path_of(place, row) for row in self.answers.rows[place.scope.number] if not asked(row)
                )

    def _hit(self, logic: Logic) -> bool:
        """Whether it reads something that was touched, or stands in what is asked anew."""
        parent = logic.place.parent
        around = parent.guard if logic.kind == RELEVANT and parent is not None else None
        return around in self.touched or self._reads(logic.notes.places)

    def _reads(self, places: Collection[Place]) -> bool:
        return any(one in self.touched or one.guard in self.touched for one in places)


def _says(type_: str, value: Value, sent: str | None, clock: Clock) -> bool:
    """Whether what was sent is that value, however it is written; nothing sent is an empty one."""
    return value == "" if not sent else same(type_, value, sent, clock)


def _came(place: Place, row: Row) -> bool:
    """Whether something of a place was sent in a row."""
    if place.is_repeat:
        return True
    inside = (place, *place.below())
    return any(
        one.is_leaf and one.scope is place.scope and row.sent[one.slot] is not None for one in inside
    ) or any(row.rows[one.scope.slot] for one in inside if one.is_repeat and one.scope.parent is place.scope)
