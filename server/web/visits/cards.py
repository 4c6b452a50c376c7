"""Visits as lists show them: form, household, area, sender and small photos, in a handful of queries for a whole page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from server.accounts.models import Actor
from server.areas.models import Area
from server.households.tables import Facility, Household
from server.ingest.models import Attachment, Blob, Photo, Submission
from server.ingest.plan import plan_of
from server.ingest.redact import is_protected
from server.ingest.states import holds
from server.review import queue
from server.web.frame.door import session
from server.web.frame.words import own_part


@dataclass(frozen=True, slots=True)
class Small:
    """A photo in a list: its name in the visit, its mean colour, when it was taken."""

    name: str
    photo: Photo | None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A visit in a list. `title` is its form's, in the reader's script; `code` its household's or facility's; `locked` how many
    photos answer protected questions."""

    visit: Submission
    title: str
    code: str
    area: Area | None
    sender: str
    photos: tuple[Small, ...] = field(default=())
    locked: int = 0

    @property
    def held(self) -> bool:
        """Whether findings hold it back from the tables."""
        return holds(self.visit)

    @property
    def late(self) -> bool:
        """Whether it came more than a day after it was made."""
        made = self.visit.observed_at
        return made is not None and self.visit.created_at - made > timedelta(days=1)


def cards(visits: Sequence[Submission]) -> list[Card]:
    """The cards of a page of visits, in their order."""
    if not visits:
        return []
    titles, known = queue.names(session(), visits)
    codes = _codes(visits)
    senders = _senders(visits)
    photos, locked = _photos(visits)
    return [
        Card(
            one,
            own_part(titles.get(one.form_id, "")),
            codes.get(one.subject or "", ""),
            known.get(one.area_id or 0),
            senders.get(one.submitter_id or 0, ""),
            tuple(photos.get(one.version_id or 0, ())),
            locked.get(one.version_id or 0, 0),
        )
        for one in visits
    ]


def _codes(visits: Sequence[Submission]) -> dict[str, str]:
    found = {}
    for kind, table in (("household", Household), ("facility", Facility)):
        uuids = {v.subject.split(":", 1)[1] for v in visits if v.subject and v.subject.startswith(f"{kind}:")}
        if uuids:
            query = select(table.uuid, table.code).where(table.uuid.in_(uuids))
            found.update({f"{kind}:{uuid}": code for uuid, code in session().execute(query)})
    return found


def _senders(visits: Sequence[Submission]) -> dict[int, str]:
    ids = {v.submitter_id for v in visits if v.submitter_id is not None}
    query = select(Actor.id, Actor.display_name).where(Actor.id.in_(ids))
    return dict(session().execute(query).all()) if ids else {}


def _photos(visits: Sequence[Submission]) -> tuple[dict[int, list[Small]], dict[int, int]]:
    """By version: the photos that may be seen, and how many may not."""
    ids = [v.version_id for v in visits if v.photos and v.version_id is not None]
    found: dict[int, list[Small]] = {}
    locked: dict[int, int] = {}
    if not ids:
        return found, locked
    plans = {one: plan_of(session(), one) for one in {v.form_version_id for v in visits if v.photos}}
    plan_by_version = {v.version_id: plans[v.form_version_id] for v in visits if v.photos}
    query = (
        select(Attachment.version_id, Attachment.name, Attachment.path, Photo)
        .join(Blob, Blob.id == Attachment.blob_id)
        .outerjoin(Photo, Photo.blob_id == Blob.id)
        .where(Attachment.version_id.in_(ids), Blob.content_type.startswith("image/"))
        .order_by(Attachment.id)
    )
    for version_id, name, path, photo in session().execute(query):
        if is_protected(plan_by_version[version_id], path):
            locked[version_id] = locked.get(version_id, 0) + 1
            continue
        found.setdefault(version_id, []).append(Small(name, photo))
    return found, locked
