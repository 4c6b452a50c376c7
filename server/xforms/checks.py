"""Checks an instance against its form: every rule of the specification that the server can judge.

Plain functions over the answers of one walk; each finding says what its verdict read. Severity is ingest's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from . import types
from .errors import Message
from .findings import Context, Finding, Rule, Source

if TYPE_CHECKING:
    from .instance import Instance, Node
    from .model import FormModel
    from .plan import PlanNode

Leaf = tuple["PlanNode", str, str]
"""A node that came with an answer: its place in the plan, its parent's path (with positions), its text."""

_LIST = frozenset({Source.LIST})
_FILES = frozenset({Source.ATTACHMENTS})
LONGEST_NAME = 100
"""Characters of a stranger's name that a path repeats."""

_STEP_TOLERANCE = Decimal("1e-9")  # a phone's double: 0.30000000000000004 is a step of 0.1


@dataclass(slots=True)
class Answers:
    """One instance laid beside its form: what each check walks over.

    `leaves` hold answers, in document order; `structure` the findings of the laying itself.
    """

    form: FormModel
    instance: Instance
    context: Context
    leaves: list[Leaf]
    structure: list[Finding]


Check = Callable[[Answers], Iterable[Finding]]


def check(form: FormModel, instance: Instance, context: Context | None = None) -> list[Finding]:
    """All findings, structure first, then rule by rule in document order. An encrypted instance has none: there is
    nothing to read. At most `context.max_findings`, and then one of rule budget."""
    if instance.encrypted:
        return []
    answers = lay(form, instance, context or Context())
    limit = answers.context.max_findings
    found = answers.structure
    for one in CHECKS:
        if len(found) > limit:
            break
        found.extend(islice(one(answers), limit + 1 - len(found)))
    if len(found) > limit:
        del found[limit:]
        found.append(Finding(f"/{form.root}", Rule.BUDGET, Message("budget.findings", {"limit": limit})))
    return found


def lay(form: FormModel, instance: Instance, context: Context) -> Answers:
    """Lays an instance beside its form in one walk: unknown and duplicate nodes, too many rows, and the leaves. Its root may
    have any name: the root's id says which form it is."""
    answers = Answers(form, instance, context, [], [])
    _lay(instance.root, form.plan.root, f"/{form.root}", answers)
    return answers


def _lay(node: Node, plan: PlanNode, path: str, answers: Answers) -> None:
    known = plan.children
    leaves = answers.leaves
    seen: dict[str, int] = {}
    for child in node.children:
        name = child.name
        at = known.get(name)
        if at is None:
            if name not in plan.allowed:
                _note(answers, f"{path}/{name[:LONGEST_NAME]}", Rule.UNKNOWN, Message("unknown.node"))
            continue
        count = seen[name] = seen.get(name, 0) + 1
        if at.is_repeat:
            _lay(child, at, f"{path}/{name}[{count}]", answers)
        elif count > 1:
            _note(answers, f"{path}/{name}", Rule.UNKNOWN, Message("unknown.duplicate"))
        elif at.is_leaf:
            text = child.text
            if text and not text.isspace():
                leaves.append((at, path, text))
            for extra in child.children:
                _note(
                    answers,
                    f"{path}/{name}/{extra.name[:LONGEST_NAME]}",
                    Rule.UNKNOWN,
                    Message("unknown.node"),
                )
        else:
            _lay(child, at, f"{path}/{name}", answers)
    limit = answers.context.max_repeat_rows
    for name, count in seen.items():
        if count > limit and known[name].is_repeat:
            message = Message("budget.repeat_rows", {"rows": count, "limit": limit})
            _note(answers, f"{path}/{name}", Rule.BUDGET, message)


def _note(answers: Answers, path: str, rule: Rule, message: Message) -> None:
    if len(answers.structure) <= answers.context.max_findings:  # one past the limit shows that it was passed
        answers.structure.append(Finding(path, rule, message))


def check_types(answers: Answers) -> Iterator[Finding]:
    """Answers that are no value of their bind's type (specification, 'Data Types'), and points at 0° 0°."""
    for plan, parent, text in answers.leaves:
        if plan.parse is None:
            continue
        try:
            value = plan.parse(text)
        except types.TypeFault as fault:
            yield Finding(f"{parent}/{plan.name}", Rule.TYPE, Message(fault.key))
            continue
        if isinstance(value, types.Point) and value.is_null_island:
            yield Finding(f"{parent}/{plan.name}", Rule.EVIDENCE, Message("evidence.null_island"))


def check_choices(answers: Answers) -> Iterator[Finding]:
    """Names that are not in the question's list. Filters are not evaluated here: the whole list counts."""
    lists = answers.context.lists
    for plan, parent, text in answers.leaves:
        if plan.choices is not None:
            names = text.split() if plan.multiple else (text.strip(),)
            if not plan.choices.issuperset(names):
                yield Finding(f"{parent}/{plan.name}", Rule.CHOICE, Message("choice.unknown"))
            elif plan.ranked and len(set(names)) != len(names):
                yield Finding(f"{parent}/{plan.name}", Rule.CHOICE, Message("choice.ranked_twice"))
        elif plan.list_file is not None and lists is not None:
            names = text.split() if plan.multiple else (text.strip(),)
            if any(lists.has(plan.list_file, plan.list_column, name) is False for name in names):
                message = Message("choice.not_in_list", {"list": plan.list_file})
                yield Finding(f"{parent}/{plan.name}", Rule.CHOICE, message, _LIST)


def check_ranges(answers: Answers) -> Iterator[Finding]:
    """Numbers outside a `<range>` or between its steps."""
    for plan, parent, text in answers.leaves:
        limits = plan.limits
        if limits is None:
            continue
        try:
            value = types.parse_decimal(text)
        except types.TypeFault:
            continue  # a finding of its type
        if not limits.low <= value <= limits.high:
            args = {"low": str(limits.low), "high": str(limits.high)}
            yield Finding(f"{parent}/{plan.name}", Rule.CONSTRAINT, Message("range.limits", args))
        elif limits.step is not None:
            off = abs(value - limits.start) % limits.step
            if min(off, limits.step - off) > _STEP_TOLERANCE:
                message = Message("range.step", {"start": str(limits.start), "step": str(limits.step)})
                yield Finding(f"{parent}/{plan.name}", Rule.CONSTRAINT, message)


def check_attachments(answers: Answers) -> Iterator[Finding]:
    """Answers that name a file which did not come (yet)."""
    present = answers.context.attachments
    if present is None:
        return
    for path, name in _media(answers.leaves):
        if name not in present:
            yield Finding(path, Rule.ATTACHMENT, Message("attachment.missing"), _FILES)


CHECKS: tuple[Check, ...] = (check_types, check_choices, check_ranges, check_attachments)
"""Run in this order. A rule more is a function more here."""


def media_names(form: FormModel, instance: Instance) -> list[tuple[str, str]]:
    """(path, file name) of every attachment that the answers mention, `meta/audit` included; of an encrypted instance
    the names that its envelope lists, with the XML's own file."""
    if instance.encryption is not None:
        files = (*instance.encryption.media_files, instance.encryption.xml_file)
        return [(f"/{instance.root.name}", name) for name in files if name]
    return list(_media(lay(form, instance, Context()).leaves)) if form.plan.has_media else []


def _media(leaves: Iterable[Leaf]) -> Iterator[tuple[str, str]]:
    for plan, parent, text in leaves:
        if plan.is_media:
            name = text.strip()
            if not name.startswith(
                "jr://"
            ):  # a default picture lies in the form's media, not in the submission
                yield f"{parent}/{plan.name}", name
