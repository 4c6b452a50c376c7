"""Is this form right? Its draft with what to look at, files it expects, a QR code to try it, publishing; then its versions."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, request, send_file, stream_with_context, url_for
from markupsafe import Markup
from sqlalchemy import select

from server import problems
from server.accounts import phones
from server.accounts.models import Actor
from server.forms import attachments, catalogue, lifecycle, trying, weighing
from server.forms.examine import diff, examine
from server.forms.lint.translations import shares
from server.forms.models import Form, FormVersion
from server.forms.notices import Notice, from_json
from server.forms.served import xml_of
from server.forms.workbook import Workbook, WorkbookError
from server.forms.workbook import read as read_book
from server.ingest import recheck
from server.ingest.announce import announce
from server.problems import ProblemError
from server.web.forms import grid
from server.web.forms.listing import counts_of, mended, take
from server.web.forms.summary import summary_of
from server.web.frame.door import access, acting, back_to, project_of, reader, render, said, services, session
from server.web.frame.words import language, tell_problem
from server.words import say

form = Blueprint("form", __name__, url_prefix="/p/<num:project_id>/forms/<raw:xml_form_id>")


def found(project_id: int, xml_form_id: str, verb: str = "form.read") -> Form:
    """A form of a project that the reader may see. Raises NOT_FOUND, FORBIDDEN."""
    project_of(project_id)
    one = lifecycle.get(session(), project_id, xml_form_id)
    access().require(verb, project_id, one.id)
    return one


@form.get("")
def overview(project_id: int, xml_form_id: str) -> Response:
    """The page of a form."""
    return page(found(project_id, xml_form_id))


@form.post("/draft")
def new_draft(project_id: int, xml_form_id: str) -> Response:
    """The next draft: an uploaded spreadsheet, or a copy of what is published."""
    one = found(project_id, xml_form_id, "form.update")
    file = request.files.get("file")
    if file is not None and file.filename:
        data = file.read()
        session().rollback()
        return take(project_id, examine(data, file.filename), data, file.filename, of=one)
    lifecycle.prepared(session(), one, None)
    with acting() as writing:
        lifecycle.set_draft(writing, services(), one, None, reader().id)
    said("done", "A draft beside the published version is here.")
    return back_to(_address(one))


@form.post("/draft/delete")
def drop_draft(project_id: int, xml_form_id: str) -> Response:
    """Throw the draft away; the published version stays."""
    one = found(project_id, xml_form_id, "form.update")
    with acting() as writing:
        lifecycle.delete_draft(writing, one, actor_id=reader().id)
    said("done", "The draft is gone. Phones keep what is published.")
    return back_to(_address(one))


@form.post("/publish")
def publish(project_id: int, xml_form_id: str) -> Response:
    """Make the draft what phones get. Files that are missing hinder it here: a phone could not open the form."""
    one = found(project_id, xml_form_id, "form.update")
    draft = lifecycle.draft_of(one)
    if missing := attachments.missing(session(), draft):
        return page(one, 409, trouble=tell_problem(problems.ATTACHMENT_MISSING(names=", ".join(missing))))
    version = request.form.get("version", draft.version).strip()
    try:
        found_draft = weighing.read(session(), draft)
        session().rollback()  # weighing takes seconds: nothing is open meanwhile
        weighed = weighing.weigh(found_draft, version)
        with acting() as writing:
            lifecycle.publish(
                writing,
                services(),
                one,
                actor_id=reader().id,
                announce=announce,
                weighed=weighed,
                notes=request.form.get("notes") or None,
            )
    except ProblemError as error:
        refused = [from_json(item) for item in error.details.get("findings", ()) if isinstance(item, dict)]
        return page(one, error.problem.status, trouble=tell_problem(error), more=refused)
    said("done", "Published. Phones get it when they next ask.")
    return back_to(_address(one))


@form.post("/state")
def set_state(project_id: int, xml_form_id: str) -> Response:
    """Open, closing, closed."""
    one = found(project_id, xml_form_id, "form.update")
    with acting() as writing:
        lifecycle.set_state(writing, one, request.form.get("state", ""), actor_id=reader().id)
    said("done", "Changed. Phones follow when they next ask.")
    return back_to(_address(one))


@form.post("/recheck")
def check_again(project_id: int, xml_form_id: str) -> Response:
    """Have all visits checked again, by the worker."""
    one = found(project_id, xml_form_id, "submission.update")
    with acting() as writing:
        recheck.begin(writing, one.id, reader().id)
    said("done", "The visits are being checked again.")
    return back_to(_address(one) + "#recheck")


@form.post("/delete")
def delete(project_id: int, xml_form_id: str) -> Response:
    """Into the bin: phones lose the form, visits stay."""
    one = found(project_id, xml_form_id, "form.delete")
    with acting() as writing:
        lifecycle.delete(writing, one, actor_id=reader().id)
    said("done", "The form is in the bin; its visits stay. It can be taken out again below.")
    return back_to(url_for("web.forms.listing", project_id=project_id))


@form.post("/files/<raw:name>")
def put_file(project_id: int, xml_form_id: str, name: str) -> Response:
    """Upload or replace a file that the draft expects, or link it to the entity list of its name."""
    one = found(project_id, xml_form_id, "form.update")
    what = request.form.get("what", "file")
    try:
        if what in ("link", "unlink"):
            with acting() as writing:
                attachments.link(writing, one, name, what == "link", actor_id=reader().id)
        elif what == "remove":
            with acting() as writing:
                attachments.remove(writing, one, name, actor_id=reader().id)
        else:
            file = request.files.get("file")
            if file is None or not file.filename:
                raise problems.MISSING_PARAMETER(field="file")
            content, kind = file.read(), file.mimetype or ""
            expected = attachments.expected(session(), one, name)
            session().rollback()  # so does looking at a list, and storing
            looked = attachments.look(services(), expected, content, kind)
            with acting() as writing:
                put = attachments.put(writing, one, looked, actor_id=reader().id)
            for notice in put.notices:
                words = notice.in_(language(), lambda text: say(language(), text))
                said("attention", "{words}", words=" ".join(part for part in words if part))
    except ProblemError as error:
        return page(one, error.problem.status, trouble=tell_problem(error))
    said("done", "The file is in its place.")
    return back_to(_address(one) + "#files")


@form.get("/files/<num:version_id>/<raw:name>")
def get_file(project_id: int, xml_form_id: str, version_id: int, name: str) -> Response:
    """A file of a version, as a download."""
    one = found(project_id, xml_form_id)
    row = attachments.get(session(), _version(one, version_id), name)
    if row.file_id is None:
        raise problems.NOT_FOUND()
    file, body = attachments.content(session(), services(), row.file_id)
    response = Response(stream_with_context(body), content_type=file.content_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@form.get("/versions/<num:version_id>/<kind>")
def download(project_id: int, xml_form_id: str, version_id: int, kind: str) -> Response:
    """A version as its spreadsheet (`sheet`) or its XForm (`xml`), as a download; never shown in our origin."""
    one = found(project_id, xml_form_id)
    version = _version(one, version_id)
    if kind == "xml":
        data, mime, end = xml_of(session(), version.id), "application/xml", "xml"
    elif kind == "sheet" and version.sheet is not None:
        mime = version.sheet_type or "application/octet-stream"
        ends = {"application/vnd.ms-excel": "xls", "text/csv": "csv", "text/markdown": "md"}
        data, end = version.sheet, ends.get(mime, "xlsx")
    else:
        raise problems.NOT_FOUND()
    name = f"{one.xml_form_id}-{version.version or 'draft'}.{end}"
    return send_file(io.BytesIO(data), mimetype=mime, as_attachment=True, download_name=name)


@form.post("/mend")
def mend(project_id: int, xml_form_id: str) -> Response:
    """The draft's spreadsheet back: with `hh:protect` in the rows ticked, or with comments in its cells."""
    draft = lifecycle.draft_of(found(project_id, xml_form_id, "form.update"))
    if draft.sheet is None:
        raise problems.NOT_FOUND()
    rows = {int(row) for row in request.form.getlist("protect") if row.isascii() and row.isdigit()}
    return mended(draft.sheet, f"{xml_form_id}.xlsx", rows)


