"""Datasets (entity lists), entities, their versions, and the CSV copies that phones fetch.

Laid out for offline chains, conflicts and approval: versions carry base, trunk, branch and origin. A household and its
entity share one UUID: entity versions carry what phones see, the monitoring tables carry facts, one writer writes both.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from server.db import Base, BigId, Guid, Json, column


class Dataset(Base):
    """An entity list of a project."""

    __tablename__ = "dataset"
    __table_args__ = (
        Index(
            "uq_dataset_project_id_name",
            "project_id",
            "name",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        {"comment": "Entity lists."},
    )
    id: Mapped[int] = column("Dataset id", primary_key=True)
    project_id: Mapped[int] = column("Project", ForeignKey("project.id"))
    name: Mapped[str] = column("Name: <name>.csv on phones", String(255))
    approval_required: Mapped[bool] = column("Entities wait for the submission's approval", default=False)
    owner_only: Mapped[bool] = column("Each sees what it made alone", default=False)
    generation: Mapped[int] = column("Raised in the transaction of every change", BigId, default=1)
    created_at: Mapped[datetime] = column("When it was made")
    deleted_at: Mapped[datetime | None] = column("In the bin since")
    joined_into: Mapped[int | None] = column(
        "The list of its name that it was joined to, where two forms made one each at the same time"
    )


class DatasetProperty(Base):
    """A property that forms write to a dataset's entities."""

    __tablename__ = "dataset_property"
    __table_args__ = (UniqueConstraint("dataset_id", "name"), {"comment": "Properties of entity lists."})
    id: Mapped[int] = column("Id", primary_key=True)
    dataset_id: Mapped[int] = column("Dataset", ForeignKey("dataset.id"))
    name: Mapped[str] = column("Name", String(255))
    protected: Mapped[bool] = column(
        "A point or protected answer: encrypted, rounded or left out for phones", default=False
    )
    point: Mapped[bool] = column("Always a point: where protected, phones get it rounded", default=False)
    created_at: Mapped[datetime] = column("When a form first published it")


class DatasetForm(Base):
    """Which published or draft form versions write to a dataset, and which properties."""

    __tablename__ = "dataset_form"
    __table_args__ = ({"comment": "Forms that write to entity lists."},)
    dataset_id: Mapped[int] = column("Dataset", ForeignKey("dataset.id"), primary_key=True)
    form_version_id: Mapped[int] = column("Form version", ForeignKey("form_version.id"), primary_key=True)
    properties: Mapped[list[str]] = column("Properties it writes", Json, default=list)


class Entity(Base):
    """An entity as it stands."""

    __tablename__ = "entity"
    __table_args__ = (
        UniqueConstraint("dataset_id", "uuid"),
        Index("ix_entity_area", "dataset_id", "area_id", "id"),
        {"comment": "Entities."},
    )
    id: Mapped[int] = column("Order of creation", BigId, primary_key=True, autoincrement=True)
    dataset_id: Mapped[int] = column("Dataset", ForeignKey("dataset.id"))
    uuid: Mapped[str] = column("Its UUID (version 4), shared with household or facility", Guid)
    area_id: Mapped[int | None] = column("Area: phones get those of their areas", ForeignKey("area.id"))
    creator_id: Mapped[int | None] = column("Who made it", ForeignKey("actor.id"))
    version: Mapped[int] = column("Current version number", default=1)
    label: Mapped[str] = column("Label of the current version", Text)
    data: Mapped[dict[str, str]] = column("Properties of the current version, protected ones left out", Json)
    protected: Mapped[bytes | None] = column("Protected properties: encrypted JSON", LargeBinary)
    conflict: Mapped[str | None] = column("soft, hard; null: none open", String(4))
    created_at: Mapped[datetime] = column("When it was made")
    updated_at: Mapped[datetime | None] = column("When it was last changed")
    deleted_at: Mapped[datetime | None] = column("Off the lists since")


