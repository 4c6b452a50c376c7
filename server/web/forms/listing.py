"""What is in the field: forms with state, version, phones and counts; and a spreadsheet dropped onto the page."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request, send_file, url_for
from sqlalchemy import func, select

from server import problems
from server.accounts.models import ActorArea, Phone, PhoneForm
from server.areas.scope import visible
from server.forms import lifecycle
from server.forms.examine import SHEET_TYPES, Examination, examine
from server.forms.lint.translations import shares
from server.forms.models import Form, FormCount
from server.forms.notices import Level, Notice
from server.forms.workbook import Workbook, WorkbookError
from server.forms.workbook.edit import with_comments, with_protection
from server.ingest.announce import announce
from server.problems import ProblemError
from server.web import tallies
from server.web.forms import grid
from server.web.forms.summary import summary_of
from server.web.frame.door import access, acting, back_to, project_of, reader, render, said, services, session
from server.web.frame.words import language, tell_problem
from server.web.visits.filters import own_filter
from server.words import say

forms = Blueprint("forms", __name__, url_prefix="/p/<num:project_id>/forms")

CARRIED = 3_000_000
"""Bytes up to which a refused spreadsheet travels with its page, so that it can be mended there with one click."""
XLSX = SHEET_TYPES["xlsx"]


@dataclass(frozen=True, slots=True)
class Row:
    """A form in the list."""

    form: Form
    title: str
    phones: int
    visits: int | None = 0
    """None: the reader sees no visits."""
    held: int = 0
    last_at: datetime | None = None


@forms.get("")
def listing(project_id: int) -> Response:
    """The forms of the project; and those in the bin for who may restore."""
    project = project_of(project_id, "open_form.list")
    known = access()
    found = lifecycle.of_project(session(), project_id)
    if not known.may("form.list", project_id):
        found = [form for form in found if form.current_version is not None and form.state == lifecycle.OPEN]
    binned = (
        lifecycle.of_project(session(), project_id, deleted=True)
        if known.may("form.restore", project_id)
        else ()
    )
    return render("forms/list.html", project=project, rows=_rows(found), binned=binned)


@forms.post("")
def upload(project_id: int) -> Response:
    """A spreadsheet or XForm: stored as a draft where it can be used, else shown with its problems at their cells.

    A form id that the project has already gets it as its next draft.
    """
    project_of(project_id, "form.create")
    file = request.files.get("file")
    if file is None or not file.filename:
        raise problems.MISSING_PARAMETER(field="file")
    data, name = file.read(), file.filename
    session().rollback()  # converting takes seconds: nothing is open meanwhile
    examined = examine(data, name)
    return take(project_id, examined, data, name)


def take(project_id: int, examined: Examination, data: bytes, name: str, of: Form | None = None) -> Response:
    """Store an examined upload as a draft and go to its form, or show what keeps it from being one."""
    if not examined.usable:
        return problem_page(project_id, examined.notices, examined, data, name)
    try:
        form = of or _same_id(project_id, examined.form_id)
        if form is not None:
            examined = lifecycle.prepared(session(), form, examined) or examined
        with acting() as writing:
            if form is None:
                form = lifecycle.create(
                    writing,
                    services(),
                    project_id,
                    examined,
                    reader().id,
                    announce=announce,
                    ignore_warnings=True,
                )
            else:
                lifecycle.set_draft(writing, services(), form, examined, reader().id, ignore_warnings=True)
    except ProblemError as error:
        notices = [*_from(error), *examined.notices]
        return problem_page(project_id, notices, examined, data, name, trouble=tell_problem(error))
    said("done", "The draft is here. Look at it, try it, publish it.")
    return back_to(url_for("web.form.overview", project_id=project_id, xml_form_id=form.xml_form_id))


def problem_page(
    project_id: int,
    notices: Any,
    examined: Examination,
    data: bytes,
    name: str,
    *,
    trouble: Any = None,
) -> Response:
    """Is this form right? No: what must be mended, at its cells."""
    project = project_of(project_id)
    model = examined.model
    compiled = examined.compiled
    return render(
        "forms/refused.html",
        422,
        project=project,
        name=name,
        title=examined.title,
        trouble=trouble,
        told=grid.groups(examined.book, notices),
        unfinished=grid.unfinished(notices),
        sheets=grid.whole(examined.book, notices),
        shares=shares(examined.book) if examined.book else [],
        summary=summary_of(model, examined.mapping, len(compiled.protected)) if model and compiled else None,
        carried=base64.b64encode(data).decode()
        if examined.book is not None and len(data) <= CARRIED
        else None,
        takes_comments=examined.book is not None and examined.book.kind in ("xlsx", "xlsm"),
    )


@forms.post("/mend")
def mend(project_id: int) -> Response:
    """The carried spreadsheet back as a download: with comments in its cells, or with `hh:protect` in the rows ticked."""
    project_of(project_id, "form.create")
    try:
        data = base64.b64decode(request.form.get("sheet", ""), validate=True)
    except ValueError as error:  # binascii.Error is one; so is a character beyond ASCII
        raise problems.UNPARSEABLE(format="base64", rawLength=0) from error
    name = request.form.get("name", "form.xlsx")
    rows = {int(row) for row in request.form.getlist("protect") if row.isascii() and row.isdigit()}
    return mended(data, name, rows)


def mended(data: bytes, name: str, rows: set[int]) -> Response:
    """A workbook with protection in these survey rows, else with what is said of it as comments in its cells."""
    session().rollback()
    examined = examine(data, name)
    if examined.book is None:
        raise problems.NOT_A_SPREADSHEET(reason="it is none")
    kind = examined.book.kind
    try:
        if rows:
            changed = with_protection(data, kind, rows)
        elif kind in ("xlsx", "xlsm"):
            changed = with_comments(data, list(_comments(examined.book, examined.notices)))
        else:
            raise problems.NOT_A_SPREADSHEET(reason="comments can stand in .xlsx files only")
    except (WorkbookError, ValueError) as error:
        raise problems.NOT_A_SPREADSHEET(reason=str(error)) from error
    stem = name.rsplit(".", 1)[0] or "form"
    return send_file(
        io.BytesIO(changed),
        mimetype=XLSX,
        as_attachment=True,
        download_name=f"{stem}-{'protected' if rows else 'comments'}.xlsx",
    )


@forms.post("/restore/<num:form_id>")
def restore(project_id: int, form_id: int) -> Response:
    """Out of the bin."""
    project_of(project_id, "form.restore")
    with acting() as writing:
        form = lifecycle.restore(
            writing, lifecycle.in_bin(writing, project_id, form_id), actor_id=reader().id
        )
    said("done", "The form is back.")
    return back_to(url_for("web.form.overview", project_id=project_id, xml_form_id=form.xml_form_id))


def _rows(found: Sequence[Form]) -> list[Row]:
    phones = _phones([form.current_version_id for form in found if form.current_version_id is not None])
    rows = []
    for form in found:
        version = form.current_version or form.draft_version
        title = version.title if version else form.xml_form_id
        rows.append(Row(form, title, phones.get(form.current_version_id or 0, 0), *counts_of(form)))
    return rows


def counts_of(form: Form) -> tuple[int | None, int, datetime | None]:
    """Visits (None where the reader sees none), those held back, and when the last one came: kept counts, or counted within
    the reader's areas."""
    known = access()
    if not known.may("submission.list", form.project_id, form.id):
        return None, 0, None
    if known.areas:
        mine = own_filter(form.project_id)
        own = replace(mine, form_ids=(form.id,))
        return tallies.counted(own), tallies.counted(replace(own, state="held")), None
    kept = session().get(FormCount, (form.id, False))
    if kept is None:
        return 0, 0, None
    visits = kept.received + kept.has_issues + kept.edited + kept.approved + kept.rejected
    return visits, kept.held, kept.last_at


