"""Whether everything stored can be read: each blob to its end, each encrypted row once."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from media import MediaError, open_blob
from server.ingest.models import Blob, Photo, SubmissionVersion
from server.keys import KeyTrouble
from server.services import Services


def damaged(session: Session, services: Services) -> Iterator[str]:
    """A line for everything that is damaged or missing."""
    names = [
        *session.scalars(select(Blob.name)),
        *session.scalars(select(Photo.thumb)),
        *session.scalars(select(Photo.screen)),
    ]
    for name in names:
        if name is None:
            continue
        try:
            for _ in open_blob(services.store, services.keys, name):
                pass
        except MediaError as error:
            yield f"photo store: {name}: {type(error).__name__}"
    rows = select(SubmissionVersion.id, SubmissionVersion.xml, SubmissionVersion.protected)
    for row in session.execute(rows.execution_options(yield_per=200)):
        for box, context in (
            (row.xml, "submission_version.xml"),
            (row.protected, "submission_version.protected"),
        ):
            if box is not None:
                try:
                    services.keys.open(box, context)
                except KeyTrouble:
                    yield f"submission version {row.id}: {context} cannot be opened"
