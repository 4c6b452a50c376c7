"""People with a role in a town's project, in areas of their own, who act over REST."""

from __future__ import annotations

from sqlalchemy import select

from server.accounts import users
from server.accounts.models import ActorArea, Assignment
from server.areas.models import Area
from tests.support.town import Town

PASSWORD = "a long invented password"


def person(town: Town, name: str, role: str, *areas: str) -> dict[str, str]:
    """Somebody with a role in the project; the headers of their requests."""
    with town.session() as session:
        user = users.create(
            session, email=f"{name}@example.org", password=PASSWORD, display_name=name, by=None
        )
        session.add(Assignment(actor_id=user.actor_id, role=role, project_id=town.project, form_id=None))
        for code in areas:
            found = session.scalars(select(Area.id).where(Area.code == code)).one()
            session.add(ActorArea(actor_id=user.actor_id, area_id=found))
    body = {"email": f"{name}@example.org", "password": PASSWORD}
    answer = town.app.test_client(use_cookies=False).post("/v1/sessions", json=body)
    return {"Authorization": f"Bearer {answer.json['token']}"}
