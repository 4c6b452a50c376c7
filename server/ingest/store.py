"""One submission into the database: one unit of work, the same for a first arrival and an edit.

Everything that can be done beforehand (parsing, checking, encrypting) came in as `Prepared`: inside the write lock only rows are written.
A version's id is its `seq` in the ledger, and a submission's id that of its first version: receipt order by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from media import Received
from server import jobs, ledger, problems
from server.accounts import audit, phones
from server.db import utcnow
from server.entities.versions import Moment
from server.hot import PerDialect, in_trouble, send_what_waits, table_insert, wire
from server.households.determine import Determined, determine
from server.ingest import counts, project, states
from server.ingest.check import ENGINE_VERSION
from server.ingest.identify import Target, instance_mac
from server.ingest.models import Attachment, Blob, FindingRow, InstanceKey, Submission, SubmissionVersion
from server.ingest.parcel import Sender
from server.services import Services


class LostRaceError(Exception):
    """Another request stored the same instanceID first: read what it stored."""


class _UnprojectedError(Exception):
    """A fault of our own while rows and entities were written; nothing is kept."""


def _claiming(dialect: Any) -> Any:
    table = cast(Table, InstanceKey.__table__)
    return (
        dialect.insert(table)
        .values({c.name: bindparam(c.name) for c in table.columns})
        .on_conflict_do_nothing()
    )


def _blob(dialect: Any) -> Any:
    table = cast(Table, Blob.__table__)
    values: dict[str, Any] = {c.name: bindparam(c.name) for c in table.columns if c.name != "id"}
    return dialect.insert(table).values(values).on_conflict_do_nothing().returning(table.c.id)


_CLAIM = PerDialect(_claiming)
_BLOB = PerDialect(_blob)
_SUBMISSION = table_insert(Submission, leave_out=["review_state", "updated_at", "deleted_at"])
_VERSION = table_insert(SubmissionVersion)
_FINDING = table_insert(FindingRow, leave_out=["id", "accepted_by"])
_ATTACHMENT = table_insert(Attachment, leave_out=["id"])


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that came: the HMAC of its content, and whether it was kept under its own name (else it was there already)."""

    received: Received
    mac: bytes
    kept: bool

    @property
    def name(self) -> str:
        """Its file name."""
        return self.received.name


@dataclass(frozen=True, slots=True)
class Replaced:
    """What an edit stands on, as its sender's request found it: values, which no later reading changes."""

    edited: project.Edited
    version_id: int
    instance_id: str  # of the submission's first version
    deprecated_id: str
    subject: str | None

    @property
    def submission_id(self) -> int:
        """The submission that it corrects."""
        return self.edited.submission_id


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything about a submission that is known before the write lock is taken."""

    to: Target
    sender: Sender
    instance_id: str
    instance_name: str | None
    xml_mac: bytes
    xml_sealed: bytes
    answers: dict[str, Any]
    protected_sealed: bytes | None
    findings: tuple[dict[str, Any], ...]  # rows of `finding` without version_id
    blocking: int
    warnings: int
    mentioned: dict[str, str]  # file name -> path of the question
    files: tuple[Arrived, ...]
    work: project.Work
    received_at: datetime
    replaces: Replaced | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What was written."""

    submission_id: int
    version_id: int
    code: str | None
    subject: str | None


def first_lock(subject: str | None) -> str | None:
    """The UUID of the row that acting on a stored submission of this subject locks first."""
    return (subject or "").partition(":")[2] or None


def store(services: Services, p: Prepared) -> Stored:
    """Write it and commit. Raises LostRaceError; where it is an edit, DEPRECATING_OLD or DEPRECATED_UNKNOWN: its base was
    edited or put into the bin meanwhile.

    Rows and entities that cannot be written wait for a retry. Hardly one cannot, and a SAVEPOINT costs a twentieth of a
    visit: it is set where the submission could not be written without.
    """
    order = first_lock(p.replaces.subject) if p.replaces else None
    order = order or p.work.first_lock
    try:
        return services.committer.run(lambda session: _store(session, services, p, _project), order=order)
    except (_UnprojectedError, DBAPIError) as error:  # the latter where rows were sent after they were made
        if in_trouble(error):
            raise  # nothing of this may pass for stored
        return services.committer.run(
            lambda session: _store(session, services, p, project.apply), order=order
        )


