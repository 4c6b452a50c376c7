"""Entity lists as forms declare them: made when a form is published, changed by nothing that a phone sends.

Knows no household: which properties are protected is told by whoever publishes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import cast

from sqlalchemy import Table, bindparam, column, select, table, update
from sqlalchemy.orm import Session

from server.db import utcnow
from server.entities.models import Dataset, DatasetForm, DatasetProperty
from server.hot import Hot, at_last, insert_of, wire
from server.xforms import EntityDecl

SERVER_PROPERTIES: Mapping[str, tuple[str, ...]] = {"households": ("code",), "facilities": ("code",)}
"""Properties that the server itself fills, of the lists that are the monitoring database's."""


GEOMETRY = "geometry"
"""The property that holds an entity's place, as ODK Central and Collect's maps read it."""

_DATASET = cast(Table, Dataset.__table__)
_PROJECT = table("project", column("id"))
_RAISE = Hot(
    update(_DATASET)
    .where(_DATASET.c.id == bindparam("the_dataset"))
    .values(generation=_DATASET.c.generation + 1)
)


def declare(
    session: Session,
    project_id: int,
    form_version_id: int,
    declarations: Iterable[EntityDecl],
    protected_paths: Set[str] = frozenset(),
    point_paths: Set[str] | None = None,
) -> dict[str, int]:
    """Make the lists and properties that a version declares, at its publishing; returns list names with their ids.

    `protected_paths`: the version's protected answers, without positions. A property once protected stays so.
    `point_paths`: its geopoint questions (None: those saved to `geometry`); a protected property that is no point in
    every form is in no phone's list. Does nothing where all of it is there already. Of two publishings of a project at once
    the second waits here for the first (PostgreSQL), and finds what that made.
    """
    made: dict[str, int] = {}
    declared = list(declarations)
    if declared:
        one_at_a_time = select(_PROJECT.c.id).where(_PROJECT.c.id == project_id)
        session.execute(one_at_a_time.with_for_update(key_share=True))
    for declaration in declared:
        dataset_id = made.get(declaration.dataset) or _dataset(session, project_id, declaration.dataset)
        made[declaration.dataset] = dataset_id
        properties = dict.fromkeys(SERVER_PROPERTIES.get(declaration.dataset, ()), (False, False))
        for path, name in declaration.saveto.items():
            protected, point = properties.get(name, (False, True))
            is_point = name == GEOMETRY if point_paths is None else path in point_paths
            properties[name] = (protected or path in protected_paths, point and is_point)
        _properties(session, dataset_id, properties)
        _writes(session, dataset_id, form_version_id, list(declaration.saveto.values()))
    return made


_NAMED = select(Dataset.id).where(
    Dataset.project_id == bindparam("project"),
    Dataset.name == bindparam("name"),
    Dataset.deleted_at.is_(None),
)

_PROPERTIES = Hot(
    select(DatasetProperty.name, DatasetProperty.protected)
    .where(DatasetProperty.dataset_id == bindparam("dataset"))
    .order_by(DatasetProperty.id)
)


def dataset_id_of(session: Session, project_id: int, name: str) -> int | None:
    """The id of a project's list by its name, None where there is none."""
    return wire(session).execute(_NAMED, {"project": project_id, "name": name}).scalar()


def joined(session: Session) -> dict[int, int]:
    """Ids of lists that were joined to another of their name, with that one's: the ledger's determinations name the first."""
    query = select(Dataset.id, Dataset.joined_into).where(Dataset.joined_into.is_not(None))
    return {row.id: row.joined_into for row in session.execute(query)}


def points_of(session: Session, dataset_id: int) -> set[str]:
    """The properties of a list that are points in every form that writes them."""
    query = select(DatasetProperty.name).where(
        DatasetProperty.dataset_id == dataset_id, DatasetProperty.point
    )
    return set(session.scalars(query))


def properties_of(session: Session, dataset_id: int) -> dict[str, bool]:
    """A list's properties in the order in which forms published them, and whether each is protected."""
    rows = _PROPERTIES.all(wire(session), {"dataset": dataset_id})
    return {name: bool(protected) for name, protected in rows}


def touch(session: Session, dataset_id: int) -> None:
    """Raise a list's generation in the transaction that changes it: copies made before are old from its commit on.

    Call it last: until that commit it holds the list's row against other writers (PostgreSQL).
    """
    at_last(session, _raise, dataset_id)


def _raise(session: Session, dataset_id: int, _: list[None]) -> None:
    _RAISE.later(wire(session), {"the_dataset": dataset_id})


def _dataset(session: Session, project_id: int, name: str) -> int:
    found = dataset_id_of(session, project_id, name)
    if found is not None:
        return found
    dataset = Dataset(project_id=project_id, name=name, created_at=utcnow())
    session.add(dataset)
    session.flush()
    return dataset.id


def _properties(session: Session, dataset_id: int, wanted: Mapping[str, tuple[bool, bool]]) -> None:
    """Make or change properties: name to (protected, point)."""
    query = select(DatasetProperty).where(DatasetProperty.dataset_id == dataset_id)
    there = {row.name: row for row in session.scalars(query)}
    changed = False
    for name, (protected, point) in wanted.items():
        row = there.get(name)
        if row is None:
            row = DatasetProperty(dataset_id=dataset_id, name=name, created_at=utcnow())
            row.protected, row.point = protected, point
            session.add(row)
            changed = True
        elif (row.protected, row.point) != (row.protected or protected, row.point and point):
            row.protected, row.point = row.protected or protected, row.point and point
            changed = True
    if changed:
        session.flush()
        touch(session, dataset_id)


def _writes(session: Session, dataset_id: int, form_version_id: int, properties: list[str]) -> None:
    make = insert_of(session)
    row = {"dataset_id": dataset_id, "form_version_id": form_version_id, "properties": properties}
    key = [DatasetForm.dataset_id, DatasetForm.form_version_id]
    session.execute(
        make(DatasetForm)
        .values(**row)
        .on_conflict_do_update(index_elements=key, set_={"properties": properties})
    )


def touch_all(session: Session) -> None:
    """Raise the generation of every list: after an import of areas, which changes who gets what."""
    session.execute(update(_DATASET).values(generation=_DATASET.c.generation + 1))
