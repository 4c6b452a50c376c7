"""Files that a form expects beside it: uploaded, filled from an entity list, or `areas.csv` made by the server.

Small contents lie in the database whole, so that forms are served while S3 is away. What a file holds is looked at here
only as far as a choice list must be readable on phones.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, undefer

from media import open_blob, store_bytes
from server import problems
from server.accounts import audit
from server.db import utcnow
from server.entities.models import Dataset
from server.forms import catalogue
from server.forms.examine import files
from server.forms.examine.csvfile import Key
from server.forms.models import Form, FormAttachment, FormFile, FormVersion
from server.forms.notices import Level, Notice, hinders
from server.services import Services
from server.xforms.model import FormModel

INLINE = 2 * 1024 * 1024
"""Bytes up to which a content lies in the database."""

AREAS, ITEMSETS = "areas.csv", "itemsets.csv"
FILE, DATASET, AREA_LIST = "file", "dataset", "areas"


@dataclass(frozen=True, slots=True)
class Expected:
    """A file that a draft expects, read before its content is looked at; `xml`, `columns` and `keys` of those that are .csv."""

    form_version_id: int
    name: str
    xml: bytes = b""
    columns: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """A content that was looked at and, where it is large (`blob`), stored: what `put` has to write down."""

    expected: Expected
    md5: str
    size: int
    content: bytes | None
    blob: str | None
    content_type: str
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Put:
    """A file that was put: its row, and what there is to say of its content."""

    attachment: FormAttachment
    notices: tuple[Notice, ...]


def expect(
    session: Session,
    form: Form,
    version: FormVersion,
    model: FormModel,
    *,
    carry: Sequence[FormVersion] = (),
    made: Mapping[str, bytes] | None = None,
) -> list[FormAttachment]:
    """Write what a new version expects, filled from what there is.

    In this order: `made` (itemsets.csv, which pyxform makes out of the spreadsheet), the file of the same name of the
    versions in `carry` (the first that has one), `areas.csv`, an entity list of that name.
    """
    before = _filled(session, carry)
    lists = datasets_by_name(session, form.project_id)
    rows = []
    for name, kind in model.attachments():
        row = FormAttachment(form_version_id=version.id, name=name, type=kind)
        if made and name in made:
            row.source, row.file_id = FILE, _inline(session, md5(made[name]), made[name], "text/csv").id
            row.updated_at = utcnow()
        elif name in before:
            same = before[name]
            row.source, row.file_id, row.dataset_id = same.source, same.file_id, same.dataset_id
            row.updated_at = same.updated_at
        elif name == AREAS:
            row.source = AREA_LIST
        elif name.removesuffix(".csv") in lists and name.endswith(".csv"):
            row.source, row.dataset_id = DATASET, lists[name.removesuffix(".csv")]
        session.add(row)
        rows.append(row)
    version.has_media = bool(rows)
    session.flush()
    return rows


def of_version(session: Session, form_version_id: int) -> Sequence[FormAttachment]:
    """What a version expects, by name."""
    query = (
        select(FormAttachment)
        .where(FormAttachment.form_version_id == form_version_id)
        .order_by(FormAttachment.name)
    )
    return session.scalars(query).all()


def get(session: Session, version: FormVersion, name: str) -> FormAttachment:
    """One of them. Raises `NOT_FOUND` where the form expects no such file."""
    query = select(FormAttachment).where(
        FormAttachment.form_version_id == version.id, FormAttachment.name == name
    )
    row = session.scalars(query).first()
    if row is None:
        raise problems.NOT_FOUND()
    return row


def missing(session: Session, version: FormVersion) -> list[str]:
    """Names of the expected files that are not there."""
    return [one.name for one in of_version(session, version.id) if one.source is None]


def expected(session: Session, form: Form, name: str) -> Expected:
    """A file that the draft expects. Raises `NOT_FOUND` where there is no draft or it expects no such file."""
    version = _draft(form)
    get(session, version, name)
    if not files.is_csv(name):
        return Expected(version.id, name)
    return of_form(version.id, name, version.xml, catalogue.model_of(session, version))


def of_form(form_version_id: int, name: str, xml: bytes, model: FormModel) -> Expected:
    """A file that a form expects, with what the form reads of it where it is a choice list."""
    return Expected(form_version_id, name, xml, files.columns(model, name), files.keys(model, name))


def look(services: Services, file: Expected, content: bytes, content_type: str = "") -> Looked:
    """Look at a content and store it where it is large: seconds, so never inside a transaction.

    Its media type goes by its name; `content_type` counts where that says nothing. A .csv that phones could not read is
    refused (`ATTACHMENT_INVALID`, with notices), and so is one with what may not be asked (`FORM_REFUSED`); bytes are never
    changed. Raises what the photo store raises.
    """
    notices = files.choices(file.name, content, file.columns, file.xml, file.keys)
    refused = [one.as_json() for one in notices if one.level is Level.REFUSED]
    if refused:
        raise problems.FORM_REFUSED(count=len(refused), findings=refused)
    if hinders(notices):
        raise problems.ATTACHMENT_INVALID(
            name=file.name, reason=notices[0].message, notices=[one.as_json() for one in notices]
        )
    kind, blob = guess_type(file.name, content_type), None
    if len(content) > INLINE:
        blob = store_bytes(services.store, services.keys, content, content_type=kind).blob_id
    told = tuple(one for one in notices if one.level is not Level.ERROR)
    return Looked(file, md5(content), len(content), None if blob else content, blob, kind, told)


def put(session: Session, form: Form, looked: Looked, *, actor_id: int | None) -> Put:
    """Put or replace a file of the draft. Raises `NOT_FOUND` (no draft), `DRAFT_CHANGED` where it is not the one it was looked
    at for."""
    version = _draft(form)
    if version.id != looked.expected.form_version_id:
        raise problems.DRAFT_CHANGED()
    name = looked.expected.name
    row = get(session, version, name)
    old, row.file_id = row.file_id, _file(session, looked).id
    row.source, row.dataset_id, row.updated_at = FILE, None, utcnow()
    _record(session, form, version, name, actor_id, {"oldFileId": old, "newFileId": row.file_id})
    return Put(row, looked.notices)


def choice_lists(session: Session, form_version_id: int) -> dict[str, bytes]:
    """The small choice lists beside a version, by name: those that dignity reads."""
    rows = session.execute(
        _choices(FormFile.content).where(FormAttachment.form_version_id == form_version_id)
    )
    return {name: data for name, data in rows if data is not None}


def small_lists(contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those of some files that `choice_lists` will find once they are put."""
    return {name: data for name, data in contents.items() if files.is_csv(name) and len(data) <= INLINE}


