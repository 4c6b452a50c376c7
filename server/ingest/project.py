"""From a submission to the monitoring tables and entities: ingest's side of that seam.

`prepare` gathers before the lock, `determine` fixes what an outcome rests on (area, code, times, entity versions) under it, `apply` writes
rows in a SAVEPOINT. Rebuild calls `apply` with the determinations that the ledger holds.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from server import jobs, ledger
from server.db import utcnow
from server.entities import datasets
from server.entities.standing import next_numbers
from server.entities.versions import Moment, clean_uuid
from server.forms.models import Project
from server.hot import in_trouble
from server.households import standing, writer
from server.households.determine import Determined, determine
from server.households.incoming import Incoming, agreeing
from server.households.locking import kept, lock_subject
from server.households.mapping import steps_of
from server.households.projection import text_at
from server.households.reach import EXISTS, NOT_YET
from server.households.tables import Facility, Household
from server.ingest import counts
from server.ingest.answers import open_answers, raw_xml
from server.ingest.check import empty_file, verdict
from server.ingest.identify import Target
from server.ingest.models import Attachment, FindingRow, Submission, SubmissionVersion
from server.ingest.parcel import Sender
from server.ingest.plan import Plan
from server.ingest.states import Wanted, holds, wanted_of
from server.services import Services
from server.xforms import Instance, Record, Rule, parse_instance, saved_entities

log = logging.getLogger("fieldfare.ingest")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an application stands: whose version, at which event of the ledger."""

    submission_id: int
    version_id: int
    moment: Moment


@dataclass(frozen=True, slots=True)
class Edited:
    """The submission that a version corrects: its phone and its area stay its own, whoever corrects it."""

    submission_id: int
    submitter_id: int | None
    area_id: int | None


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to project, and whether it writes anything at all."""

    incoming: Incoming

    @property
    def writes(self) -> bool:
        """Whether the form maps to tables or writes entities."""
        return self.incoming.plan is not None or bool(self.incoming.entities)

    @property
    def first_lock(self) -> str | None:
        """The UUID of the row that applying it locks first: its household's or facility's, else its first entity's."""
        form, blocks = self.incoming.plan, [one.block for one in self.incoming.entities]
        if form is not None and form.by == "question":
            named = clean_uuid(text_at(self.incoming.record, steps_of(form.key)))
        else:
            named = next((clean_uuid(one.id) for one in blocks if form and one.path == form.key), None)
        return named or min(filter(None, (clean_uuid(one.id) for one in blocks)), default=None)


def prepare(
    plan: Plan,
    instance: Instance,
    answers: Record,
    to: Target,
    sender: Sender,
    now: datetime,
    *,
    first_id: str,
    edits: Edited | None,
) -> Work:
    """Gather what projecting needs; `edits` None: a first arrival. An encrypted instance has nothing to project."""
    return Work(
        Incoming(
            project_id=to.project_id,
            timezone=to.timezone,
            form_version_id=plan.form_version_id,
            form=plan.model.form_id,
            version=plan.model.version,
            plan=None if instance.encrypted else plan.mapping,
            record=answers,
            instance_id=first_id,
            received_at=now,
            sender_id=sender.actor_id,
            sender_areas=sender.areas,
            phone=edits.submitter_id if edits else sender.actor_id,
            user_agent=sender.user_agent,
            submission_id=edits.submission_id if edits else None,
            own_areas=() if edits is None or edits.area_id is None else (edits.area_id,),
            entities=()
            if instance.encrypted
            else agreeing(plan.mapping, saved_entities(plan.model, instance, answers)),
            protected=plan.protected,
        )
    )