def _store(session: Session, services: Services, p: Prepared, projecting: Callable[..., object]) -> Stored:
    base = project.hold_row(session, p.replaces.submission_id) if p.replaces else None
    determined = determine(session, services, p.work.incoming)
    at = utcnow()  # not `received_at`: what was decided since then was decided before this came
    seq = _append(session, services, p, determined, at)
    submission_id = p.replaces.submission_id if p.replaces else seq
    _claim(session, services, p, submission_id, seq)
    blobs = _blobs(session, p)
    files = _attachments(session, p, seq, blobs)
    _submission(session, p, base, submission_id, seq, determined, files)
    _version(session, p, submission_id, seq)
    if files:
        _ATTACHMENT.many_later(wire(session), files)
    if p.findings:
        _FINDING.many_later(wire(session), [{**row, "version_id": seq} for row in p.findings])
    # Whether the instanceID was free is known before rows are written: what goes wrong from here on is caught.
    send_what_waits(wire(session))
    if not p.to.draft:
        place = project.Place(submission_id, seq, Moment(seq, at))
        projecting(session, services, p.work, determined, place, held=p.blocking > 0)
        project.wake(session, services, p.work, determined, submission_id)
    audit.record(
        session,
        "submission.update" if p.replaces else "submission.create",
        actor_id=p.sender.actor_id,
        actee=f"submission:{submission_id}",
        project_id=p.to.project_id,
        area_id=determined.area_id,
        details={"instanceId": p.instance_id, "form": p.to.form_id},
    )
    jobs.enqueue(session, [jobs.Later("photo", str(blob_id)) for blob_id, new in blobs.values() if new])
    if p.sender.heard and p.sender.actor_id is not None:
        phones.heard(
            session, p.sender.actor_id
        )  # last: its row is the one that a phone's other visits wait for
    return Stored(submission_id, seq, determined.code, determined.names)


def _project(
    session: Session,
    services: Services,
    work: project.Work,
    determined: Determined,
    place: project.Place,
    *,
    held: bool,
) -> None:
    if not work.writes:
        return
    try:
        project.write(session, services, work, determined, place, held=held)
    except Exception as error:
        if in_trouble(error):
            raise  # nothing of this may pass for stored
        raise _UnprojectedError from error


def _append(session: Session, services: Services, p: Prepared, determined: Determined, at: datetime) -> int:
    """Its event, with everything that was determined; the event's place is the version's id."""
    about = f"submission:{p.replaces.submission_id}" if p.replaces else "submission"
    payload = {
        "form_version": p.to.form_version_id,
        "draft": p.to.draft,
        "held": p.blocking > 0,
        "engine": ENGINE_VERSION,
        "determined": determined.as_dict(),
    }
    kind, keys = ledger.Kind.SUBMISSION, services.keys
    return ledger.append(session, keys, kind, about, p.sender.actor_id, payload, at=at)


def _claim(session: Session, services: Services, p: Prepared, submission_id: int, seq: int) -> None:
    """Take the instanceID; the primary key lets one of many through."""
    connection = wire(session)
    row = {
        "form_id": p.to.form_id,
        "draft": p.to.draft,
        "instance_mac": instance_mac(services.keys, p.instance_id),
        "xml_mac": p.xml_mac,
        "submission_id": submission_id,
        "version_id": seq,
    }
    _CLAIM.on(connection).later(connection, row, then=_taken)


def _taken(claimed: int) -> None:
    if claimed == 0:
        raise LostRaceError