def _phones(versions: Sequence[int]) -> dict[int, int]:
    """How many working phones in the reader's areas have fetched each version."""
    having = select(PhoneForm.form_version_id, func.count()).join(Phone, Phone.actor_id == PhoneForm.actor_id)
    having = having.where(PhoneForm.form_version_id.in_(versions), Phone.revoked_at.is_(None))
    if access().areas:
        mine = select(ActorArea.actor_id).where(visible(ActorArea.area_id, access().areas))
        having = having.where(Phone.actor_id.in_(mine))
    return dict(session().execute(having.group_by(PhoneForm.form_version_id)).all())


def _same_id(project_id: int, xml_form_id: str) -> Form | None:
    try:
        return lifecycle.get(session(), project_id, xml_form_id)
    except ProblemError:
        return None


def _from(error: ProblemError) -> list[Notice]:
    from server.forms.notices import from_json

    return [from_json(one) for one in error.details.get("notices", ()) if one.get("level") == "error"]


def _comments(book: Workbook, notices: Sequence[Notice]) -> Iterator[tuple[str, int, str, str]]:
    """Sheet, row, column and words of each comment. What is about a row or the whole form stands at its beginning and says so."""
    survey = book.survey
    for one in notices:
        if one.level is Level.NOTE and not one.code.startswith(grid.GAPS):
            continue
        words = " ".join(one.in_(language(), lambda text: say(language(), text))).strip()
        place = one.place
        if place is not None and place.row and place.column:
            yield place.sheet, place.row, place.column, words
        elif place is not None and place.row:
            yield (
                place.sheet,
                place.row,
                "A",
                say(language(), "Row {row}").format(row=place.row) + f": {words}",
            )
        elif place is not None or survey is not None:
            sheet = place.sheet if place is not None else survey.name if survey is not None else ""
            yield sheet, 1, "A", f"{say(language(), 'the form as a whole')}: {words}"
