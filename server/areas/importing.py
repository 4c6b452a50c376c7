"""Areas come in as CSV, all or none, and again as often as names change: codes say which row is which area.

Areas and columns that a sheet leaves out stay: households hang on them. Writes one ledger event; never commits.
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


def import_areas(
    session: Session, keys: Keyring, content: bytes, *, actor_id: int | None, confirmed: bool = False
) -> Imported:
    """Take a CSV of areas (`sheet.read_areas`): new codes are added, known ones get what its columns say of them; what has no
    column stays as it stands.

    The same sheet again changes nothing and writes nothing. Raises `AREAS_INVALID` with the row: a code twice, an
    unknown parent, a cycle, a tree deeper than 20, and, unless `confirmed`, a known area whose parent is taken away.
    """
    rows = read_areas(content)
    if not rows:
        raise problems.AREAS_INVALID(reason="the sheet has no areas", row=None)
    query = select(Area).options(undefer(Area.boundary))
    known = {area.code: area for area in session.scalars(query.with_for_update())}
    before = _parents(known)
    parents = {row.code: row.parent if "parent" in row.columns else before.get(row.code, "") for row in rows}
    _check_tree(rows, before, parents)
    leaving = [row for row in rows if before.get(row.code) and not parents[row.code]]
    if leaving and not confirmed:
        raise _unconfirmed(leaving)
    changed: list[dict[str, Any]] = []
    created = 0
    now = utcnow()
    for row in rows:
        area = known.get(row.code)
        values = _values(row, area)
        if area is None:
            area = known[row.code] = Area(code=row.code, path="", created_at=now, last_serial=0, **values)
            session.add(area)
            created += 1
        elif parents[row.code] == before[row.code] and all(getattr(area, k) == v for k, v in values.items()):
            continue
        for name, value in values.items():
            setattr(area, name, value)
        changed.append({"code": row.code, "parent": parents[row.code], **_standing(area), **values})
    if not changed:
        return Imported(0, 0, len(rows))
    session.flush()
    _place(session, parents, known)
    decided = {"areas": changed} | ({"leaving": [row.code for row in leaving]} if leaving else {})
    append(session, keys, Kind.AREAS, "areas", actor_id, decided, at=now)
    return Imported(created, len(changed) - created, len(rows) - len(changed))


def _check_tree(rows: Sequence[AreaRow], before: Mapping[str, str], parents: Mapping[str, str]) -> None:
    parent_of = {**before, **parents}
    row_of: dict[str, int] = {}
    for row in rows:
        if row.code in row_of:
            raise _wrong(row.row, f"the code {row.code} stands in row {row_of[row.code]} already")
        row_of[row.code] = row.row
    for row in rows:
        parent = parents[row.code]
        if parent and parent not in parent_of:
            raise _wrong(row.row, f"the parent “{parent[:60]}” is neither in the sheet nor known")
        above, steps = parent, 0
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


def _place(session: Session, parents: Mapping[str, str], known: Mapping[str, Area]) -> None:
    """Set the parents that the sheet gives, then every path whose way to the root changed (whole subtrees move)."""
    for code, above in parents.items():
        parent = known[above].id if above else None
        if known[code].parent_id != parent:
            known[code].parent_id = parent
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


def _values(row: AreaRow, area: Area | None) -> dict[str, Any]:
    """What the sheet's columns make of an area; of names in languages, those that have a column."""
    kept = {} if area is None else area.names
    given = {
        "name": row.name,
        "level": row.level,
        "lat": row.lat,
        "lon": row.lon,
        "boundary": row.boundary or None,
    }
    names = {k: v for k, v in kept.items() if f"name:{k}" not in row.columns} | dict(row.names)
    values = {name: value for name, value in given.items() if name in row.columns}
    return {"level": "", "names": names, **values} if area is None else {"names": names, **values}


def _standing(area: Area) -> dict[str, Any]:
    return {"name": area.name, "names": area.names, "level": area.level, "lat": area.lat, "lon": area.lon}


MOST_NAMED = 20
"""Codes or rows that a refusal names."""


def _unconfirmed(leaving: Sequence[AreaRow]) -> problems.ProblemError:
    codes = ", ".join(row.code for row in leaving[:MOST_NAMED]) + (" …" if len(leaving) > MOST_NAMED else "")
    reason = problems.Sentence(
        "the parent is empty for {codes}, so these areas would leave the area they lie in, and phones and people there would "
        "no longer see them or their households. Fill in the parent, leave out that column, or confirm it: with "
        "?confirm=true over REST, with --force on the command line",
        codes=codes,
    )
    return problems.AREAS_INVALID(reason=reason, row=leaving[0].row, leaving=[row.code for row in leaving])


def _wrong(row: int, reason: str) -> problems.ProblemError:
    return problems.AREAS_INVALID(reason=f"row {row}: {reason}", row=row)
