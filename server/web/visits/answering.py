"""What was typed into the fields of a visit's answers, and what follows: answers changed, left out, asked anew, and what is wrong.

Works everything out as a phone would go on with the same visit, and sends nothing. Knows no page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from server import problems
from server.ingest.answers import Opened
from server.ingest.check import as_json, blocks, context, told_time
from server.ingest.models import Submission
from server.review import edits
from server.review.edits import Asked, Part
from server.review.rewriting import Outcome, rewritten
from server.review.visit import UNIT
from server.web.frame.door import access, services, session
from server.web.frame.words import language, listed
from server.web.visits import entry
from server.web.visits.evidence import finding_words
from server.web.visits.picking import Lists
from server.xforms import (
    Context,
    Finding,
    FormModel,
    Instance,
    Rule,
    parse_instance,
    record,
    settle,
    value_at,
)

Given = Mapping[str, Sequence[str]]
"""What a form's fields hold, by the path of the question."""

DEEPEST = 5
"""Rows that follow from answers in rows that follow, so many times: repeats are not deeper within each other."""


@dataclass(frozen=True, slots=True)
class Left:
    """An answer that goes, because its question is not asked any more. `words` is '' where it is protected."""

    path: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of it. `typed`: by path, as typed; `changes`: as forms write it; `strange`: what is said of texts that no list
    has. `emptied` and `fresh`: what is not asked any more, and what is asked only now. `same`: nothing is changed."""

    parts: tuple[Part, ...]
    typed: dict[str, str]
    changes: dict[str, str]
    strange: dict[str, str]
    outcome: Outcome
    emptied: tuple[Left, ...]
    fresh: tuple[Asked, ...]
    same: bool

    @property
    def surprises(self) -> set[str]:
        """Paths that whoever changed the answers has to look at before they are sent."""
        return {one.path for one in self.emptied} | {one.path for one in self.fresh}


def answered(
    one: Submission, opened: Opened, xml: bytes, given: Given, rows: Sequence[str], looked: Set[str]
) -> Answered:
    """Work out the answers of a visit (`xml` whole, as stored) as they were typed; `rows` are what the person did to rows,
    `looked` what they were shown: a question that they were not begins with the form's own default, as on a phone.

    Raises NOT_FOUND for a row that there is not.
    """
    model, came = opened.plan.model, parse_instance(xml)
    told = context(session(), services(), opened.plan, came, access().areas, one.created_at)
    before = _before(model, came, told, rows)
    acts, defaults = list(rows), dict[str, Sequence[str]]()

    def work() -> _Round:
        parts = edits.parts(session(), opened, one.project_id, language(), acts)
        typed = _typed(parts, {**given, **defaults})
        changes, strange = changes_of(one, parts, typed)
        outcome = rewritten(xml, model, changes, told, rows=acts)
        now = edits.parts(session(), opened, one.project_id, language(), acts, outcome.absent)
        return _Round(parts, now, typed, changes, strange, outcome)

    try:
        first = last = work()
        for _ in range(DEEPEST):
            fresh = tuple(_fresh(model, first.asked, last, before))
            more = {
                q.path: (value,)
                for q in fresh
                if q.takes and q.path not in looked | defaults.keys() and not "".join(given.get(q.path, ()))
                if (value := _default(model, q))
            }
            if not last.outcome.rows and not more:
                break
            acts += last.outcome.rows
            defaults |= more
            last = work()
    except (KeyError, IndexError) as error:
        raise problems.NOT_FOUND() from error  # no such row
    return Answered(
        last.now,
        last.typed,
        last.changes,
        last.strange,
        last.outcome,
        tuple(_emptied(model, first, last)),
        tuple(_fresh(model, first.asked, last, before)),
        record(model, parse_instance(last.outcome.xml)) == record(model, came),
    )


@dataclass(frozen=True, slots=True)
class _Round:
    """Answers worked out once. `asked`: the questions as they were before that, `now`: with what is asked by it."""

    asked: tuple[Part, ...]
    now: tuple[Part, ...]
    typed: dict[str, str]
    changes: dict[str, str]
    strange: dict[str, str]
    outcome: Outcome


def wrong_with(
    one: Submission, opened: Opened, xml: bytes, done: Answered, rows: Sequence[str]
) -> dict[str, str]:
    """What would hold the edit back, in words by path: of answers that are changed, and what was not there before."""
    model, came = opened.plan.model, parse_instance(xml)
    told = Context(now=told_time(model, came, one.created_at))
    seen = {
        (path, found.rule)
        for found in _found(model, came, told)
        if (path := _moved(found.path, rows)) is not None
    }
    wrong: dict[str, str] = {}
    for found in _found(model, parse_instance(done.outcome.whole), told):
        if found.path in done.changes or (found.path, found.rule) not in seen:
            wrong.setdefault(found.path, finding_words(as_json(found.message)))
    return wrong


def changes_of(
    one: Submission, parts: Iterable[Part], typed: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The answers that were changed, as forms write them, and what is said of those that no list has; both by path."""
    lists, changes, wrong = lists_of(one), {}, {}
    for q in questions(parts):
        if q.path not in typed:
            continue
        try:
            value = entry.meant(q, typed[q.path], lists)
        except LookupError:
            wrong[q.path] = entry.unnamed(q, typed[q.path], lists)
            continue
        if value != q.value:
            changes[q.path] = value
    return changes, wrong


