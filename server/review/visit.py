"""One visit as a reader sees it: answers under their labels in the reader's language, grouped as the form is, findings beside them.

A frozen view for pages and API. Protected answers are left out, or given whole where the caller was allowed to open them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.areas.models import Area
from server.entities.models import Dataset, Entity
from server.ingest.answers import Opened, open_answers
from server.ingest.models import Attachment, Blob, FindingRow, Photo, Submission, SubmissionVersion
from server.services import Services
from server.xforms import BodyNode, Field, FormModel, Record, Text, value_at, walk

AREAS = "areas.csv"

Outside = Mapping[tuple[str, str], str]
"""(file, name) -> label, of choices that stand in lists outside the form."""

UNIT = re.compile(r"\[\d+\]")
REFERENCE = re.compile(r"\$\{\s*([^}\s]*)\s*\}")
"""An answer that a label names, as `xforms.text.Text` writes it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as shown. `kind` says how: text, choice, point, photo, date …; `hidden`: there, and protected."""

    path: str
    label: str
    value: str
    raw: str
    kind: str
    hidden: bool = False
    findings: tuple[FindingRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A group or one row of a repeat: its answers, and the sections within. `empty` counts questions left without an answer."""

    title: str
    path: str
    items: tuple[Shown, ...]
    sections: tuple[Section, ...]
    empty: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """An attachment as evidence: what was read from it where it is a photo, or that it is missing."""

    name: str
    path: str | None
    label: str
    there: bool
    size: int = 0
    content_type: str = ""
    photo: Photo | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """All of it."""

    opened: Opened
    sections: tuple[Section, ...]
    pictures: tuple[Picture, ...]
    findings: tuple[FindingRow, ...]
    labels: Mapping[str, str] = field(default_factory=dict)


def look(
    session: Session, services: Services, version_id: int, language: str, *, protected: bool = False
) -> Visit:
    """A version's visit in a language; with `protected` whole (the caller has checked the right and logged the reason)."""
    opened = open_answers(session, services, version_id, protected=protected)
    found = session.scalars(
        select(FindingRow).where(FindingRow.version_id == version_id).order_by(FindingRow.id)
    ).all()
    by_path: dict[str, list[FindingRow]] = defaultdict(list)
    for row in found:
        by_path[row.path].append(row)
    model = opened.plan.model
    hidden = {} if protected or opened.hidden is None else opened.hidden
    project_id = session.scalars(
        select(Submission.project_id)
        .join(SubmissionVersion, SubmissionVersion.submission_id == Submission.id)
        .where(SubmissionVersion.id == version_id)
    ).one()
    outside = outside_labels(session, model, opened.record, project_id, language)
    closed = opened.plan.protected if not protected else frozenset()
    reader = _Reader(language, closed, hidden, by_path, outside, opened.record)
    sections = tuple(reader.sections(model.tree(), opened.record, f"/{model.root}"))
    return Visit(
        opened,
        sections,
        tuple(
            pictures(
                session, version_id, {f.path: f.label.in_(language) for f in model.fields() if f.is_leaf}
            )
        ),
        tuple(found),
        {f.path: f.label.in_(language) for f in model.fields()},
    )


def pictures(session: Session, version_id: int, labels: Mapping[str, str]) -> Iterator[Picture]:
    """The attachments of a version in the order of the form, what was read from photos beside them."""
    query = (
        select(Attachment, Blob, Photo)
        .outerjoin(Blob, Blob.id == Attachment.blob_id)
        .outerjoin(Photo, Photo.blob_id == Attachment.blob_id)
        .where(Attachment.version_id == version_id)
        .order_by(Attachment.id)
    )
    for row in session.execute(query):
        attachment: Attachment = row[0]
        blob: Blob | None = row[1]
        photo: Photo | None = row[2]
        label = labels.get(UNIT.sub("", attachment.path or ""), "") or attachment.name
        if blob is None:
            yield Picture(attachment.name, attachment.path, label, False)
        else:
            yield Picture(attachment.name, attachment.path, label, True, blob.size, blob.content_type, photo)


