"""The whole use case: what came becomes a stored submission, once, whatever comes twice, late or in pieces.

Every door calls `receive()`. The order is the promise (decisions.md, 'One transaction, in this order'): files durably in place, then
one commit, then the answer.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from media import Full, Inbox, Missing, Received, Unavailable
from server import jobs, ledger, problems
from server.accounts import audit
from server.db import dump_json, singly, utcnow
from server.ingest import identify, project
from server.ingest.answers import file_sizes
from server.ingest.check import Verdict, check
from server.ingest.hidden import whole_edit
from server.ingest.identify import Known, Target
from server.ingest.models import Attachment, Blob, Submission
from server.ingest.parcel import Parcel, Receipt, Sender
from server.ingest.plan import Plan, plan_of
from server.ingest.store import Arrived, LostRaceError, Prepared, Replaced, first_lock, keep_blob, store
from server.services import Services
from server.xforms import Instance, InstanceError, Record, media_names, parse_instance, record, split
from server.xforms.messages import MESSAGES

TRIES = 3
"""How often the identity is read again after a lost race: the winner is there at the first."""


def parse(xml: bytes) -> Instance:
    """Read the XML as an instance with an instanceID. Raises XML_UNREADABLE, INSTANCE_ID_MISSING."""
    try:
        instance = parse_instance(xml)
    except InstanceError as error:
        sentence = MESSAGES[error.message.key]
        raise problems.XML_UNREADABLE(reason=problems.Sentence(sentence, **error.arguments)) from error
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
    singly(session)
    to = identify.target(session, parcel, sender, instance)
    xml_mac = services.keys.mac("xml", parcel.xml)
    files = Files(session, services, parcel.inbox, parcel.files)
    for _ in range(TRIES):
        known = identify.known(session, services.keys, to, instance.instance_id)
        if known is not None:
            return _again(session, services, parcel, sender, to, instance.instance_id, known, xml_mac, files)
        if not identify.takes(sender, to, edit=instance.deprecated_id is not None):
            raise problems.FORM_NOT_OPEN()
        try:
            return _first(session, services, parcel, sender, to, instance, xml_mac, files)
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
    files: Files,
) -> Receipt:
    assert instance.instance_id is not None
    read = _read(session, services, parcel, sender, to, instance)
    arrived = files.arrived()
    session.rollback()  # the connection goes back before the disk is waited for
    files.keep()
    prepared = _prepared(services, sender, to, xml_mac, read, arrived)
    stored = store(services, prepared)
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


@dataclass(frozen=True, slots=True)
class _Read:
    """What was made of an instance while the database was read: nothing of it needs the session any more."""

    plan: Plan
    xml: bytes  # as it is stored: of an edit of redacted XML, with what was hidden
    instance: Instance
    mentioned: dict[str, str]  # file name -> path of the question
    answers: Record
    work: project.Work
    verdict: Verdict
    replaced: Replaced | None
    at: datetime


def _read(
    session: Session, services: Services, parcel: Parcel, sender: Sender, to: Target, instance: Instance
) -> _Read:
    """Everything that is asked of the database beforehand: the form, what is edited, the checks."""
    replaced = _replaced(session, services, parcel, sender, to, instance)
    xml = parcel.xml
    if replaced is not None:
        xml = whole_edit(session, services, parcel, sender, replaced.version_id)
        instance = instance if xml is parcel.xml else parse(xml)
    assert instance.instance_id is not None  # parse() saw to it
    plan = plan_of(session, to.form_version_id, to.md5)
    mentioned = {name: path for path, name in media_names(plan.model, instance)}
    carried = {} if replaced is None else file_sizes(session, replaced.version_id)
    sizes = carried | {f.name: f.size for f in parcel.files}
    now = utcnow()
    answers = record(plan.model, instance)
    work = project.prepare(
        plan,
        instance,
        answers,
        to,
        sender,
        now,
        first_id=replaced.instance_id if replaced else instance.instance_id,
        edits=replaced.edited if replaced else None,
    )
    verdict = check(session, services, plan, instance, work.incoming, mentioned, sizes)
    return _Read(plan, xml, instance, mentioned, answers, work, verdict, replaced, now)


def _prepared(
    services: Services,
    sender: Sender,
    to: Target,
    xml_mac: bytes,
    read: _Read,
    arrived: tuple[Arrived, ...],
) -> Prepared:
    """Everything that is to be written, encrypted where it is kept so."""
    keys, plan, instance = services.keys, read.plan, read.instance
    assert instance.instance_id is not None
    open_part, hidden = split(plan.model, read.answers, plan.protected)
    sealed = keys.seal(dump_json(hidden).encode(), "submission_version.protected") if hidden else None
    return Prepared(
        to=to,
        sender=sender,
        instance_id=instance.instance_id,
        instance_name=None if plan.names_protected else instance.instance_name,
        xml_mac=xml_mac,
        xml_sealed=keys.seal(read.xml, "submission_version.xml"),
        answers=open_part,
        protected_sealed=sealed,
        findings=read.verdict.rows,
        blocking=read.verdict.blocking,
        warnings=read.verdict.warnings,
        mentioned=read.mentioned,
        files=arrived,
        work=read.work,
        received_at=read.at,
        replaces=read.replaced,
    )


def _replaced(
    session: Session, services: Services, parcel: Parcel, sender: Sender, to: Target, instance: Instance
) -> Replaced | None:
    """What this instance edits, as it stands now; None where it is no edit. An edit names the newest version of one that is there.

    What the sender may not edit is not known to it either.
    """
    if instance.deprecated_id is None:
        if parcel.replaces is not None:
            raise problems.EXPECTED_DEPRECATION()
        return None
    if instance.deprecated_id == instance.instance_id:
        raise problems.CYCLE()
    base = identify.known(session, services.keys, to, instance.deprecated_id)
    submission = session.get(Submission, base.submission_id) if base and base.submission_id else None
    if (
        base is None
        or submission is None
        or submission.deleted_at is not None
        or not identify.may_edit(session, sender, to, submission.submitter_id, submission.area_id)
    ):
        raise problems.DEPRECATED_UNKNOWN(deprecatedId=instance.deprecated_id)
    if submission.version_id != base.version_id:
        raise problems.DEPRECATING_OLD(deprecatedId=instance.deprecated_id)
    if parcel.replaces is not None and submission.instance_id != parcel.replaces:
        raise problems.INSTANCE_CONFLICT()
    assert submission.version_id is not None  # it is the base's
    edited = project.Edited(submission.id, submission.submitter_id, submission.area_id)
    first_id, subject = submission.instance_id, submission.subject
    return Replaced(edited, submission.version_id, first_id, instance.deprecated_id, subject)


class Files:
    """A parcel's files on their way into the store: looked up and kept once, however often the identity is read again."""

    def __init__(
        self, session: Session, services: Services, inbox: Inbox, files: tuple[Received, ...]
    ) -> None:
        self._session, self._services, self._inbox, self._files = session, services, inbox, files
        self._arrived: tuple[Arrived, ...] | None = None
        self._kept = False

    def only(self, files: tuple[Received, ...]) -> None:
        """The others are wanted no more. Without effect on what was looked up already: it may be kept by now."""
        if self._arrived is None:
            self._files = files

    def arrived(self) -> tuple[Arrived, ...]:
        """What came, beside what is in the store already: that is renewed, so that no sweeper takes it now, and not kept twice.

        The session's connection goes back before the store is asked.
        """
        if self._arrived is None:
            self._arrived = self._looked_up()
        return self._arrived

    def keep(self) -> None:
        """Make them durable. Raises DISK_FULL, STORE_AWAY."""
        if self._kept:
            return
        try:
            self._inbox.keep([one.received.blob_id for one in self.arrived() if one.kept])
        except Full as error:
            raise problems.DISK_FULL() from error
        except Unavailable as error:
            raise problems.STORE_AWAY() from error
        self._kept = True

    def _looked_up(self) -> tuple[Arrived, ...]:
        if not self._files:
            return ()
        macs = {f.name: self._services.keys.mac("blob", f.sha256) for f in self._files}
        rows = self._session.execute(select(Blob.mac, Blob.name).where(Blob.mac.in_(macs.values()))).all()
        self._session.rollback()
        there = {row.mac for row in rows if _renewed(self._services, row.name)}
        return tuple(Arrived(f, macs[f.name], macs[f.name] not in there) for f in self._files)


