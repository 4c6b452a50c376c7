"""Whether everything stored can be read: each file in the photo store to its end, each encrypted value once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from media import MediaError, open_blob
from server.accounts.models import Phone
from server.db import Base
from server.entities.sealing import OVERRULED, SEALED
from server.forms.models import FormFile
from server.households.tables import TABLES
from server.ingest.models import Blob, Photo
from server.keys import KeyTrouble
from server.services import Services

FILES = (Blob.name, Photo.thumb, Photo.screen, FormFile.blob)
"""Columns that name files in the photo store."""

SEALED_COLUMNS = (
    ("ledger", "payload", "ledger"),
    ("submission_version", "xml", "submission_version.xml"),
    ("submission_version", "protected", "submission_version.protected"),
    ("entity", "protected", SEALED),
    ("entity_version", "protected", SEALED),
    ("entity_version", "overruled", OVERRULED),
    ("photo", "position", "photo.position"),
    ("list_copy", "content", "list_copy.content"),
    ("form", "draft_token_sealed", "form.draft_token"),
)
"""Encrypted columns beside those of the monitoring tables: table, column, the context that they are sealed with."""


def damaged(session: Session, services: Services) -> Iterator[str]:
    """A line for everything that is damaged or missing. The session only reads."""
    for column in FILES:
        for name in session.scalars(
            select(column).where(column.is_not(None)).execution_options(yield_per=500)
        ):
            try:
                for _ in open_blob(services.store, services.keys, str(name)):
                    pass
            except MediaError as error:
                yield f"photo store: {name}: {type(error).__name__}"
    for table, name, context in _sealed():
        yield from _closed(session, services, table, name, context)
    for actor_id, box in session.execute(
        select(Phone.actor_id, Phone.token_sealed).where(Phone.token_sealed.is_not(None))
    ):
        if not _opens(services, box, f"phone.token:{actor_id}"):
            yield f"phone {actor_id}: token_sealed cannot be opened"


def _sealed() -> Iterator[tuple[Table, str, str]]:
    for named, column, context in SEALED_COLUMNS:
        yield Base.metadata.tables[named], column, context
    for name, monitored in TABLES.items():
        for table in dict.fromkeys((monitored.history, monitored.current)):
            for one in table.columns:
                if one.info.get("protected") and one.type.python_type is bytes:
                    yield table, one.name, f"{name}.{one.name}"


def _closed(session: Session, services: Services, table: Table, name: str, context: str) -> Iterator[str]:
    key = next(iter(table.primary_key.columns))
    query = select(key, table.c[name]).where(table.c[name].is_not(None)).execution_options(yield_per=500)
    for row_id, box in session.execute(query):
        if not _opens(services, box, context):
            yield f"{table.name} {row_id}: {name} cannot be opened"


def _opens(services: Services, box: Any, context: str) -> bool:
    try:
        services.keys.open(box, context)
    except KeyTrouble:
        return False
    return True