def choice_sums(session: Session, form_version_id: int) -> dict[str, str]:
    """The MD5 of each of them, in hex."""
    rows = session.execute(_choices(FormFile.md5).where(FormAttachment.form_version_id == form_version_id))
    return dict(rows.all())


def carried_lists(session: Session, form: Form, model: FormModel) -> dict[str, bytes]:
    """The small choice lists that the form's next draft, of this model, will have from its last ones (`expect`)."""
    before = _filled(session, [one for one in (form.draft_version, form.current_version) if one is not None])
    ids = [before[name].id for name, _ in model.attachments() if name in before]
    return dict(session.execute(_choices(FormFile.content).where(FormAttachment.id.in_(ids))).all())


def _choices(of: InstrumentedAttribute[Any]) -> Select[Any]:
    return (
        select(FormAttachment.name, of)
        .join(FormFile, FormFile.id == FormAttachment.file_id)
        .where(FormAttachment.source == FILE, func.lower(FormAttachment.name).endswith(".csv"))
        .where(FormFile.content.is_not(None))
    )


def _filled(session: Session, versions: Sequence[FormVersion]) -> dict[str, FormAttachment]:
    """What is there of each file of these versions, by name: the first that has one."""
    found: dict[str, FormAttachment] = {}
    for version in versions:
        for one in of_version(session, version.id):
            if one.source is not None:
                found.setdefault(one.name, one)
    return found


def remove(session: Session, form: Form, name: str, *, actor_id: int | None) -> None:
    """Take a file or list off the draft; `areas.csv` is the server's again. Raises `NOT_FOUND` where there is none."""
    version = _draft(form)
    row = get(session, version, name)
    if row.source not in (FILE, DATASET):
        raise problems.NOT_FOUND()
    old = row.file_id
    row.source = AREA_LIST if name == AREAS else None
    row.file_id, row.dataset_id, row.updated_at = None, None, utcnow()
    _record(session, form, version, name, actor_id, {"oldFileId": old, "newFileId": None})


