"""Forms as the API shows them: a form with its published version, else its draft; one version; files; fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import case, func, select

from server.accounts.access import Access
from server.accounts.models import Actor
from server.accounts.roles import Verb
from server.api.caller import services
from server.api.plumbing import is_extended
from server.areas.scope import visible
from server.db import db
from server.forms import lifecycle, trying
from server.forms.models import Form, FormAttachment, FormCount, FormVersion
from server.ingest.counts import COLUMN_OF
from server.ingest.models import Submission
from server.ingest.states import held_back
from server.xforms import Field


def may_read(access: Access, form: Form) -> bool:
    """As in ODK Central: drafts for who may change forms, closed ones for who reads all, open ones for who fills them in."""
    if form.current_version_id is None:
        return access.may(Verb.FORM_UPDATE, form.project_id, form.id)
    verb = Verb.FORM_READ if form.state == lifecycle.CLOSED else Verb.OPEN_FORM_READ
    return access.may(verb, form.project_id, form.id)


def shown(access: Access, found: Sequence[Form], *, extended: bool = False) -> list[dict[str, Any]]:
    """Forms, each with what its published version says, or its draft where nothing is published."""
    plain = [_form(form, form.current_version or form.draft_version) for form in found]
    if extended or is_extended():
        numbers = _numbers(access, found)
        people = actors(form.created_by for form in found)
        for one, form in zip(plain, found, strict=True):
            version = form.current_version or form.draft_version
            one |= {
                **numbers.get(form.id, _none()),
                "created_by": people.get(form.created_by or 0),
                "public_links": 0,
            }
            one |= _of_version(version)
            if not access.may(Verb.FORM_UPDATE, form.project_id, form.id):
                one.pop("publish_notes", None)
    return plain


def version_shown(form: Form, version: FormVersion, *, draft_for: Access | None = None) -> dict[str, Any]:
    """One version; a draft with its test token, for whom it is shown to."""
    one = _form(form, version)
    if draft_for is not None:
        one["draft_token"] = trying.token_for(db.session(), services(), form, draft_for)
        one["notices"] = version.notices
    if is_extended():
        one |= _of_version(version)
        one["published_by"] = actors([version.published_by]).get(version.published_by or 0)
    return one


def attachment_shown(row: FormAttachment) -> dict[str, Any]:
    """A file that a form expects; without size and time while it is not there, as Central leaves them out."""
    one: dict[str, Any] = {
        "name": row.name,
        "type": row.type,
        "hash": row.file.md5 if row.source == "file" and row.file else None,
        "exists": row.source is not None,
        "blob_exists": row.source == "file",
        "dataset_exists": row.source == "dataset",
    }
    if row.updated_at is not None:
        one["updated_at"] = row.updated_at
    if row.source == "file" and row.file:
        one["size"] = row.file.size
    return one


def fields_shown(found: Sequence[Field], *, odata: bool) -> Iterator[dict[str, Any]]:
    """The nodes of a form in Central's words: paths without the root, selects as strings; `odata`: names made safe."""
    for one in found[1:] if found and found[0].path.count("/") == 1 else found:
        path = "/" + one.path.split("/", 2)[2]
        name = one.name
        if odata:
            name = _safe(name)
            path = "/".join(_safe(part) for part in path.split("/"))
        yield {
            "name": name,
            "path": path,
            "type": "string" if one.type in ("select1", "select", "rank") else one.type,
            "binary": True if one.type == "binary" else None,
            "select_multiple": True if one.type == "select" else None,
        }


def actors(ids: Iterator[int | None] | Sequence[int | None]) -> dict[int, Actor]:
    """Actors by id, in one query."""
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    return {actor.id: actor for actor in db.session.scalars(select(Actor).where(Actor.id.in_(wanted)))}


def _form(form: Form, version: FormVersion | None) -> dict[str, Any]:
    one: dict[str, Any] = {
        "project_id": form.project_id,
        "xml_form_id": form.xml_form_id,
        "state": form.state,
        "name": version.title if version else None,
        "version": version.version if version else None,
        "hash": version.md5 if version else None,
        "key_id": None,
        "enketo_id": None,
        "enketo_once_id": None,
        "webforms_enabled": False,
        "published_at": version.published_at if version else None,
        "created_at": form.created_at,
        "updated_at": form.updated_at,
    }
    if form.deleted_at is not None:
        one |= {"deleted_at": form.deleted_at, "id": form.id}
    return one


def _of_version(version: FormVersion | None) -> dict[str, Any]:
    if version is None:
        return {}
    return {
        "excel_content_type": version.sheet_type,
        "entity_related": version.entity_related,
        "publish_notes": version.publish_notes,
    }


def _numbers(access: Access, found: Sequence[Form]) -> dict[int, dict[str, Any]]:
    """Kept counts; counted for who sees some areas only."""
    session, ids = db.session(), [form.id for form in found]
    numbers: dict[int, dict[str, Any]] = {}
    if not access.areas:
        kept = select(FormCount).where(FormCount.form_id.in_(ids), FormCount.draft.is_(False))
        for row in session.scalars(kept):
            states = {name: getattr(row, name) for name in COLUMN_OF.values()}
            numbers[row.form_id] = _counted(states, row.held, row.last_at)
        return numbers
    counted = (
        select(
            Submission.form_id,
            Submission.review_state,
            func.count(),
            func.sum(case((held_back(), 1), else_=0)),
            func.max(Submission.created_at),
        )
        .where(Submission.form_id.in_(ids), Submission.draft.is_(False), Submission.deleted_at.is_(None))
        .where(visible(Submission.area_id, access.areas))
        .group_by(Submission.form_id, Submission.review_state)
    )
    for form_id, state, count, held, last in session.execute(counted):
        one = numbers.setdefault(form_id, _none())
        one["review_states"][COLUMN_OF[state]] = count
        one["submissions"] += count
        one["held"] += held
        one["last_submission"] = max(filter(None, (one["last_submission"], last)), default=None)
    return numbers


def _counted(states: dict[str, int], held: int, last: Any) -> dict[str, Any]:
    return {
        "submissions": sum(states.values()),
        "review_states": states,
        "held": held,
        "last_submission": last,
    }


def _none() -> dict[str, Any]:
    return _counted(dict.fromkeys(COLUMN_OF.values(), 0), 0, None)


def _safe(name: str) -> str:
    """A name as OData takes it: letters, digits and _, not beginning with a digit (Central's way)."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in name)
    return f"_{safe}" if safe[:1].isdigit() else safe