@dataclass(frozen=True, slots=True)
class _Reader:
    language: str
    protected: frozenset[str]
    hidden: Mapping[str, Any]
    findings: Mapping[str, Sequence[FindingRow]]
    outside: Outside
    whole: Record

    def words(self, text: Text, at: str) -> str:
        """The label of the node `at` as it was read to whoever answered: with the answers that it names, where they are open."""

        def named(found: re.Match[str]) -> str:
            path = beside(found[1], at)
            bare = UNIT.sub("", path)
            if any(bare == one or bare.startswith(f"{one}/") for one in self.protected):
                return found[0]
            return value_at(self.whole, path) or found[0]

        return plain(REFERENCE.sub(named, text.in_(self.language)))

    def sections(self, nodes: Sequence[BodyNode], record: Mapping[str, Any], at: str) -> Iterator[Section]:
        """Groups as sections in the form's order; questions between groups stand in sections without a title."""
        for run in _runs(nodes):
            if run[0].children:
                yield from self._group(run[0], record, at)
            else:
                items, empty = self._items(run, record, at)
                yield Section("", at, items, (), empty)

    def _group(self, node: BodyNode, record: Mapping[str, Any], at: str) -> Iterator[Section]:
        title = self.words(node.label, at if node.field is None else f"{at}/{node.field.name}")
        if node.field is None or node.field.path == at:
            yield self._section(title, at, node.children, record, at)
            return
        inner = record.get(node.field.name)
        path = f"{at}/{node.field.name}"
        if node.field.type == "repeat":
            rows = inner if isinstance(inner, list) else []
            for number, row in enumerate(rows, start=1):
                yield self._section(
                    f"{title or node.field.name} {number}",
                    f"{path}[{number}]",
                    node.children,
                    row,
                    f"{path}[{number}]",
                )
        else:
            yield self._section(title, path, node.children, inner if isinstance(inner, dict) else {}, path)

    def _section(
        self, title: str, path: str, nodes: Sequence[BodyNode], record: Mapping[str, Any], at: str
    ) -> Section:
        """A group: what it asks first is its own, what follows a group within it stands behind that group."""
        inner = list(self.sections(nodes, record, at))
        if inner and not inner[0].title and not inner[0].sections:
            first = inner.pop(0)
            return Section(title, path, first.items, tuple(inner), first.empty)
        return Section(title, path, (), tuple(inner))

    def _items(
        self, nodes: Sequence[BodyNode], record: Mapping[str, Any], at: str
    ) -> tuple[tuple[Shown, ...], int]:
        """Answers of a run of questions, and how many have none."""
        asked = [
            node.field
            for node in nodes
            if node.field is not None
            and node.control != "trigger"
            and node.field.type not in ("structure", "repeat")
        ]
        shown = [self._item(one, record, at) for one in asked]
        return tuple(item for item in shown if item is not None), shown.count(None)

    def _item(self, one: Field, record: Mapping[str, Any], at: str) -> Shown | None:
        path = f"{at}/{one.name}"
        label = self.words(one.label, path) or one.name
        found = tuple(self.findings.get(path, ()))
        raw = record.get(one.name)
        if one.path in self.protected and value_at(dict(self.hidden), path):
            seen = raw if isinstance(raw, str) else ""
            return Shown(path, label, seen, seen, kind_of(one) if seen else "hidden", True, found)
        if not isinstance(raw, str) or not raw.strip():
            return Shown(path, label, "", "", "empty", False, found) if found else None
        return Shown(
            path, label, display(one, raw, self.language, self.outside), raw, kind_of(one), False, found
        )


def kind_of(one: Field) -> str:
    """How an answer is shown."""
    if one.type in ("select1", "select", "rank"):
        return "choice"
    if one.type in ("geopoint", "geotrace", "geoshape"):
        return "point"
    if one.type == "binary":
        return "photo" if (one.media_type or "").startswith("image") else "file"
    return one.type


def display(one: Field, raw: str, language: str, outside: Outside) -> str:
    """An answer's text for a reader: choices by their labels, the rest as it came."""
    if one.type not in ("select1", "select", "rank"):
        return raw
    names = [raw] if one.type == "select1" else raw.split()
    if one.itemset is not None and one.itemset.file is not None:
        return ", ".join(outside.get((one.itemset.file, name)) or name for name in names)
    labels = {c.name: plain(c.label.in_(language)) for c in one.choices}
    return ", ".join(labels.get(name) or name for name in names)


def outside_labels(
    session: Session, model: FormModel, record: Record, project_id: int, language: str
) -> Outside:
    """Labels of answers that were chosen from a list outside the form: areas by their names, entities by their labels."""
    chosen: dict[str, set[str]] = defaultdict(set)
    for _, one, value in walk(model, record):
        if one.itemset is not None and one.itemset.file is not None and value.strip():
            chosen[one.itemset.file] |= set(value.split())
    labels: dict[tuple[str, str], str] = {}
    for file, names in chosen.items():
        if file == AREAS:
            areas = session.scalars(select(Area).where(Area.code.in_(names)))
            labels |= {(file, area.code): area.called(language) for area in areas}
        else:
            query = (
                select(Entity.uuid, Entity.label)
                .join(Dataset, Dataset.id == Entity.dataset_id)
                .where(Dataset.project_id == project_id, Dataset.name == file.removesuffix(".csv"))
            )
            labels |= {
                (file, row.uuid): row.label for row in session.execute(query.where(Entity.uuid.in_(names)))
            }
    return labels


def _runs(nodes: Sequence[BodyNode]) -> Iterator[list[BodyNode]]:
    """Nodes in their order: each group alone, questions that follow each other together."""
    for grouped, run in groupby(nodes, key=lambda node: bool(node.children)):
        if grouped:
            yield from ([node] for node in run)
        else:
            yield list(run)


def beside(path: str, at: str) -> str:
    """The path that a label of the node `at` names: relative to it, or from the root without positions, which are those that
    lead to `at` as far as both go the same way."""
    there, here = path.removeprefix("current()/").split("/"), at.split("/")
    if there[0] == "..":
        while there[:1] == [".."]:
            there, here = there[1:], here[:-1]
        return "/".join([*here, *there])
    same = 0
    while same < min(len(there), len(here)) and UNIT.sub("", here[same]) == there[same]:
        same += 1
    return "/".join([*here[:same], *there[same:]])


def plain(text: str) -> str:
    """A label without the markdown and markup that forms put into it, and without references."""
    text = re.sub(r"<[^>]{0,200}>", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"\$\{[^}]*\}", "…", text)
    return re.sub(r"(\*\*|__|^#+\s*)", "", text).strip()
