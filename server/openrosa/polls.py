"""Form list and manifest, which every phone asks each quarter of an hour: one statement each.

That statement reads all that an answer rests on (token, grants, areas, forms, files, generations of lists). The answer is kept
beside what was read, and stands while the same is read again: there is no rule to forget about when it is old. Knows no request.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote
from weakref import WeakKeyDictionary

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from server import problems
from server.accounts.calling import OWN, Found, asking, call_of, find, rows_of
from server.accounts.models import Phone
from server.accounts.roles import Verb
from server.commit import Committer
from server.db import polling
from server.entities import lists
from server.entities.models import Dataset
from server.forms.models import FormAttachment, FormFile, FormVersion, Project
from server.forms.served import COLUMNS, ServedFile, ServedForm, one_form, open_forms
from server.ledger import LedgerRow
from server.openrosa import wire
from server.services import Services
from server.words import nearest

_KEPT = 16_000_000
"""Bytes of answers that a process keeps, with what they were made from; the least asked for are forgotten first."""

_BESIDE = 1000
"""Bytes that an answer takes beside its texts, about."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A document and its ETag, quotes included."""

    content: bytes
    tag: str


@dataclass(frozen=True, slots=True)
class Polled:
    """What a phone gets, which phone it is, and whether it was heard of a moment ago."""

    actor_id: int
    lately: bool
    answer: Answer


@dataclass(frozen=True, slots=True)
class View:
    """Whose manifest: the address its paths hang on, language, areas, those whose entities lists show, whether points are
    exact, whether it is a draft's."""

    base: str
    language: str
    areas: Sequence[int]
    rows: Sequence[int]
    exact_points: bool
    draft: bool


class _Shelf:
    """An address's last answer, and the facts it was made from."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.kept: OrderedDict[str, tuple[Found, Answer]] = OrderedDict()
        self.bytes = 0

    def get(self, address: str, facts: Found) -> Answer | None:
        with self.lock:
            found = self.kept.get(address)
            if found is None or found[0] != facts:
                return None
            self.kept.move_to_end(address)
            return found[1]

    def put(self, address: str, facts: Found, made: Answer) -> None:
        with self.lock:
            before = self.kept.pop(address, None)
            self.bytes += _size(facts, made) - (_size(*before) if before else 0)
            self.kept[address] = facts, made
            while self.bytes > _KEPT:
                self.bytes -= _size(*self.kept.popitem(last=False)[1])


def _size(facts: Found, made: Answer) -> int:
    return _BESIDE + len(made.content) + sum(len(one) for one in facts if isinstance(one, str))


_shelves: WeakKeyDictionary[Committer, _Shelf] = WeakKeyDictionary()


def _shelf(services: Services) -> _Shelf:
    found = _shelves.get(services.committer)
    return _shelves.setdefault(services.committer, _Shelf()) if found is None else found


_FILES = (
    one_form(
        FormAttachment.name,
        FormAttachment.source,
        FormFile.md5,
        FormAttachment.file_id,
        FormAttachment.dataset_id,
        Dataset.generation,
        project=Phone.project_id,
    )
    .join(FormAttachment, FormAttachment.form_version_id == FormVersion.id)
    .outerjoin(FormFile, FormFile.id == FormAttachment.file_id)
    .outerjoin(Dataset, Dataset.id == FormAttachment.dataset_id)
    .where(FormAttachment.source.is_not(None))
)
_EXACT = select(case((Project.exact_points, 1), else_=0)).where(Project.id == Phone.project_id)
_AREAS = select(func.max(LedgerRow.seq)).where(LedgerRow.ref == "areas")

_LIST = asking(lambda many: many(open_forms(*COLUMNS, project=Phone.project_id)))
_MANIFEST = asking(
    lambda many: many(one_form(*COLUMNS, project=Phone.project_id)),
    lambda many: many(_FILES),
    lambda many: _EXACT.scalar_subquery(),
    lambda many: _AREAS.scalar_subquery(),
)


def form_list(services: Services, token: str, project_id: int, base: str) -> Polled:
    """A phone's form list. Raises PHONE_UNKNOWN, also for a token of another project."""
    with polling() as connection:
        found = find(connection, _LIST, services, token)
    facts = _facts(found, project_id)
    shelf, address = _shelf(services), f"{base}/formList"
    kept = shelf.get(address, facts)
    if kept is None:
        only = call_of(found).access.forms(Verb.OPEN_FORM_READ, project_id)
        forms = sorted((ServedForm(*row) for row in rows_of(found[OWN])), key=lambda form: form.form_id)
        kept = answer(listed((form for form in forms if only is None or form.form_id in only), base))
        shelf.put(address, facts, kept)
    return _polled(found, kept)


