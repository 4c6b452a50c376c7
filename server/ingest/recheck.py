"""Stored answers checked again: by a newer engine, or because a list changed that they were judged by.

Each version is checked by the form version it belongs to. What it was said to be wrong with the answers is said anew; findings about
the place, the time and the photos stay, which were of the day it came. A verdict that changes is an event of the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session

from server import jobs, ledger
from server.accounts import audit
from server.accounts.access import area_ids
from server.accounts.models import Audit
from server.db import dump_json, utcnow
from server.forms.models import Form
from server.households.reach import SENTENCES
from server.ingest import project, states
from server.ingest.answers import file_sizes, raw_xml
from server.ingest.check import ENGINE_VERSION, answers, verdict
from server.ingest.models import FindingRow, Submission, SubmissionVersion
from server.ingest.plan import plan_of
from server.jobs import Job
from server.services import Services
from server.xforms import Rule, media_names, parse_instance

KIND = "recheck"
"""Of the job that checks a form's visits, some at a time."""

ACTION = "form.recheck"
"""In the audit log."""

AT_ONCE = 50
"""Visits checked in one transaction: a phone's visit waits for no more than these."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a form's visits are checked: `done` of `total`, `changed` with another verdict, of which so many are held back
    now (`held`), or no more (`freed`). `after` is the last that was looked at."""

    form_id: int
    after: int = 0
    done: int = 0
    total: int = 0
    changed: int = 0
    held: int = 0
    freed: int = 0
    actor_id: int | None = None

    @property
    def ref(self) -> str:
        """As a job's argument."""
        numbers = (self.after, self.done, self.total, self.changed, self.held, self.freed, self.actor_id or 0)
        return ":".join(map(str, (self.form_id, *numbers)))

    @classmethod
    def read(cls, ref: str) -> Progress:
        """What `ref` gave."""
        form_id, after, done, total, changed, held, freed, actor = map(int, ref.split(":"))
        return cls(form_id, after, done, total, changed, held, freed, actor or None)


def forms_of(
    session: Session, project_id: int | None, xml_form_ids: Sequence[str] = ()
) -> list[tuple[int, str]]:
    """Forms by id and name (`xmlFormId`): of a project or all of them, those named or all."""
    query = select(Form.id, Form.xml_form_id).where(Form.deleted_at.is_(None)).order_by(Form.id)
    if project_id is not None:
        query = query.where(Form.project_id == project_id)
    if xml_form_ids:
        query = query.where(Form.xml_form_id.in_(xml_form_ids))
    return [(row.id, row.xml_form_id) for row in session.execute(query)]


def begin(session: Session, form_id: int, actor_id: int | None) -> Progress:
    """Have all visits of a form checked again, as a job. Where one is under way already, that one's progress."""
    running = progress(session, form_id)
    if running is not None:
        return running
    at = first(session, form_id, actor_id)
    jobs.enqueue(session, [jobs.Later(KIND, at.ref)])
    return at


def first(session: Session, form_id: int, actor_id: int | None = None) -> Progress:
    """Before anything of a form is checked."""
    total = session.scalar(_visits(form_id).with_only_columns(func.count())) or 0
    return Progress(form_id, total=total, actor_id=actor_id)


def progress(session: Session, form_id: int) -> Progress | None:
    """How far the job of a form is; None where none is under way."""
    query = select(Job.ref).where(Job.kind == KIND, Job.ref.like(f"{form_id}:%")).limit(1)
    ref = session.scalar(query)
    return None if ref is None else Progress.read(ref)


def last(session: Session, form_id: int) -> tuple[datetime, Mapping[str, int]] | None:
    """When all visits of a form were last checked again, and how many were `checked`, `changed`, `held` and `freed`."""
    query = select(Audit.at, Audit.details).where(Audit.action == ACTION, Audit.actee == f"form:{form_id}")
    row = session.execute(query.order_by(Audit.id.desc()).limit(1)).first()
    return None if row is None else (row.at, row.details or {})


def job(session: Session, services: Services, ref: str) -> None:
    """Job `recheck`: the next visits of a form; what is left is another job, written in the same transaction."""
    after = step(session, services, Progress.read(ref))
    if after.done < after.total:
        jobs.enqueue(session, [jobs.Later(KIND, after.ref)])


