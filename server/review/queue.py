"""Which visits: one filter, pages by key, newest first. What lists, galleries, maps and downloads of pages and the API share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from server import problems
from server.areas.models import Area
from server.areas.scope import visible
from server.forms.models import Form
from server.ingest.identify import instance_mac
from server.ingest.models import InstanceKey, Submission
from server.ingest.states import held_back
from server.keys import Keyring

STATES = ("received", "held", "hasIssues", "edited", "approved", "rejected")
"""Words that a list can be filtered by: a review state (`received`: none yet), or `held`: held back by a finding."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which submissions of a project. `areas` are the reader's own: never wider than that, whatever else is asked."""

    project_id: int
    areas: tuple[int, ...] = ()
    form_ids: tuple[int, ...] | None = None  # None: all
    area_id: int | None = None  # that area and all below
    submitter_id: int | None = None
    state: str | None = None
    findings: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    draft: bool = False
    deleted: bool = False
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of submissions, and the key to the next one."""

    items: Sequence[Submission]
    next: int | None


def conditions(session: Session, wanted: Filter) -> ColumnElement[bool]:
    """The filter as one SQL condition. Raises UNEXPECTED_VALUE for a state that there is not."""
    parts: list[ColumnElement[bool]] = [
        Submission.project_id == wanted.project_id,
        Submission.draft == wanted.draft,
        Submission.deleted_at.is_not(None) if wanted.deleted else Submission.deleted_at.is_(None),
        visible(Submission.area_id, wanted.areas),
    ]
    if wanted.form_ids is not None:
        parts.append(Submission.form_id.in_(wanted.form_ids))
    if wanted.area_id is not None:
        parts.append(visible(Submission.area_id, (wanted.area_id,)))
    if wanted.submitter_id is not None:
        parts.append(Submission.submitter_id == wanted.submitter_id)
    if wanted.subject is not None:
        parts.append(Submission.subject == wanted.subject)
    if wanted.state is not None:
        parts.append(_state(wanted.state))
    if wanted.findings is not None:
        some = or_(Submission.blocking > 0, Submission.warnings > 0)
        parts.append(some if wanted.findings else ~some)
    if wanted.since is not None:
        parts.append(Submission.created_at >= wanted.since)
    if wanted.until is not None:
        parts.append(Submission.created_at < wanted.until)
    return and_(*parts)


def _state(word: str) -> ColumnElement[bool]:
    if word not in STATES:
        raise problems.UNEXPECTED_VALUE(field="state", value=word, reason=f"it is one of {', '.join(STATES)}")
    if word == "held":
        return held_back()
    if word == "received":
        return Submission.review_state.is_(None)
    return Submission.review_state == word


def page(session: Session, wanted: Filter, *, after: int | None = None, size: int = 50) -> Page:
    """A page, newest first; `after` is the `next` of the page before."""
    items = rows(session, wanted, below=after, limit=size + 1)
    return Page(items[:size], items[size - 1].id if len(items) > size else None)


def rows(
    session: Session, wanted: Filter, *, below: int | None, limit: int, offset: int = 0
) -> Sequence[Submission]:
    """Newest first: at most `limit` with ids below the one given (None: all), after leaving out `offset` (Central's paging)."""
    query = select(Submission).where(conditions(session, wanted)).order_by(Submission.id.desc())
    if below is not None:
        query = query.where(Submission.id < below)
    return session.scalars(query.limit(limit).offset(offset) if offset else query.limit(limit)).all()


def last_received(
    session: Session, project_ids: Collection[int], areas: Sequence[int]
) -> dict[int, datetime]:
    """When the newest visit within these areas came, by project: what kept counts tell who sees all."""
    query = (
        select(Submission.project_id, func.max(Submission.created_at))
        .join(Form, Form.id == Submission.form_id)
        .where(Submission.project_id.in_(project_ids), Submission.draft.is_(False))
        .where(Submission.deleted_at.is_(None), Form.deleted_at.is_(None))
        .where(visible(Submission.area_id, areas))
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(Submission.project_id))}


def count(session: Session, wanted: Filter) -> int:
    """How many. Counted: for a filter that no kept count answers, on pages that show it as an extra."""
    return (
        session.scalar(select(func.count()).select_from(Submission).where(conditions(session, wanted))) or 0
    )


def one(
    session: Session,
    keys: Keyring,
    project_id: int,
    form_id: int,
    instance_id: str,
    *,
    areas: tuple[int, ...] = (),
    draft: bool = False,
    deleted: bool = False,
) -> Submission:
    """A submission by the instanceID of its first version. Raises NOT_FOUND, also for what lies outside the areas."""
    key = session.get(InstanceKey, (form_id, draft, instance_mac(keys, instance_id)))
    if key is not None and key.submission_id is not None:
        wanted = Filter(project_id, areas, (form_id,), draft=draft, deleted=deleted)
        found = session.scalars(
            select(Submission).where(conditions(session, wanted), Submission.id == key.submission_id)
        ).first()
        if found is not None and found.instance_id == instance_id:
            return found
    raise problems.NOT_FOUND()


def by_id(
    session: Session, project_id: int, submission_id: int, *, areas: tuple[int, ...] = ()
) -> Submission:
    """A submission by its number, drafts' too. Raises NOT_FOUND."""
    found = session.get(Submission, submission_id)
    if found is not None and found.project_id == project_id and found.deleted_at is None:
        wanted = Filter(project_id, areas, draft=found.draft)
        if (
            session.scalar(
                select(Submission.id).where(conditions(session, wanted), Submission.id == submission_id)
            )
            is not None
        ):
            return found
    raise problems.NOT_FOUND()


def neighbours(session: Session, wanted: Filter, submission_id: int) -> tuple[int | None, int | None]:
    """Numbers of the newer and the older submission beside one, within the filter."""
    where = conditions(session, wanted)
    newer = session.scalar(select(func.min(Submission.id)).where(where, Submission.id > submission_id))
    older = session.scalar(select(func.max(Submission.id)).where(where, Submission.id < submission_id))
    return newer, older


def names(session: Session, items: Sequence[Submission]) -> tuple[dict[int, str], dict[int, Area]]:
    """Titles of the forms and areas of a page's submissions, in two queries."""
    forms = {s.form_id for s in items}
    areas = {s.area_id for s in items if s.area_id is not None}
    titles: dict[int, str] = {}
    if forms:
        found = session.scalars(select(Form).where(Form.id.in_(forms)))
        titles = {f.id: (f.current_version.title if f.current_version else f.xml_form_id) for f in found}
    known = {a.id: a for a in session.scalars(select(Area).where(Area.id.in_(areas)))} if areas else {}
    return titles, known