def manifest(
    session: Session, services: Services, token: str, project_id: int, base: str, xml_form_id: str
) -> Polled:
    """A phone's manifest of a form. Raises PHONE_UNKNOWN, NOT_FOUND, FORBIDDEN.

    `session` is used where an answer is made, to find hashes of lists. They may be newer than the facts, which then are
    not read a second time: generations only rise.
    """
    with polling() as connection:
        found = find(connection, _MANIFEST, services, token, form=xml_form_id)
    facts = _facts(found, project_id)
    shelf, address = _shelf(services), f"{base}/forms/{xml_form_id}"
    kept = shelf.get(address, facts)
    if kept is None:
        forms, its_files, exact, _ = found[OWN:]
        form = next((ServedForm(*row) for row in rows_of(forms)), None)
        if form is None:
            raise problems.NOT_FOUND()
        access = call_of(found).access
        access.require(Verb.OPEN_FORM_READ, project_id, form.form_id)
        language = nearest(access.language, services.settings.language)
        view = View(base, language, access.areas, access.areas, bool(exact), draft=False)
        rows = sorted(rows_of(its_files))  # by name, of which no two are alike
        its = [ServedFile(*row[:-1]) for row in rows]
        generations = {dataset_id: generation for *_, dataset_id, generation in rows}
        kept = answer(files(session, services, view, xml_form_id, its, generations))
        shelf.put(address, facts, kept)
    return _polled(found, kept)


def _facts(found: Found, project_id: int) -> Found:
    """All that an answer rests on: what was read but when the phone was last heard of."""
    if found[1] != project_id:
        raise problems.PHONE_UNKNOWN()
    return found[:2] + found[3:]


def _polled(found: Found, made: Answer) -> Polled:
    return Polled(found[0], bool(found[2]), made)


def answer(content: bytes) -> Answer:
    """A document with the tag of its bytes."""
    return Answer(content, f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"')


def listed(forms: Iterable[ServedForm], base: str, *, draft: bool = False) -> bytes:
    """The form list whose paths hang on `base`."""
    return wire.form_list(_listed(form, base if draft else _at(base, form.xml_form_id)) for form in forms)


def _listed(form: ServedForm, at: str) -> wire.ListedForm:
    manifest_url = f"{at}/manifest" if form.has_media else None
    return wire.ListedForm(form.xml_form_id, form.title, form.version, form.md5, f"{at}.xml", manifest_url)


def files(
    session: Session,
    services: Services,
    view: View,
    xml_form_id: str,
    its: Iterable[ServedFile],
    generations: dict[int, int] | None = None,
) -> bytes:
    """A form's manifest. `generations`: those of its lists by the dataset's id, where they have just been read."""

    def listed_file(file: ServedFile) -> wire.ListedFile:
        url = f"{at}/attachments/{_quoted(file.name)}"
        if file.source == "file":
            assert file.md5 is not None  # an uploaded file has its content's
            return wire.ListedFile(file.name, file.md5, url)
        if file.source == "areas":
            return wire.ListedFile(
                file.name, lists.areas_csv(session, services, view.areas, view.language).md5, url
            )
        assert file.dataset_id is not None
        stamp = lists.stamp_for(
            session,
            services,
            file.dataset_id,
            view.rows,
            exact_points=view.exact_points,
            newest=(generations or {}).get(file.dataset_id),
        )
        integrity_url = f"{view.base}/datasets/{_quoted(file.name.removesuffix('.csv'))}/integrity"
        address = f"{url}?g={stamp.generation}"
        return wire.ListedFile(file.name, stamp.md5, address, entity_list=True, integrity_url=integrity_url)

    at = view.base if view.draft else _at(view.base, xml_form_id)
    return wire.manifest(listed_file(file) for file in its)


def _at(base: str, xml_form_id: str) -> str:
    return f"{base}/forms/{_quoted(xml_form_id)}"


def _quoted(segment: str) -> str:
    return quote(segment, safe="")
