"""Every check of a submission, outside any lock, and what each finding does: block or warn (decisions.md, 'Findings')."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.entities.versions import number_in
from server.households.ground import findings_of
from server.households.incoming import Incoming
from server.households.projection import misfits
from server.households.reach import reach_of
from server.ingest.phone_lists import PhoneLists
from server.ingest.plan import Plan
from server.services import Services
from server.xforms import Context, Finding, FormModel, Instance, Message, Rule, Source, TypeFault
from server.xforms import check as check_form
from server.xforms.instance import text_at
from server.xforms.types import parse_datetime

ENGINE_VERSION = "2"
"""Version of the checks that a verdict was made with: stands in the ledger beside it, raised where a verdict may change."""

BLOCKING = frozenset({Rule.TYPE, Rule.CHOICE, Rule.CONSTRAINT, Rule.RELEVANT, Rule.UNKNOWN, Rule.REQUIRED})
"""Rules that hold a submission back, unless the verdict read what the phone may have seen otherwise."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Findings as rows to be stored, and their counts."""

    rows: tuple[dict[str, Any], ...]
    blocking: int
    warnings: int


def blocks(finding: Finding) -> bool:
    """Whether a finding holds back: a blocking rule, judged on nothing but the answers themselves."""
    return finding.rule in BLOCKING and not finding.reads


def check(
    session: Session,
    services: Services,
    plan: Plan,
    instance: Instance,
    incoming: Incoming,
    mentioned: Mapping[str, str],
    sizes: Mapping[str, int],
) -> Verdict:
    """All findings of one submission: the form's own, then the domain's, then whose it is. `mentioned`: paths of the answers
    that name files, by name; `sizes`: of the files that are there. Encrypted instances cannot be read and have none."""
    if instance.encrypted:
        return Verdict((), 0, 0)
    domain = [*findings_of(session, services, incoming), *reach_of(session, incoming)]
    return verdict([*answers(session, services, plan, instance, incoming, mentioned, sizes), *domain])


def answers(
    session: Session,
    services: Services,
    plan: Plan,
    instance: Instance,
    incoming: Incoming,
    mentioned: Mapping[str, str],
    sizes: Mapping[str, int],
) -> list[Finding]:
    """What is wrong with the answers themselves: what the form rules, what columns take, files without content."""
    areas, at = incoming.sender_areas, incoming.received_at
    told = context(session, services, plan, instance, areas, at, frozenset(sizes))
    empty = (path for name, path in mentioned.items() if sizes.get(name) == 0)
    own = list(_own(check_form(plan.model, instance, told), plan))
    return [*own, *_misfits(own, incoming, plan), *map(empty_file, empty)]


def _misfits(own: Iterable[Finding], incoming: Incoming, plan: Plan) -> Iterator[Finding]:
    """Answers that their columns do not take, where the form's own rules let them pass: of a calculation, mostly."""
    if incoming.plan is None:
        return
    said = {one.path for one in own if one.rule in (Rule.TYPE, Rule.CHOICE)}
    for path, column in misfits(incoming.plan, incoming.record, plan.loose):
        if path not in said:
            yield Finding(path, Rule.TYPE, Message(MISFIT, {"column": column.full_name}))


def context(
    session: Session,
    services: Services,
    plan: Plan,
    instance: Instance,
    areas: tuple[int, ...],
    received_at: datetime,
    attachments: frozenset[str] | None = None,
) -> Context:
    """What the phone had beside an instance, as far as it can be had again: its clock, the lists of its sender (of these
    areas), the versions that it knew of what it changes."""
    lists = PhoneLists(
        session, services, plan.form_version_id, areas, services.settings.language, _known(instance)
    )
    now = told_time(plan.model, instance, received_at)
    return Context(attachments=attachments, now=now, lists=lists)


def _own(found: Iterable[Finding], plan: Plan) -> Iterator[Finding]:
    """The form's findings, but that the subject is on no list: whose a submission is, `households.reach` says better."""
    subject = plan.mapping.key if plan.mapping is not None and plan.mapping.by == "question" else None
    for one in found:
        if not (one.path == subject and one.rule is Rule.CHOICE):
            yield one


def told_time(model: FormModel, instance: Instance, received_at: datetime) -> datetime:
    """When the form was filled in, on the phone's own clock: its end, else its start, else when it arrived."""
    for params in ("end", "start"):
        path = model.preload("timestamp", params)
        text = text_at(instance, path) if path is not None else ""
        if text:
            try:
                told = parse_datetime(text)
            except TypeFault:
                continue
            return told if told.tzinfo is not None else told.replace(tzinfo=received_at.tzinfo)
    return received_at


def _known(instance: Instance) -> dict[tuple[str, str], int]:
    """Of each entity that an instance changes, the version that it was changed from."""
    told = {(block.dataset, block.id.lower()): number_in(block.base_version) for block in instance.entities}
    return {which: number for which, number in told.items() if number is not None}


MISFIT = "This is no value that {column} takes: nothing is written there."
EMPTY = "This file came empty: 0 bytes. If it is still on the phone, add it here or ask for a new one."


def empty_file(path: str) -> Finding:
    """What is wrong with the answer at a path whose file has no content."""
    return Finding(path, Rule.EVIDENCE, Message(EMPTY, {}), frozenset({Source.ATTACHMENTS}))


def verdict(found: Iterable[Finding]) -> Verdict:
    """Rows of `finding` (without their version) and counts."""
    rows = tuple(
        {
            "path": f.path,
            "rule": str(f.rule),
            "blocking": blocks(f),
            "message": as_json(f.message),
            "reads": sorted(str(source) for source in f.reads),
        }
        for f in found
    )
    blocking = sum(1 for row in rows if row["blocking"])
    return Verdict(rows, blocking, len(rows) - blocking)


def as_json(message: Any) -> dict[str, Any]:
    """A message as it is stored: key and arguments, or the form's own words by language."""
    if isinstance(message, Message):
        return {"key": message.key, "args": dict(message.args)}
    return {
        "text": {language: forms.get("", "") for language, forms in message.values.items()},
        "default": message.default,
    }