def apply(
    session: Session, services: Services, work: Work, determined: Determined, place: Place, *, held: bool
) -> bool:
    """Write rows and entities in a SAVEPOINT; returns whether it went through.

    A fault of our own leaves the submission stored and not projected: it is reported, the ledger says so (a rebuild passes
    over it there, too), and a job tries again.
    """
    if not work.writes:
        return True
    try:
        with session.begin_nested():
            session.connection()  # sets the SAVEPOINT: else it waits for the session, which the writer passes by
            write(session, services, work, determined, place, held=held)
    except Exception as error:
        if in_trouble(error):
            raise  # nothing of this may pass for stored
        log.exception("projection failed", extra={"fields": {"submission": place.submission_id}})
        session.execute(
            update(Submission).where(Submission.id == place.submission_id).values(projected=False)
        )
        about, payload = f"submission:{place.submission_id}", {"version": place.version_id}
        ledger.append(session, services.keys, ledger.Kind.PENDING, about, None, payload, at=place.moment.at)
        jobs.enqueue(session, [jobs.Later("project", str(place.submission_id))])
        return False
    return True


def write(
    session: Session, services: Services, work: Work, determined: Determined, place: Place, *, held: bool
) -> None:
    """Write rows and entities, as the event `place.moment`. What a rejection took off the phones' lists comes back with a
    correction. What waits is held."""
    writer.apply(
        session,
        services,
        work.incoming,
        determined,
        place.moment,
        submission_id=place.submission_id,
        version_id=place.version_id,
        held=held or determined.waits,
    )


def stored_work(
    session: Session,
    services: Services,
    version: SubmissionVersion,
    submission: Submission,
    *,
    until: int | None = None,
) -> tuple[Work, Determined] | None:
    """The work of a stored version, with the determinations made when it was received, or by the event `until` (None: by
    now) when the household that it waited for was there; None where those were erased."""
    determined = _determined(session, services, version.id, submission.id, until)
    if determined is None:
        return None
    opened = open_answers(session, services, version.id, protected=True)
    instance = parse_instance(raw_xml(session, services, version.id))
    timezone = session.scalars(select(Project.timezone).where(Project.id == submission.project_id)).one()
    to = Target(
        submission.project_id, submission.form_id, version.form_version_id, submission.draft, timezone, False
    )
    sender = Sender(
        version.submitter_id, submission.project_id, lambda form_id: True, user_agent=version.user_agent
    )
    work = prepare(
        opened.plan,
        instance,
        opened.record,
        to,
        sender,
        version.created_at,
        first_id=submission.instance_id,
        edits=Edited(submission.id, submission.submitter_id, submission.area_id),
    )
    return work, determined


def _determined(
    session: Session, services: Services, version_id: int, submission_id: int, until: int | None = None
) -> Determined | None:
    """The determinations that hold for a stored version, as `stored_work` says."""
    event = ledger.one(session, services.keys, version_id)
    if event is None:
        return None
    determined = event.payload["determined"]
    if determined.get("waits"):
        about, kinds = f"submission:{submission_id}", (ledger.Kind.RETRY,)
        for later in ledger.read(session, services.keys, after=version_id, ref=about, kinds=kinds):
            if later.payload["version"] == version_id and (until is None or later.seq <= until):
                determined = later.payload.get("determined", determined)
    read = Determined.from_dict(determined)
    joined = datasets.joined(session) if read.entities else {}
    if not joined:
        return read
    entities = (replace(one, dataset_id=joined.get(one.dataset_id, one.dataset_id)) for one in read.entities)
    return replace(read, entities=tuple(entities))


def record(
    session: Session,
    services: Services,
    kind: ledger.Kind,
    submission: Submission,
    actor_id: int | None,
    payload: Mapping[str, Any],
    at: datetime,
    *,
    determined: Determined | None = None,
) -> Moment:
    """Append an act on a submission (held: `hold_row`) to the ledger, with the numbers that entity versions get by it: of
    its household, of what it wrote, and of what waits to be written (`determined` where the act itself says that)."""
    numbers: dict[str, int] = {}
    if not submission.draft:
        assert submission.version_id is not None
        _, _, uuid = (submission.subject or "").partition(":")
        uuids = {uuid, kept(session.connection(), uuid)} if uuid else set()
        known = determined or _determined(session, services, submission.version_id, submission.id)
        uuids.update(one.uuid for one in (known.entities if known else ()))
        numbers = next_numbers(session, submission.project_id, uuids, submission.id)
    whole = {**payload, "version": submission.version_id, **({"versions": numbers} if numbers else {})}
    about = f"submission:{submission.id}"
    return Moment(ledger.append(session, services.keys, kind, about, actor_id, whole, at=at), at, numbers)


