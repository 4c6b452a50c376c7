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
from server.ingest.check import as_json, blocks, told_time
from server.ingest.models import FindingRow, Submission, SubmissionVersion
from server.ingest.parcel import Parcel, Sender
from server.ingest.receive import receive
from server.problems import ProblemError
from server.review import decisions, edits
from server.review.edits import Asked, Part
from server.web.frame.door import access, acting, back_to, reader, render, said, services, session, whole
from server.web.frame.words import language, tell, tell_problem
from server.web.visits import entry
from server.web.visits.evidence import finding_words
from server.web.visits.filters import Asked as Filtered
from server.web.visits.filters import asked
from server.web.visits.one import address_of, carried, standing, visit
from server.web.visits.picking import Lists
from server.xforms import Context, Finding, FormModel, parse_instance

STATES = ("", "hasIssues", "edited", "approved", "rejected")


@visit.get("/edit")
def edit(project_id: int, visit_id: int) -> Response:
    """The answers as they stand, to be corrected."""
    one = _editable(project_id, visit_id)
    _, parts = _parts(one)
    return _page(one, asked(project_id, request.args), parts)


@visit.get("/edit/find")
def find(project_id: int, visit_id: int) -> Response:
    """Rows of a list that fit what is being typed, as options."""
    one = _editable(project_id, visit_id)
    typed = next((value for name, value in request.args.items() if name != "list"), "")
    return render("visits/row_options.html", found=_lists(one).search(request.args.get("list", ""), typed))


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
        return _page(one, ask, parts, given=left, rows=[*rows, act])
    changes, wrong = _changes(one, parts, typed)
    if not changes and not wrong and not rows:
        return _page(one, ask, parts, 422, trouble=tell("Nothing is changed yet."))
    unknown = bool(wrong)
    xml = raw_xml(session(), services(), one.version_id or 0)
    wrong |= _wrong(one, opened.plan.model, xml, changes, rows)
    if wrong and (unknown or not request.form.get("insist")):
        return _page(one, ask, parts, 422, given=typed, rows=rows, wrong=wrong, unknown=unknown)
    before = f"{one.version_id}:{one.review_state or ''}"
    comment = request.form.get("comment", "").strip()
    try:
        made = _send(one, xml, opened, changes, rows)
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


def _lists(one: Submission) -> Lists:
    return Lists(session(), one.project_id, access().areas, language())


def _changes(
    one: Submission, parts: Iterable[Part], typed: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The answers that were changed, as forms write them, and what is said of those that no list has; both by path."""
    lists, changes, wrong = _lists(one), {}, {}
    for q in _questions(parts):
        if q.path not in typed:
            continue
        try:
            value = entry.meant(q, typed[q.path], lists)
        except LookupError:
            wrong[q.path] = entry.unnamed(q, typed[q.path], lists)
            continue
        if value != q.value:
            changes[q.path] = value
    return changes, wrong


def _wrong(
    one: Submission, model: FormModel, xml: bytes, changes: Mapping[str, str], rows: Sequence[str]
) -> dict[str, str]:
    """What would hold the edit back, in words by path: of answers that are changed, and what was not there before."""
    seen = {
        (path, found.rule)
        for found in _found(one, model, xml)
        if (path := _path_now(found, rows)) is not None
    }
    edited = edits.rewritten(xml, model, changes, replaces="", instance_id="uuid:none", rows=rows)
    wrong: dict[str, str] = {}
    for found in _found(one, model, edited):
        if found.path in changes or (found.path, found.rule) not in seen:
            wrong.setdefault(found.path, finding_words(as_json(found.message)))
    return wrong


def _found(one: Submission, model: FormModel, xml: bytes) -> list[Finding]:
    instance = parse_instance(xml)
    context = Context(now=told_time(model, instance, one.created_at))
    return [found for found in model.check(instance, context) if blocks(found)]


def _path_now(found: Finding, rows: Sequence[str]) -> str | None:
    """Where a finding's answer stands after the acts on rows; None where it went."""
    path: str | None = found.path
    for act in rows:
        path = edits.moved(path, act) if path is not None else None
    return path


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
    typed: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
    trouble: Markup | None = None,
    rows: Sequence[str] = (),
    wrong: Mapping[str, str] | None = None,
    unknown: bool = False,
) -> Response:
    """The form. `given`: what its fields hold instead of the answers; `typed`: what is said beside them; `wrong`: why it is
    not sent, by path, and with `unknown` cannot be."""
    given, wrong = given or {}, wrong or {}
    lists, asked_here = _lists(one), {q.path: q for q in _questions(parts)}
    changed, strange = _changes(one, parts, typed or {})
    lost = {path: typed[path] for path in (*changed, *strange)} if typed else {}
    return render(
        "visits/edit.html",
        status,
        visit=one,
        ask=ask,
        parts=_filled(parts, given),
        entries={path: entry.entry(q, lists, given.get(path)) for path, q in asked_here.items()},
        options=entry.options(asked_here, given, lists),
        rows=rows,
        findings=_findings(one, wrong, rows),
        errors=_summary(asked_here, wrong),
        insistable=bool(wrong) and not unknown,
        lost=lost,
        back=address_of(one, ask),
        trouble=trouble,
        comment=request.form.get("comment", ""),
    )


def _summary(asked_here: Mapping[str, Asked], wrong: Mapping[str, str]) -> dict[str, str]:
    """What keeps the edit from being sent, by the id of its field; '' for what has none here."""
    errors = {}
    for path, words in wrong.items():
        q = asked_here.get(path)
        errors[f"q{path}" if q else ""] = f"{q.label}: {words}" if q else words
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
