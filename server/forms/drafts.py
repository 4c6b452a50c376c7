"""Version rows as they come into being: a draft from an upload, a copy of a version, each with its files and columns.

Part of lifecycle.py, which says when. Rows are written once: a draft that is replaced leaves its row, for what was sent to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import problems
from server.accounts import audit
from server.accounts.tokens import new_token, token_mac
from server.db import utcnow
from server.forms import attachments, catalogue
from server.forms.examine import Examination, diff
from server.forms.examine.files import EXPECTED
from server.forms.models import Form, FormVersion, FormVersionColumn
from server.forms.notices import Level, bounded
from server.services import Services
from server.xforms.model import FormModel

DRAFT_TOKEN = "draft-token"  # noqa: S105 what the token is for, not a token


def compared(session: Session, earlier: Sequence[FormVersion], examined: Examination) -> Examination:
    """The examination with what differs from earlier versions (the newest first). Raises `FIELD_TYPE_CONFLICT`."""
    if examined.model is None:
        return examined
    notices = diff.against_earlier(examined, [catalogue.model_of(session, one) for one in earlier])
    conflict = next((one for one in notices if one.code == "field.type_changed"), None)
    whole = replace(
        examined,
        notices=bounded([*examined.notices, *notices]),
        compared_with=tuple(one.id for one in earlier),
    )
    if conflict is not None and not examined.refused:
        raise problems.FIELD_TYPE_CONFLICT(
            path=conflict.path or "",
            type=conflict.args["old"],
            notices=[one.as_json() for one in whole.notices],
        )
    return whole


def new(
    session: Session, services: Services, form: Form, examined: Examination, actor_id: int | None
) -> FormVersion:
    """The form's draft from an upload that `Examination.check` let pass."""
    assert examined.xml is not None
    assert examined.model is not None
    assert examined.compiled is not None
    compiled = examined.compiled
    version = FormVersion(
        form_id=form.id,
        version=examined.version,
        title=examined.title,
        xml=examined.xml,
        md5=attachments.md5(examined.xml),
        sheet=examined.sheet,
        sheet_type=examined.sheet_type,
        mapping=compiled.mapping,
        protected=list(compiled.protected),
        household_form=compiled.household_form,
        entity_related=bool(examined.model.entities()),
        notices=[
            one.as_json()
            for one in examined.notices
            if one.level in (Level.WARNING, Level.NOTE)
            and one.code != EXPECTED  # which files are there changes
        ],
        created_at=utcnow(),
        created_by=actor_id,
    )
    made = {attachments.ITEMSETS: examined.itemsets} if examined.itemsets is not None else None
    _store(session, form, version, examined.model, compiled.asked, made)
    return _as_draft(session, services, form, version, actor_id, unread=examined.unread)


def copy_of_published(session: Session, services: Services, form: Form, actor_id: int | None) -> FormVersion:
    """The form's draft as a copy of what is published. Raises `NOT_PUBLISHED`."""
    if form.current_version is None:
        raise problems.NOT_PUBLISHED()
    version = copy(session, form, form.current_version, actor_id)
    return _as_draft(session, services, form, version, actor_id)


def copy(
    session: Session,
    form: Form,
    source: FormVersion,
    actor_id: int | None,
    renamed: tuple[str, bytes, FormModel] | None = None,
) -> FormVersion:
    """Another version row of the same content; `renamed`: name, bytes and model where its version attribute was rewritten."""
    name, body, model = renamed or (source.version, source.xml, catalogue.model_of(session, source))
    version = FormVersion(
        form_id=form.id, version=name, title=source.title, xml=body, md5=attachments.md5(body),
        sheet=source.sheet, sheet_type=source.sheet_type, mapping=source.mapping, protected=list(source.protected),
        household_form=source.household_form, entity_related=source.entity_related, notices=list(source.notices),
        created_at=utcnow(), created_by=actor_id,
    )  # fmt: skip
    columns = select(FormVersionColumn).where(FormVersionColumn.form_version_id == source.id)
    asked = [(one.table_name, one.column_name, one.path) for one in session.scalars(columns)]
    _store(session, form, version, model, asked, None, carry_first=source)
    return version


def _store(
    session: Session,
    form: Form,
    version: FormVersion,
    model: FormModel,
    asked: Sequence[tuple[str, str, str]],
    made: dict[str, bytes] | None,
    carry_first: FormVersion | None = None,
) -> None:
    """Write a version with the columns it asks and the files it expects, and keep its model at hand."""
    session.add(version)
    session.flush()
    for table, column, path in dict.fromkeys(asked):
        session.add(
            FormVersionColumn(form_version_id=version.id, table_name=table, column_name=column, path=path)
        )
    carry = [one for one in (carry_first, form.draft_version, form.current_version) if one is not None]
    attachments.expect(session, form, version, model, carry=carry, made=made)
    catalogue.keep(version.id, version.md5, model)


def _as_draft(
    session: Session,
    services: Services,
    form: Form,
    version: FormVersion,
    actor_id: int | None,
    *,
    unread: Sequence[str] = (),
) -> FormVersion:
    """Make a version the form's draft; `unread` are languages that dignity could not read, which the audit log tells."""
    details: dict[str, Any] = {"newFormVersionId": version.id, "oldFormVersionId": form.draft_version_id}
    if unread:
        details["languagesNotRead"] = list(unread)
    before, form.draft_version, form.updated_at = form.draft_version, version, utcnow()
    other_maker = before is not None and before.created_by != version.created_by
    if (
        form.draft_token_mac is None or other_maker
    ):  # who knows the old token would see what the new maker sees
        token = new_token()
        form.draft_token_mac = token_mac(services.keys, DRAFT_TOKEN, token)
        form.draft_token_sealed = services.keys.seal(token.encode(), "form.draft_token")
    session.flush()
    record(session, "form.update.draft.set", form, actor_id, details)
    return version


def record(session: Session, action: str, form: Form, actor_id: int | None, details: dict[str, Any]) -> None:
    """Write an act on a form into the audit log."""
    audit.record(
        session,
        action,
        actor_id=actor_id,
        actee=f"form:{form.id}",
        project_id=form.project_id,
        details=details,
    )
