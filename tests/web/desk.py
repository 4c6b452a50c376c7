"""A person at a browser, without the browser: pages are opened, their forms sent with the token that stands in them."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from server.accounts import assignments, users, whose_areas
from server.accounts.roles import BY_SYSTEM
from server.areas.importing import import_areas
from server.areas.models import Area
from tests.support.house import ADMIN, House, Phone, instance, xlsx

PASSWORD = "a long invented password"

AREAS = b"code,name,parent,level\nA1,North,,district\nA1-014,Lower Ford,A1,village\nB2,South,,district\nB2-001,Otterwell,B2,village\n"

SURVEY = """
| type                   | name  | label         | hint | constraint | constraint_message       | bind::hh:protect |
| select_one_from_file areas.csv | area | Area of the well |  |    |                          |                  |
| select_one source      | water | Main source   |      |            |                          |                  |
| integer                | trip  | Round trip    |      | . < 600    | At most ten hours        |                  |
| geopoint               | place | Place         |      |            |                          | yes              |
| image                  | photo | The well      |      |            |                          |                  |
"""
CHOICES = """
| list_name | name | label      |
| source    | tap  | Public tap |
| source    | well | Dug well   |
"""
SETTINGS = """
| form_title | form_id | version | namespaces                         |
| Wells      | wells   | 1       | hh="urn:fieldfare:household"       |
"""


def wells() -> bytes:
    """A small form with a choice, a number, a protected point and a photo."""
    return xlsx(SURVEY, choices=CHOICES, settings=SETTINGS)


def visit(
    number: int = 1, *, trip: str = "25", photo: str = "", place: str = "31.20503 121.40231 4 6"
) -> str:
    """An instance of it; `trip` may be wrong on purpose."""
    body = f"<area>A1-014</area><water>tap</water><trip>{trip}</trip><place>{place}</place><photo>{photo}</photo>"
    return instance("wells", body, instance_id=f"uuid:{number:08d}-0000-4000-8000-000000000000")


def picture() -> bytes:
    """A small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "#7d6b52").save(out, "JPEG")
    return out.getvalue()


@dataclass
class Desk:
    """Somebody signed in at a browser."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def token(self, path: str = "/me") -> str:
        """The token that forms of a page carry."""
        found = re.search(r'name="csrf-token" content="([^"]+)"', self.client.get(path).text)
        assert found is not None
        return found[1]

    def post(self, path: str, **data: Any) -> TestResponse:
        """Send a form of the page."""
        return self.client.post(path, data={"csrf": self.token(), **data})

    def follow(self, path: str, **data: Any) -> TestResponse:
        """Send a form and go where it leads."""
        return self.client.post(path, data={"csrf": self.token(), **data}, follow_redirects=True)


def sign_in(house: House, email: str = ADMIN[0], password: str = PASSWORD) -> Desk:
    """Somebody at a browser of their own."""
    desk = Desk(house.app.test_client())
    answer = desk.client.post(
        "/sign-in", data={"csrf": desk.token("/sign-in"), "email": email, "password": password}
    )
    assert answer.status_code == 303, answer.text
    return desk


def somebody(house: House, project_id: int, role: str, *, areas: tuple[str, ...] = ()) -> Desk:
    """A person with a role in a project, and areas by code."""
    email = f"{role}{'-'.join(areas).lower()}@example.org"
    with house.session() as session:
        user = users.create(session, email=email, password=PASSWORD, display_name=role.title(), by=None)
        assignments.give(session, user.actor, BY_SYSTEM[role], project_id, by=None)
        if areas:
            whose_areas.set_areas(session, user.actor_id, area_ids(session, areas), by=None)
    return sign_in(house, email)


def area_ids(session: Any, codes: tuple[str, ...]) -> list[int]:
    """Ids of areas by code."""
    return [area.id for area in session.query(Area).filter(Area.code.in_(codes))]


def with_areas(house: House) -> None:
    """Two districts with a village each."""
    with house.session() as session:
        import_areas(session, house.services.keys, AREAS, actor_id=None)


def phone_in(house: House, project_id: int, name: str, areas: tuple[str, ...]) -> Phone:
    """A phone with areas and every form."""
    with house.session() as session:
        forms = [form["xmlFormId"] for form in house.api("GET", f"/projects/{project_id}/forms").json]
        ids = area_ids(session, areas)
    made = house.phone(project_id, *forms, name=name)
    with house.session() as session:
        whose_areas.set_areas(session, made.actor_id, ids, by=None)
    return made
