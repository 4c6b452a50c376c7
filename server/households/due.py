"""Who is to be visited next: households of the panel alone, as the visit's form offers them on a phone. Knows no page."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_

from server.households.tables import Household

VISITED = "active"
"""The status of a household that is visited: one of any other may still have the day of before in its row."""


def due(on: date) -> ColumnElement[bool]:
    """Households to be visited by that day."""
    return and_(Household.status == VISITED, Household.next_visit_due <= on)


def next_visit(status: str | None, on: date | None) -> date | None:
    """From when a household of that status and day is due; None where it is not to be visited."""
    return on if status == VISITED else None