@form.post("/protect")
def protect(project_id: int, xml_form_id: str) -> Response:
    """One click: the draft's spreadsheet with the rows protected becomes the next draft."""
    from server.forms.workbook.edit import with_protection

    one = found(project_id, xml_form_id, "form.update")
    draft = lifecycle.draft_of(one)
    rows = {int(row) for row in request.form.getlist("protect") if row.isascii() and row.isdigit()}
    if draft.sheet is None or not rows:
        raise problems.NOT_FOUND()
    data = draft.sheet
    session().rollback()
    changed = with_protection(data, read_book(data).kind, rows)
    return take(project_id, examine(changed, f"{xml_form_id}.xlsx"), changed, f"{xml_form_id}.xlsx", of=one)


def page(one: Form, status: int = 200, *, trouble: Any = None, more: list[Notice] | None = None) -> Response:
    """The form: its draft first where there is one, then what is in the field, then how it came to be."""
    project = project_of(one.project_id)
    known = access()
    draft, current = one.draft_version, one.current_version
    shown = draft or current
    if shown is None:
        raise problems.NOT_FOUND()
    model = catalogue.model_of(session(), shown)
    notices = [*(more or []), *(from_json(item) for item in shown.notices)]
    files = attachments.of_version(session(), shown.id)
    may_change = known.may("form.update", one.project_id, one.id)
    book = _book(shown) if draft is not None else None
    return render(
        "forms/one.html",
        status,
        project=project,
        form=one,
        shown=shown,
        draft=draft,
        current=current,
        trouble=trouble,
        told=grid.groups(book, notices),
        sheets=grid.whole(book, notices),
        shares=shares(book) if book else [],
        takes_comments=book is not None and book.kind in ("xlsx", "xlsm"),
        summary=summary_of(model, shown.mapping, len(shown.protected)),
        files=files,
        lists=attachments.datasets_by_name(session(), one.project_id),
        missing=[file.name for file in files if file.source is None],
        versions=timeline(one),
        visits=counts_of(one)[0],
        test=_test(one) if draft is not None and may_change else None,
        rechecking=recheck.progress(session(), one.id),
        rechecked=recheck.last(session(), one.id),
        may_check=current is not None and known.may("submission.update", one.project_id, one.id),
        may_change=may_change,
        may_delete=known.may("form.delete", one.project_id, one.id),
    )


