"""The life of a form: uploaded, a draft, published, the next version beside it, closed, in the bin, back again.

A published version's bytes never change. Acts in the caller's transaction and never commits; converting takes seconds, so
callers examine first and open their transaction afterwards. What publishing means to entity lists is handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import problems
from server.accounts import phones
from server.accounts.tokens import token_mac
from server.db import utcnow
from server.forms import attachments, catalogue, drafts
from server.forms.drafts import DRAFT_TOKEN, record
from server.forms.examine import XML_TYPE, Examination, examine
from server.forms.models import Form, FormVersion, Project
from server.forms.notices import Level, Notice
from server.forms.weighing import Weighed, read, weigh
from server.services import Services
from server.xforms.model import FormModel

OPEN, CLOSING, CLOSED = "open", "closing", "closed"
STATES = (OPEN, CLOSING, CLOSED)
EMPTY_VERSION = "___"
"""How addresses write the empty version (Central's)."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a designer sent. `id_fallback`: the form id where a spreadsheet has none."""

    data: bytes
    filename: str = ""
    id_fallback: str | None = None

    def examined(self) -> Examination:
        """What it is. Takes up to a minute for a huge form: never inside a transaction that writes."""
        return examine(self.data, self.filename, id_fallback=self.id_fallback)


@dataclass(frozen=True, slots=True)
class Published:
    """A version that was just published: what the entity lists are told. `first` is the form's first one."""

    form: Form
    version: FormVersion
    model: FormModel
    previous: FormVersion | None
    actor_id: int | None

    @property
    def first(self) -> bool:
        """Whether no version of the form was published before."""
        return self.previous is None


Announce = Callable[[Session, Published], None]
"""What must happen elsewhere in the same transaction: `entities.declare`, which this room may not know."""


# --- finding --------------------------------------------------------------------------------------------------------


def get(session: Session, project_id: int, xml_form_id: str) -> Form:
    """The project's form of that id. Raises `NOT_FOUND`."""
    query = select(Form).join(Project, Project.id == Form.project_id)
    query = query.where(
        Form.project_id == project_id, Form.xml_form_id == xml_form_id, Form.deleted_at.is_(None)
    )
    form = session.scalars(query.where(Project.deleted_at.is_(None))).first()
    if form is None:
        raise problems.NOT_FOUND()
    return form


def of_project(session: Session, project_id: int, *, deleted: bool = False) -> Sequence[Form]:
    """The project's forms by id; `deleted`: those in its bin."""
    binned = Form.deleted_at.is_not(None) if deleted else Form.deleted_at.is_(None)
    query = select(Form).where(Form.project_id == project_id, binned).order_by(Form.xml_form_id, Form.id)
    return session.scalars(query).all()


def in_bin(session: Session, project_id: int, form_id: int) -> Form:
    """A deleted form by its internal id. Raises `NOT_FOUND`."""
    form = session.get(Form, form_id)
    if form is None or form.project_id != project_id or form.deleted_at is None:
        raise problems.NOT_FOUND()
    return form


def by_draft_token(session: Session, services: Services, token: str) -> Form | None:
    """The form whose draft has this test token."""
    query = select(Form).where(Form.draft_token_mac == token_mac(services.keys, DRAFT_TOKEN, token))
    query = query.join(Project, Project.id == Form.project_id)
    return session.scalars(query.where(Form.deleted_at.is_(None), Project.deleted_at.is_(None))).first()


def draft_token(services: Services, form: Form) -> str | None:
    """The draft's test token, for its address and QR code; None without a draft."""
    if form.draft_token_sealed is None:
        return None
    return services.keys.open(form.draft_token_sealed, "form.draft_token").decode()


def draft_of(form: Form) -> FormVersion:
    """The draft. Raises `NOT_FOUND` where there is none."""
    if form.draft_version is None:
        raise problems.NOT_FOUND()
    return form.draft_version


def versions(session: Session, form: Form) -> Sequence[FormVersion]:
    """Published versions, the newest first."""
    query = select(FormVersion).where(FormVersion.form_id == form.id, FormVersion.published_at.is_not(None))
    return session.scalars(query.order_by(FormVersion.published_at.desc(), FormVersion.id.desc())).all()


def version_of(session: Session, form: Form, version: str) -> FormVersion:
    """The published version of that name (`___` is the empty one). Raises `NOT_FOUND`."""
    wanted = "" if version == EMPTY_VERSION else version
    for one in versions(session, form):
        if one.version == wanted:
            return one
    raise problems.NOT_FOUND()


# --- uploading ------------------------------------------------------------------------------------------------------


def create(
    session: Session,
    services: Services,
    project_id: int,
    upload: Upload | Examination,
    actor_id: int | None,
    *,
    announce: Announce,
    publish: bool = False,
    weighed: Weighed | None = None,
    ignore_warnings: bool = False,
) -> Form:
    """A new form with a draft; `publish` makes the draft its first version.

    Give an `Examination`, and where it is published at once what `weigh(ahead(…))` made of it, both made before the
    transaction began. Raises what `Examination.check` raises, `NOT_FOUND` (no such
    project), `NOT_UNIQUE` (the id is in use), `VERSION_TAKEN`.
    """
    examined = upload.examined() if isinstance(upload, Upload) else upload
    examined.check(ignore_warnings=ignore_warnings)
    lock = select(Project.id).where(Project.id == project_id, Project.deleted_at.is_(None)).with_for_update()
    if session.scalar(lock) is None:
        raise problems.NOT_FOUND()
    _reject_taken_id(session, project_id, examined.form_id, examined.notices)
    form = Form(
        project_id=project_id,
        xml_form_id=examined.form_id,
        state=OPEN,
        created_at=utcnow(),
        created_by=actor_id,
    )
    session.add(form)
    session.flush()
    record(session, "form.create", form, actor_id, {"xmlFormId": form.xml_form_id})
    drafts.new(session, services, form, examined, actor_id)
    if publish:
        _publish_first(session, services, form, actor_id, announce, weighed)
    return form


def prepared(session: Session, form: Form, examined: Examination | None) -> Examination | None:
    """What `set_draft` takes, compared with every earlier version (whose models may have to be made), before its transaction.

    Raises `FIELD_TYPE_CONFLICT`.
    """
    if examined is not None:
        return drafts.compared(session, versions(session, form), examined)
    if form.current_version is not None:
        catalogue.model_of(session, form.current_version)  # the copy has the same
    return None


def set_draft(
    session: Session,
    services: Services,
    form: Form,
    upload: Upload | Examination | None,
    actor_id: int | None,
    *,
    ignore_warnings: bool = False,
) -> FormVersion:
    """A new draft in the place of the old one; without an upload a copy of the published version.

    Attachments of the same name are carried over from the old draft, else from the published version. Give what `prepared`
    made before the transaction began. Raises what `Examination.check` raises, `FIELD_TYPE_CONFLICT`, `DRAFT_CHANGED` (a
    version was published since it was compared), `UNEXPECTED_VALUE` (another form's id), `NOT_PUBLISHED` (nothing to copy).
    """
    examined = upload.examined() if isinstance(upload, Upload) else upload
    _lock(session, form)
    if examined is None:
        return drafts.copy_of_published(session, services, form, actor_id)
    earlier = versions(session, form)
    if examined.compared_with is None:
        examined = drafts.compared(session, earlier, examined)
    elif examined.compared_with != tuple(one.id for one in earlier):
        raise problems.DRAFT_CHANGED()
    examined.check(ignore_warnings=ignore_warnings)
    if examined.form_id != form.xml_form_id:
        raise problems.UNEXPECTED_VALUE(
            field="form_id", value=examined.form_id, reason=f"this form is called {form.xml_form_id}"
        )
    return drafts.new(session, services, form, examined, actor_id)


def delete_draft(session: Session, form: Form, *, actor_id: int | None) -> None:
    """Throw the draft away. Raises `NOT_PUBLISHED` (409.7) where nothing was published: the form itself can be deleted."""
    version = draft_of(form)
    if form.current_version_id is None:
        raise problems.NOT_PUBLISHED()
    _drop_draft(form)
    session.flush()
    record(session, "form.update.draft.delete", form, actor_id, {"oldFormVersionId": version.id})


def _drop_draft(form: Form) -> None:
    form.draft_version, form.draft_token_mac, form.draft_token_sealed = None, None, None
    form.updated_at = utcnow()


# --- publishing -----------------------------------------------------------------------------------------------------


def publish(
    session: Session,
    services: Services,
    form: Form,
    *,
    actor_id: int | None,
    announce: Announce,
    weighed: Weighed | None = None,
    version: str | None = None,
    notes: str | None = None,
    ignore_warnings: bool = True,
) -> Published:
    """Publish the draft as it was weighed; the phones that want new forms get a first one.

    Give what `weigh(read(…), version)` made before the transaction began; without it that is done now, `version` giving the
    draft another version first.

    Missing attachments hinder nothing over REST, as in Central; pages ask for them before, and the command line gives
    `ignore_warnings` (docs/forms.md, Trying it). Raises `NOT_FOUND` (no draft), `XLSFORM_WARNINGS` (files are
    missing and warnings not ignored), `DRAFT_CHANGED` (it is not what was weighed), `VERSION_TAKEN` (409.6), `FORM_REFUSED`
    (dignity, the choice lists beside the form read with it).
    """
    _lock(session, form)
    draft = draft_of(form)
    if not ignore_warnings:
        _ask_for_files(session, draft)
    weighed = weighed or weigh(read(session, draft), version)
    if not weighed.fits(session, draft):
        raise problems.DRAFT_CHANGED()
    previous, name = form.current_version, weighed.version
    _reject_taken_version(session, form, name)
    if name != draft.version:
        draft = drafts.copy(session, form, draft, draft.created_by, (name, weighed.xml, weighed.model))
    draft.published_at, draft.published_by, draft.publish_notes = utcnow(), actor_id, notes
    form.current_version = draft
    _drop_draft(form)
    session.flush()
    details = {
        "newFormVersionId": draft.id,
        "oldFormVersionId": previous.id if previous else None,
        "version": name,
    }
    record(session, "form.update.publish", form, actor_id, details)
    published = Published(form, draft, weighed.model, previous, actor_id)
    announce(session, published)
    attachments.link_new_lists(session, form.project_id)
    if published.first:
        phones.form_published(session, form.project_id, form.id, by=actor_id)
    session.flush()
    return published


def _ask_for_files(session: Session, draft: FormVersion) -> None:
    told = [
        Notice(Level.WARNING, "attachment.missing", args={"name": name})
        for name in attachments.missing(session, draft)
    ]
    if told:
        raise problems.XLSFORM_WARNINGS(
            count=len(told),
            warnings={"xlsFormWarnings": [one.line() for one in told]},
            notices=[one.as_json() for one in told],
        )


def _publish_first(
    session: Session,
    services: Services,
    form: Form,
    actor_id: int | None,
    announce: Announce,
    weighed: Weighed | None,
) -> None:
    publish(session, services, form, actor_id=actor_id, announce=announce, weighed=weighed)


def _reject_taken_version(session: Session, form: Form, version: str) -> None:
    """Phones know a form by id and version: a pair is used once in a project, deleted forms counted."""
    query = (
        select(FormVersion.id)
        .join(Form, Form.id == FormVersion.form_id)
        .where(Form.project_id == form.project_id, Form.xml_form_id == form.xml_form_id)
        .where(FormVersion.version == version, FormVersion.published_at.is_not(None))
    )
    if session.scalars(query.limit(1)).first() is not None:
        raise problems.VERSION_TAKEN(xmlFormId=form.xml_form_id, version=version)


def _lock(session: Session, form: Form) -> None:
    """One upload or publishing of a form at a time, on what the other left."""
    session.flush()
    session.execute(select(Form.id).where(Form.id == form.id).with_for_update())
    session.refresh(form)


def _reject_taken_id(
    session: Session, project_id: int, xml_form_id: str, notices: Sequence[Notice] = ()
) -> None:
    """`notices`: what was said of the form, which may be why its id is one that nobody wrote."""
    query = select(Form.id).where(
        Form.project_id == project_id, Form.xml_form_id == xml_form_id, Form.deleted_at.is_(None)
    )
    if session.scalars(query.limit(1)).first() is not None:
        told = {"notices": [one.as_json() for one in notices]} if notices else {}
        raise problems.NOT_UNIQUE(fields="xmlFormId", values=xml_form_id, **told)


# --- state and bin --------------------------------------------------------------------------------------------------


def set_state(session: Session, form: Form, state: str, *, actor_id: int | None) -> Form:
    """`open`, `closing` (takes what was begun, offers no more) or `closed`. Raises `UNEXPECTED_VALUE`."""
    if state not in STATES:
        raise problems.UNEXPECTED_VALUE(field="state", value=state, reason="it is open, closing or closed")
    if state != form.state:
        old, form.state, form.updated_at = form.state, state, utcnow()
        session.flush()
        record(session, "form.update", form, actor_id, {"data": {"state": state}, "before": {"state": old}})
    return form


def delete(session: Session, form: Form, *, actor_id: int | None) -> None:
    """Into the bin: phones lose the form, visits stay."""
    form.deleted_at = utcnow()
    session.flush()
    record(session, "form.delete", form, actor_id, {"xmlFormId": form.xml_form_id})


def restore(session: Session, form: Form, *, actor_id: int | None) -> Form:
    """Out of the bin. Raises `NOT_UNIQUE` where another form took its id meanwhile."""
    _reject_taken_id(session, form.project_id, form.xml_form_id)
    form.deleted_at, form.updated_at = None, utcnow()
    session.flush()
    record(session, "form.restore", form, actor_id, {"xmlFormId": form.xml_form_id})
    return form


def sheet_type(version: FormVersion) -> str:
    """Media type of what was uploaded."""
    return version.sheet_type or XML_TYPE
