"""Repeats whose rows are counted, within other repeats: as many as the count of their own row asks for, here and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.xforms import check
from tests.xforms.forms import form, instance, xform

if TYPE_CHECKING:
    from tests.tools.javarosa import JavaRosa


COUNTED = """
| survey |
| | type         | name  | label    | repeat_count |
| | begin_repeat | house | House    |              |
| | integer      | size  | How many |              |
| | begin_repeat | member | Member  | ${size}      |
| | text         | called | Called  |              |
| | end_repeat   |       |          |              |
| | begin_repeat | bed   | Bed      | ${size} + 1  |
| | text         | wood  | Wood     |              |
| | end_repeat   |       |          |              |
| | end_repeat   |       |          |              |
"""


def test_a_repeat_within_a_repeat_is_counted_from_its_own_row(javarosa: JavaRosa) -> None:
    model = form(COUNTED)
    assert model.program.faults == []
    phone = javarosa.load(xform(COUNTED))
    phone.add_repeat("/data/house")
    phone.set("/data/house[1]/size", "2")
    phone.set("/data/house[2]/size", "0")
    assert list(phone.questions()) != []  # rows come where a thumb goes
    there = [node.path for node in phone.nodes() if node.path.endswith(("called", "wood"))]
    assert there == [
        "/data/house[1]/member[1]/called",
        "/data/house[1]/member[2]/called",
        "/data/house[1]/bed[1]/wood",
        "/data/house[1]/bed[2]/wood",
        "/data/house[1]/bed[3]/wood",
        "/data/house[2]/bed[1]/wood",
    ]
    member, bed = "<member><called>a</called></member>", "<bed><wood>oak</wood></bed>"
    first = f"<house><size>2</size>{member * 2}<bed_count>3</bed_count>{bed * 3}</house>"
    second = f"<house><size>0</size><bed_count>1</bed_count>{bed}</house>"
    assert check(model, instance(first + second)) == []
    more = second.replace("<bed_count>", f"{member}<bed_count>")
    assert [one.path for one in check(model, instance(first + more))] == ["/data/house[2]/member[1]"]
