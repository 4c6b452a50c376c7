"""Consent to be contacted, withdrawn: the contact is erased from all that was said before, whatever the order of arrival.

A withdrawal that was heard stays heard, also where its visit is rejected or corrected later.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.engine import Connection

from server.households.tables import TABLES
from server.households.times import rank_of

_HISTORY = TABLES["household"].history
_SAID = select(
    *(
        _HISTORY.c[name]
        for name in ("id", "observed_at", "ended", "started", "submission", "contact_ok", "contact")
    )
).where(
    _HISTORY.c.household_id == bindparam("subject"),
    or_(_HISTORY.c.contact_ok.is_(False), _HISTORY.c.contact.is_not(None)),
)


def erase_withdrawn(connection: Connection, subject: str, row: dict[str, Any]) -> None:
    """Erase a household's contacts from before its last withdrawal, in history and in `row`, the one just written.

    Looks only where the row withdraws consent or brings a contact.
    """
    if row.get("contact_ok") is not False and row.get("contact") is None:
        return
    said = connection.execute(_SAID, {"subject": subject}).all()
    last = max((_rank(one) for one in said if one.contact_ok is False), default=b"")
    gone = [one.id for one in said if one.contact is not None and _rank(one) < last]
    if gone:
        connection.execute(update(_HISTORY).where(_HISTORY.c.id.in_(gone)).values(contact=None))
    if row["id"] in gone:
        row["contact"] = None


def _rank(row: Any) -> bytes:
    return rank_of(row.observed_at, row.ended, row.started, row.submission)
