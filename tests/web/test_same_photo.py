"""The same photo in two visits: said at the photo, and shown side by side to who may see both."""

from __future__ import annotations

import io
import random

from PIL import Image

from server.ingest.models import Submission
from tests.support.house import House
from tests.web.desk import Desk, phone_in, somebody, visit, wells, with_areas


def scene(quality: int = 90) -> bytes:
    """A picture with something on it, so that its look can be told; `quality` makes another file of the same look."""
    chance = random.Random(7)
    image = Image.new("RGB", (8, 6))
    image.putdata([(chance.randrange(256),) * 3 for _ in range(48)])
    out = io.BytesIO()
    image.resize((640, 480), Image.Resampling.BICUBIC).save(out, "JPEG", quality=quality)
    return out.getvalue()


def three_visits(house: House) -> list[int]:
    """North, north again with the same file, south with another file of the same look; their numbers."""
    with_areas(house)
    house.project()
    house.publish(1, wells())
    north, south = phone_in(house, 1, "Phone north", ("A1",)), phone_in(house, 1, "Phone south", ("B2",))
    assert north.send(visit(1, photo="a.jpg"), {"a.jpg": scene()}).status_code == 201
    assert north.send(visit(2, photo="b.jpg"), {"b.jpg": scene()}).status_code == 201
    other = visit(3, photo="c.jpg").replace("A1-014", "B2-001")
    assert south.send(other, {"c.jpg": scene(60)}).status_code == 201
    house.work()
    with house.session() as session:
        return [one.id for one in session.query(Submission).order_by(Submission.id)]


def test_a_photo_that_came_before_leads_to_both_side_by_side(house: House, admin: Desk) -> None:
    first, second, third = three_visits(house)
    page = admin.get(f"/p/1/visits/{first}").text
    assert f"/p/1/visits/{first}/twin?photo=a.jpg&amp;of={third}&amp;file=c.jpg" in page
    assert "Looks like the photo of" in page
    both = admin.get(f"/p/1/visits/{second}/twin?photo=b.jpg&of={first}&file=a.jpg")
    assert both.status_code == 200
    assert "It is the very same file." in both.text
    assert f"/p/1/visits/{first}/files/a.jpg?size=thumb" in both.text
    assert f"/p/1/visits/{second}/files/b.jpg?size=thumb" in both.text
    assert "Phone north" in both.text


def test_what_lies_outside_the_readers_areas_is_no_twin(house: House, admin: Desk) -> None:
    first, second, third = three_visits(house)
    north = somebody(house, 1, "supervisor", areas=("A1",))
    page = north.get(f"/p/1/visits/{first}").text
    assert "Same photo as in the visit of" in page
    assert f"of={third}" not in page
    assert north.get(f"/p/1/visits/{first}/twin?photo=a.jpg&of={third}&file=c.jpg").status_code == 404
    assert admin.get(f"/p/1/visits/{first}/twin?photo=a.jpg&of={second}&file=none.jpg").status_code == 404


def test_a_photo_of_its_own_says_nothing(house: House, admin: Desk) -> None:
    house.project()
    house.publish(1, wells())
    phone = house.phone(1, "wells")
    assert phone.send(visit(1, photo="a.jpg"), {"a.jpg": scene()}).status_code == 201
    house.work()
    with house.session() as session:
        only = session.query(Submission).one().id
    assert "/twin?" not in admin.get(f"/p/1/visits/{only}").text


def test_of_a_photo_that_was_not_read_yet_nothing_is_said_but_that(house: House, admin: Desk) -> None:
    with_areas(house)
    house.project()
    house.publish(1, wells())
    north = phone_in(house, 1, "Phone north", ("A1",))
    for number in (1, 2):
        sent = north.send(visit(number, photo="a.jpg"), {"a.jpg": scene()})
        assert sent.status_code == 201
    with house.session() as session:
        first, second = [one.id for one in session.query(Submission).order_by(Submission.id)]
    at = f"/p/1/visits/{second}/twin?photo=a.jpg&of={first}&file=a.jpg"
    assert admin.get(at).text.count("being prepared") == 2
    assert "it does not say" not in admin.get(at).text
    house.work()
    assert admin.get(at).text.count("it does not say") == 2
    assert "being prepared" not in admin.get(at).text
