"""Projects, forms, their versions and attachments. A version's bytes never change once it is published."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    event,
    inspect,
)
from sqlalchemy.orm import Mapped, Mapper, deferred, relationship

from server.db import Base, Json, column


class Project(Base):
    """A project: forms, phones and visits that belong together."""

    __tablename__ = "project"
    __table_args__ = {"comment": "Projects."}
    id: Mapped[int] = column("Project id", primary_key=True)
    name: Mapped[str] = column("Name", String(200))
    description: Mapped[str | None] = column("What it is for", Text)
    archived: Mapped[bool] = column("Archived: forms take nothing", default=False)
    timezone: Mapped[str] = column("Time zone: decides day, month and round", String(64), default="UTC")
    exact_points: Mapped[bool] = column(
        "Phones get exact dwelling points in their lists; each download is audited", default=False
    )
    created_at: Mapped[datetime] = column("When it was made")
    updated_at: Mapped[datetime | None] = column("When it was last changed")
    deleted_at: Mapped[datetime | None] = column("In the bin since")


class Form(Base):
    """A form of a project. Its text id can be deleted and made anew: everything keys on `id`."""

    __tablename__ = "form"
    __table_args__ = (Index("ix_form_project", "project_id", "xml_form_id"), {"comment": "Forms."})
    id: Mapped[int] = column("Form id", primary_key=True)
    project_id: Mapped[int] = column("Project", ForeignKey("project.id"))
    xml_form_id: Mapped[str] = column("The form_id of its spreadsheet", String(255))
    state: Mapped[str] = column("open, closing (takes what was begun), closed", String(8), default="open")
    current_version_id: Mapped[int | None] = column(
        "Version that phones get", ForeignKey("form_version.id", use_alter=True)
    )
    draft_version_id: Mapped[int | None] = column(
        "The draft, where there is one", ForeignKey("form_version.id", use_alter=True)
    )
    draft_token_mac: Mapped[bytes | None] = column(
        "HMAC of the draft's test token", LargeBinary(32), unique=True
    )
    draft_token_sealed: Mapped[bytes | None] = column("The draft's test token, encrypted", LargeBinary)
    created_at: Mapped[datetime] = column("When it was made")
    updated_at: Mapped[datetime | None] = column("When it was last changed")
    deleted_at: Mapped[datetime | None] = column("In the bin since")
    created_by: Mapped[int | None] = column("Who made it", ForeignKey("actor.id"))
    project: Mapped[Project] = relationship(lazy="joined", innerjoin=True)
    current_version: Mapped[FormVersion | None] = relationship(
        foreign_keys=[current_version_id], post_update=True
    )
    draft_version: Mapped[FormVersion | None] = relationship(
        foreign_keys=[draft_version_id], post_update=True
    )


class FormCount(Base):
    """Counts of a form's submissions, kept in the transactions that change them: a page shows them without counting."""

    __tablename__ = "form_count"
    __table_args__ = {"comment": "Counts of submissions by form, kept, not counted."}
    form_id: Mapped[int] = column("Form", ForeignKey("form.id"), primary_key=True)
    draft: Mapped[bool] = column("Sent to the draft", primary_key=True)
    received: Mapped[int] = column("Not yet seen", default=0)
    has_issues: Mapped[int] = column("With issues", default=0)
    edited: Mapped[int] = column("Edited", default=0)
    approved: Mapped[int] = column("Approved", default=0)
    rejected: Mapped[int] = column("Rejected", default=0)
    held: Mapped[int] = column("Held back by a blocking finding", default=0)
    last_at: Mapped[datetime | None] = column("When the last one came")


