"""What a submission's own entity blocks tell phones, beside the rows that the writer writes of it.

Applies what was determined, at receipt, at an approval, at a rebuild alike; decides nothing, writes no table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server import ledger
from server.entities import datasets, versions
from server.entities.standing import SILENT, is_overtaken
from server.entities.versions import Moment
from server.households.determine import Determined
from server.households.incoming import Incoming
from server.households.times import rank_of
from server.services import Services
from server.xforms import SavedEntity


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a submission's own entities told phones: the lists that changed, the properties said of its household,
    whether it created that one, and whether something else may be known of any: newer, or where it lies."""

    lists: set[int]
    said: frozenset[str]
    created: bool
    overtaken: bool


def speak(
    session: Session,
    services: Services,
    incoming: Incoming,
    determined: Determined,
    submission_id: int,
    version_id: int,
    moment: Moment,
    known: Mapping[str, str],
    *,
    held: bool,
) -> Spoken:
    """The submission's own entities; a household that it creates says what is `known` of it by its rows."""
    area_path = None if incoming.plan is None else incoming.plan.area
    blocks = {saved.path: saved for saved in incoming.entities}
    rank = _place(session, services, incoming, determined, submission_id, moment) if blocks else None
    cause = versions.Cause(submission_id, version_id, incoming.sender_id, incoming.user_agent, moment, rank)
    changed: set[int] = set()
    said: frozenset[str] = frozenset()
    created = overtaken = False
    for decided in determined.entities:
        own = decided.uuid == determined.subject
        saved = blocks.get(decided.path, SILENT)
        extra: dict[str, str] = {}
        if own and decided.action == "create":
            listed = datasets.properties_of(session, decided.dataset_id) if known else {}
            extra = {n: v for n, v in known.items() if n in listed and n not in saved.properties}
            extra |= {"code": determined.code} if determined.code else {}
        wrote = versions.write(
            session,
            services.keys,
            decided,
            saved,
            cause,
            area_id=determined.area_id,
            area_path=area_path,
            extra=extra,
            protected_paths=incoming.protected,
            held=held,
            again=incoming.submission_id is not None,
        )
        changed.update([decided.dataset_id] if wrote else ())
        if own and decided.action != "none":
            said, created = frozenset(saved.properties), decided.action == "create"
            overtaken = overtaken or _lies_elsewhere(saved, area_path, determined, created=created)
        if wrote and rank is not None and decided.version > 1 and not overtaken:
            back = decided.action == "create"  # of what was off the lists
            overtaken = back or is_overtaken(session, (decided.dataset_id, decided.uuid), rank)
    return Spoken(changed, said, created, overtaken)


def _lies_elsewhere(
    saved: SavedEntity, area_path: str | None, determined: Determined, *, created: bool
) -> bool:
    """Whether a block may say another area of its household than its row does: a visit's, or an enrolment's that leaves open
    what the phone's own area answers."""
    if area_path is None or area_path not in saved.sources.values():
        return False
    said = (value for name, value in saved.properties.items() if saved.sources.get(name) == area_path)
    return not created or (determined.area_id is not None and not any(said))


def _place(
    session: Session,
    services: Services,
    incoming: Incoming,
    determined: Determined,
    submission_id: int,
    moment: Moment,
) -> bytes:
    """Where a submission's entity versions stand: with its facts; without a mapping, when it first arrived."""
    if incoming.plan is not None:
        return determined.rank(incoming.instance_id)
    first = ledger.one(session, services.keys, submission_id) if submission_id != moment.seq else None
    return rank_of(moment.at if first is None else first.at, None, None, "")