def timeline(one: Form) -> list[dict[str, Any]]:
    """Published versions, the newest first, each with who published it and what changed."""
    found = list(lifecycle.versions(session(), one))
    names = dict(
        session()
        .execute(
            select(Actor.id, Actor.display_name).where(
                Actor.id.in_({v.published_by for v in found if v.published_by})
            )
        )
        .all()
    )
    lines = []
    for place, version in enumerate(found):
        before = found[place + 1] if place + 1 < len(found) else None
        changed = (
            diff.between(catalogue.model_of(session(), before), catalogue.model_of(session(), version))
            if before is not None and place < 10
            else None
        )
        lines.append({"version": version, "by": names.get(version.published_by or 0, ""), "changed": changed})
    return lines


def _test(one: Form) -> dict[str, Any] | None:
    token = trying.token_for(session(), services(), one, access())
    if token is None or one.draft_version is None:
        return None
    path = f"/v1/test/{token}/projects/{one.project_id}/forms/{quote(one.xml_form_id, safe='')}/draft"
    _, code = phones.draft_qr(services().settings.base_url, path, one.draft_version.title, language())
    return {"svg": Markup(phones.qr_svg(code)), "address": services().settings.base_url + path}  # noqa: S704 - segno's own


def _book(version: FormVersion) -> Workbook | None:
    if version.sheet is None:
        return None
    try:
        return read_book(version.sheet)
    except WorkbookError:
        return None


def _version(one: Form, version_id: int) -> FormVersion:
    version = session().get(FormVersion, version_id)
    if version is None or version.form_id != one.id:
        raise problems.NOT_FOUND()
    return version


def _address(one: Form) -> str:
    return url_for("web.form.overview", project_id=one.project_id, xml_form_id=one.xml_form_id)
