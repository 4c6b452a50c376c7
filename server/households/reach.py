"""Whether a visit is about what the sender's project has, and within the sender's areas: findings, made outside any lock.

Reads the tables; tells nothing of another project, not even which. Each message is the English sentence itself, which is
also the key of its translations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from server.areas.models import Area
from server.areas.scope import covers
from server.entities.versions import clean_uuid
from server.hot import Hot, wire
from server.households.determine import FACILITY, HOUSEHOLD, KINDS, elsewhere, kept
from server.households.incoming import Incoming
from server.households.mapping import steps_of
from server.households.projection import text_at
from server.xforms import Finding, Message, Rule, Source

ELSEWHERE = "This project cannot take this household or facility: nothing was written about it. Enrol or register it anew."
OUTSIDE = "The visit is outside the areas of the phone or person that sent it."

_AREA = cast(Table, Area.__table__)
_AREA_OF = {
    kind: Hot(select(table.c.area_id).where(table.c.uuid == bindparam("uuid")))
    for kind, table in (("household", HOUSEHOLD), ("facility", FACILITY))
}
_NAMED = Hot(select(_AREA.c.id).where(_AREA.c.code == bindparam("code")))


def reach_of(session: Session, incoming: Incoming) -> Iterator[Finding]:
    """Findings of one submission: a household or facility that is another project's, an area outside the sender's."""
    foreign = False
    for kind, uuid, path in _spoken_of(incoming):
        if elsewhere(wire(session), kind, uuid, incoming.project_id):
            foreign = True
            yield _finding(_asked(incoming.record, uuid, path), ELSEWHERE)
    if incoming.sender_areas and not foreign:
        yield from _outside(session, incoming)


def _spoken_of(incoming: Incoming) -> Iterator[tuple[str, str, str]]:
    """Kind, UUID and path of each household or facility that the submission names."""
    plan = incoming.plan
    if plan is not None and plan.by == "question" and plan.kind != "area":
        uuid = clean_uuid(text_at(incoming.record, steps_of(plan.key)))
        if uuid is not None:
            yield plan.kind, uuid, plan.key
    for saved in incoming.entities:
        named = KINDS.get(saved.block.dataset)
        uuid = clean_uuid(saved.block.id)
        if named is not None and uuid is not None:
            yield named, uuid, saved.path


def _outside(session: Session, incoming: Incoming) -> Iterator[Finding]:
    """Where it is, as it will be determined: the household's or facility's area, else the one that the form asks."""
    plan, connection = incoming.plan, wire(session)
    if plan is None:
        return
    area_path = plan.key if plan.kind == "area" else plan.area
    code = ((area_path and text_at(incoming.record, steps_of(area_path))) or "").strip()
    area_id = _NAMED.scalar(connection, {"code": code}) if code else None
    path = area_path if code else None
    for kind, uuid, at in _spoken_of(incoming):
        subject = kept(connection, uuid) if kind == "household" else uuid
        row = _AREA_OF[kind].first(connection, {"uuid": subject})
        if row is not None and kind == plan.kind:
            area_id, path = row[0], _asked(incoming.record, uuid, at)
    if (
        path is None or area_id is None or area_id in incoming.sender_areas
    ):  # mostly its own: nothing to look up
        return
    if not covers(session, incoming.sender_areas, area_id):
        yield _finding(path, OUTSIDE)


def _asked(record: Mapping[str, Any], uuid: str, path: str) -> str:
    """The path of the question by which the household was chosen, as `path`'s form has it; `path` where none was."""
    return _below(record, uuid, f"/{path.split('/')[1]}") or path


def _below(record: Mapping[str, Any], text: str, at: str) -> str | None:
    for name, value in record.items():
        if isinstance(value, str) and value.strip().lower() == text:
            return f"{at}/{name}"
        found = _below(value, text, f"{at}/{name}") if isinstance(value, Mapping) else None
        if found is not None:
            return found
    return None


def _finding(path: str, sentence: str) -> Finding:
    return Finding(path, Rule.DOMAIN, Message(sentence, {}), frozenset({Source.LIST}))