def _submission(
    session: Session,
    p: Prepared,
    base: Submission | None,
    submission_id: int,
    seq: int,
    determined: Determined,
    files: list[dict[str, Any]],
) -> None:
    """Its row: made, or, where it is an edit of `base` (held), changed."""
    there = sum(1 for row in files if row["blob_id"] is not None)
    common = {
        "instance_name": p.instance_name,
        "version_id": seq,
        "form_version_id": p.to.form_version_id,
        "area_id": determined.area_id,
        "subject": determined.names,
        "observed_at": determined.observed_at,
        "blocking": p.blocking,
        "warnings": p.warnings,
        "projected": p.blocking == 0 and not p.to.draft and p.work.writes and determined.writes,
        "photos": there,
        "missing": len(files) - there,
    }
    if p.replaces:
        if base is None or base.version_id != p.replaces.version_id:
            raise problems.DEPRECATING_OLD(deprecatedId=p.replaces.deprecated_id)
        if base.deleted_at is not None:
            raise problems.DEPRECATED_UNKNOWN(deprecatedId=p.replaces.deprecated_id)
        state, step = base.review_state, int(p.blocking > 0) - int(states.holds(base))
        edit = update(Submission).where(Submission.id == submission_id)
        session.execute(edit.values(review_state="edited", updated_at=p.received_at, **common))
        counts.moved(session, p.to.form_id, p.to.draft, before=state, after="edited", held=step)
        return
    _SUBMISSION.later(
        wire(session),
        {
            "id": submission_id,
            "project_id": p.to.project_id,
            "form_id": p.to.form_id,
            "draft": p.to.draft,
            "instance_id": p.instance_id,
            "submitter_id": p.sender.actor_id,
            "device_id": p.sender.device_id,
            "user_agent": p.sender.user_agent,
            "created_at": p.received_at,
            **common,
        },
    )
    counts.arrived(session, p.to.form_id, p.to.draft, held=p.blocking > 0, at=p.received_at)


def _version(session: Session, p: Prepared, submission_id: int, seq: int) -> None:
    """The version's row: what came, and its answers."""
    row = {
        "id": seq,
        "submission_id": submission_id,
        "form_version_id": p.to.form_version_id,
        "instance_id": p.instance_id,
        "instance_name": p.instance_name,
        "xml": p.xml_sealed,
        "answers": p.answers,
        "protected": p.protected_sealed,
        "submitter_id": p.sender.actor_id,
        "device_id": p.sender.device_id,
        "user_agent": p.sender.user_agent,
        "created_at": p.received_at,
    }
    _VERSION.later(wire(session), row)


def _blobs(session: Session, p: Prepared) -> dict[str, tuple[int, bool]]:
    """Ids of the blobs of what came, by file name, and whether each is new."""
    return {arrived.name: keep_blob(session, arrived, p.received_at) for arrived in p.files}


def keep_blob(session: Session, arrived: Arrived, at: datetime) -> tuple[int, bool]:
    """The row of a content and whether it is new. The file is durably in the store before this.

    A row that is there already names what was kept just now from then on: its own file may have been what was missing.
    """
    received, mac = arrived.received, arrived.mac
    connection = wire(session)
    row = {
        "name": received.blob_id,
        "mac": mac,
        "size": received.size,
        "content_type": received.content_type_seen,
        "created_at": at,
    }
    made = _BLOB.on(connection).scalar(connection, row)
    if made is not None:
        return int(made), True
    if arrived.kept:
        session.execute(update(Blob).where(Blob.mac == mac).values(name=received.blob_id))
    return session.execute(select(Blob.id).where(Blob.mac == mac)).scalar_one(), False


def _attachments(
    session: Session, p: Prepared, seq: int, blobs: dict[str, tuple[int, bool]]
) -> list[dict[str, Any]]:
    """Rows for every file mentioned or received; an edit takes over what it mentions and does not bring."""
    kept: dict[str, int] = {}
    if p.replaces:
        before = select(Attachment.name, Attachment.blob_id).where(
            Attachment.version_id == p.replaces.version_id, Attachment.blob_id.is_not(None)
        )
        kept = {
            name: blob_id
            for name, blob_id in session.execute(before)
            if blob_id is not None and name in p.mentioned
        }
    rows = []
    for name in dict.fromkeys([*p.mentioned, *blobs]):
        blob_id = blobs[name][0] if name in blobs else kept.get(name)
        at = p.received_at if blob_id is not None else None
        rows.append(
            {
                "version_id": seq,
                "name": name,
                "path": p.mentioned.get(name),
                "blob_id": blob_id,
                "created_at": at,
            }
        )
    return rows