def questions(parts: Iterable[Part]) -> Iterator[Asked]:
    """Those that can be answered anew."""
    return (q for part in parts for q in part.items if q.takes)


def lists_of(one: Submission) -> Lists:
    """The lists that answers of a visit are chosen from."""
    return Lists(session(), one.project_id, access().areas, language())


def _typed(parts: Iterable[Part], given: Given) -> dict[str, str]:
    """What was sent for each question that can be answered here, by path."""
    typed = {}
    for q in questions(parts):
        if q.kind == "many":
            # a browser says nothing of boxes that are not ticked
            typed[q.path] = " ".join(given.get(q.path, ()))
        elif q.path in given:
            typed[q.path] = given[q.path][0].replace("\r\n", "\n")
    return typed


def _found(model: FormModel, instance: Instance, told: Context) -> list[Finding]:
    """What holds it back, but for answers that are not asked: those go."""
    return [one for one in model.check(instance, told) if blocks(one) and one.rule is not Rule.RELEVANT]


def _moved(path: str, rows: Sequence[str]) -> str | None:
    """Where an answer stands after the acts on rows; None where it went."""
    at: str | None = path
    for act in rows:
        at = edits.moved(at, act) if at is not None else None
    return at


def _before(model: FormModel, came: Instance, told: Context, rows: Sequence[str]) -> set[str]:
    """What was not asked before anything was changed, where it stands now."""
    return {at for path in settle(model, came, told).absent if (at := _moved(path, rows)) is not None}


def _emptied(model: FormModel, first: _Round, last: _Round) -> Iterator[Left]:
    """Answers that there were, or were typed, whose question or row is gone."""
    there = {q.path for part in last.now for q in part.items}
    whole = record(model, parse_instance(first.outcome.whole))
    for q in (q for part in first.asked for q in part.items):
        value = value_at(whole, q.path) or ""
        gone = q.path in last.outcome.absent or q.path not in there
        if gone and value.strip() and _is_asked(model, q):
            yield Left(q.path, q.label, _words(q, value))


def _fresh(model: FormModel, was: tuple[Part, ...], last: _Round, before: set[str]) -> Iterator[Asked]:
    """Questions that were not asked, or stand in a row that follows from the answers."""
    known = {q.path for part in was for q in part.items}
    for q in (q for part in last.now for q in part.items):
        asked = q.path not in last.outcome.absent and _is_asked(model, q)
        if asked and (q.path in before or q.path not in known):
            yield q


def _default(model: FormModel, q: Asked) -> str:
    field = model.field(UNIT.sub("", q.path))
    return field.default if field is not None else ""


def _is_asked(model: FormModel, q: Asked) -> bool:
    """Whether a person answers it, not the form."""
    field = model.field(UNIT.sub("", q.path))
    return field is not None and (field.bind is None or not (field.bind.calculate or field.bind.readonly))


def _words(q: Asked, value: str) -> str:
    """An answer as its reader may see it."""
    if q.kind == "hidden":
        return ""
    if q.kind in ("one", "many"):
        known = dict(q.choices)
        return listed(known.get(name, name) for name in ([value] if q.kind == "one" else value.split()))
    return q.shown or value