def step(session: Session, services: Services, now: Progress) -> Progress:
    """Check the next visits; at the end the audit log says what came of it."""
    query = _visits(now.form_id).where(Submission.id > now.after).order_by(Submission.id).limit(AT_ONCE)
    ids = session.scalars(query).all()
    found: Counter[str] = Counter()
    for submission_id in ids:
        found.update(again(session, services, submission_id))
    done = now.done + len(ids)
    after = replace(
        now,
        after=ids[-1] if ids else now.after,
        done=done,
        total=done if len(ids) < AT_ONCE else max(now.total, done),
        changed=now.changed + found["changed"],
        held=now.held + found["held"],
        freed=now.freed + found["freed"],
    )
    if after.done == after.total:
        _record(session, after)
    return after


def again(session: Session, services: Services, submission_id: int) -> Sequence[str]:
    """Check one visit again: `changed` where the verdict is another, and `held` or `freed` where the tables follow."""
    looked = session.get(Submission, submission_id)
    if looked is None or _judged(session, services, looked).stands:
        return ()  # nearly always; nothing was locked for it
    one = project.hold_row(session, submission_id)
    if one is None:
        return ()
    judged, held = _judged(session, services, one), states.holds(one)
    if judged.stands:
        return ()
    for row in judged.gone:
        session.delete(row)
    if judged.new:
        session.execute(insert(FindingRow), [{**row, "version_id": one.version_id} for row in judged.new])
    session.flush()
    one.blocking, one.warnings = _counted(session, one.version_id or 0)
    payload = {"held": one.blocking > 0, "engine": ENGINE_VERSION}
    moment = project.record(session, services, ledger.Kind.RECHECK, one, None, payload, utcnow())
    after = project.follow_verdict(session, services, one, moment, held=held)
    if after is held:
        return ("changed",)
    return ("changed", "held" if after else "freed")


@dataclass(frozen=True, slots=True)
class _Judged:
    """What a check would change of a version's findings. What stays as it was said keeps who accepted it."""

    gone: tuple[FindingRow, ...] = ()
    new: tuple[dict[str, Any], ...] = ()

    @property
    def stands(self) -> bool:
        return not self.gone and not self.new


def _judged(session: Session, services: Services, one: Submission) -> _Judged:
    if one.version_id is None or one.deleted_at is not None or one.draft:
        return _Judged()
    version = session.get_one(SubmissionVersion, one.version_id)
    stored = project.stored_work(session, services, version, one)
    instance = parse_instance(raw_xml(session, services, version.id))
    if stored is None or instance.encrypted:
        return _Judged()
    plan = plan_of(session, version.form_version_id)
    incoming = replace(stored[0].incoming, sender_areas=area_ids(session, one.submitter_id))
    mentioned = {name: path for path, name in media_names(plan.model, instance)}
    sizes = file_sizes(session, version.id)
    found = verdict(answers(session, services, plan, instance, incoming, mentioned, sizes)).rows
    rows = session.scalars(select(FindingRow).where(FindingRow.version_id == version.id))
    before = {_key(row.path, row.rule, row.blocking, row.message): row for row in rows if _of_answers(row)}
    now = {_key(row["path"], row["rule"], row["blocking"], row["message"]): row for row in found}
    return _Judged(
        tuple(row for key, row in before.items() if key not in now),
        tuple(row for key, row in now.items() if key not in before),
    )


def _visits(form_id: int) -> Select[int]:
    return select(Submission.id).where(
        Submission.form_id == form_id, Submission.draft.is_(False), Submission.deleted_at.is_(None)
    )


def _of_answers(row: FindingRow) -> bool:
    """Whether a finding is one that `check.answers` makes: not of the domain, or of whom the visit is about."""
    return row.rule != str(Rule.DOMAIN) and row.message.get("key") not in SENTENCES


def _key(path: str, rule: str, blocking: bool, message: object) -> tuple[str, str, bool, str]:
    return path, rule, bool(blocking), dump_json(message)


def _counted(session: Session, version_id: int) -> tuple[int, int]:
    """Blocking findings and warnings that nobody has accepted."""
    query = select(FindingRow.blocking, func.count()).where(
        FindingRow.version_id == version_id, FindingRow.accepted_by.is_(None)
    )
    numbers = {bool(row[0]): int(row[1]) for row in session.execute(query.group_by(FindingRow.blocking))}
    return numbers.get(True, 0), numbers.get(False, 0)


def _record(session: Session, of: Progress) -> None:
    form = session.get_one(Form, of.form_id)
    audit.record(
        session,
        ACTION,
        actor_id=of.actor_id,
        actee=f"form:{form.id}",
        project_id=form.project_id,
        details={"checked": of.done, "changed": of.changed, "held": of.held, "freed": of.freed},
    )
