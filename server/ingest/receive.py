"""The whole use case: what came becomes a stored submission, once, whatever comes twice, late or in pieces.

Every door calls `receive()`. The order is the promise (decisions.md, 'One transaction, in this order'): files durably in place, then
one commit, then the answer.
"""

from __future__ import annotations

import base64
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from media import Full, Missing, Received, Unavailable
from server import jobs, ledger, problems
from server.accounts import audit
from server.db import dump_json, utcnow
from server.ingest import identify, project
from server.ingest.check import check
from server.ingest.identify import Known, Target
from server.ingest.models import Attachment, Blob, Submission
from server.ingest.parcel import Parcel, Receipt, Sender
from server.ingest.plan import plan_of
from server.ingest.store import Arrived, LostRaceError, Prepared, keep_blob, store
from server.services import Services
from server.xforms import Instance, InstanceError, media_names, parse_instance, record, split

TRIES = 3
"""How often the identity is read again after a lost race: the winner is there at the first."""


def parse(xml: bytes) -> Instance:
    """Read the XML as an instance with an instanceID. Raises XML_UNREADABLE, INSTANCE_ID_MISSING."""
    try:
        instance = parse_instance(xml)
    except InstanceError as error:
        raise problems.XML_UNREADABLE(reason=error.key) from error
    if not instance.instance_id:
        raise problems.INSTANCE_ID_MISSING()
    return instance


def receive(session: Session, services: Services, parcel: Parcel, sender: Sender) -> Receipt:
    """Take one parcel. `session` only reads and is given back before anything slow; the writing is the committer's.

    Raises XML_UNREADABLE, INSTANCE_ID_MISSING, NOT_FOUND, FORM_VERSION_UNKNOWN, FORM_NOT_OPEN, FORBIDDEN, XML_CONFLICT, NOT_UNIQUE,
    DUPLICATE_SUBMISSION, DEPRECATED_UNKNOWN, DEPRECATING_OLD, CYCLE, STORE_AWAY, DISK_FULL.
    """
    instance = parse(parcel.xml)
    assert instance.instance_id is not None  # parse() saw to it
    to = identify.target(session, parcel, sender, instance)
    xml_mac = services.keys.mac("xml", parcel.xml)
    for _ in range(TRIES):
        known = identify.known(session, services.keys, to, instance.instance_id)
        if known is not None:
            return _again(session, services, parcel, sender, to, instance.instance_id, known, xml_mac)
        if not to.takes:
            raise problems.FORM_NOT_OPEN()
        try:
            return _first(session, services, parcel, sender, to, instance, xml_mac)
        except LostRaceError:
            session.rollback()  # a new snapshot sees the winner
    raise problems.DATABASE_AWAY()


def receipt_number(services: Services, form_id: int, instance_id: str) -> str:
    """Eight letters and digits: the same for every resend, and no way back to the instanceID."""
    mac = services.keys.mac("receipt", str(form_id).encode(), instance_id.encode())
    text = base64.b32encode(mac[:5]).decode()
    return f"{text[:4]}-{text[4:]}"


