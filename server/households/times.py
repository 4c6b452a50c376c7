"""When something was seen: instants with the offset that came, and the order of what was seen. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from server.households.mapping import FormPlan, steps_of
from server.households.projection import text_at
from server.xforms import types

NOON = time(12)
WHOLE = 255
"""Bytes of an instanceID that a rank holds as they are."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC, and the offset from UTC in minutes that came with it."""

    at: datetime
    offset: int


@dataclass(frozen=True, slots=True)
class Times:
    """When a submission's facts were so, and the form's own start and end."""

    observed: Moment
    started: datetime | None
    ended: datetime | None


def times_of(
    plan: FormPlan | None, record: Mapping[str, Any], received_at: datetime, zone: ZoneInfo
) -> Times:
    """mapping.md 'When': the question mapped to visit.observed_at, else end, else start, else receipt.

    A date alone is noon in the project's time zone, a dateTime without offset is local there.
    """
    if plan is None:
        return Times(_moment(received_at.astimezone(zone), zone), None, None)
    observed = _read(record, plan.observed_at, zone)
    started, ended = _read(record, plan.start, zone), _read(record, plan.end, zone)
    chosen = observed or ended or started or _moment(received_at.astimezone(zone), zone)
    return Times(chosen, started.at if started else None, ended.at if ended else None)


def _read(record: Mapping[str, Any], path: str | None, zone: ZoneInfo) -> Moment | None:
    text = None if path is None else text_at(record, steps_of(path))
    if text is None or not text.strip():
        return None
    try:
        read = types.parse_datetime(text)
        if "T" not in text:
            read = datetime.combine(read.date(), NOON)
        return _moment(read, zone)
    except (ValueError, OverflowError):
        return None


def _moment(when: datetime, zone: ZoneInfo) -> Moment:
    local = when.replace(tzinfo=zone) if when.tzinfo is None else when
    offset = local.utcoffset()
    assert offset is not None
    return Moment(local.astimezone(UTC), int(offset.total_seconds() // 60))


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """The day that it was in a zone; in UTC where a wrong clock says an hour that lies outside the calendar there."""
    try:
        return at.astimezone(zone).date()
    except OverflowError:
        return at.astimezone(UTC).date()


def rank_of(
    observed_at: datetime, ended: datetime | None, started: datetime | None, instance_id: str
) -> bytes:
    """Bytes that sort as decisions.md 'Time' says: observed_at, then end, then start, then instanceID.

    Of an instanceID over 255 bytes what follows these is its SHA-256: PostgreSQL takes no index entry over 2,704 bytes.
    """
    parts = (_sortable(observed_at), _sortable(ended), _sortable(started), "")
    own = instance_id.encode()
    if len(own) > WHOLE:
        own = own[:WHOLE] + sha256(own).hexdigest().encode()
    return " ".join(parts).encode() + own  # a blank sorts before every digit: what is missing comes first


def _sortable(when: datetime | None) -> str:
    return "" if when is None else when.astimezone(UTC).isoformat(timespec="microseconds")[:26]
