"""What there is to read of a form, at its published version, its draft and every version it had: XML, sheet, files, fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, request

from server import problems
from server.accounts.access import Access
from server.accounts.roles import Verb
from server.api.caller import services
from server.api.files import file_answer
from server.api.form_schemas import ExtendedFormSchema, FieldSchema, FormAttachmentSchema, FormSchema
from server.api.form_views import attachment_shown, fields_shown, may_read, version_shown
from server.api.forms import ONE
from server.api.plumbing import blueprint, flag
from server.db import db
from server.entities import lists
from server.forms import attachments, catalogue, lifecycle
from server.forms.models import Form, FormVersion, Project

reading = blueprint("Form versions", "What there is to read of a form, its draft and its versions")

Pick = Callable[[Access, Form, dict[str, Any]], FormVersion]

SHEETS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "csv": "text/csv",
}


def published(access: Access, form: Form, named: dict[str, Any]) -> FormVersion:
    """The version that phones get; while nothing is published the draft, for who may change forms (as in Central)."""
    if not may_read(access, form):
        raise problems.FORBIDDEN()
    version = form.current_version or form.draft_version
    if version is None:
        raise problems.NOT_FOUND()
    return version


def draft(access: Access, form: Form, named: dict[str, Any]) -> FormVersion:
    """The draft, for who may change forms."""
    access.require(Verb.FORM_UPDATE, form.project_id, form.id)
    return lifecycle.draft_of(form)


def earlier(access: Access, form: Form, named: dict[str, Any]) -> FormVersion:
    """The version that the address names (`___`: the empty one)."""
    if not may_read(access, form):
        raise problems.FORBIDDEN()
    return lifecycle.version_of(db.session(), form, named.pop("version"))


def _views(what: str, base: str, pick: Pick) -> None:
    """The addresses that every version has. `what` names the endpoints, `pick` finds the version."""

    def at(path: str, name: str, view: Callable[..., Any]) -> None:
        reading.add_url_rule(base + path, f"{what}_{name}", view, methods=["GET"])

    @reading.requires()
    def read_xml(access: Access, project: Project, form: Form, **named: Any) -> Response:
        """The XForm, exactly as phones get it."""
        version = pick(access, form, named)
        return file_answer(version.xml, "application/xml; charset=utf-8", tag=version.md5)

    at(".xml", "xml", read_xml)
    for extension in SHEETS:
        at(f".{extension}", extension, _sheet_view(extension, pick))

    @reading.requires()
    @reading.answers(FormAttachmentSchema, many=True)
    def list_files(access: Access, project: Project, form: Form, **named: Any) -> list[dict[str, Any]]:
        """The files that this version expects."""
        version = pick(access, form, named)
        return [attachment_shown(row) for row in attachments.of_version(db.session(), version.id)]

    at("/attachments", "files", list_files)

    @reading.requires()
    def read_file(access: Access, project: Project, form: Form, name: str, **named: Any) -> Response:
        """One file: as uploaded, or the entity list as this caller may see it."""
        return _file(access, form, pick(access, form, named), name)

    at("/attachments/<raw:name>", "file", read_file)

    @reading.requires()
    @reading.answers(FieldSchema, many=True)
    def list_fields(access: Access, project: Project, form: Form, **named: Any) -> list[dict[str, Any]]:
        """The nodes of the form in order; `?odata=true`: named as OData names them."""
        version = pick(access, form, named)
        return list(fields_shown(catalogue.fields(db.session(), version.id), odata=flag("odata")))

    at("/fields", "fields", list_fields)


def _sheet_view(extension: str, pick: Pick) -> Callable[..., Response]:
    @reading.requires()
    def read_sheet(access: Access, project: Project, form: Form, **named: Any) -> Response:
        """The spreadsheet as it was uploaded; 404.1 where it was of another kind."""
        version = pick(access, form, named)
        if version.sheet is None or version.sheet_type != SHEETS[extension]:
            raise problems.NOT_FOUND()
        return file_answer(version.sheet, version.sheet_type, name=f"{form.xml_form_id}.{extension}")

    return read_sheet


_views("published", ONE, published)
_views("draft", f"{ONE}/draft", draft)
_views("version", f"{ONE}/versions/<raw:version>", earlier)


@reading.get(f"{ONE}/draft")
@reading.requires()
@reading.answers(FormSchema, ExtendedFormSchema)
def read_draft(access: Access, project: Project, form: Form) -> dict[str, Any]:
    """The draft, with its test token and what was noticed at upload."""
    return version_shown(form, draft(access, form, {}), draft_for=access)


@reading.get(f"{ONE}/versions")
@reading.requires(Verb.FORM_READ)
@reading.answers(FormSchema, ExtendedFormSchema, many=True)
def list_versions(access: Access, project: Project, form: Form) -> list[dict[str, Any]]:
    """Every published version, the newest first."""
    found: Sequence[FormVersion] = lifecycle.versions(db.session(), form)
    return [version_shown(form, version) for version in found]


@reading.get(f"{ONE}/versions/<raw:version>")
@reading.requires()
@reading.answers(FormSchema, ExtendedFormSchema)
def read_version(access: Access, project: Project, form: Form, version: str) -> dict[str, Any]:
    """One published version."""
    return version_shown(form, earlier(access, form, {"version": version}))


def _file(access: Access, form: Form, version: FormVersion, name: str) -> Response:
    session = db.session()
    row = attachments.get(session, version, name)
    if row.source == "file" and row.file is not None:
        file, content = attachments.content(session, services(), row.file.id)
        return file_answer(content, file.content_type, name=name, tag=file.md5, size=file.size)
    if row.source is None:
        raise problems.NOT_FOUND()
    if row.source == "areas":
        copy = lists.areas_csv(session, services(), access.areas)
    else:
        assert row.dataset_id is not None  # what is filled from a list names it
        if not access.sees_rows(form.project_id, form.id):
            raise problems.FORBIDDEN()
        generation = request.args.get("g", type=int)
        copy = lists.csv_for(session, services(), row.dataset_id, access.areas, generation=generation)
    return file_answer(copy.content, "text/csv; charset=utf-8", name=name, tag=copy.md5)
