"""Areas come in as CSV, all or none, and again as often as names change: codes say which row is which area.

Areas that a sheet leaves out stay: households hang on them. Writes one ledger event; never commits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from server import problems
from server.areas.models import Area
from server.areas.sheet import AreaRow, read_areas
from server.db import utcnow
from server.keys import Keyring
from server.ledger import Kind, append

DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in numbers of areas."""

    created: int
    updated: int
    unchanged: int


def import_areas(session: Session, keys: Keyring, content: bytes, *, actor_id: int | None) -> Imported:
    """Take a CSV of areas (`sheet.read_areas`): new codes are added, known ones get its names, parents, levels, places, and
    its boundaries where it has such a column.

    The same sheet again changes nothing and writes nothing. Raises `AREAS_INVALID` with the row: a code twice, an
    unknown parent, a cycle, a tree deeper than 20.
    """
    rows = read_areas(content)
    if not rows:
        raise problems.AREAS_INVALID(reason="the sheet has no areas", row=None)
    query = select(Area).options(undefer(Area.boundary))
    known = {area.code: area for area in session.scalars(query.with_for_update())}
    parents = _parents(known)
    _check_tree(rows, parents)
    changed: list[dict[str, Any]] = []
    created = 0
    now = utcnow()
    for row in rows:
        area = known.get(row.code)
        if area is None:
            area = known[row.code] = Area(
                code=row.code, path="", created_at=now, last_serial=0, **_values(row)
            )
            session.add(area)
            created += 1
            changed.append(_payload(row))
        elif row.parent != parents[row.code] or any(
            getattr(area, k) != value for k, value in _values(row).items()
        ):
            for name, value in _values(row).items():
                setattr(area, name, value)
            changed.append(_payload(row))
    if not changed:
        return Imported(0, 0, len(rows))
    session.flush()
    _place(session, rows, known)
    append(session, keys, Kind.AREAS, "areas", actor_id, {"areas": changed}, at=now)
    return Imported(created, len(changed) - created, len(rows) - len(changed))


def _check_tree(rows: Sequence[AreaRow], parents: Mapping[str, str]) -> None:
    parent_of = dict(parents)
    row_of: dict[str, int] = {}
    for row in rows:
        if row.code in row_of:
            raise _wrong(row.row, f"the code {row.code} stands in row {row_of[row.code]} already")
        row_of[row.code] = row.row
        parent_of[row.code] = row.parent
    for row in rows:
        if row.parent and row.parent not in parent_of:
            raise _wrong(row.row, f"the parent “{row.parent[:60]}” is neither in the sheet nor known")
        above, steps = row.parent, 0
        while above:
            steps += 1
            if above == row.code or steps > DEEPEST:
                reason = (
                    "lies in itself, over its parents"
                    if above == row.code
                    else f"lies deeper than {DEEPEST} levels"
                )
                raise _wrong(row.row, f"{row.code} {reason}")
            above = parent_of.get(above, "")


def _place(session: Session, rows: Sequence[AreaRow], known: Mapping[str, Area]) -> None:
    """Set parents of the sheet's rows, then every path whose way to the root changed (whole subtrees move)."""
    for row in rows:
        parent = known[row.parent].id if row.parent else None
        if known[row.code].parent_id != parent:
            known[row.code].parent_id = parent
    by_id = {area.id: area for area in known.values()}
    for area in by_id.values():
        way, at = [str(area.id)], area.parent_id
        while at is not None:
            way.append(str(at))
            at = by_id[at].parent_id
        path = "/" + "/".join(reversed(way)) + "/"
        if area.path != path:
            area.path = path
    session.flush()


def _parents(known: Mapping[str, Area]) -> dict[str, str]:
    """The code of each known area's parent, or empty."""
    code_of = {area.id: code for code, area in known.items()}
    return {code: code_of.get(area.parent_id or 0, "") for code, area in known.items()}


def _values(row: AreaRow) -> dict[str, Any]:
    values = {"name": row.name, "names": dict(row.names), "level": row.level, "lat": row.lat, "lon": row.lon}
    return values if row.boundary is None else {**values, "boundary": row.boundary or None}


def _payload(row: AreaRow) -> dict[str, Any]:
    return {"code": row.code, "parent": row.parent, **_values(row)}


def _wrong(row: int, reason: str) -> problems.ProblemError:
    return problems.AREAS_INVALID(reason=f"row {row}: {reason}", row=row)
