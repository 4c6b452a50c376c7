"""Areas come in as CSV, all or none, and again as often as names change: codes say which row is which area.

Areas and columns that a sheet leaves out stay: households hang on them. Writes one ledger event; never commits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from server import problems
from server.areas.faults import MOST_NAMED, Fault, refusal
from server.areas.models import NO_AREA, Area
from server.areas.sheet import AreaRow, Sheet, read_sheet
from server.db import utcnow
from server.keys import Keyring
from server.ledger import Kind, append
from server.problems import Sentence

DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, in numbers of areas."""

    created: int
    updated: int
    unchanged: int


def import_areas(
    session: Session,
    keys: Keyring,
    sheet: bytes | Sheet,
    *,
    actor_id: int | None,
    confirmed: bool | Collection[str] = False,
) -> Imported:
    """Take a CSV of areas: new codes are added, known ones get what its columns say of them; what has no column stays as it
    stands. Give the sheet that `read_sheet` made of it before the transaction began; reading bytes takes seconds.

    The same sheet again changes nothing and writes nothing. Raises `AREAS_INVALID` with every faulty row: one that says no
    area, a code twice, an unknown parent, a cycle, a tree deeper than 20, and, unless `confirmed` (of all, or by their codes),
    a known area that would leave the one it lies in, for another or for none.
    """
    read = read_sheet(sheet) if isinstance(sheet, bytes) else sheet
    rows = read.rows
    if not rows and not read.faults:
        raise problems.AREAS_INVALID(reason=Sentence("the sheet has no areas"), row=None)
    query = select(Area).options(undefer(Area.boundary))
    known = {area.code: area for area in session.scalars(query.with_for_update())}
    before = _parents(known)
    parents = {row.code: row.parent if "parent" in row.columns else before.get(row.code, "") for row in rows}
    faults = [*read.faults, *_of_tree(rows, before, parents)]
    if faults:
        raise refusal(sorted(faults, key=lambda one: one.row))
    leaving = list(_leaving(rows, before, parents))
    asked = leaving if isinstance(confirmed, bool) else [row for row in leaving if row.code not in confirmed]
    if asked and confirmed is not True:
        raise _unconfirmed(leaving, before, parents)
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


def _of_tree(
    rows: Sequence[AreaRow], before: Mapping[str, str], parents: Mapping[str, str]
) -> Iterator[Fault]:
    parent_of = {**before, **parents}
    row_of: dict[str, int] = {}
    for row in rows:
        if not row.code:
            continue  # said already
        if (first := row_of.setdefault(row.code, row.row)) != row.row:
            reason = Sentence("the code {code} stands in row {first} already", code=row.code, first=first)
            yield Fault(row.row, reason)
        if row.code.upper() == NO_AREA and row.code not in before:
            reason = Sentence(
                "the code {code} stands for households without an area: give this area another, for example {code}1",
                code=row.code,
            )
            yield Fault(row.row, reason)
        # a code that comes twice has two
        parent = row.parent if "parent" in row.columns else parents[row.code]
        if parent and parent not in parent_of:
            parent = parent[:60]
            yield Fault(
                row.row, Sentence("the parent “{parent}” is neither in the sheet nor known", parent=parent)
            )
        above, steps = parent, 0
        while above and above != row.code and steps < DEEPEST:
            above, steps = parent_of.get(above, ""), steps + 1
        if above == row.code:
            yield Fault(row.row, Sentence("{code} lies in itself, over its parents", code=row.code))
        elif above:
            yield Fault(
                row.row, Sentence("{code} lies deeper than {deepest} levels", code=row.code, deepest=DEEPEST)
            )


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


def _leaving(
    rows: Sequence[AreaRow], before: Mapping[str, str], parents: Mapping[str, str]
) -> Iterator[AreaRow]:
    """Rows whose area would lie in its parent no more: one put between the two takes nothing from anybody."""
    parent_of = {**before, **parents}
    for row in rows:
        left, above = before.get(row.code), parents[row.code]
        while above and above != left:
            above = parent_of.get(above, "")
        if left and not above:
            yield row


def _unconfirmed(
    leaving: Sequence[AreaRow], before: Mapping[str, str], parents: Mapping[str, str]
) -> problems.ProblemError:
    named = [f"{row.code} ({before[row.code]} → {parents[row.code] or '–'})" for row in leaving[:MOST_NAMED]]
    reason = Sentence(
        "{codes} would leave the area they lie in, and phones and people there would no longer see them or their households. "
        "Give the parent that they have, leave out that column, or confirm it: on the page, with ?confirm=true over REST, with "
        "--force on the command line",
        codes=", ".join(named) + (" …" if len(leaving) > MOST_NAMED else ""),
    )
    moves = [(row.code, before[row.code], parents[row.code]) for row in leaving]
    return refusal([Fault(leaving[0].row, reason)], leaving=[row.code for row in leaving], moves=moves)
