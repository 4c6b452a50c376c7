"""Who did what: the audit log, newest first, by kind of act, project, person and time; visits that came, by phone and hour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy import select

from server import problems
from server.accounts import audit_log
from server.accounts.models import Actor, Audit
from server.forms import projects
from server.forms.models import Form
from server.households.tables import Household
from server.ingest.models import Submission
from server.web.acts import act_words
from server.web.frame.door import access, render, session, whole
from server.web.frame.show import zone

audit = Blueprint("audit", __name__)

SIZE = 100
KINDS = (*audit_log.KINDS, "protected.read", "nonverbose")

ARRIVAL = "submission.create"


@dataclass(frozen=True, slots=True)
class Line:
    """An act, or the visits that one sender sent within an hour: the newest of them, and the others."""

    row: Audit
    others: list[Audit] = field(default_factory=list)


@audit.get("/audit")
def listing() -> Response:
    """The acts that the reader may see: the whole site's, or those of the projects where they may read the log."""
    mine = access().projects("audit.read")
    if mine is not None and not mine:
        raise problems.FORBIDDEN()
    every = projects.projects(session(), mine)
    given = {key: request.args.get(key, "").strip() for key in ("kind", "project", "from", "to", "actee")}
    project_id = whole(given["project"])
    if mine is not None and project_id not in mine:
        project_id = min(mine)
        given["project"] = str(project_id)
    start, end = _day(given, "from"), _day(given, "to")
    found = audit_log.entries(
        session(),
        action=given["kind"] if given["kind"] in KINDS else None,
        start=start,
        end=None if end is None else end + timedelta(days=1),
        project_id=project_id,
        actee=given["actee"] or None,
        areas=access().areas,
        before=whole(request.args.get("before")),
        limit=SIZE + 1,
    )
    rows = found[:SIZE]
    return render(
        "audit/list.html",
        lines=list(_lines(rows)),
        next=rows[-1].id if len(found) > SIZE else None,
        given=given,
        kept={key: value for key, value in given.items() if value},
        projects=every,
        names={project.id: project.name for project in every},
        who=_actors({row.actor_id for row in rows if row.actor_id is not None}),
        whom=_actors({int(number) for number in _numbers(rows, "actor")}),
        forms=_forms({int(number) for number in _numbers(rows, "form")}),
        visits=_visits({int(number) for number in _numbers(rows, "submission")}),
        households=_households(rows),
        kinds=KINDS,
        act_words=act_words,
    )


def _lines(rows: Iterable[Audit]) -> Iterator[Line]:
    """The acts in their order; a phone's hour of sending is one line, where its newest visit stands."""
    sent: dict[tuple[Any, ...], Line] = {}
    for row in rows:
        if row.action != ARRIVAL:
            yield Line(row)
            continue
        hour = (row.actor_id, row.project_id, row.at.replace(minute=0, second=0, microsecond=0))
        if hour in sent:
            sent[hour].others.append(row)
        else:
            sent[hour] = Line(row)
            yield sent[hour]


def _households(rows: Sequence[Audit]) -> dict[str, tuple[int | None, str]]:
    """Project and code of the households that acts name, by UUID."""
    acts = [row.actee or "" for row in rows]
    named = {act.partition(":")[2] for act in acts if act.startswith("household:")}
    for row in rows:
        if row.action.startswith("household.merge"):
            named |= {str((row.details or {}).get(key, "")) for key in ("keep", "gone")}
    query = select(Household.uuid, Household.project_id, Household.code).where(Household.uuid.in_(named))
    return {uuid: (project_id, code) for uuid, project_id, code in session().execute(query)}


def _numbers(rows: Sequence[Audit], table: str) -> set[str]:
    acts = [row.actee or "" for row in rows]
    return {
        act.partition(":")[2]
        for act in acts
        if act.startswith(f"{table}:") and act.partition(":")[2].isdigit()
    }


def _actors(ids: set[int]) -> dict[int, str]:
    query = select(Actor.id, Actor.display_name).where(Actor.id.in_(ids))
    return dict(session().execute(query).all())


def _forms(ids: set[int]) -> dict[int, Form]:
    return {form.id: form for form in session().scalars(select(Form).where(Form.id.in_(ids)))}


def _visits(ids: set[int]) -> dict[int, int]:
    query = select(Submission.id, Submission.project_id).where(Submission.id.in_(ids))
    return dict(session().execute(query).all())


def _day(given: dict[str, str], key: str) -> datetime | None:
    try:
        return (
            datetime.combine(datetime.fromisoformat(given[key]).date(), time(0), zone())
            if given[key]
            else None
        )
    except ValueError:
        given[key] = ""
        return None
