"""Is this visit good? One visit with its evidence, and the decision about it, which can be undone."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, request, url_for
from sqlalchemy import select

from server import problems
from server.accounts import opening
from server.ingest import answers
from server.ingest.models import Submission
from server.ingest.redact import redact_xml
from server.ingest.states import holds
from server.problems import ProblemError
from server.review import decisions, queue
from server.web import codes
from server.web.frame.door import access, acting, back_to, project_of, reader, render, said, services, session
from server.web.frame.words import tell_problem
from server.web.visits.evidence import evidence_of
from server.web.visits.filters import Asked, asked, own_filter
from server.web.visits.history import history_of
from server.web.visits.position import position_of

visit = Blueprint("visit", __name__, url_prefix="/p/<num:project_id>/visits/<big:visit_id>")

DONE = {
    "approved": "Approved.",
    "hasIssues": "Marked as having issues.",
    "rejected": "Rejected.",
    "": "Back to not yet seen.",
}
DECISIONS = ("approved", "hasIssues", "rejected", "")


def found(project_id: int, visit_id: int, verb: str = "submission.read") -> Submission:
    """The visit, within the reader's project, form and areas. Raises NOT_FOUND outside them, FORBIDDEN without the verb."""
    project_of(project_id)
    one = session().get(Submission, visit_id)
    if one is None:
        raise problems.NOT_FOUND()
    mine = own_filter(project_id, draft=one.draft, deleted=one.deleted_at is not None)
    if not _fits(mine, visit_id) or (mine.deleted and not access().may("submission.restore", project_id)):
        raise problems.NOT_FOUND()
    if not access().may("submission.read", project_id, one.form_id):
        raise problems.NOT_FOUND()
    access().require(verb, project_id, one.form_id)
    return one


@visit.get("")
def overview(project_id: int, visit_id: int) -> Response:
    """The page that is opened most."""
    return page(found(project_id, visit_id), asked(project_id, request.args))


@visit.post("/exact")
def exact(project_id: int, visit_id: int) -> Response:
    """The protected answers and exact points, for this one look: the reason and the reader's name are kept."""
    one, ask = found(project_id, visit_id), carried(project_id)
    if not opens(one):
        return page(one, ask, 422, trouble=tell_problem(problems.REASON_NEEDED()))
    return page(one, ask, protected=True)


def opens(one: Submission, **more: str) -> bool:
    """Whether the form that was sent gives a reason to open the protected answers of a visit. Raises PROTECTED."""
    details = {"instanceId": one.instance_id, **more}
    what = opening.Protected(f"submission:{one.id}", one.project_id, one.form_id, one.area_id, details)
    return opening.opens(services(), access(), request.form.get("reason", ""), what)


@visit.post("/decide")
def decide(project_id: int, visit_id: int) -> Response:
    """Approve, has issues (with words), reject, back to not yet seen."""
    one = standing(project_id, visit_id)
    state, ask = request.form.get("state", ""), carried(project_id)
    comment = request.form.get("comment", "").strip()
    if state == "comment":
        return _comment(one, comment, ask)
    if state not in DECISIONS:
        raise problems.UNEXPECTED_VALUE(field="reviewState", value=state, reason="it is none of ours")
    if state == "hasIssues" and not comment:
        words = tell_problem(problems.MISSING_PARAMETER(field="comment"))
        return page(one, ask, 422, trouble=words, wants_words=True)
    seen = request.form.get("seen", "")
    if (refused := _decided(one, state, seen, comment, ask)) is not None:
        return refused
    back = url_for("web.visit.undo", project_id=project_id, visit_id=visit_id)
    said("undo", DONE[state], address=back, before=seen, seen=state, filter=ask.query)
    return back_to(address_of(one, ask))


@visit.post("/undo")
def undo(project_id: int, visit_id: int) -> Response:
    """A second decision that restores the state before; nothing happens where somebody decided meanwhile."""
    one = standing(project_id, visit_id)
    ask = carried(project_id)
    before = request.form.get("before", "")
    if before not in ("", "hasIssues", "edited", "approved", "rejected"):
        raise problems.UNEXPECTED_VALUE(field="before", value=before, reason="it is no state")
    if (refused := _decided(one, before, request.form.get("seen", ""), "", ask)) is not None:
        return refused
    said("done", "Undone. The visit is as it was.")
    return back_to(address_of(one, ask))