def link(session: Session, form: Form, name: str, linked: bool, *, actor_id: int | None) -> FormAttachment:
    """Fill a file of the draft from the entity list of its name, or stop to.

    Raises `NOT_FOUND` where there is no such list or file, `UNEXPECTED_VALUE` where the file is no .csv.
    """
    version = _draft(form)
    row = get(session, version, name)
    if not linked:
        if row.source == DATASET:
            row.source = FILE if row.file_id else None
        row.dataset_id = None
    else:
        if not name.endswith(".csv"):
            raise problems.UNEXPECTED_VALUE(
                field="dataset", value="true", reason="only a .csv can be an entity list"
            )
        dataset_id = datasets_by_name(session, form.project_id).get(name.removesuffix(".csv"))
        if dataset_id is None:
            raise problems.DATASET_NOT_FOUND(datasetName=name.removesuffix(".csv"))
        row.source, row.dataset_id = DATASET, dataset_id
    row.updated_at = utcnow()
    _record(session, form, version, name, actor_id, {"datasetId": row.dataset_id})
    return row


def link_new_lists(session: Session, project_id: int) -> int:
    """Fill missing files of the project's forms from entity lists that exist by now; returns how many.

    A form that reads a list may be there before the form that makes it.
    """
    lists = datasets_by_name(session, project_id)
    waiting = (
        select(FormAttachment)
        .join(Form, FormAttachment.form_version_id.in_([Form.current_version_id, Form.draft_version_id]))
        .where(Form.project_id == project_id, Form.deleted_at.is_(None))
        .where(FormAttachment.source.is_(None), FormAttachment.name.endswith(".csv", autoescape=True))
    )
    count = 0
    for row in session.scalars(waiting):
        dataset_id = lists.get(row.name.removesuffix(".csv"))
        if dataset_id is not None:
            row.source, row.dataset_id, row.updated_at = DATASET, dataset_id, utcnow()
            count += 1
    return count


def datasets_by_name(session: Session, project_id: int) -> dict[str, int]:
    """The project's entity lists that are in use: id by name."""
    query = select(Dataset.name, Dataset.id).where(
        Dataset.project_id == project_id, Dataset.deleted_at.is_(None)
    )
    return dict(session.execute(query).all())


def content(session: Session, services: Services, file_id: int) -> tuple[FormFile, Iterator[bytes]]:
    """An uploaded file's row and its bytes in pieces. Raises what the photo store raises where a large one is away."""
    file = session.scalars(
        select(FormFile).where(FormFile.id == file_id).options(undefer(FormFile.content))
    ).one()
    if file.content is not None:
        return file, iter((file.content,))
    if file.blob is None:
        raise problems.NOT_FOUND()
    return file, open_blob(services.store, services.keys, file.blob)


def guess_type(name: str, otherwise: str = "") -> str:
    """The media type of a file by its name, else `otherwise`."""
    if files.is_csv(name):
        return "text/csv"
    if name.lower().endswith(".geojson"):
        return "application/geo+json"
    return mimetypes.guess_type(name)[0] or otherwise[:120] or "application/octet-stream"


def _file(session: Session, looked: Looked) -> FormFile:
    """The row of what was looked at: small contents once each, large ones as they were stored."""
    if looked.content is not None:
        return _inline(session, looked.md5, looked.content, looked.content_type)
    return _added(
        session,
        FormFile(md5=looked.md5, size=looked.size, blob=looked.blob, content_type=looked.content_type),
    )


def _inline(session: Session, md5: str, data: bytes, content_type: str) -> FormFile:
    """The row of a content that lies in the database, once each."""
    same = select(FormFile).where(
        FormFile.md5 == md5, FormFile.size == len(data), FormFile.content_type == content_type
    )
    for file in session.scalars(same.options(undefer(FormFile.content))):
        if file.content == data:
            return file
    return _added(session, FormFile(md5=md5, size=len(data), content=data, content_type=content_type))


def _added(session: Session, file: FormFile) -> FormFile:
    session.add(file)
    session.flush()
    return file


def md5(data: bytes) -> str:
    """Of a form or a file of it, in hex: what form lists and manifests carry."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _draft(form: Form) -> FormVersion:
    if form.draft_version is None:
        raise problems.NOT_FOUND()
    return form.draft_version


def _record(
    session: Session,
    form: Form,
    version: FormVersion,
    name: str,
    actor_id: int | None,
    details: Mapping[str, object],
) -> None:
    audit.record(
        session,
        "form.attachment.update",
        actor_id=actor_id,
        actee=f"form:{form.id}",
        project_id=form.project_id,
        details={"formVersionId": version.id, "name": name, **details},
    )
