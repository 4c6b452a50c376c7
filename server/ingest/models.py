"""Submissions, their versions, identities, attachments, blobs and findings.

Answers are one JSON record for each version and one encrypted JSON for its protected ones; raw XML is encrypted. Big tables have
one time-ordered bigint id, so that range partitions stay possible.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, deferred

from server.db import Base, BigId, Json, column


class Submission(Base):
    """One submission: a visit as it stands. `instance_id` is that of its first version, by which it is addressed."""

    __tablename__ = "submission"
    __table_args__ = (
        Index("ix_submission_form", "form_id", "draft", "id"),
        Index("ix_submission_project", "project_id", "draft", "id"),
        Index("ix_submission_area", "area_id", "id"),
        Index("ix_submission_submitter", "submitter_id", "id"),
        Index("ix_submission_subject", "subject"),
        {"comment": "Submissions."},
    )
    id: Mapped[int] = column("Order of receipt", BigId, primary_key=True, autoincrement=True)
    project_id: Mapped[int] = column("Project", ForeignKey("project.id"))
    form_id: Mapped[int] = column("Form", ForeignKey("form.id"))
    draft: Mapped[bool] = column("Sent to the draft")
    instance_id: Mapped[str] = column("instanceID of its first version", Text)
    instance_name: Mapped[str | None] = column("Name that the form calculates for it", Text)
    submitter_id: Mapped[int | None] = column("Who sent it first", ForeignKey("actor.id"))
    device_id: Mapped[str | None] = column("deviceID that came", String(255))
    user_agent: Mapped[str | None] = column("User-Agent that came", String(255))
    review_state: Mapped[str | None] = column(
        "null (received), hasIssues, edited, approved, rejected", String(10)
    )
    created_at: Mapped[datetime] = column("When it was received")
    updated_at: Mapped[datetime | None] = column("When it was last edited or reviewed")
    deleted_at: Mapped[datetime | None] = column("In the bin since")
    version_id: Mapped[int | None] = column("Its current version", BigId)
    form_version_id: Mapped[int] = column(
        "Form version of the current version", ForeignKey("form_version.id")
    )
    area_id: Mapped[int | None] = column("Area, fixed at receipt", ForeignKey("area.id"))
    subject: Mapped[str | None] = column("household:<uuid> or facility:<uuid> that it writes to", String(50))
    observed_at: Mapped[datetime | None] = column("When it was observed (mapping.md 'When')")
    blocking: Mapped[int] = column("Blocking findings", default=0)
    warnings: Mapped[int] = column("Warnings", default=0)
    projected: Mapped[bool] = column("Its answers stand in the monitoring tables", default=False)
    photos: Mapped[int] = column("Attachments that are there", default=0)
    missing: Mapped[int] = column("Attachments still missing", default=0)


class SubmissionVersion(Base):
    """One version of a submission: as first sent, or an edit of it."""

    __tablename__ = "submission_version"
    __table_args__ = (
        Index("ix_submission_version_submission", "submission_id"),
        {"comment": "Versions of submissions."},
    )
    id: Mapped[int] = column("Order of receipt", BigId, primary_key=True, autoincrement=True)
    submission_id: Mapped[int] = column("Submission", ForeignKey("submission.id"))
    form_version_id: Mapped[int] = column("Form version that it was filled in", ForeignKey("form_version.id"))
    instance_id: Mapped[str] = column("Its own instanceID", Text)
    instance_name: Mapped[str | None] = column("Name that the form calculates for it", Text)
    xml: Mapped[bytes] = deferred(column("The XML exactly as it came, encrypted", LargeBinary))
    answers: Mapped[dict[str, Any]] = deferred(column("Answers in form order, protected ones left out", Json))
    protected: Mapped[bytes | None] = deferred(
        column("Protected answers: encrypted JSON of the same shape", LargeBinary)
    )
    submitter_id: Mapped[int | None] = column("Who sent it", ForeignKey("actor.id"))
    device_id: Mapped[str | None] = column("deviceID that came", String(255))
    user_agent: Mapped[str | None] = column("User-Agent that came", String(255))
    created_at: Mapped[datetime] = column("When it was received")


class InstanceKey(Base):
    """Which instanceIDs are taken, by HMAC: holds uniqueness by itself, also after erasure and expiry. Never partitioned."""

    __tablename__ = "instance_key"
    __table_args__ = {"comment": "instanceIDs that are taken, and what XML they came with, by HMAC."}
    form_id: Mapped[int] = column("Form", primary_key=True)
    draft: Mapped[bool] = column("Draft or live", primary_key=True)
    instance_mac: Mapped[bytes] = column("HMAC of the instanceID", LargeBinary(32), primary_key=True)
    xml_mac: Mapped[bytes] = column("HMAC of the XML as received", LargeBinary(32))
    submission_id: Mapped[int | None] = column("Submission that it leads to; null once erased", BigId)
    version_id: Mapped[int | None] = column("Its version", BigId)


class Blob(Base):
    """A file in the photo store, once per content."""

    __tablename__ = "blob"
    __table_args__ = (
        Index("ix_blob_name", "name"),
        {"comment": "Files in the photo store, encrypted there."},
    )
    id: Mapped[int] = column("Blob id", BigId, primary_key=True, autoincrement=True)
    name: Mapped[str] = column("Random name in the store", String(64))
    mac: Mapped[bytes] = column(
        "HMAC of its SHA-256: finds the same content again", LargeBinary(32), unique=True
    )
    size: Mapped[int] = column("Size of the content", BigId, unit="bytes")
    content_type: Mapped[str] = column("What it is by its first bytes", String(80))
    created_at: Mapped[datetime] = column("When it came first")


class Attachment(Base):
    """A file that a submission version mentions or came with: `blob_id` null while it has not arrived."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_version", "version_id", "name", unique=True),
        Index("ix_attachment_blob", "blob_id"),
        {"comment": "Files of submissions."},
    )
    id: Mapped[int] = column("Order of arrival", BigId, primary_key=True, autoincrement=True)
    version_id: Mapped[int] = column("Submission version", ForeignKey("submission_version.id"))
    name: Mapped[str] = column("File name", String(255))
    path: Mapped[str | None] = column("Path of the question that mentions it; null: none does", Text)
    blob_id: Mapped[int | None] = column("Where its bytes are; null: not arrived", ForeignKey("blob.id"))
    created_at: Mapped[datetime | None] = column("When it arrived")


