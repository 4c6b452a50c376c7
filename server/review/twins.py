"""The same photo in two visits: which other visits of the project hold it, found by its bytes or by how it looks.

A fact about photos, for a person to judge; it blocks nothing and says nothing of who took them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from server.ingest.models import Attachment, Blob, Photo, Submission
from server.ingest.plan import plan_of
from server.ingest.redact import is_protected

MOST = 40
"""Other photos looked at for one visit."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A photo of another visit. `same`: the very file, else one that looks the same (equal perceptual hash)."""

    visit: Submission
    name: str
    photo: Photo | None
    same: bool


def twins(session: Session, one: Submission, within: ColumnElement[bool]) -> Mapping[str, Sequence[Twin]]:
    """By file name of a visit's photos: those of other visits that are the same, the newest visit first.

    `within` is what the reader may list. Photos of protected questions are in it on neither side.
    """
    mine = _own(session, one)
    if not mine:
        return {}
    blobs = {blob_id for _, blob_id, _ in mine}
    looks = {phash for _, _, phash in mine if phash}
    alike = Attachment.blob_id.in_(select(Photo.blob_id).where(Photo.phash.in_(looks)))
    query = (
        select(Submission, Attachment, Photo)
        .join(Attachment, Attachment.version_id == Submission.version_id)
        .outerjoin(Photo, Photo.blob_id == Attachment.blob_id)
        .where(within, Submission.id != one.id, or_(Attachment.blob_id.in_(blobs), alike))
        .order_by(Submission.id.desc(), Attachment.id)
        .limit(MOST)
    )
    found: dict[str, list[Twin]] = defaultdict(list)
    for row in session.execute(query):
        visit, file, photo = row[0], row[1], row[2]
        if is_protected(plan_of(session, visit.form_version_id), file.path):
            continue
        for name, blob_id, phash in mine:
            same = file.blob_id == blob_id
            if same or (photo is not None and phash and photo.phash == phash):
                found[name].append(Twin(visit, file.name, photo, same))
    return found


def _own(session: Session, one: Submission) -> list[tuple[str, int, str | None]]:
    """Name, blob and look of a visit's photos that may be seen."""
    plan = plan_of(session, one.form_version_id)
    query = (
        select(Attachment.name, Attachment.path, Blob.id, Photo.phash)
        .join(Blob, Blob.id == Attachment.blob_id)
        .outerjoin(Photo, Photo.blob_id == Blob.id)
        .where(Attachment.version_id == one.version_id, Blob.content_type.startswith("image/"))
    )
    return [
        (name, blob_id, phash)
        for name, path, blob_id, phash in session.execute(query)
        if not is_protected(plan, path)
    ]
