"""What ingest hands to this room: one submission version, read and identified, before anything is decided about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from server.households.mapping import FormPlan, Slot
from server.households.projection import convert
from server.xforms import SavedEntity


@dataclass(frozen=True, slots=True)
class Incoming:
    """A submission version.

    `plan` is None where the form maps nothing (it may still write entities). `record` holds all answers, protected ones
    too. `instance_id` is that of the submission's first version: a correction keeps its place among visits.
    `submission_id` is None for a first arrival: there is nothing of it to supersede. `protected` are paths without
    positions. `phone` is the actor who sent the first version. `own_areas` is, of a correction, the area that the
    submission has. `timezone` is the project's.
    """

    project_id: int
    timezone: str
    form_version_id: int
    form: str
    version: str
    plan: FormPlan | None
    record: Mapping[str, Any]
    instance_id: str
    received_at: datetime
    sender_id: int | None = None
    sender_areas: tuple[int, ...] = ()
    own_areas: tuple[int, ...] = ()
    phone: int | None = None
    user_agent: str | None = None
    submission_id: int | None = None
    entities: tuple[SavedEntity, ...] = ()
    protected: frozenset[str] = field(default_factory=frozenset)


def agreeing(plan: FormPlan | None, entities: Iterable[SavedEntity]) -> tuple[SavedEntity, ...]:
    """Entities whose properties say no more than the tables do: what the question's column does not take is empty in both.

    The submission is held back for such an answer (and then its updates are); a create that phones see meanwhile, and
    what a person let pass, are written.
    """
    if plan is None:
        return tuple(entities)
    slots = {slot.path: slot for part in plan.parts for slot in part.slots}
    return tuple(
        replace(
            saved,
            properties={
                name: value if _fits(slots.get(saved.sources.get(name, "")), value) else ""
                for name, value in saved.properties.items()
            },
        )
        for saved in entities
    )


def _fits(slot: Slot | None, text: str) -> bool:
    if slot is None or not text.strip():
        return True
    try:
        convert(slot, text)
    except ValueError:
        return False
    return True
