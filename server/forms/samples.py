"""The forms that ship, published into a project: what a newcomer sees, and what the demo and the journeys use.

Knows where the spreadsheets lie, nothing of what they ask.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.forms import lifecycle
from server.forms.examine import Examination, examine
from server.forms.models import Form
from server.services import Services

FOLDER = Path(__file__).resolve().parents[2] / "forms" / "xlsform"
"""The spreadsheets, one a form."""


def shipped() -> list[Path]:
    """The spreadsheets that ship; those that make an entity list before those that read it."""
    return sorted(
        FOLDER.glob("*.xlsx"),
        key=lambda path: (not path.stem.endswith(("_enrolment", "_register")), path.stem),
    )


def examine_shipped() -> list[Examination]:
    """All of them converted and examined: a second or two, so not inside a transaction."""
    return [examine(path.read_bytes(), path.name) for path in shipped()]


def publish_shipped(
    session: Session,
    services: Services,
    project_id: int,
    actor_id: int | None,
    *,
    announce: lifecycle.Announce,
    examined: list[Examination] | None = None,
) -> list[Form]:
    """Publish the forms that ship into a project, those that it has already left out; returns the new ones.

    Give what `examine_shipped` made before the transaction began, else it is made now.
    """
    there = set(
        session.scalars(
            select(Form.xml_form_id).where(Form.project_id == project_id, Form.deleted_at.is_(None))
        )
    )
    forms = []
    for one in examined if examined is not None else examine_shipped():
        if one.form_id not in there:
            forms.append(
                lifecycle.create(
                    session,
                    services,
                    project_id,
                    one,
                    actor_id,
                    announce=announce,
                    publish=True,
                    ignore_warnings=True,
                )
            )
    return forms