def settle(session: Session, services: Services, submission: Submission, moment: Moment) -> None:
    """Make the tables agree with a decision, recorded as the event `moment`. What was sent to a draft never wrote."""
    if submission.draft:
        return
    assert submission.version_id is not None
    version = session.get_one(SubmissionVersion, submission.version_id)
    stored = stored_work(session, services, version, submission)
    if stored is None or not stored[0].writes:
        return
    work, determined = stored
    place = Place(submission.id, version.id, moment)
    want = wanted_of(submission)
    bring(session, services, work, determined, place, want, stands=submission.projected)
    submission.projected = want is Wanted.ALL and determined.writes
    if determined.waits and want is Wanted.ALL:
        jobs.enqueue(session, [jobs.Later("project", str(submission.id))])
    wake(session, services, work, determined, submission.id)


def follow_verdict(
    session: Session, services: Services, submission: Submission, moment: Moment, *, held: bool
) -> bool:
    """Tables and counts follow a verdict that changed, recorded as the event `moment`; `held`: what it was before. Returns
    whether the submission is held back now."""
    now, state = holds(submission), submission.review_state
    if now is not held:
        settle(session, services, submission, moment)
        step = int(now) - int(held)
        counts.moved(session, submission.form_id, submission.draft, before=state, after=state, held=step)
    return now


def wake(
    session: Session, services: Services, work: Work, determined: Determined, submission_id: int
) -> None:
    """Have what waits looked at again: what was sent about a household or facility before its enrolment, where this makes it,
    and other enrolments of what this enrolled and no longer does."""
    about = [determined.about] if determined.create else []
    if work.incoming.submission_id is not None:
        about += standing.unmade(session, submission_id)
    if not about:
        return
    waiting = select(Submission.id, Submission.version_id).where(
        Submission.subject.in_(about),
        Submission.project_id == work.incoming.project_id,
        Submission.projected.is_(False),
        Submission.draft.is_(False),
        Submission.id != submission_id,
    )
    for one, version_id in session.execute(waiting).all():
        known = None if version_id is None else _determined(session, services, version_id, one)
        if known is not None and known.waits:
            jobs.enqueue(session, [jobs.Later("project", str(one))])


def bring(
    session: Session,
    services: Services,
    work: Work,
    determined: Determined,
    place: Place,
    want: Wanted,
    *,
    stands: bool,
) -> None:
    """From what `stands` to what is wanted of one submission's rows. The same for a decision and for its replay."""
    if want is Wanted.NOTHING:
        standing.supersede(session, services, place.submission_id, place.moment)
    elif want is Wanted.WAITS:  # what an approval confirmed is unconfirmed again
        standing.hold(session, services, place.submission_id, place.moment)
        if _creates(determined):  # does nothing where it was done at receipt, as it is unless that failed
            write(session, services, work, determined, place, held=True)
    elif not stands:
        if standing.wrote(session, place.submission_id, place.version_id):
            standing.reinstate(session, services, place.submission_id, place.moment)
        else:
            write(session, services, work, determined, place, held=False)


def _creates(determined: Determined) -> bool:
    return determined.create or any(entity.action == "create" for entity in determined.entities)


def hold_row(session: Session, submission_id: int) -> Submission | None:
    """A submission as it is now and, until the transaction ends, stays for all others (PostgreSQL); before it, its subject's
    row, as whoever brings a visit takes that first. Whoever appends to the ledger about a stored submission calls this before:
    these are everybody's first locks."""
    subject = session.scalar(select(Submission.subject).where(Submission.id == submission_id))
    lock_subject(session, subject)
    query = select(Submission).where(Submission.id == submission_id).with_for_update()
    locked = session.scalars(query.execution_options(populate_existing=True)).first()
    if locked is not None and locked.subject != subject:
        lock_subject(session, locked.subject)  # a correction gave it to another meanwhile
    return locked


