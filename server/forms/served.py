"""What phones are given: the forms of a list, a form's bytes, its files. Reads only, few and small queries: all phones poll this."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from server import problems
from server.forms.models import Form, FormAttachment, FormFile, FormVersion, Project


@dataclass(frozen=True, slots=True)
class ServedForm:
    """A form as the list shows it."""

    form_id: int
    form_version_id: int
    xml_form_id: str
    version: str
    title: str
    md5: str
    has_media: bool


@dataclass(frozen=True, slots=True)
class ServedFile:
    """A file that a form version expects, and where it comes from: `file`, `dataset`, `areas`."""

    name: str
    source: str
    md5: str | None
    file_id: int | None
    dataset_id: int | None


COLUMNS = (
    Form.id,
    FormVersion.id,
    Form.xml_form_id,
    FormVersion.version,
    FormVersion.title,
    FormVersion.md5,
    FormVersion.has_media,
)
"""What a `ServedForm` is made of, in its order."""


def open_forms(*columns: Any, project: Any) -> Select[Any]:
    """Published, open forms of a project: what a form list holds. Of an archived one nothing, as it takes nothing."""
    return (
        select(*columns)
        .select_from(Form)
        .join(FormVersion, FormVersion.id == Form.current_version_id)
        .join(Project, Project.id == Form.project_id)
        .where(
            Form.project_id == project,
            Form.state == "open",
            Form.deleted_at.is_(None),
            Project.deleted_at.is_(None),
            Project.archived.is_(False),
        )
    )


def one_form(*columns: Any, project: Any, version_id: Any = Form.current_version_id) -> Select[Any]:
    """A form by the parameter `form`, its text id: the version that phones get now, or another of its own."""
    return (
        select(*columns)
        .select_from(Form)
        .join(FormVersion, FormVersion.id == version_id)
        .join(Project, Project.id == Form.project_id)
        .where(
            Form.project_id == project,
            Form.xml_form_id == bindparam("form"),
            Form.deleted_at.is_(None),
            Project.deleted_at.is_(None),
        )
    )


_OPEN = open_forms(*COLUMNS, project=bindparam("project")).order_by(Form.id)

_SERVED = {
    draft: one_form(
        *COLUMNS,
        project=bindparam("project"),
        version_id=Form.draft_version_id if draft else Form.current_version_id,
    )
    for draft in (False, True)
}

_FILES = (
    select(
        FormAttachment.name,
        FormAttachment.source,
        FormFile.md5,
        FormAttachment.file_id,
        FormAttachment.dataset_id,
    )
    .outerjoin(FormFile, FormFile.id == FormAttachment.file_id)
    .where(FormAttachment.form_version_id == bindparam("version"), FormAttachment.source.is_not(None))
    .order_by(FormAttachment.name)
)


def forms_for_phones(session: Session, project_id: int, only: Collection[int] | None) -> list[ServedForm]:
    """Published, open forms of a project in order of their ids; those in `only`, or all where it is None."""
    rows = session.connection().execute(_OPEN, {"project": project_id})
    return [ServedForm(*row) for row in rows if only is None or row[0] in only]


def served(session: Session, project_id: int, xml_form_id: str, *, draft: bool = False) -> ServedForm:
    """The version of a form that phones get now (also where its list names it no more, closed or
    archived: what was begun must be finished), or its draft.

    Raises NOT_FOUND.
    """
    row = session.connection().execute(_SERVED[draft], {"project": project_id, "form": xml_form_id}).first()
    if row is None:
        raise problems.NOT_FOUND()
    return ServedForm(*row)


_EXACT = select(Project.exact_points).where(Project.id == bindparam("project"))


def exact_points(session: Session, project_id: int) -> bool:
    """Whether the project's phones get exact dwelling points in their lists."""
    return bool(session.connection().execute(_EXACT, {"project": project_id}).scalar())


def xml_of(session: Session, form_version_id: int) -> bytes:
    """The exact bytes of a version."""
    return session.execute(select(FormVersion.xml).where(FormVersion.id == form_version_id)).scalar_one()


def files_of(session: Session, form_version_id: int) -> list[ServedFile]:
    """The files of a version that are there, in order of their names; missing ones are left out of what phones are told."""
    rows = session.connection().execute(_FILES, {"version": form_version_id})
    return [
        ServedFile(name, source or "", md5, file_id, dataset_id)
        for name, source, md5, file_id, dataset_id in rows
    ]


def file_of(session: Session, form_version_id: int, name: str) -> ServedFile:
    """One of them by its name. Raises NOT_FOUND."""
    for file in files_of(session, form_version_id):
        if file.name == name:
            return file
    raise problems.NOT_FOUND()
