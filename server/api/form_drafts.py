"""A form's draft: put, filled with files, published, thrown away."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from flask import request

from server.accounts.access import Access
from server.accounts.roles import Verb
from server.api.caller import services
from server.api.files import body_of
from server.api.form_schemas import FormAttachmentSchema, LinkBody
from server.api.form_views import attachment_shown
from server.api.forms import ONE, uploaded
from server.api.plumbing import SUCCESS, blueprint, flag, form_named, writing
from server.api.schemas import Success
from server.db import db, reading
from server.forms import attachments, lifecycle, weighing
from server.forms.examine.files import MOST_BYTES
from server.forms.models import Form, Project
from server.ingest.announce import announce

drafts = blueprint("Form drafts", "The draft of a form, and publishing it")

DRAFT = f"{ONE}/draft"


@drafts.post(DRAFT)
@drafts.requires(Verb.FORM_UPDATE, transact=False)
@drafts.answers(Success)
def set_draft(access: Access, project: Project, form: Form) -> dict[str, bool]:
    """Put a draft (the form as the body); without a body, a copy of the published version."""
    examined = uploaded()
    with reading(db.session()) as session:
        found = form_named(session, project.id, form.xml_form_id)
        examined = lifecycle.prepared(session, found, examined)
    with writing() as session:
        lifecycle.set_draft(
            session,
            services(),
            form_named(session, project.id, form.xml_form_id),
            examined,
            access.actor_id,
            ignore_warnings=flag("ignoreWarnings"),
        )
    return dict(SUCCESS)


@drafts.delete(DRAFT)
@drafts.requires(Verb.FORM_UPDATE)
@drafts.answers(Success)
def delete_draft(access: Access, project: Project, form: Form) -> dict[str, bool]:
    """Throw the draft away."""
    lifecycle.delete_draft(db.session(), form, actor_id=access.actor_id)
    return dict(SUCCESS)


@drafts.post(f"{DRAFT}/publish")
@drafts.requires(Verb.FORM_UPDATE, transact=False)
@drafts.answers(Success)
def publish_draft(access: Access, project: Project, form: Form) -> dict[str, bool]:
    """Publish the draft; `?version=` gives it another version first. `X-Action-Notes`: what to say of it."""
    notes = request.headers.get("X-Action-Notes")
    with reading(db.session()) as session:
        found = form_named(session, project.id, form.xml_form_id)
        draft = weighing.read(session, lifecycle.draft_of(found))
    weighed = weighing.weigh(draft, request.args.get("version"))
    with writing() as session:
        lifecycle.publish(
            session,
            services(),
            form_named(session, project.id, form.xml_form_id),
            actor_id=access.actor_id,
            announce=announce,
            weighed=weighed,
            notes=unquote(notes)[:2000] if notes else None,
        )
    return dict(SUCCESS)


@drafts.post(f"{DRAFT}/attachments/<raw:name>")
@drafts.requires(Verb.FORM_UPDATE, transact=False)
@drafts.answers(FormAttachmentSchema)
def put_file(access: Access, project: Project, form: Form, name: str) -> dict[str, Any]:
    """Put or replace a file that the draft expects."""
    content = body_of(request, MOST_BYTES, name)
    with reading(db.session()) as session:
        expected = attachments.expected(session, form_named(session, project.id, form.xml_form_id), name)
    looked = attachments.look(services(), expected, content)
    with writing() as session:
        found = form_named(session, project.id, form.xml_form_id)
        put = attachments.put(session, found, looked, actor_id=access.actor_id)
        session.flush()
        session.refresh(put.attachment)
        return {
            **attachment_shown(put.attachment),
            **SUCCESS,
            "notices": [one.as_json() for one in put.notices],
        }


@drafts.delete(f"{DRAFT}/attachments/<raw:name>")
@drafts.requires(Verb.FORM_UPDATE)
@drafts.answers(Success)
def remove_file(access: Access, project: Project, form: Form, name: str) -> dict[str, bool]:
    """Take a file off the draft."""
    attachments.remove(db.session(), form, name, actor_id=access.actor_id)
    return dict(SUCCESS)


@drafts.patch(f"{DRAFT}/attachments/<raw:name>")
@drafts.requires(Verb.FORM_UPDATE)
@drafts.takes(LinkBody)
@drafts.answers(FormAttachmentSchema)
def link_file(
    access: Access, body: dict[str, Any], project: Project, form: Form, name: str
) -> dict[str, Any]:
    """Fill a .csv of the draft from the entity list of its name, or stop to (`dataset`)."""
    row = attachments.link(db.session(), form, name, body["dataset"], actor_id=access.actor_id)
    db.session.flush()
    return {**attachment_shown(row), **SUCCESS}
