"""Lists outside a form as a phone had them, for the engine: attached files, areas, entity lists.

An entity is found by its id without its list being read, in the version that the submission was made from where it says
which. A whole list is read for filters over other columns only, and then kept for a while: the phone's own is older. Whoever
judges by lists warns, never blocks (decisions.md, 'Findings').
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.commit import Committer
from server.entities import lists
from server.entities.models import Entity, EntityVersion
from server.forms import attachments, served
from server.services import Services
from server.xforms import FormError
from server.xforms.tables import Item, Table, of_csv, of_geojson, of_xml

ROW = ("root", "item")

KEPT = 200_000
"""Rows of tables that a process keeps of an installation, the longest unused forgotten first."""
LASTS = 300.0
"""Seconds for which a whole entity list read for filters serves, changed or not: phones fetch theirs every 15 minutes."""


class PhoneLists:
    """The lists of one form version for one sender (`xforms.Lists`). Made for one check; reads in the caller's session.

    `known`: of the entities that the submission changes, the version number that the phone had, by list and lower-case id.
    """

    def __init__(
        self,
        session: Session,
        services: Services,
        form_version_id: int,
        areas: tuple[int, ...],
        language: str,
        known: Mapping[tuple[str, str], int],
    ) -> None:
        self._session = session
        self._services = services
        self._form_version_id = form_version_id
        self._areas = areas
        self._language = language
        self._known = known
        self._files: dict[str, served.ServedFile] | None = None
        self._tables: dict[str, Table | None] = {}
        self._shelf = _shelves.setdefault(services.committer, _Shelf())

    def table(self, file: str) -> Table | None:
        """The attached file's content; None where it is not there, or is no table."""
        if file not in self._tables:
            self._tables[file] = self._make(file)
        return self._tables[file]

    def has(self, file: str, column: str, value: str) -> bool | None:
        """Whether the list ever had the value in a column; None where the list is not there."""
        source = self._source(file)
        if source is not None and source.dataset_id is not None and column == "name":
            return _ever(self._session, source.dataset_id, value)
        table = self.table(file)
        return None if table is None else bool(table.where(ROW, column, value))

    def _source(self, file: str) -> served.ServedFile | None:
        if self._files is None:
            there = served.files_of(self._session, self._form_version_id)
            self._files = {one.name: one for one in there}
        return self._files.get(file)

    def _make(self, file: str) -> Table | None:
        source = self._source(file)
        if source is None:
            return None
        if source.source == "areas":
            copy = lists.areas_csv(self._session, self._services, self._areas, self._language)
            return self._shelf.table(("areas", copy.md5), None, lambda: of_csv(copy.content))
        if source.dataset_id is not None:
            versions = {uuid: number for (name, uuid), number in self._known.items() if f"{name}.csv" == file}
            dataset_id = source.dataset_id
            return _EntityTable(self._session, dataset_id, versions, lambda: self._whole(dataset_id))
        if source.file_id is None:
            return None
        file_id = source.file_id
        return self._shelf.table(("file", file_id), None, lambda: self._file(file, file_id))

    def _whole(self, dataset_id: int) -> Table:
        key = ("list", dataset_id, self._areas)
        return self._shelf.table(
            key,
            LASTS,
            lambda: of_csv(lists.csv_for(self._session, self._services, dataset_id, self._areas).content),
        )

    def _file(self, name: str, file_id: int) -> Table:
        _, pieces = attachments.content(self._session, self._services, file_id)
        content = b"".join(pieces)
        try:
            if name.endswith(".xml"):
                return of_xml(content)
            return of_geojson(content) if name.endswith(".geojson") else of_csv(content)
        except FormError:
            return Table("root", Item({}, ()))  # no table: nothing is found in it


class _EntityTable(Table):
    """An entity list: looked up by id in the database, read whole for everything else."""

    def __init__(
        self, session: Session, dataset_id: int, versions: Mapping[str, int], whole: Callable[[], Table]
    ) -> None:
        super().__init__("root", Item({}, ()))
        self._session = session
        self._dataset_id = dataset_id
        self._versions = versions
        self._whole = whole

    def items(self, steps: tuple[str, ...]) -> list[Item]:
        return [self._as_known(one) for one in self._whole().items(steps)]

    def where(self, steps: tuple[str, ...], column: str, value: str) -> list[Item]:
        if steps == ROW and column == "name":
            item = _entity(self._session, self._dataset_id, value, self._versions.get(value.lower()))
            return [item] if item is not None else []
        return [self._as_known(one) for one in self._whole().where(steps, column, value)]

    def where_number(self, steps: tuple[str, ...], column: str, value: float) -> list[Item]:
        return [self._as_known(one) for one in self._whole().where_number(steps, column, value)]

    def _as_known(self, item: Item) -> Item:
        """The entity that the submission changes, as it was when the phone took it up."""
        if not self._versions:
            return item
        name = item.get("name") or ""
        number = self._versions.get(name.lower())
        if number is None:
            return item
        return _entity(self._session, self._dataset_id, name, number) or item


_ENTITY = select(Entity.id, Entity.uuid, Entity.label, Entity.version, Entity.data).where(
    Entity.dataset_id == bindparam("dataset"), Entity.uuid == bindparam("uuid")
)
_VERSION = select(EntityVersion.label, EntityVersion.version, EntityVersion.data).where(
    EntityVersion.entity_id == bindparam("entity"), EntityVersion.version == bindparam("version")
)


def _ever(session: Session, dataset_id: int, uuid: str) -> bool:
    return session.execute(_ENTITY, {"dataset": dataset_id, "uuid": uuid.lower()}).first() is not None


def _entity(session: Session, dataset_id: int, uuid: str, version: int | None) -> Item | None:
    """An entity as a row of its list, protected properties left out."""
    row: Any = session.execute(_ENTITY, {"dataset": dataset_id, "uuid": uuid.lower()}).first()
    if row is None:
        return None
    told = row
    if version is not None and version != row.version:
        told = session.execute(_VERSION, {"entity": row.id, "version": version}).first() or row
    columns = {"name": row.uuid, "label": told.label, "__version": str(told.version), **told.data}
    return Item({name: at for at, name in enumerate(columns)}, tuple(columns.values()))


# --- what a process keeps -------------------------------------------------------------------------------------------


class _Shelf:
    """What a process keeps of an installation: tables by what they were made of."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.tables: OrderedDict[tuple[Any, ...], tuple[float, int, Table]] = OrderedDict()

    def table(self, key: tuple[Any, ...], lasts: float | None, make: Callable[[], Table]) -> Table:
        """The table kept, else made: files and areas never change under their key, whole lists serve `lasts`."""
        now = time.monotonic()
        with self.lock:
            found = self.tables.get(key)
            if found is not None and (lasts is None or now - found[0] < lasts):
                self.tables.move_to_end(key)
                return found[2]
        table = make()
        rows = len(table.items(ROW)) + 1
        with self.lock:
            self.tables[key] = (now, rows, table)
            self.tables.move_to_end(key)
            while sum(one[1] for one in self.tables.values()) > KEPT and len(self.tables) > 1:
                self.tables.popitem(last=False)
        return table


_shelves: WeakKeyDictionary[Committer, _Shelf] = WeakKeyDictionary()
