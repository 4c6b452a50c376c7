"""Reading a stored submission: its answers with or without the protected ones, its raw XML."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import problems
from server.ingest.models import Attachment, Blob, SubmissionVersion
from server.ingest.plan import Plan, plan_of
from server.ingest.redact import redact_record, redact_xml
from server.services import Services
from server.xforms import Node, Record, merge, parse_instance
from server.xforms.evaluate import LONGEST_NAME
from server.xforms.plan import Place


@dataclass(frozen=True, slots=True)
class Opened:
    """A version's answers. `record` holds the protected ones where they were asked for, else what everybody sees of them
    (points rounded); `hidden` are the protected ones themselves, None where there are none."""

    plan: Plan
    record: Record
    hidden: Record | None


def open_answers(session: Session, services: Services, version_id: int, *, protected: bool = False) -> Opened:
    """The answers of a version; with `protected` whole. Who may ask for that, and why, is the caller's to see and to log.

    Raises NOT_FOUND.
    """
    row = session.execute(
        select(
            SubmissionVersion.form_version_id, SubmissionVersion.answers, SubmissionVersion.protected
        ).where(SubmissionVersion.id == version_id)
    ).first()
    if row is None:
        raise problems.NOT_FOUND()
    plan = plan_of(session, row.form_version_id)
    hidden = (
        json.loads(services.keys.open(row.protected, "submission_version.protected"))
        if row.protected
        else None
    )
    if not hidden:
        return Opened(plan, row.answers, None)
    return Opened(
        plan, merge(plan.model, row.answers, hidden if protected else redact_record(plan, hidden)), hidden
    )


def file_sizes(session: Session, version_id: int) -> dict[str, int]:
    """Names and sizes in bytes of the files that a version has."""
    query = select(Attachment.name, Blob.size).join(Blob, Blob.id == Attachment.blob_id)
    return {row.name: row.size for row in session.execute(query.where(Attachment.version_id == version_id))}


def unasked(
    session: Session, services: Services, version_id: int, plan: Plan, *, protected: bool = False
) -> dict[str, str]:
    """What stands in nodes that the form does not have, by path as findings name it: read from the XML, since no record of
    answers holds it; without `protected` from the XML as everybody gets it. Raises NOT_FOUND.
    """
    xml = raw_xml(session, services, version_id)
    found: dict[str, str] = {}
    _gather(parse_instance(xml if protected else redact_xml(plan, xml)).root, plan.model.plan.root, found)
    return found


def _gather(node: Node, at: Place, found: dict[str, str], path: str = "") -> None:
    path = path or f"/{at.name}"
    count: Counter[str] = Counter()
    for child in node.children:
        count[child.name] += 1
        known = at.children.get(child.name)
        here = f"{path}/{child.name[:LONGEST_NAME]}"
        if known is None:
            found.setdefault(here, " ".join(_texts(child)))
        else:
            _gather(child, known, found, f"{here}[{count[child.name]}]" if known.is_repeat else here)


def _texts(node: Node) -> Iterator[str]:
    if node.text.strip():
        yield node.text.strip()
    for child in node.children:
        yield from _texts(child)


def raw_xml(session: Session, services: Services, version_id: int) -> bytes:
    """The XML exactly as it came. Raises NOT_FOUND."""
    sealed = session.execute(select(SubmissionVersion.xml).where(SubmissionVersion.id == version_id)).scalar()
    if sealed is None:
        raise problems.NOT_FOUND()
    return services.keys.open(sealed, "submission_version.xml")
