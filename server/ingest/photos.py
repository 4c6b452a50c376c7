"""What is made of a photo after its arrival, as a job: small copies without metadata, and what its metadata says."""

from __future__ import annotations

import json
from datetime import UTC, timezone
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from media import Unreadable, images, open_blob, store_bytes
from media.images import SCREEN, THUMB
from server.db import reading
from server.forms.models import Project
from server.hot import insert_of
from server.ingest.models import Attachment, Blob, Photo, Submission
from server.services import Services

PICTURES = "image/"
LARGEST = 60_000_000
"""Bytes of a picture that is opened: a phone's largest are a fifth of that."""


def read_photo(session: Session, services: Services, blob_id: str) -> None:
    """Job `photo`: read one blob, if it is a picture. Done twice it gives the same."""
    with reading(session):
        row = session.execute(
            select(Blob.name, Blob.size, Blob.content_type).where(Blob.id == int(blob_id))
        ).first()
        zone = ZoneInfo(_timezone(session, int(blob_id)))
    if row is None or not row.content_type.startswith(PICTURES):
        return
    values = _read(services, row.name, row.size, zone)
    make = insert_of(session)
    statement = make(Photo).values(blob_id=int(blob_id), **values)
    session.execute(statement.on_conflict_do_update(index_elements=["blob_id"], set_=values))


def _read(services: Services, name: str, size: int, zone: ZoneInfo) -> dict[str, Any]:
    empty = dict.fromkeys(
        ("width", "height", "taken_at", "position", "phash", "colour", "thumb", "screen", "trouble")
    )
    if size > LARGEST:
        return {**empty, "trouble": "too_large"}
    try:
        picture, small = images.prepare(b"".join(open_blob(services.store, services.keys, name)))
    except Unreadable as error:
        return {**empty, "trouble": error.reason}
    taken = picture.taken_at
    if taken is not None:
        taken = taken.replace(
            tzinfo=zone if picture.utc_offset is None else timezone(picture.utc_offset)
        ).astimezone(UTC)
    place = picture.position
    position = (
        None if place is None else json.dumps([place.latitude, place.longitude, place.accuracy]).encode()
    )
    return {
        "width": picture.width,
        "height": picture.height,
        "taken_at": taken,
        "position": None if position is None else services.keys.seal(position, "photo.position"),
        "phash": None if picture.plain else f"{picture.phash:016x}",
        "colour": picture.mean_colour,
        "thumb": store_bytes(services.store, services.keys, small[THUMB]).blob_id,
        "screen": store_bytes(services.store, services.keys, small[SCREEN]).blob_id,
        "trouble": None if picture.whole else "truncated",
    }


def _timezone(session: Session, blob_id: int) -> str:
    query = (
        select(Project.timezone)
        .join(Submission, Submission.project_id == Project.id)
        .join(Attachment, Attachment.version_id == Submission.version_id)
        .where(Attachment.blob_id == blob_id)
    )
    return session.scalar(query.limit(1)) or "UTC"
