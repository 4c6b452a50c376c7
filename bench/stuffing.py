"""Rows by the hundred thousand, put straight into the tables: what the product would hold after years, without the years.

The rows are of the kinds and sizes that submissions leave (measured on small ones): only how they got there differs.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Table, create_engine, insert

from server.accounts.models import Audit
from server.db import prepare_sqlite
from server.households.tables import TABLES
from server.ingest.models import InstanceKey, Submission, SubmissionVersion
from server.ledger import LedgerRow
from server.settings import Settings

BATCH = 5_000
START = datetime(2020, 1, 1, tzinfo=UTC)


def engine_of(settings: Settings) -> Engine:
    """An engine of the bench's own beside the running server."""
    engine = create_engine(
        settings.database, connect_args={"timeout": 60, "isolation_level": None} if settings.is_sqlite else {}
    )
    if settings.is_sqlite:
        prepare_sqlite(engine, immediate=True)
    return engine


def submissions(settings: Settings, count: int, *, first: int, form_id: int, form_version_id: int) -> None:
    """`count` small submissions with their identities, ledger and audit rows, numbered from `first`."""
    xml = os.urandom(420)
    answers = {"q1": "Lower Ford", "q2": "5", "q3": "yes", "q4": "1.5", "q5": "2026-03-01"}
    tables: Sequence[Any] = (LedgerRow, Submission, SubmissionVersion, InstanceKey, Audit)
    engine = engine_of(settings)
    for start in range(first, first + count, BATCH):
        numbers = range(start, min(start + BATCH, first + count))
        at = [START + timedelta(seconds=30 * n) for n in numbers]
        with engine.begin() as connection:
            for model in tables:
                rows = [
                    _row(model.__tablename__, n, when, xml, answers, form_id, form_version_id)
                    for n, when in zip(numbers, at, strict=True)
                ]
                connection.execute(insert(model.__table__), rows)
    if settings.is_sqlite:  # else the first requests measured copy back what was stuffed
        with engine.connect() as connection:
            raw = connection.connection.cursor()
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def _row(
    table: str,
    n: int,
    at: datetime,
    xml: bytes,
    answers: dict[str, str],
    form_id: int,
    version: int,
) -> dict[str, Any]:
    instance = f"uuid:{uuid.UUID(int=n)}"
    if table == "ledger":
        return {
            "seq": n,
            "at": at,
            "kind": "submission",
            "ref": "submission",
            "actor_id": 1,
            "payload": xml[:160],
        }
    if table == "submission":
        own = {
            "id": n,
            "project_id": 1,
            "form_id": form_id,
            "draft": False,
            "instance_id": instance,
            "submitter_id": 1,
        }
        return own | {
            "created_at": at,
            "version_id": n,
            "form_version_id": version,
            "area_id": 2,
            "blocking": 0,
            "warnings": 0,
            "projected": True,
            "photos": 0,
            "missing": 0,
        }
    if table == "submission_version":
        own = {"id": n, "submission_id": n, "form_version_id": version, "instance_id": instance, "xml": xml}
        return own | {"answers": answers, "submitter_id": 1, "created_at": at}
    if table == "instance_key":
        spread = hashlib.sha256(n.to_bytes(8, "big")).digest()  # as an HMAC falls: anywhere in the index
        own = {"form_id": form_id, "draft": False, "instance_mac": spread}
        return own | {"xml_mac": spread[::-1], "submission_id": n, "version_id": n}
    own = {
        "at": at,
        "actor_id": 1,
        "action": "submission.create",
        "actee": f"submission:{n}",
        "project_id": 1,
    }
    return own | {"area_id": 2, "details": {"instanceId": instance, "form": form_id}}


def monitoring(settings: Settings, table: str, count: int, households: Sequence[str]) -> None:
    """`count` rows of a monitoring table's history."""
    history: Table = TABLES[table].history
    engine = engine_of(settings)
    for rows in _facts(count, households):
        with engine.begin() as connection:
            connection.execute(insert(history), rows)
    engine.dispose()


def _facts(count: int, households: Sequence[str]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, count, BATCH):
        rows = []
        for n in range(start, min(start + BATCH, count)):
            at = START + timedelta(minutes=n)
            rows.append(
                {
                    "id": (n + 1) << 20,
                    "project_id": 1,
                    "area_id": 2,
                    "household_id": households[n % len(households)],
                    "submission": f"uuid:{uuid.UUID(int=n)}",
                    "submission_id": 1,
                    "form_version_id": 1,
                    "path": "/data/water",
                    "observed_at": at,
                    "observed_offset": 480,
                    "seq": n + 1,
                    "recorded_at": at,
                    "source": "borehole",
                    "location": "elsewhere",
                    "round_trip": n % 90,
                    "sufficient": True,
                }
            )
        yield rows