class Photo(Base):
    """What was read from a picture, as a job after its arrival."""

    __tablename__ = "photo"
    __table_args__ = (
        Index("ix_photo_hash", "phash"),
        Index("ix_photo_thumb", "thumb"),
        Index("ix_photo_screen", "screen"),
        {"comment": "What was read from pictures."},
    )
    blob_id: Mapped[int] = column("Blob", ForeignKey("blob.id"), primary_key=True)
    width: Mapped[int | None] = column("Width as shown", unit="px")
    height: Mapped[int | None] = column("Height as shown", unit="px")
    taken_at: Mapped[datetime | None] = column("EXIF time, in the project's zone where it carries none")
    position: Mapped[bytes | None] = column("EXIF position, encrypted JSON [lat, lon, accuracy]", LargeBinary)
    phash: Mapped[str | None] = column("Perceptual hash, 16 hex digits", String(16))
    colour: Mapped[str | None] = column("Mean colour, #rrggbb: shown while the picture loads", String(7))
    thumb: Mapped[str | None] = column("Blob name of the 320 px WebP", String(64))
    screen: Mapped[str | None] = column("Blob name of the 1,280 px WebP", String(64))
    trouble: Mapped[str | None] = column("Why it cannot be shown, where it cannot", String(40))


class FindingRow(Base):
    """One thing wrong with one answer. Stores no value: it is read from the answers, hidden like them."""

    __tablename__ = "finding"
    __table_args__ = (Index("ix_finding_version", "version_id"), {"comment": "Findings of the checks."})
    id: Mapped[int] = column("Id", BigId, primary_key=True, autoincrement=True)
    version_id: Mapped[int] = column("Submission version", ForeignKey("submission_version.id"))
    path: Mapped[str] = column("Path of the node, positions on repeats from 1", Text)
    rule: Mapped[str] = column("type, choice, constraint …", String(12))
    blocking: Mapped[bool] = column("Holds the submission back from the tables")
    message: Mapped[dict[str, Any]] = column("Key and arguments, or the form's own words by language", Json)
    reads: Mapped[list[str]] = column("What the verdict rests on beside the answers", Json)
    accepted_by: Mapped[int | None] = column("Who accepted it", ForeignKey("actor.id"))
