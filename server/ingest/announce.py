"""What a version's publishing makes elsewhere, in the same transaction: entity lists and their properties."""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.entities import datasets
from server.forms.lifecycle import Published


def announce(session: Session, published: Published) -> None:
    """Give to `forms.lifecycle.create` and `publish`: the forms room may not know entities."""
    form, version, model = published.form, published.version, published.model
    points = {field.path for field in model.fields() if field.type == "geopoint"}
    protected = frozenset(version.protected)
    datasets.declare(session, form.project_id, version.id, model.entities(), protected, points)
