"""What a form version asks of ingest: its model (kept by forms/catalogue.py), its mapping, its protected answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.forms.catalogue import form_model
from server.forms.models import FormVersion
from server.xforms import FormModel

@dataclass(frozen=True, slots=True)
class Plan:
    """A form version, ready to take submissions."""

    form_version_id: int
    model: FormModel
    mapping: dict[str, Any] | None
    protected: frozenset[str]
    household_form: bool


def plan_of(session: Session, form_version_id: int) -> Plan:
    """The plan of a form version."""
    row = session.execute(
        select(FormVersion.mapping, FormVersion.protected, FormVersion.household_form).where(FormVersion.id == form_version_id)
    ).one()
    model = form_model(session, form_version_id)
    return Plan(form_version_id, model, row.mapping, frozenset(row.protected), row.household_form)
