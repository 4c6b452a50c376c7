"""Rules that an answer breaks by itself: its type, its choices, its range, the file that it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from .. import types as data_types
from ..errors import Message
from ..evaluate import Answers, Leaf
from ..findings import Finding, Rule, Source
from ..plan import path_of

_LIST = frozenset({Source.LIST})
_FILES = frozenset({Source.ATTACHMENTS})
_STEP_TOLERANCE = Decimal("1e-9")  # a phone's double: 0.30000000000000004 is a step of 0.1


def types(answers: Answers) -> Iterator[Finding]:
    """Answers that are no value of their bind's type (specification, 'Data Types'), and points at 0° 0°."""
    for place, row, text in answers.leaves:
        if place.parse is None:
            continue
        try:
            value = place.parse(text)
        except data_types.TypeFault as fault:
            yield Finding(path_of(place, row), Rule.TYPE, Message(fault.key))
            continue
        if isinstance(value, data_types.Point) and value.is_null_island:
            yield Finding(path_of(place, row), Rule.EVIDENCE, Message("evidence.null_island"))


def choices(answers: Answers) -> Iterator[Finding]:
    """Names that are not in the question's list, the whole list taken (`logic.choice_filters` judges the rest)."""
    lists = answers.context.lists
    for place, row, text in answers.leaves:
        if place.choices is not None:
            names = place.names(text)
            if not place.choices.issuperset(names):
                yield Finding(path_of(place, row), Rule.CHOICE, Message("choice.unknown"))
            elif place.ranked and len(set(names)) != len(names):
                yield Finding(path_of(place, row), Rule.CHOICE, Message("choice.ranked_twice"))
        elif place.list_file is not None and lists is not None:
            names = place.names(text)
            if any(lists.has(place.list_file, place.list_column, name) is False for name in names):
                message = Message("choice.not_in_list", {"list": place.list_file})
                yield Finding(path_of(place, row), Rule.CHOICE, message, _LIST)


def ranges(answers: Answers) -> Iterator[Finding]:
    """Numbers outside a `<range>` or between its steps."""
    for place, row, text in answers.leaves:
        limits = place.limits
        if limits is None:
            continue
        try:
            value = data_types.parse_decimal(text)
        except data_types.TypeFault:
            continue  # a finding of its type
        if not limits.low <= value <= limits.high:
            args = {"low": str(limits.low), "high": str(limits.high)}
            yield Finding(path_of(place, row), Rule.CONSTRAINT, Message("range.limits", args))
        elif limits.step is not None:
            off = abs(value - limits.start) % limits.step
            if min(off, limits.step - off) > _STEP_TOLERANCE:
                message = Message("range.step", {"start": str(limits.start), "step": str(limits.step)})
                yield Finding(path_of(place, row), Rule.CONSTRAINT, message)


def attachments(answers: Answers) -> Iterator[Finding]:
    """Answers that name a file which did not come (yet)."""
    present = answers.context.attachments
    if present is None:
        return
    for place, row, name in media(answers.leaves):
        if name not in present:
            yield Finding(path_of(place, row), Rule.ATTACHMENT, Message("attachment.missing"), _FILES)


def media(leaves: Iterable[Leaf]) -> Iterator[Leaf]:
    """Answers that name files of the submission."""
    for place, row, text in leaves:
        if place.is_media:
            name = text.strip()
            if not name.startswith("jr://"):  # a default picture lies in the form's media
                yield place, row, name