def _first(
    session: Session,
    services: Services,
    parcel: Parcel,
    sender: Sender,
    to: Target,
    instance: Instance,
    xml_mac: bytes,
) -> Receipt:
    assert instance.instance_id is not None
    replaced = _replaced(session, services, parcel, to, instance)
    plan = plan_of(session, to.form_version_id)
    mentioned = {name: path for path, name in media_names(plan.model, instance)}
    arrived = _arrived(session, services, parcel.files)
    there = frozenset(f.name for f in parcel.files) | _carried(session, replaced)
    now = utcnow()
    answers = record(plan.model, instance)
    verdict = check(plan, instance, answers, attachments=there, now=now, timezone=to.timezone)
    work = project.prepare(
        plan,
        instance,
        answers,
        to,
        sender,
        now,
        first_id=replaced.instance_id if replaced else instance.instance_id,
        submission_id=replaced.id if replaced else None,
    )
    session.rollback()  # the connection goes back before the disk is waited for
    _keep(parcel, arrived)
    open_part, hidden = split(plan.model, answers, plan.protected)
    keys = services.keys
    prepared = Prepared(
        to=to,
        sender=sender,
        instance_id=instance.instance_id,
        instance_name=instance.instance_name,
        xml_mac=xml_mac,
        xml_sealed=keys.seal(parcel.xml, "submission_version.xml"),
        answers=open_part,
        protected_sealed=keys.seal(dump_json(hidden).encode(), "submission_version.protected")
        if hidden
        else None,
        findings=verdict.rows,
        blocking=verdict.blocking,
        warnings=verdict.warnings,
        mentioned=mentioned,
        files=arrived,
        work=work,
        received_at=now,
        replaces=(replaced.id, replaced.version_id) if replaced and replaced.version_id is not None else None,
        replaced_state=replaced.review_state if replaced else None,
        replaced_blocking=replaced.blocking if replaced else 0,
    )
    stored = services.committer.run(lambda writing: store(writing, services, prepared))
    number = receipt_number(services, to.form_id, instance.instance_id)
    return Receipt(
        to.form_id,
        instance.instance_id,
        stored.submission_id,
        stored.version_id,
        True,
        number,
        stored.code,
        stored.subject,
    )


def _replaced(
    session: Session, services: Services, parcel: Parcel, to: Target, instance: Instance
) -> Submission | None:
    """The submission that this instance edits; None where it is no edit. An edit names the newest version of one that is there."""
    if instance.deprecated_id is None:
        if parcel.replaces is not None:
            raise problems.EXPECTED_DEPRECATION()
        return None
    if instance.deprecated_id == instance.instance_id:
        raise problems.CYCLE()
    base = identify.known(session, services.keys, to, instance.deprecated_id)
    submission = session.get(Submission, base.submission_id) if base and base.submission_id else None
    if submission is None or submission.deleted_at is not None or base is None:
        raise problems.DEPRECATED_UNKNOWN(deprecatedId=instance.deprecated_id)
    if submission.version_id != base.version_id:
        raise problems.DEPRECATING_OLD(deprecatedId=instance.deprecated_id)
    if parcel.replaces is not None and submission.instance_id != parcel.replaces:
        raise problems.INSTANCE_CONFLICT()
    return submission


def _carried(session: Session, replaced: Submission | None) -> frozenset[str]:
    """Names of the files that an edit's base has."""
    if replaced is None:
        return frozenset()
    query = select(Attachment.name).where(
        Attachment.version_id == replaced.version_id, Attachment.blob_id.is_not(None)
    )
    return frozenset(session.scalars(query))


def _arrived(session: Session, services: Services, files: tuple[Received, ...]) -> tuple[Arrived, ...]:
    """What came, beside what is in the store already: that is renewed, so that no sweeper takes it now, and not kept twice."""
    if not files:
        return ()
    macs = {f.name: services.keys.mac("blob", f.sha256) for f in files}
    rows = session.execute(select(Blob.mac, Blob.name).where(Blob.mac.in_(macs.values()))).all()
    there = {row.mac for row in rows if _renewed(services, row.name)}
    return tuple(Arrived(f, macs[f.name], macs[f.name] not in there) for f in files)


def _renewed(services: Services, name: str) -> bool:
    try:
        services.store.touch(name)
    except Missing:
        return False  # the row outlived its file: what came now takes its place
    return True


def _keep(parcel: Parcel, arrived: tuple[Arrived, ...]) -> None:
    try:
        parcel.inbox.keep([a.received.blob_id for a in arrived if a.kept])
    except Full as error:
        raise problems.DISK_FULL() from error
    except Unavailable as error:
        raise problems.STORE_AWAY() from error


