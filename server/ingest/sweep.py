"""Files in the photo store that no row names: what a stop between file and commit left behind. Taken only when a day old."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import jobs
from server.db import reading
from server.forms.models import FormFile
from server.ingest.models import Blob, Photo
from server.services import Services

IDLE = 24 * 3600
"""Seconds that a file without a row is left alone: a submission under way may be about to name it."""

TOGETHER = 500
"""Names that the database is asked about at once."""

SWEEP = "media.sweep"


def sweep(session: Session, services: Services, ref: str) -> None:
    """Job: remove orphans, and come again in a day. The store looks at a file's age again under its lock."""
    old = iter(services.store.older_than(IDLE))
    while names := list(islice(old, TOGETHER)):
        with reading(session):
            owned = _owned(session, names)
        for name in names:
            if name not in owned:
                services.store.delete_idle(name, IDLE)
    services.store.sweep_unfinished(IDLE)
    jobs.enqueue(session, [jobs.Later(SWEEP, ref, timedelta(days=1))])


def _owned(session: Session, names: Sequence[str]) -> set[str | None]:
    columns = (Blob.name, Photo.thumb, Photo.screen, FormFile.blob)
    return {name for one in columns for name in session.scalars(select(one).where(one.in_(names)))}
