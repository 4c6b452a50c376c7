"""Correcting a visit: its answers as a form, sent as an edit through the same ingest as what phones send; and taking that back.

What is protected never comes here. What follows from changed answers is shown before it is sent. Two who edit at once: the second
is shown what the first made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
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
from server.ingest.plan import plan_of
from server.ingest.receive import receive
from server.problems import ProblemError
from server.review import decisions, edits
from server.review.accepting import accept_again
from server.review.edits import Part
from server.review.rewriting import as_edit, row_of
from server.web.frame.door import access, acting, back_to, reader, render, said, services, session, whole
from server.web.frame.words import language, tell, tell_problem
from server.web.visits import entry
from server.web.visits.answering import Answered, Given, answered, changes_of, lists_of, questions, wrong_with
from server.web.visits.evidence import finding_words, question_words
from server.web.visits.filters import Asked as Filtered
from server.web.visits.filters import asked
from server.web.visits.one import address_of, carried, standing, visit

STATES = ("", "hasIssues", "edited", "approved", "rejected")


@visit.get("/edit")
def edit(project_id: int, visit_id: int) -> Response:
    """The answers as they stand, to be corrected."""
    one = _editable(project_id, visit_id)
    parts = edits.parts(session(), _opened(one), one.project_id, language())
    return _page(one, asked(project_id, request.args), parts)


@visit.get("/edit/find")
def find(project_id: int, visit_id: int) -> Response:
    """Rows of a list that fit what is being typed, as options."""
    one = _editable(project_id, visit_id)
    typed = next((value for name, value in request.args.items() if name != "list"), "")
    return render("visits/row_options.html", found=lists_of(one).search(request.args.get("list", ""), typed))


@visit.post("/edit")
def save(project_id: int, visit_id: int) -> Response:
    """Send what was changed as an edit. What is no longer asked, and what is asked only now, is shown once before. 409 where
    somebody edited it meanwhile, with what was typed beside what stands now."""
    one, ask = _editable(project_id, visit_id), carried(project_id)
    rows, act = request.form.getlist("rows"), request.form.get("row", "")
    given: Given = {path: values for path, values in request.form.lists() if path.startswith("/")}
    if whole(request.form.get("version")) != one.version_id:
        return _stale(one, ask, given)
    opened, xml = _opened(one), raw_xml(session(), services(), one.version_id or 0)
    if act:
        rows, given = [*rows, act], _moved(opened, given, act)
    looked = set(request.form.getlist("looked"))
    done = answered(one, opened, xml, given, rows, looked)
    page = partial(_page, one, ask, done.parts, given=done.typed, rows=rows, done=done)
    if act:
        return page(focus=_focus(done.parts, act))
    if not (done.changes or done.strange or rows):
        return page(status=422, trouble=tell("Nothing is changed yet."))
    wrong = done.strange | wrong_with(one, opened, xml, done, rows)
    new = done.surprises - looked
    if new:  # that an answer is missing is said once its question was seen
        wrong = {path: words for path, words in wrong.items() if path not in new}
    if new or (wrong and (done.strange or not request.form.get("insist"))):
        return page(status=422, wrong=wrong)
    if done.same:
        return page(status=422, trouble=tell("Nothing is changed yet."))
    before = f"{one.version_id}:{one.review_state or ''}"
    comment = request.form.get("comment", "").strip()
    try:
        made = _send(one, done.outcome.xml)
    except ProblemError as error:
        fresh = _editable(project_id, visit_id)
        if error.problem is problems.DEPRECATING_OLD:
            return _stale(fresh, ask, given)
        return page(status=error.problem.status, trouble=tell_problem(error))
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
    _send(one, raw_xml(session(), services(), old.id))
    one = standing(project_id, visit_id)
    with acting() as writing:
        accept_again(writing, services(), one, old.id, actor_id=reader().id)
        decisions.decide(writing, services(), one, state or None, actor_id=reader().id, seen="edited")
    said("done", "Undone. The visit is as it was.")
    return back_to(address_of(one, ask))


def _stale(one: Submission, ask: Filtered, given: Given) -> Response:
    """The form with what stands now, and beside it what was typed into the one before."""
    parts = edits.parts(session(), _opened(one), one.project_id, language())
    typed = {path: " ".join(values) for path, values in given.items()}
    changed, strange = changes_of(
        one,
        parts,
        {q.path: typed.get(q.path, "") for q in questions(parts) if q.kind == "many" or q.path in typed},
    )
    words = tell(
        "Somebody else edited this visit meanwhile. Below is what stands now; what you wrote is said beside it."
    )
    lost = {path: typed.get(path, "") for path in (*changed, *strange)}
    return _page(one, ask, parts, 409, trouble=words, lost=lost)


def _editable(project_id: int, visit_id: int) -> Submission:
    """A visit whose answers can be corrected here: one from the field, not in the bin."""
    one = standing(project_id, visit_id)
    if one.draft or one.version_id is None:
        raise problems.NOT_FOUND()
    return one


def _opened(one: Submission) -> Opened:
    assert one.version_id is not None  # _editable() saw to it
    return open_answers(session(), services(), one.version_id)


def _moved(opened: Opened, given: Given, act: str) -> Given:
    """What was typed, where it stands after an act on rows. Raises NOT_FOUND for an act that the form does not have."""
    try:
        row_of(opened.plan.model, act)
    except KeyError as error:
        raise problems.NOT_FOUND() from error
    return {to: values for path, values in given.items() if (to := edits.moved(path, act)) is not None}


def _focus(parts: Iterable[Part], act: str) -> str:
    """Where a person goes on after an act on rows: the first question of the row that came, else where rows are added."""
    repeat = act[1:].rpartition("[")[0] if act[0] == "-" else act[1:]
    if act[0] == "+":
        new = [q.path for q in questions(parts) if q.path.startswith(f"{repeat}[")]
        row = new[-1][: new[-1].index("]", len(repeat)) + 1] if new else ""
        return next((path for path in new if path.startswith(f"{row}/")), "")
    return f"+{repeat}"


def _instance_of(one: Submission) -> str | None:
    return session().scalar(
        select(SubmissionVersion.instance_id).where(SubmissionVersion.id == one.version_id)
    )


def _send(one: Submission, xml: bytes) -> str:
    """Send it as an edit of the version that stands; returns the new version's instanceID. Raises what `receive` does."""
    made = f"uuid:{uuid4()}"
    body = as_edit(xml, replaces=_instance_of(one) or one.instance_id, instance_id=made)
    form_id = one.form_id
    sender = Sender(
        actor_id=reader().id,
        project_id=one.project_id,
        may=lambda to: to == form_id,
        areas=access().areas,
        corrects=lambda to: to == form_id,  # asked by the page before
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
    given: Mapping[str, str] | None = None,
    lost: Mapping[str, str] | None = None,
    trouble: Markup | None = None,
    rows: Sequence[str] = (),
    wrong: Mapping[str, str] | None = None,
    done: Answered | None = None,
    focus: str = "",
) -> Response:
    """The form. `given`: what its fields hold instead of the answers; `lost`: what is said beside them; `wrong`: why it is not
    sent, by path; `done`: what followed from the answers; `focus`: the field to go on with."""
    given, wrong = given or {}, wrong or {}
    lists, asked_here = lists_of(one), {q.path: q for q in questions(parts)}
    return render(
        "visits/edit.html",
        status,
        visit=one,
        ask=ask,
        blocks=_blocks(_filled(parts, given)),
        entries={path: entry.entry(q, lists, given.get(path)) for path, q in asked_here.items()},
        options=entry.options(asked_here, given, lists),
        rows=rows,
        findings=_findings(one, wrong, rows),
        errors=_summary(one, parts, wrong),
        insistable=bool(wrong) and not (done and done.strange),
        lost=lost or {},
        emptied=done.emptied if done else (),
        fresh=done.fresh if done else (),
        looked=sorted(done.surprises) if done else (),
        focus=focus,
        back=address_of(one, ask),
        trouble=trouble,
        comment=request.form.get("comment", ""),
    )