class EntityVersion(Base):
    """One version of an entity."""

    __tablename__ = "entity_version"
    __table_args__ = (
        UniqueConstraint("entity_id", "version"),
        Index("ix_entity_version_submission", "submission_id"),
        {"comment": "Versions of entities."},
    )
    id: Mapped[int] = column("Order of writing", BigId, primary_key=True, autoincrement=True)
    entity_id: Mapped[int] = column("Entity", ForeignKey("entity.id"))
    version: Mapped[int] = column("Version number, from 1")
    label: Mapped[str] = column("Label", Text)
    data: Mapped[dict[str, str]] = column("Properties, protected ones left out", Json)
    protected: Mapped[bytes | None] = column("Protected properties: encrypted JSON", LargeBinary)
    received: Mapped[dict[str, Any]] = column(
        "Which properties (and label) this version's source gave", Json, default=dict
    )
    origin: Mapped[str] = column(
        "submission, api, derived (the server itself: no conflict, no branch)", String(12)
    )
    base_version: Mapped[int | None] = column("Version it was made from")
    trunk_version: Mapped[int | None] = column("Server version that an offline chain grew from")
    branch_id: Mapped[str | None] = column("Name of the offline chain", Guid)
    branch_base_version: Mapped[int | None] = column("Predecessor within the chain")
    conflict: Mapped[str | None] = column("soft, hard", String(4))
    conflicting: Mapped[list[str]] = column("Properties in conflict", Json, default=list)
    submission_id: Mapped[int | None] = column("Submission that caused it", BigId)
    submission_version_id: Mapped[int | None] = column("And its version", BigId)
    creator_id: Mapped[int | None] = column("Who caused it", ForeignKey("actor.id"))
    user_agent: Mapped[str | None] = column("User-Agent that came", String(255))
    created_at: Mapped[datetime] = column("When")
    seq: Mapped[int | None] = column("Event of the ledger that wrote it", BigId)
    superseded_at: Mapped[datetime | None] = column(
        "Counts no more since: its submission was rejected, put away or held back again"
    )
    rank: Mapped[bytes | None] = column(
        "Its place among versions: observed_at, ended, started, instanceID as bytes; null: derived"
    )
    overruled: Mapped[bytes | None] = column(
        "What its source gave and something newer overrules: encrypted JSON", LargeBinary
    )


class EntityBacklog(Base):
    """An update that waits for its predecessor in an offline chain."""

    __tablename__ = "entity_backlog"
    __table_args__ = (
        Index("ix_entity_backlog_branch", "branch_id", "branch_base_version"),
        {"comment": "Entity updates that wait."},
    )
    id: Mapped[int] = column("Order of arrival", BigId, primary_key=True, autoincrement=True)
    dataset_id: Mapped[int] = column("Dataset", ForeignKey("dataset.id"))
    entity_uuid: Mapped[str] = column("Entity", Guid)
    branch_id: Mapped[str] = column("Offline chain", Guid)
    branch_base_version: Mapped[int] = column("The version it waits for")
    submission_version_id: Mapped[int] = column("Submission version that holds it", BigId)
    created_at: Mapped[datetime] = column("Since when it waits")


class ListCopy(Base):
    """A list as CSV for one scope of areas and one generation: made once, readable for a day after the next."""

    __tablename__ = "list_copy"
    __table_args__ = (
        UniqueConstraint("dataset_id", "scope", "generation"),
        {"comment": "Entity lists as phones get them."},
    )
    id: Mapped[int] = column("Id", BigId, primary_key=True, autoincrement=True)
    dataset_id: Mapped[int] = column("Dataset", ForeignKey("dataset.id"))
    scope: Mapped[str] = column("Whose view: area ids of the phone, or all", String(200))
    generation: Mapped[int] = column("Generation of the dataset", BigId)
    md5: Mapped[str] = column("MD5 of the CSV, hex", String(32))
    content: Mapped[bytes] = column("The CSV, encrypted", LargeBinary)
    made_at: Mapped[datetime] = column("When it was made")
