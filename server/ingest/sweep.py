"""Files in the photo store that no row names: what a stop between file and commit left behind. Taken only when a day old."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server import jobs
from server.db import reading
from server.forms.models import FormFile
from server.ingest.models import Blob, Photo
from server.services import Services

IDLE = 24 * 3600
"""Seconds that a file without a row is left alone: a submission under way may be about to name it."""

SWEEP = "media.sweep"


def sweep(session: Session, services: Services, ref: str) -> None:
    """Job: remove orphans, and come again in a day. The store looks at a file's age again under its lock."""
    for name in services.store.older_than(IDLE):
        with reading(session):
            owned = _owned(session, name)
        if not owned:
            services.store.delete_idle(name, IDLE)
    services.store.sweep_unfinished(IDLE)
    jobs.enqueue(session, [jobs.Later(SWEEP, ref, timedelta(days=1))])


def _owned(session: Session, name: str) -> bool:
    queries = (
        select(Blob.id).where(Blob.name == name),
        select(Photo.blob_id).where(or_(Photo.thumb == name, Photo.screen == name)),
        select(FormFile.id).where(FormFile.blob == name),
    )
    return any(session.execute(query.limit(1)).first() is not None for query in queries)
