"""Forms over REST: list, upload, state, bin; and what every version of one has to read (`form_reading`)."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from flask import request

from server import problems
from server.accounts.access import Access
from server.accounts.roles import Verb
from server.api.caller import services
from server.api.files import body_of
from server.api.form_schemas import ExtendedFormSchema, FormSchema, StateBody
from server.api.form_views import may_read, shown
from server.api.plumbing import SUCCESS, blueprint, flag, writing
from server.api.schemas import Success
from server.db import db
from server.forms import lifecycle, weighing
from server.forms.examine import Examination
from server.forms.lifecycle import Upload
from server.forms.models import Form, Project
from server.ingest.announce import announce

forms = blueprint("Forms", "Forms, from upload to the bin")

MOST_BYTES = 50_000_000
"""A spreadsheet with 100,000 choices is some 5 MB."""

BASE = "/projects/<id:project_id>/forms"
ONE = f"{BASE}/<raw:xml_form_id>"

EXTENSIONS = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "form.xlsx",
    "application/vnd.ms-excel": "form.xls",
    "text/csv": "form.csv",
    "text/markdown": "form.md",
}


@forms.get(BASE)
@forms.requires(Verb.OPEN_FORM_LIST)
@forms.answers(FormSchema, ExtendedFormSchema, many=True)
def list_forms(access: Access, project: Project) -> list[dict[str, Any]]:
    """The project's forms by id, drafts too for who sees all; `?deleted=true`: those in the bin."""
    session = db.session()
    deleted = flag("deleted")
    if deleted:
        access.require(Verb.FORM_RESTORE, project.id)
    found = lifecycle.of_project(session, project.id, deleted=deleted)
    return shown(access, [form for form in found if may_read(access, form)])


@forms.post(BASE)
@forms.requires(Verb.FORM_CREATE, transact=False)
@forms.answers(FormSchema, ExtendedFormSchema)
def create_form(access: Access, project: Project) -> dict[str, Any]:
    """Upload a form (.xlsx, .xls, .csv or XForm XML as the body): a draft, or with `?publish=true` its first version.

    `X-XlsForm-FormId-Fallback`: the id of a spreadsheet without one. `?ignoreWarnings=true` takes what the converter warns
    of, as in ODK Central; nothing overrides what may not be asked. `notices` (ours) tells all that there is to say.
    """
    examined = uploaded()
    if examined is None:
        raise problems.MISSING_PARAMETER(field="xml")
    examined.check(ignore_warnings=flag("ignoreWarnings"))
    weighed = weighing.weigh(weighing.ahead(examined)) if flag("publish") else None
    with writing() as session:
        form = lifecycle.create(
            session,
            services(),
            project.id,
            examined,
            access.actor_id,
            announce=announce,
            publish=flag("publish"),
            weighed=weighed,
            ignore_warnings=flag("ignoreWarnings"),
        )
        return {**shown(access, [form])[0], "notices": [one.as_json() for one in examined.notices]}


@forms.get(ONE)
@forms.requires()
@forms.answers(FormSchema, ExtendedFormSchema)
def read_form(access: Access, project: Project, form: Form) -> dict[str, Any]:
    """One form: what its published version says, or its draft while nothing is published."""
    if not may_read(access, form):
        raise problems.FORBIDDEN()
    return shown(access, [form])[0]


@forms.patch(ONE)
@forms.requires(Verb.FORM_UPDATE)
@forms.takes(StateBody)
@forms.answers(FormSchema, ExtendedFormSchema)
def change_form(access: Access, body: dict[str, Any], project: Project, form: Form) -> dict[str, Any]:
    """Open, close (`closing` still takes what was begun) or reopen a form."""
    if "state" in body:
        lifecycle.set_state(db.session(), form, body["state"], actor_id=access.actor_id)
    return shown(access, [form])[0]


@forms.delete(ONE)
@forms.requires(Verb.FORM_DELETE)
@forms.answers(Success)
def delete_form(access: Access, project: Project, form: Form) -> dict[str, bool]:
    """Put a form into the bin."""
    lifecycle.delete(db.session(), form, actor_id=access.actor_id)
    return dict(SUCCESS)


@forms.post(f"{BASE}/<id:form_id>/restore")
@forms.requires(Verb.FORM_RESTORE)
@forms.answers(Success)
def restore_form(access: Access, project: Project, form_id: int) -> dict[str, bool]:
    """Take a form out of the bin, by its number (`id` in the list with `?deleted=true`)."""
    session = db.session()
    lifecycle.restore(session, lifecycle.in_bin(session, project.id, form_id), actor_id=access.actor_id)
    return dict(SUCCESS)


def uploaded() -> Examination | None:
    """The form in the request's body, examined (seconds: never inside a transaction); None where the body is empty."""
    content = body_of(request, MOST_BYTES, "form")
    if not content:
        return None
    fallback = request.headers.get("X-XlsForm-FormId-Fallback")
    filename = EXTENSIONS.get(request.mimetype, "")
    return Upload(content, filename, unquote(fallback)[:255] if fallback else None).examined()