@visit.get("/xml")
def xml(project_id: int, visit_id: int) -> Response:
    """The XML of the visit as everybody may see it: protected answers rounded or left out. Downloaded, never shown."""
    one = found(project_id, visit_id)
    assert one.version_id is not None
    raw = answers.raw_xml(session(), services(), one.version_id)
    plan = answers.open_answers(session(), services(), one.version_id).plan
    headers = {"Content-Disposition": f'attachment; filename="visit-{one.id}.xml"'}
    return Response(redact_xml(plan, raw), content_type="text/xml; charset=utf-8", headers=headers)


@visit.post("/bin")
def put_away(project_id: int, visit_id: int) -> Response:
    """Into the bin: its rows leave the tables, its identity stays taken."""
    one = found(project_id, visit_id, "submission.delete")
    if one.deleted_at is not None:
        raise problems.NOT_FOUND()
    with acting() as writing:
        decisions.put_away(writing, services(), one, actor_id=reader().id)
    back = url_for("web.visit.bring_back", project_id=project_id, visit_id=visit_id)
    text = "The visit is in the bin. Its rows left the tables."
    said("undo", text, address=back, before="", seen="", filter="")
    return back_to(url_for("web.visits.listing", project_id=project_id))


@visit.post("/restore")
def bring_back(project_id: int, visit_id: int) -> Response:
    """Out of the bin: what it wrote stands again as its state says."""
    one = found(project_id, visit_id, "submission.restore")
    if one.deleted_at is None:
        raise problems.STALE()
    with acting() as writing:
        decisions.bring_back(writing, services(), one, actor_id=reader().id)
    said("done", "The visit is back.")
    return back_to(url_for("web.visit.overview", project_id=project_id, visit_id=visit_id))


def standing(project_id: int, visit_id: int) -> Submission:
    """A visit that can be decided about: what is in the bin waits there."""
    one = found(project_id, visit_id, "submission.update")
    if one.deleted_at is not None:
        raise problems.STALE()
    return one


def _fits(mine: queue.Filter, visit_id: int) -> bool:
    where = queue.conditions(session(), mine)
    return session().scalar(select(Submission.id).where(where, Submission.id == visit_id)) is not None


def page(
    one: Submission,
    ask: Asked,
    status: int = 200,
    *,
    protected: bool = False,
    trouble: Any = None,
    wants_words: bool = False,
) -> Response:
    """The page of a visit."""
    seen = evidence_of(one, protected=protected)
    known = access()
    from server.web.visits import pictures, twin  # their views join this module's blueprint

    return render(
        "visits/one.html",
        status,
        visit=one,
        held=holds(one),
        seen=seen,
        ask=ask,
        at=position_of(one, ask),
        history=history_of(one),
        protected=protected,
        trouble=trouble,
        wants_words=wants_words,
        table_words=codes.table_words,
        column_words=lambda names: [codes.column_words(name) for name in names],
        inline=pictures.inline,
        twins=twin.twins_of(one),
        typed=request.form.get("comment", "") if request.method == "POST" else "",
        may_decide=one.deleted_at is None and known.may("submission.update", one.project_id, one.form_id),
        may_open=opening.may_open(known, one.project_id, one.form_id),
        may_delete=known.may("submission.delete", one.project_id, one.form_id),
    )


def _decided(one: Submission, state: str, seen: str, comment: str, ask: Asked) -> Response | None:
    """Decide; the page with what to look at again where somebody else did meanwhile."""
    try:
        with acting() as writing:
            decisions.decide(
                writing,
                services(),
                one,
                state or None,
                actor_id=reader().id,
                comment=comment or None,
                seen=seen or None,
            )
    except ProblemError as error:
        if error.problem is not problems.STALE:
            raise
        return page(one, ask, 409, trouble=tell_problem(error))
    return None


def _comment(one: Submission, comment: str, ask: Asked) -> Response:
    if not comment:
        return page(one, ask, 422, trouble=tell_problem(problems.MISSING_PARAMETER(field="comment")))
    with acting() as writing:
        decisions.add_comment(writing, one, comment, actor_id=reader().id)
    said("done", "The comment is kept.")
    return back_to(address_of(one, ask) + "#history")


def carried(project_id: int) -> Asked:
    """The filter that a form of the page carries along."""
    return asked(project_id, dict(parse_qsl(request.form.get("filter", ""))))


def address_of(one: Submission, ask: Asked) -> str:
    """A visit's page, with the filter that leads on from it."""
    address = url_for("web.visit.overview", project_id=one.project_id, visit_id=one.id)
    return f"{address}?{ask.query}" if ask.query else address
