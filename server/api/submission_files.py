"""Files of submissions: listed, given out as far as the caller may see them, added where one is missing."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from media import Inbox, Missing, Unreadable, images, open_blob
from media.sniff import sniff
from server import problems
from server.accounts.access import Access
from server.accounts.roles import Verb
from server.api.caller import services
from server.api.files import file_answer
from server.api.submission_views import attachments_of, opens_protected
from server.ingest.models import Attachment, Blob, Photo, Submission, SubmissionVersion
from server.ingest.parcel import Parcel
from server.ingest.plan import Plan, plan_of
from server.ingest.receive import add_files
from server.ingest.redact import AUDIT, is_protected, redact_audit

PIECE = 64 * 1024
LARGEST_CLEANED = 100_000_000
"""Bytes of a picture or clip whose metadata is taken out: it is held in memory whole for that."""

WITH_METADATA = ("image/", "video/", "audio/")
SIZES = {"thumb": images.THUMB, "screen": images.SCREEN}


def files_shown(session: Session, version_id: int) -> list[dict[str, Any]]:
    """The files of a version, as Central lists them."""
    return [
        {"name": row.name, "exists": row.blob_id is not None} for row in attachments_of(session, version_id)
    ]


def read_file(
    session: Session, access: Access, submission: Submission, version_id: int, name: str
) -> Response:
    """One file: a small copy (`?size=thumb|screen`), or the original.

    Of a form that writes to a household the original leaves without its metadata, a form's log without what is protected,
    unless the caller may open protected answers and gives a reason; the photo of a protected question leaves not at all.
    Raises `NOT_FOUND`, `UNEXPECTED_VALUE`, `PICTURE_UNREADABLE`, `PROTECTED`, `REASON_NEEDED`.
    """
    row = session.execute(
        select(Blob, Photo, Attachment.path, SubmissionVersion.form_version_id)
        .join(Attachment, Attachment.blob_id == Blob.id)
        .join(SubmissionVersion, SubmissionVersion.id == Attachment.version_id)
        .outerjoin(Photo, Photo.blob_id == Blob.id)
        .where(Attachment.version_id == version_id, Attachment.name == name)
    ).first()
    if row is None:
        raise problems.NOT_FOUND()
    blob, photo, path, form_version_id = row
    tag, size = blob.mac.hex()[:32], request.args.get("size")
    if size and size not in SIZES:
        raise problems.UNEXPECTED_VALUE(field="size", value=size[:20], reason="it is thumb or screen")
    plan = plan_of(session, form_version_id)
    is_log = name == AUDIT and bool(plan.protected)
    exact = False
    if is_protected(plan, path):
        exact = opens_protected(access, submission)
        if not exact:
            may = access.may(Verb.PROTECTED_READ, submission.project_id)
            raise problems.REASON_NEEDED() if may else problems.PROTECTED()
    elif not size and (plan.household_form or is_log):
        exact = opens_protected(access, submission)
    if size:
        return _small(blob, photo, size, f"{tag}-{size}")
    session.rollback()  # nothing is open while the bytes go out
    if not exact and is_log:
        return _redacted_log(plan, blob, name, f"{tag}-bare")
    if not exact and plan.household_form and blob.content_type.startswith(WITH_METADATA):
        return _cleaned(blob, name, f"{tag}-bare")
    return file_answer(_content(blob.name), blob.content_type, name=name, tag=tag, size=blob.size)


def put_file(session: Session, access: Access, submission: Submission, version_id: int, name: str) -> None:
    """Add a file that the submission mentions and that has not arrived; what is there stays as it came.

    Raises `NOT_FOUND` where the submission mentions no such file, `NOT_UNIQUE` where it is there.
    """
    row = next((one for one in attachments_of(session, version_id) if one.name == name), None)
    if row is None:
        raise problems.NOT_FOUND()
    if row.blob_id is not None:
        raise problems.NOT_UNIQUE(fields="name", values=name)
    submission_id = submission.id
    session.rollback()
    house = services()
    with Inbox(house.store, house.keys, house.settings.max_upload) as inbox:
        incoming = inbox.begin(name, request.content_type or "application/octet-stream")
        while piece := request.stream.read(PIECE):
            incoming.write(piece)
        received = incoming.finish()
        parcel = Parcel(b"", inbox, (received,))
        add_files(session, house, parcel, (received,), submission_id, version_id, access.actor_id)


def _small(blob: Blob, photo: Photo | None, size: str, tag: str) -> Response:
    if not blob.content_type.startswith("image/"):
        raise problems.PICTURE_UNREADABLE()
    kept = None if photo is None else getattr(photo, size)
    if photo is not None and kept is None:
        raise problems.PICTURE_UNREADABLE()
    if kept is not None:
        return file_answer(_content(kept), "image/webp", tag=tag)
    try:  # the job that makes it has not run yet
        _, made = images.prepare(b"".join(_content(blob.name)))
    except Unreadable as error:
        raise problems.PICTURE_UNREADABLE() from error
    return file_answer(made[SIZES[size]], "image/webp", tag=tag)


def _cleaned(blob: Blob, name: str, tag: str) -> Response:
    if blob.size > LARGEST_CLEANED:
        raise problems.PICTURE_UNREADABLE()
    try:
        bare = images.strip(b"".join(_content(blob.name)))
    except Unreadable as error:
        raise problems.PICTURE_UNREADABLE() from error
    return file_answer(bare, sniff(bare), name=name, tag=tag, size=len(bare))


def _redacted_log(plan: Plan, blob: Blob, name: str, tag: str) -> Response:
    if blob.size > LARGEST_CLEANED:
        raise problems.PROTECTED()
    try:
        log = redact_audit(plan, b"".join(_content(blob.name)))
    except ValueError as error:
        raise problems.PROTECTED() from error  # what it holds cannot be told: it is opened whole, or not
    return file_answer(log, "text/csv; charset=utf-8", name=name, tag=tag, size=len(log))


def _content(name: str) -> Any:
    try:
        return open_blob(services().store, services().keys, name)
    except Missing as error:
        raise problems.NOT_FOUND() from error