def retry(session: Session, services: Services, submission_id: str) -> None:
    """Job `project`: apply what failed, or what waited for its household, as an event of its own, where rebuild applies it
    too. What waited is determined now; until its household is there (or, of a second enrolment, while the first stands),
    nothing happens."""
    submission = hold_row(session, int(submission_id))
    if submission is None or submission.projected or submission.deleted_at is not None or submission.draft:
        return
    assert submission.version_id is not None
    version = session.get_one(SubmissionVersion, submission.version_id)
    stored = stored_work(session, services, version, submission)
    payload: dict[str, Any] = {}
    determined: Determined | None = None
    if stored is not None and stored[1].waits:
        determined = determine(session, services, stored[0].incoming)
        want = wanted_of(submission)
        # a held enrolment makes its household all the same
        waits = want is Wanted.WAITS and not determined.enrols
        if determined.waits or determined.subject is None or want is Wanted.NOTHING or waits:
            return
        payload = {"determined": determined.as_dict()}
        submission.area_id, submission.subject = determined.area_id, determined.names
        plan = stored[0].incoming.plan
        _no_more(session, submission, NOT_YET)
        _no_more(session, submission, EXISTS, None if plan is None else plan.key)
    kind = ledger.Kind.RETRY
    moment = record(session, services, kind, submission, None, payload, utcnow(), determined=determined)
    settle(session, services, submission, moment)


def _no_more(session: Session, submission: Submission, sentence: str, path: str | None = None) -> None:
    """A warning that held only when the submission came goes; with `path` at that question alone."""
    query = select(FindingRow).where(
        FindingRow.version_id == submission.version_id, FindingRow.rule == str(Rule.DOMAIN)
    )
    for row in session.scalars(query):
        if row.message.get("key") == sentence and path in (None, row.path):
            submission.warnings -= row.accepted_by is None
            session.delete(row)


def code_of(session: Session, subject: str | None) -> str | None:
    """The code of a `facility:<uuid>`, or of a `household:<uuid>` or the one that it was merged into."""
    kind, _, uuid = (subject or "").partition(":")
    if kind == "facility":
        return session.scalar(select(Facility.code).where(Facility.uuid == uuid))
    if kind != "household":
        return None
    return session.scalar(select(Household.code).where(Household.uuid == kept(session.connection(), uuid)))


def files_came(
    session: Session, submission_id: int, version_id: int, names: Sequence[str], empty: Collection[str] = ()
) -> None:
    """Files that were missing are there: the findings that said so go, those about `empty` ones come, counts follow."""
    mentioned = select(Attachment.name, Attachment.path).where(
        Attachment.version_id == version_id, Attachment.name.in_(names), Attachment.path.is_not(None)
    )
    paths = {row.path: row.name for row in session.execute(mentioned)}
    if paths:
        session.execute(
            delete(FindingRow).where(
                FindingRow.version_id == version_id,
                FindingRow.rule == str(Rule.ATTACHMENT),
                FindingRow.path.in_(paths),
            )
        )
    found = verdict(empty_file(path) for path, name in paths.items() if name in empty).rows
    if found:
        session.execute(insert(FindingRow), [{**row, "version_id": version_id} for row in found])
    there = (
        select(func.count())
        .where(Attachment.version_id == version_id, Attachment.blob_id.is_not(None))
        .scalar_subquery()
    )
    missing = (
        select(func.count())
        .where(Attachment.version_id == version_id, Attachment.blob_id.is_(None))
        .scalar_subquery()
    )
    warnings = (
        select(func.count())
        .where(
            FindingRow.version_id == version_id,
            FindingRow.blocking.is_(False),
            FindingRow.accepted_by.is_(None),
        )
        .scalar_subquery()
    )
    session.execute(
        update(Submission)
        .where(Submission.id == submission_id, Submission.version_id == version_id)
        .values(photos=there, missing=missing, warnings=warnings)
    )
