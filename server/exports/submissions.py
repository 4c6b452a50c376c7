"""Visits as a table: what the list of a page gives to download. One row a visit, newest first, protected answers as everybody sees them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from server.accounts.models import Actor
from server.areas.models import Area
from server.exports.cells import stream
from server.forms.models import Form
from server.ingest.models import Submission, SubmissionVersion
from server.ingest.plan import plan_of
from server.ingest.redact import redact_record
from server.services import Services
from server.xforms import merge, value_at

BASE = (
    "received",
    "observed",
    "form",
    "area",
    "sent by",
    "review state",
    "blocking findings",
    "warnings",
    "name",
    "instanceID",
)


def as_csv(
    session: Session, services: Services, where: ColumnElement[bool], *, form_id: int | None
) -> Iterator[bytes]:
    """The visits that meet a condition. With one form, its questions as columns too (answers of repeats are left out)."""
    paths = _paths(session, form_id) if form_id is not None else ()
    header = [*BASE, *("-".join(path.split("/")[2:]) for path in paths)]
    return stream(header, _rows(session, services, where, paths), bom=True)


def _paths(session: Session, form_id: int) -> Sequence[str]:
    form = session.get(Form, form_id)
    version = None if form is None else form.current_version_id or form.draft_version_id
    if version is None:
        return ()
    return [
        f.path
        for f in plan_of(session, version).model.fields()
        if f.is_leaf and not f.repeats and f.control != "trigger"
    ]


def _rows(
    session: Session, services: Services, where: ColumnElement[bool], paths: Sequence[str]
) -> Iterator[list[Any]]:
    query = (
        select(
            Submission,
            Form.xml_form_id,
            Area.code,
            Actor.display_name,
            SubmissionVersion.answers,
            SubmissionVersion.protected,
        )
        .join(Form, Form.id == Submission.form_id)
        .join(SubmissionVersion, SubmissionVersion.id == Submission.version_id)
        .outerjoin(Area, Area.id == Submission.area_id)
        .outerjoin(Actor, Actor.id == Submission.submitter_id)
        .where(where)
        .order_by(Submission.id.desc())
        .execution_options(yield_per=200)
    )
    for one, xml_form_id, area, sender, answers, protected in session.execute(query):
        row = [
            one.created_at.isoformat(timespec="seconds"),
            "" if one.observed_at is None else one.observed_at.isoformat(timespec="seconds"),
            xml_form_id,
            area or "",
            sender or "",
            one.review_state or "received",
            one.blocking,
            one.warnings,
            one.instance_name or "",
            one.instance_id,
        ]
        if paths:
            row += _answers(session, services, one.form_version_id, answers, protected, paths)
        yield row


def _answers(
    session: Session,
    services: Services,
    form_version_id: int,
    answers: Any,
    protected: bytes | None,
    paths: Sequence[str],
) -> list[str]:
    if protected is not None:
        plan = plan_of(session, form_version_id)
        hidden = json.loads(services.keys.open(protected, "submission_version.protected"))
        answers = merge(plan.model, answers, redact_record(plan, hidden))
    return [value_at(answers, path) or "" for path in paths]
