"""A draft's test token: who is shown it. Its address has no password, and shows the lists that the draft's maker sees.

Knows nothing of how a list is cut to areas.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from server.accounts.access import Access, access_of
from server.areas.scope import covers
from server.forms import lifecycle
from server.forms.models import Form
from server.services import Services


def token_for(session: Session, services: Services, form: Form, reader: Access) -> str | None:
    """The test token of a form's draft, for its address and QR code. None without a draft, and for who does not see all
    that it opens (docs/decisions/who-sees-lists.md): uploading the draft anew makes them its maker."""
    if form.draft_version is None or not _sees_as_much(session, form, form.draft_version.created_by, reader):
        return None
    return lifecycle.draft_token(services, form)


def _sees_as_much(session: Session, form: Form, maker_id: int | None, reader: Access) -> bool:
    if maker_id == reader.actor_id:
        return True
    maker = None if maker_id is None else access_of(session, maker_id)
    if maker_id is not None and maker is None:
        return True  # whose maker has no account any more opens nothing
    rows = maker is None or maker.sees_rows(form.project_id, form.id)
    if rows and not reader.sees_rows(form.project_id, form.id):
        return False
    if not reader.areas:
        return True
    areas = () if maker is None else maker.areas
    return bool(areas) and all(covers(session, reader.areas, area_id) for area_id in areas)
