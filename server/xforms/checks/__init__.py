"""Checks an instance against its form: every rule of the specification that the server can judge.

Plain functions over the answers of one walk; each finding says what its verdict read. Severity is ingest's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING

from ..errors import Message
from ..evaluate import Answers, lay, work_out
from ..findings import Context, Finding, Rule
from ..plan import path_of
from ..types import is_file_name
from . import answers as of_answers
from . import logic as of_logic

if TYPE_CHECKING:
    from ..instance import Instance
    from ..model import FormModel

Check = Callable[[Answers], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    of_answers.types,
    of_answers.choices,
    of_answers.ranges,
    of_logic.relevant,
    of_logic.required,
    of_logic.constraints,
    of_logic.choice_filters,
    of_logic.calculations,
    of_logic.unsure,
    of_answers.attachments,
    of_logic.budget,
)
"""Run in this order. A rule more is a function more here."""


def check(form: FormModel, instance: Instance, context: Context | None = None) -> list[Finding]:
    """All findings, structure first, then rule by rule in document order. An encrypted instance has none: there is
    nothing to read. At most `context.max_findings`, and then one of rule budget."""
    if instance.encrypted:
        return []
    answers = lay(form, instance, context or Context())
    work_out(answers)
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


def worked_out(form: FormModel, instance: Instance, context: Context | None = None) -> dict[str, str]:
    """What the server works out where it is not what came: text by path (positions on repeats), one for each finding
    `calculation.differs` of `check`."""
    if instance.encrypted:
        return {}
    answers = lay(form, instance, context or Context())
    work_out(answers)
    return {path: value for path, _, value in of_logic.differences(answers)}


def media_names(form: FormModel, instance: Instance) -> list[tuple[str, str]]:
    """(path, file name) of every attachment that the answers mention, `meta/audit` included; of an encrypted instance
    the names that its envelope lists, with the XML's own file. What can be no file's name is none: no such file comes."""
    if instance.encryption is not None:
        files = (*instance.encryption.media_files, instance.encryption.xml_file)
        return [(f"/{instance.root.name}", name) for name in files if is_file_name(name)]
    leaves = lay(form, instance, Context()).leaves
    named = of_answers.media(leaves)
    return [(path_of(place, row), name) for place, row, name in named if is_file_name(name)]


__all__ = ["CHECKS", "check", "media_names", "worked_out"]