def _blocks(parts: Iterable[Part]) -> list[tuple[Part, ...]]:
    """Each part by itself, but those that follow each other of which nothing is asked together."""
    blocks: list[tuple[Part, ...]] = []
    for part in parts:
        if blocks and _is_quiet(part) and _is_quiet(blocks[-1][0]):
            blocks[-1] += (part,)
        else:
            blocks.append((part,))
    return blocks


def _is_quiet(part: Part) -> bool:
    return not (part.row or part.more or any(q.there for q in part.items))


def _summary(one: Submission, parts: Iterable[Part], wrong: Mapping[str, str]) -> dict[str, str]:
    """What keeps the edit from being sent, by the id of its field; together where there is none here."""
    here = {q.path: q.label for part in parts for q in part.items}
    errors: dict[str, str] = {}
    for path, words in wrong.items():
        label = here.get(path) or question_words(plan_of(session(), one.form_version_id), path)
        said_of = f"{label}: {words}"
        key = f"q{path}" if path in here else ""
        errors[key] = f"{errors[key]} {said_of}" if key in errors else said_of
    return errors


def _findings(one: Submission, wrong: Mapping[str, str], rows: Sequence[str]) -> dict[str, list[str]]:
    """What is said beside the answers, by path: why the edit is not sent, else what was found when they came."""
    said_there: dict[str, list[str]] = {path: [words] for path, words in wrong.items()}
    if wrong or rows:  # positions are others where rows came or went
        return said_there
    found = session().scalars(
        select(FindingRow).where(FindingRow.version_id == one.version_id).order_by(FindingRow.id)
    )
    for row in found:
        said_there.setdefault(row.path, []).append(finding_words(row.message))
    return said_there


def _filled(parts: Iterable[Part], given: Mapping[str, str]) -> tuple[Part, ...]:
    """The parts with what was ticked and chosen so far in place of what stands."""
    return tuple(
        replace(part, items=tuple(replace(q, value=given.get(q.path, q.value)) for q in part.items))
        for part in parts
    )
