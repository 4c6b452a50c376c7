"""Submissions as the API shows them, and the one question asked before anything protected is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

from flask import Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import problems
from server.accounts import opening
from server.accounts.access import Access
from server.api.caller import services
from server.api.form_views import actors
from server.api.plumbing import is_extended, language
from server.areas.models import Area
from server.db import db
from server.forms.models import Form, FormVersion
from server.ingest.answers import Opened, open_answers, unasked
from server.ingest.identify import instance_mac
from server.ingest.models import Attachment, FindingRow, InstanceKey, Submission, SubmissionVersion
from server.review import worked_out
from server.review.wording import finding_words
from server.words import say
from server.xforms import value_at


def shown(found: Sequence[Submission]) -> list[dict[str, Any]]:
    """Submissions with their current versions, in a few queries however many they are."""
    session = db.session()
    ids = [one.version_id for one in found if one.version_id is not None]
    versions = {
        v.id: v for v in session.scalars(select(SubmissionVersion).where(SubmissionVersion.id.in_(ids)))
    }
    areas = {one.area_id for one in found if one.area_id is not None}
    codes = {row[0]: row[1] for row in session.execute(select(Area.id, Area.code).where(Area.id.in_(areas)))}
    current = {
        v["id"]: v for v in versions_shown([versions[i] for i in ids if i in versions], current_ids=set(ids))
    }
    people = actors([one.submitter_id for one in found]) if is_extended() else {}
    return [
        {
            "instance_id": one.instance_id,
            "submitter_id": one.submitter_id,
            "device_id": one.device_id,
            "user_agent": one.user_agent,
            "review_state": one.review_state,
            "created_at": one.created_at,
            "updated_at": one.updated_at,
            "deleted_at": one.deleted_at,
            "current_version": current.get(one.version_id),
            "findings": {"blocking": one.blocking, "warning": one.warnings},
            "projected": one.projected,
            "area": codes.get(one.area_id or 0),
            "observed_at": one.observed_at,
            "submitter": people.get(one.submitter_id or 0),
        }
        for one in found
    ]


def versions_shown(found: Sequence[SubmissionVersion], *, current_ids: set[int]) -> list[dict[str, Any]]:
    """Versions; extended with who sent each and the form's version."""
    people, names = {}, {}
    if is_extended():
        people = actors([one.submitter_id for one in found])
        ids = {one.form_version_id for one in found}
        known = select(FormVersion.id, FormVersion.version).where(FormVersion.id.in_(ids))
        names = {row[0]: row[1] for row in db.session.execute(known)}
    return [
        {
            "id": one.id,
            "instance_id": one.instance_id,
            "instance_name": one.instance_name,
            "submitter_id": one.submitter_id,
            "device_id": one.device_id,
            "user_agent": one.user_agent,
            "created_at": one.created_at,
            "current": one.id in current_ids,
            "submitter": people.get(one.submitter_id or 0),
            "form_version": names.get(one.form_version_id),
        }
        for one in found
    ]


def versions_of(session: Session, submission: Submission) -> Sequence[SubmissionVersion]:
    """The versions of a submission, the newest first."""
    query = select(SubmissionVersion).where(SubmissionVersion.submission_id == submission.id)
    return session.scalars(query.order_by(SubmissionVersion.id.desc())).all()


def version_named(session: Session, submission: Submission, instance_id: str) -> SubmissionVersion:
    """The version of a submission by its own instanceID. Raises `NOT_FOUND`."""
    for one in versions_of(session, submission):
        if one.instance_id == instance_id:
            return one
    raise problems.NOT_FOUND()


def first_of(form: Form, instance_id: str, draft: bool) -> str | None:
    """The first instanceID of a submission by that of a later version; None where it is not one."""
    key = db.session.get(InstanceKey, (form.id, draft, instance_mac(services().keys, instance_id)))
    first = db.session.get(Submission, key.submission_id) if key is not None and key.submission_id else None
    return None if first is None or first.instance_id == instance_id else first.instance_id


def moved(first: str, instance_id: str, draft: bool) -> Response:
    """301 to what was asked for: XML and files to the version's own, the rest to the submission's. Drafts have no versions' addresses."""
    parts = request.path.split("/")
    at = parts.index("forms") + (4 if draft else 3)  # …/forms/<id>[/draft]/submissions/<instanceID>
    suffix = ".xml" if parts[at] != instance_id and parts[at].endswith(".xml") else ""
    below = parts[at + 1 :]
    names = [quote(first, safe="")]
    if not draft and below[:1] in ([], ["attachments"]):
        names += ["versions", quote(instance_id, safe="")]
    # a percent sign is in a path only where `RawPath` encoded it
    before, after = ([quote(one, safe="%") for one in some] for some in (parts[:at], below))
    asked = request.query_string.decode("latin-1")
    location = "/".join([*before, *names]) + suffix + "".join(f"/{one}" for one in after)
    return Response(status=301, headers={"Location": location + (f"?{asked}" if asked else "")})


def attachments_of(session: Session, version_id: int) -> Sequence[Attachment]:
    """The files that a version mentions or came with, by name."""
    query = select(Attachment).where(Attachment.version_id == version_id)
    return session.scalars(query.order_by(Attachment.name)).all()


def findings_shown(session: Session, submission: Submission) -> list[dict[str, Any]]:
    """The findings of the current version, worded in the caller's language; a protected answer shows as everybody sees it."""
    assert submission.version_id is not None
    rows = session.scalars(
        select(FindingRow).where(FindingRow.version_id == submission.version_id).order_by(FindingRow.id)
    ).all()
    if not rows:
        return []
    opened = open_answers(session, services(), submission.version_id)
    strange: Mapping[str, str] = {}
    if any(row.rule == "unknown" for row in rows):
        strange = unasked(session, services(), submission.version_id, opened.plan)
    expected = worked_out.results(session, services(), submission, opened.plan, rows)
    return [_finding(row, opened, strange, expected.get(row.path)) for row in rows]


def reason_given() -> str:
    """Why the caller wants to see what is protected (`X-Reason`, percent-encoded); '' where they do not."""
    return unquote(request.headers.get("X-Reason", ""))


def opens_protected(access: Access, submission: Submission) -> bool:
    """Whether the caller asks for protected answers of a submission and may have them; each opening is audited.

    Raises `PROTECTED` (403.63) where a reason is given by who lacks the right.
    """
    what = opening.Protected(
        f"submission:{submission.id}",
        submission.project_id,
        submission.form_id,
        submission.area_id,
        {"instanceId": submission.instance_id, "opened": request.path.rsplit("/", 1)[1]},
    )
    return opening.opens(services(), access, reason_given(), what)


def _finding(
    row: FindingRow, opened: Opened, strange: Mapping[str, str], expected: str | None
) -> dict[str, Any]:
    return {
        "path": row.path,
        "rule": row.rule,
        "severity": "blocking" if row.blocking else "warning",
        "value": value_at(opened.record, row.path) or strange.get(row.path) or None,
        **({} if expected is None else {"expected": expected}),
        "message": finding_words(row.message, language(), say, expected),
    }
