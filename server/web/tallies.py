"""The numbers of the first pages: kept counts where the reader sees a whole project, counted within limits where not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from flask import url_for
from sqlalchemy import ColumnElement, func, select

from server.accounts import tallies as phone_tallies
from server.accounts.tallies import Phones
from server.areas.scope import visible
from server.forms.models import Form, FormCount, Project
from server.households.due import due
from server.households.tables import Household
from server.ingest.models import Submission
from server.review import queue
from server.web.frame.door import access, session
from server.web.frame.show import today
from server.web.visits.filters import own_filter

MOST = 1000
"""Where counting stops: beyond it a page says 'more than'."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that waits for the reader: how many, what, where it leads. `kind` is its look: holds, attention, none."""

    project: Project
    what: str
    count: int
    address: str
    kind: str
    weight: int


@dataclass(frozen=True, slots=True)
class Panel:
    """Households of a project: how many, and how many of them are due today, each up to MOST + 1."""

    all: int
    due: int


def counted(wanted: queue.Filter) -> int:
    """How many visits, up to MOST + 1."""
    some = select(Submission.id).where(queue.conditions(session(), wanted)).limit(MOST + 1).subquery()
    return session().scalar(select(func.count()).select_from(some)) or 0


def decisions(project: Project) -> list[Decision]:
    """What waits for the reader in a project, by what they may do."""
    known, found = access(), []
    if known.may("submission.list", project.id):
        held, new, issues = _waiting(project.id)
        if known.may("submission.update", project.id):
            found.append(Decision(project, "held", held, _visits(project, "held"), "holds", 1))
            found.append(Decision(project, "new", new, _visits(project, "received"), "attention", 2))
        found.append(Decision(project, "issues", issues, _visits(project, "hasIssues"), "attention", 3))
    if known.may("form.update", project.id):
        drafts = session().scalar(
            select(func.count()).where(
                Form.project_id == project.id, Form.deleted_at.is_(None), Form.draft_version_id.is_not(None)
            )
        )
        address = url_for("web.forms.listing", project_id=project.id)
        found.append(Decision(project, "drafts", drafts or 0, address, "attention", 5))
    if known.may("field_key.list", project.id):
        silent = phones(project.id).silent
        address = url_for("web.phones.listing", project_id=project.id)
        found.append(Decision(project, "silent", silent, address, "attention", 4))
    return [replace(one, kind="none") if one.count == 0 else one for one in found]


def _visits(project: Project, state: str) -> str:
    return url_for("web.visits.listing", project_id=project.id, state=state)


def _waiting(project_id: int) -> tuple[int, int, int]:
    """Held back, not yet seen, with issues: kept counts for who sees all, else counted in their areas."""
    known = access()
    if not known.areas:
        kept = (
            select(func.sum(FormCount.held), func.sum(FormCount.received), func.sum(FormCount.has_issues))
            .join(Form, Form.id == FormCount.form_id)
            .where(Form.project_id == project_id, Form.deleted_at.is_(None), FormCount.draft.is_(False))
        )
        row = session().execute(kept).one()
        return row[0] or 0, row[1] or 0, row[2] or 0
    held, new, issues = (
        counted(own_filter(project_id, state=state)) for state in ("held", "received", "hasIssues")
    )
    return held, new, issues


def days(wanted: queue.Filter, midnight: datetime, back: int = 14) -> list[tuple[date, int]]:
    """Visits received on each of the last days, the oldest first; `midnight` began today in the project's zone."""
    numbers: dict[date, int] = {}
    began = midnight - timedelta(days=back - 1)
    query = select(Submission.created_at).where(queue.conditions(session(), replace(wanted, since=began)))
    for at in session().scalars(query.order_by(Submission.id.desc()).limit(20 * MOST)):
        on = at.astimezone(midnight.tzinfo).date()
        numbers[on] = numbers.get(on, 0) + 1
    return [(on, numbers.get(on, 0)) for on in (began.date() + timedelta(days=n) for n in range(back))]


def phones(project_id: int) -> Phones:
    """How many phones of a project the reader sees."""
    return phone_tallies.phones(session(), (project_id,), access().areas)[project_id]


def households(project_id: int) -> Panel:
    """Confirmed households in the reader's areas, and those due for a visit: each up to MOST + 1."""
    mine = [
        Household.project_id == project_id,
        Household.confirmed.is_(True),
        Household.merged_into.is_(None),
        visible(Household.area_id, access().areas),
    ]
    return Panel(_some(*mine), _some(*mine, due(today())))


def _some(*where: ColumnElement[bool]) -> int:
    """How many households fit, up to MOST + 1."""
    some = select(Household.uuid).where(*where).limit(MOST + 1).subquery()
    return session().scalar(select(func.count()).select_from(some)) or 0
