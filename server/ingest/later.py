"""Ingest's jobs, by name: `create_app()` registers them."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.orm import Session

from server.ingest import recheck
from server.ingest.photos import read_photo
from server.ingest.project import retry
from server.ingest.sweep import SWEEP, sweep
from server.services import Services

JOBS: dict[str, Callable[[Session, Services, str], None]] = {
    "photo": read_photo,
    "project": retry,
    SWEEP: sweep,
    recheck.KIND: recheck.job,
}

RECURRING = (SWEEP,)
"""Jobs that come again by themselves: the first is written when a worker starts and finds none."""