class FormVersion(Base):
    """One version of a form: the draft while `published_at` is null."""

    __tablename__ = "form_version"
    __table_args__ = (
        Index("ix_form_version_form", "form_id", "version"),
        {"comment": "Versions of forms; published bytes never change."},
    )
    id: Mapped[int] = column("Version id", primary_key=True)
    form_id: Mapped[int] = column("Form", ForeignKey("form.id"))
    version: Mapped[str] = column("The version of its settings sheet; may be empty", String(255), default="")
    title: Mapped[str] = column("The form's name", String(500))
    xml: Mapped[bytes] = deferred(column("The XForm, exactly as phones get it", LargeBinary))
    md5: Mapped[str] = column("MD5 of `xml`, hex: what the form list carries", String(32))
    sheet: Mapped[bytes | None] = deferred(column("The spreadsheet as uploaded", LargeBinary))
    sheet_type: Mapped[str | None] = column("Its media type", String(120))
    mapping: Mapped[dict[str, Any] | None] = column(
        "The compiled mapping (forms/mapping.py); null: writes to no table", Json
    )
    protected: Mapped[list[str]] = column(
        "Paths of protected answers (without positions)", Json, default=list
    )
    household_form: Mapped[bool] = column(
        "Writes to a household: points and metadata are protected", default=False
    )
    entity_related: Mapped[bool] = column("Creates or updates entities", default=False)
    notices: Mapped[list[Any]] = column("Warnings at upload, as shown", Json, default=list)
    has_media: Mapped[bool] = column("Expects attachments: has a manifest", default=False)
    created_at: Mapped[datetime] = column("When it was uploaded")
    created_by: Mapped[int | None] = column("Who uploaded it", ForeignKey("actor.id"))
    published_at: Mapped[datetime | None] = column("When it was published; null: draft")
    published_by: Mapped[int | None] = column("Who published it", ForeignKey("actor.id"))
    publish_notes: Mapped[str | None] = column("What was said at publishing", Text)


@event.listens_for(FormVersion, "before_update")
def _published_never_changes(mapper: Mapper[Any], connection: Connection, version: FormVersion) -> None:
    """Phones know a version by the MD5 of its bytes: changing one would put two forms under one name."""
    state = inspect(version)
    published = state.attrs.published_at.history
    was_published = (published.deleted or published.unchanged or [version.published_at])[0] is not None
    if was_published and not published.added:
        changed = [
            name for name in ("xml", "md5", "version", "mapping") if state.attrs[name].history.has_changes()
        ]
        if changed:
            raise ValueError(f"a published version never changes: {', '.join(changed)}")


class FormVersionColumn(Base):
    """Which column of the monitoring database a version asks (mapping.md 'Absent answers'); joinable in SQL."""

    __tablename__ = "form_version_column"
    __table_args__ = {"comment": "Columns of the monitoring tables that each form version asks."}
    form_version_id: Mapped[int] = column("Version", ForeignKey("form_version.id"), primary_key=True)
    table_name: Mapped[str] = column("Table", String(60), primary_key=True)
    column_name: Mapped[str] = column("Column", String(60), primary_key=True)
    path: Mapped[str] = column("Path of the question", String(1000))


class FormFile(Base):
    """Content of form attachments, once per content. Small ones lie here whole, so that forms are served while S3 is away."""

    __tablename__ = "form_file"
    __table_args__ = (Index("ix_form_file_blob", "blob"), {"comment": "Contents of form attachments."})
    id: Mapped[int] = column("File id", primary_key=True)
    md5: Mapped[str] = column("MD5, hex: what the manifest carries", String(32), index=True)
    size: Mapped[int] = column("Size", unit="bytes")
    content: Mapped[bytes | None] = deferred(column("The bytes, where small", LargeBinary))
    blob: Mapped[str | None] = column("Name in the photo store, where large", String(64))
    content_type: Mapped[str] = column("Media type", String(120))


class FormAttachment(Base):
    """A file that a form version expects: uploaded, taken from an entity list, `areas.csv` made by the server, or missing."""

    __tablename__ = "form_attachment"
    __table_args__ = (
        UniqueConstraint("form_version_id", "name"),
        {"comment": "Files that form versions expect."},
    )
    id: Mapped[int] = column("Id", primary_key=True)
    form_version_id: Mapped[int] = column("Version", ForeignKey("form_version.id"))
    name: Mapped[str] = column("File name in the form", String(255))
    type: Mapped[str] = column("image, audio, video, file", String(8))
    source: Mapped[str | None] = column("file, dataset, areas; null: missing", String(8))
    file_id: Mapped[int | None] = column("Uploaded content", ForeignKey("form_file.id"))
    dataset_id: Mapped[int | None] = column("Entity list", ForeignKey("dataset.id"))
    updated_at: Mapped[datetime | None] = column("When it was last put")
    file: Mapped[FormFile | None] = relationship()