def _again(
    session: Session,
    services: Services,
    parcel: Parcel,
    sender: Sender,
    to: Target,
    instance_id: str,
    known: Known,
    xml_mac: bytes,
) -> Receipt:
    """A known instanceID: the same XML is everyday traffic and adds what files were missing; another XML is refused."""
    if known.xml_mac != xml_mac:
        raise problems.XML_CONFLICT()
    number = receipt_number(services, to.form_id, instance_id)
    submission = session.get(Submission, known.submission_id) if known.submission_id else None
    if submission is None or submission.deleted_at is not None:
        if parcel.new_only:
            raise problems.DUPLICATE_SUBMISSION()
        services.committer.run(lambda writing: _note_resend_of_deleted(writing, to, sender, known))
        return Receipt(to.form_id, instance_id, None, None, False, number)
    if parcel.new_only:
        raise problems.NOT_UNIQUE(
            fields=["formId", "instanceId", "draft"], values=[to.form_id, instance_id, to.draft]
        )
    code, subject = project.code_of(session, submission.subject), submission.subject
    version_id = known.version_id
    assert version_id is not None
    missing = _missing(session, version_id, parcel.files)
    if missing:
        add_files(session, services, parcel, missing, submission.id, version_id, sender.actor_id)
    return Receipt(to.form_id, instance_id, submission.id, version_id, False, number, code, subject)


def _note_resend_of_deleted(session: Session, to: Target, sender: Sender, known: Known) -> None:
    actee = None if known.submission_id is None else f"submission:{known.submission_id}"
    audit.record(
        session, "submission.resend.deleted", actor_id=sender.actor_id, actee=actee, project_id=to.project_id
    )


def _missing(session: Session, version_id: int, files: tuple[Received, ...]) -> tuple[Received, ...]:
    """Those of the files that this version has not yet."""
    if not files:
        return ()
    there = set(
        session.scalars(
            select(Attachment.name).where(
                Attachment.version_id == version_id, Attachment.blob_id.is_not(None)
            )
        )
    )
    return tuple(f for f in files if f.name not in there)


def add_files(
    session: Session,
    services: Services,
    parcel: Parcel,
    files: tuple[Received, ...],
    submission_id: int,
    version_id: int,
    actor_id: int | None,
) -> None:
    """Add files to a version that is stored: the next part of a split upload, or a resend of what got lost."""
    arrived = _arrived(session, services, files)
    session.rollback()
    _keep(parcel, arrived)
    now = utcnow()

    def write(writing: Session) -> None:
        added: list[str] = []
        new: list[int] = []
        for one in arrived:
            blob_id, is_new = keep_blob(writing, one, now)
            if _attach(writing, version_id, one.name, blob_id, now):
                added.append(one.name)
            if is_new:
                new.append(blob_id)
        if added:
            payload = {"version": version_id, "names": added}
            ledger.append(
                writing,
                services.keys,
                ledger.Kind.ATTACHMENT,
                f"submission:{submission_id}",
                actor_id,
                payload,
                at=now,
            )
            project.files_came(writing, submission_id, version_id, added)
        jobs.enqueue(writing, [jobs.Later("photo", str(blob_id)) for blob_id in new])

    services.committer.run(write)


def _attach(session: Session, version_id: int, name: str, blob_id: int, now: datetime) -> bool:
    """Give the named attachment its blob, or make it where the form does not mention it; whether something changed."""
    row = session.execute(
        select(Attachment.id, Attachment.blob_id).where(
            Attachment.version_id == version_id, Attachment.name == name
        )
    ).first()
    if row is None:
        values = {"version_id": version_id, "name": name, "path": None, "blob_id": blob_id, "created_at": now}
        session.execute(insert(Attachment), values)
        return True
    if row.blob_id is not None:
        return False
    session.execute(update(Attachment).where(Attachment.id == row.id).values(blob_id=blob_id, created_at=now))
    return True
