"""What ingest hands to this room: one submission version, read and identified, before anything is decided about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from server.households.mapping import FormPlan
from server.xforms import SavedEntity


@dataclass(frozen=True, slots=True)
class Incoming:
    """A submission version.

    `plan` is None where the form maps nothing (it may still write entities). `record` holds all answers, protected ones
    too. `instance_id` is that of the submission's first version: a correction keeps its place among visits.
    `submission_id` is None for a first arrival: there is nothing of it to supersede. `protected` are paths without
    positions. `phone` is the sender's actor id where it is a phone. `timezone` is the project's.
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
    phone: int | None = None
    user_agent: str | None = None
    submission_id: int | None = None
    entities: tuple[SavedEntity, ...] = ()
    protected: frozenset[str] = field(default_factory=frozenset)