def _renewed(services: Services, name: str) -> bool:
    try:
        services.store.touch(name)
    except Missing:
        return False  # the row outlived its file: what came now takes its place
    return True


def _again(
    session: Session,
    services: Services,
    parcel: Parcel,
    sender: Sender,
    to: Target,
    instance_id: str,
    known: Known,
    xml_mac: bytes,
    files: Files,
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
    submission_id, version_id = submission.id, known.version_id
    assert version_id is not None
    missing = _missing(session, version_id, parcel.files)
    if missing:
        files.only(missing)
        _add(session, services, files, missing, submission_id, version_id, sender.actor_id)
    return Receipt(to.form_id, instance_id, submission_id, version_id, False, number, code, subject)


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
    """Add files to a version that is stored. Raises DISK_FULL, STORE_AWAY."""
    lot = Files(session, services, parcel.inbox, files)
    _add(session, services, lot, files, submission_id, version_id, actor_id)


def _add(
    session: Session,
    services: Services,
    files: Files,
    wanted: tuple[Received, ...],
    submission_id: int,
    version_id: int,
    actor_id: int | None,
) -> None:
    """Add what is wanted of the files: the next part of a split upload, or a resend of what got lost.

    A version that replaced this one meanwhile gets what it mentions and has not: it was to take it over.
    """
    order = first_lock(session.scalar(select(Submission.subject).where(Submission.id == submission_id)))
    arrived = [one for one in files.arrived() if one.received in wanted]
    session.rollback()
    files.keep()
    now = utcnow()

    def write(writing: Session) -> None:
        one = project.hold_row(writing, submission_id)
        current = version_id if one is None or one.version_id is None else one.version_id
        added: dict[int, list[str]] = {}
        new: list[int] = []
        empty = [file.name for file in arrived if file.received.size == 0]
        for file in arrived:
            blob_id, is_new = keep_blob(writing, file, now)
            if _attach(writing, version_id, file.name, blob_id, now):
                added.setdefault(version_id, []).append(file.name)
            if current != version_id and _attach(writing, current, file.name, blob_id, now, mentioned=True):
                added.setdefault(current, []).append(file.name)
            if is_new:
                new.append(blob_id)
        about = f"submission:{submission_id}"
        for version, names in added.items():
            payload = {"version": version, "names": names}
            kind, keys = ledger.Kind.ATTACHMENT, services.keys
            ledger.append(writing, keys, kind, about, actor_id, payload, at=now)
            project.files_came(writing, submission_id, version, names, empty)
        jobs.enqueue(writing, [jobs.Later("photo", str(blob_id)) for blob_id in new])

    services.committer.run(write, order=order)


def _attach(
    session: Session, version_id: int, name: str, blob_id: int, now: datetime, *, mentioned: bool = False
) -> bool:
    """Give the named attachment its blob, or make it where the form does not mention it; whether something changed.

    `mentioned`: only where a question of this version mentions it.
    """
    row = session.execute(
        select(Attachment.id, Attachment.blob_id, Attachment.path).where(
            Attachment.version_id == version_id, Attachment.name == name
        )
    ).first()
    if mentioned and (row is None or row.path is None):
        return False
    if row is None:
        values = {"version_id": version_id, "name": name, "path": None, "blob_id": blob_id, "created_at": now}
        session.execute(insert(Attachment), values)
        return True
    if row.blob_id is not None:
        return False
    session.execute(update(Attachment).where(Attachment.id == row.id).values(blob_id=blob_id, created_at=now))
    return True
