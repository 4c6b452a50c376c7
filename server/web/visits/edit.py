"""Correcting a visit: its answers as a form, sent as an edit through the same ingest as what phones send; and taking that back.

What is protected never comes here. Two who edit at once: the second is shown what the first made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from flask import Response, request, url_for
from markupsafe import Markup
from sqlalchemy import select

from media import Inbox
from server import problems
from server.db import read_only
from server.forms.models import Form
from server.ingest.answers import Opened, open_answers, raw_xml
from server.ingest.models import FindingRow, Submission, SubmissionVersion
from server.ingest.parcel import Parcel, Sender
from server.ingest.receive import receive
from server.problems import ProblemError
from server.review import decisions, edits
from server.review.edits import Asked, Part
from server.web.frame.door import access, acting, back_to, reader, render, said, services, session, whole
from server.web.frame.words import language, tell, tell_problem
from server.web.visits.evidence import finding_words
from server.web.visits.filters import Asked as Filtered
from server.web.visits.filters import asked
from server.web.visits.one import address_of, carried, standing, visit

STATES = ("", "hasIssues", "edited", "approved", "rejected")


@visit.get("/edit")
def edit(project_id: int, visit_id: int) -> Response:
    """The answers as they stand, to be corrected."""
    one = _editable(project_id, visit_id)
    _, parts = _parts(one)
    return _page(one, asked(project_id, request.args), parts)


@visit.post("/edit")
def save(project_id: int, visit_id: int) -> Response:
    """Send what was changed as an edit. 409 where somebody edited it meanwhile, with what was typed beside what stands now."""
    one, ask = _editable(project_id, visit_id), carried(project_id)
    rows = request.form.getlist("rows")
    opened, parts = _parts(one, rows)
    typed = _typed(parts)
    if whole(request.form.get("version")) != one.version_id:
        return _page(one, ask, parts, 409, typed=typed, trouble=_stale_words())
    if act := request.form.get("row", ""):
        _, parts = _parts(one, [*rows, act])
        left = {to: value for path, value in typed.items() if (to := edits.moved(path, act)) is not None}
        return _page(one, ask, _filled(parts, left), rows=[*rows, act])
    changes = {
        q.path: typed[q.path] for q in _questions(parts) if q.path in typed and _differs(q, typed[q.path])
    }
    if not changes and not rows:
        return _page(one, ask, parts, 422, trouble=tell("Nothing is changed yet."))
    before = f"{one.version_id}:{one.review_state or ''}"
    comment = request.form.get("comment", "").strip()
    try:
        made = _send(one, raw_xml(session(), services(), one.version_id or 0), opened, changes, rows)
    except ProblemError as error:
        fresh = _editable(project_id, visit_id)
        stale = error.problem is problems.DEPRECATING_OLD
        words = _stale_words() if stale else tell_problem(error)
        kept = [] if stale else rows
        _, now = _parts(fresh, kept)
        return _page(fresh, ask, now, error.problem.status, typed=typed, trouble=words, rows=kept)
    one = standing(project_id, visit_id)
    if comment:
        with acting() as writing:
            decisions.add_comment(writing, one, comment, actor_id=reader().id)
    back = url_for("web.visit.edit_back", project_id=project_id, visit_id=visit_id)
    said(
        "undo",
        "The edit is kept, and was checked again.",
        address=back,
        before=before,
        seen=made,
        filter=ask.query,
    )
    return back_to(address_of(one, ask))


@visit.post("/edit/undo")
def edit_back(project_id: int, visit_id: int) -> Response:
    """Take an edit back: what stood before comes again as an edit of its own, and the state with it."""
    one, ask = _editable(project_id, visit_id), carried(project_id)
    number, _, state = request.form.get("before", "").partition(":")
    old = session().get(SubmissionVersion, whole(number) or 0)
    if old is None or old.submission_id != one.id or state not in STATES:
        raise problems.NOT_FOUND()
    if request.form.get("seen", "") != _instance_of(one):
        raise problems.STALE()
    opened = open_answers(session(), services(), old.id)
    _send(one, raw_xml(session(), services(), old.id), opened, {})
    one = standing(project_id, visit_id)
    with acting() as writing:
        decisions.decide(writing, services(), one, state or None, actor_id=reader().id, seen="edited")
    said("done", "Undone. The visit is as it was.")
    return back_to(address_of(one, ask))


def _stale_words() -> Markup:
    return tell(
        "Somebody else edited this visit meanwhile. Below is what stands now; what you wrote is said beside it."
    )


def _editable(project_id: int, visit_id: int) -> Submission:
    """A visit whose answers can be corrected here: one from the field, not in the bin."""
    one = standing(project_id, visit_id)
    if one.draft or one.version_id is None:
        raise problems.NOT_FOUND()
    return one


def _parts(one: Submission, rows: Sequence[str] = ()) -> tuple[Opened, tuple[Part, ...]]:
    assert one.version_id is not None  # _editable() saw to it
    opened = open_answers(session(), services(), one.version_id)
    try:
        return opened, edits.parts(session(), opened, one.project_id, language(), rows)
    except (KeyError, IndexError) as error:
        raise problems.NOT_FOUND() from error  # no such row


def _filled(parts: Iterable[Part], typed: Mapping[str, str]) -> tuple[Part, ...]:
    """The parts with what was typed so far in place of what stands."""
    return tuple(
        replace(part, items=tuple(replace(q, value=typed.get(q.path, q.value)) for q in part.items))
        for part in parts
    )


def _questions(parts: Iterable[Part]) -> Iterable[Asked]:
    return (q for part in parts for q in part.items if q.takes)


def _typed(parts: Iterable[Part]) -> dict[str, str]:
    """What was sent for each question that can be answered here, by path."""
    typed = {}
    for q in _questions(parts):
        if q.kind == "many":
            typed[q.path] = " ".join(request.form.getlist(q.path))
        elif (value := request.form.get(q.path)) is not None:
            typed[q.path] = value.replace("\r\n", "\n")
    return typed


def _differs(q: Asked, value: str) -> bool:
    return set(value.split()) != set(q.value.split()) if q.kind == "many" else value != q.value


def _instance_of(one: Submission) -> str | None:
    return session().scalar(
        select(SubmissionVersion.instance_id).where(SubmissionVersion.id == one.version_id)
    )


def _send(
    one: Submission, xml: bytes, opened: Opened, changes: Mapping[str, str], rows: Sequence[str] = ()
) -> str:
    """Send it; returns the new version's instanceID. Raises what `receive` does."""
    made = f"uuid:{uuid4()}"
    body = edits.rewritten(
        xml,
        opened.plan.model,
        changes,
        replaces=_instance_of(one) or one.instance_id,
        instance_id=made,
        rows=rows,
    )
    form_id = one.form_id
    sender = Sender(
        actor_id=reader().id,
        project_id=one.project_id,
        may=lambda to: to == form_id,
        areas=access().areas,
        user_agent=(request.headers.get("User-Agent") or "")[:255] or None,
    )
    named, first = session().get_one(Form, form_id).xml_form_id, one.instance_id
    own, house = session(), services()
    own.rollback()
    try:
        with Inbox(house.store, house.keys, house.settings.max_upload) as inbox:
            parcel = Parcel(body, inbox, xml_form_id=named, replaces=first, whole=True)
            receive(own, house, parcel, sender)
    finally:
        own.rollback()
        read_only(own)
    return made


def _page(
    one: Submission,
    ask: Filtered,
    parts: tuple[Part, ...],
    status: int = 200,
    *,
    typed: Mapping[str, str] | None = None,
    trouble: Markup | None = None,
    rows: Sequence[str] = (),
) -> Response:
    found = session().scalars(
        select(FindingRow).where(FindingRow.version_id == one.version_id).order_by(FindingRow.id)
    )
    findings: dict[str, list[str]] = {}
    for row in found if not rows else ():  # positions are others where rows came or went
        findings.setdefault(row.path, []).append(finding_words(row.message))
    lost = (
        {q.path: typed[q.path] for q in _questions(parts) if q.path in typed and _differs(q, typed[q.path])}
        if typed
        else {}
    )
    return render(
        "visits/edit.html",
        status,
        visit=one,
        ask=ask,
        parts=parts,
        rows=rows,
        findings=findings,
        lost=lost,
        back=address_of(one, ask),
        trouble=trouble,
        comment=request.form.get("comment", ""),
    )
