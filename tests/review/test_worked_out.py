"""A calculation that came out otherwise on the phone is shown with both values, to who may see them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.house import instance, xlsx
from tests.support.town import Town, new_id
from tests.web.desk import sign_in

SHEET = xlsx(
    """
    type            | name   | label::English (en) | calculation | bind::hh:protect
    integer         | a      | How many?           |             |
    begin_repeat    | part   | Part                |             |
    integer         | n      | And here?           |             |
    calculate       | twice  |                     | ${n} * 2    |
    end_repeat      |        |                     |             |
    calculate       | double |                     | ${a} * 2    |
    calculate       | secret |                     | ${a} * 3    | yes
    calculate       | none   |                     | if(${a} > 9, 'many', '') |
    """,
    settings="""
    form_id | form_title | version | default_language | namespaces
    sums    | Sums       | 1       | English (en)     | hh="urn:fieldfare:household"
    """,
)
BODY = (
    "<a>4</a><part><n>1</n><twice>2</twice></part><part><n>2</n><twice>5</twice></part>"
    "<double>9</double><secret>77</secret><none>few</none>"
)


@pytest.fixture
def town(house: Town) -> Town:
    house.publish(house.project, SHEET)
    phone = house.lines["all"]["actor_id"]
    given = house.api("POST", f"/projects/{house.project}/forms/sums/assignments/app-user/{phone}")
    assert given.status_code == 200, given.text
    return house


def sent(town: Town, body: str) -> str:
    own = new_id()
    assert town.phone.send(instance("sums", body, instance_id=own)).status_code == 201
    return own


def findings(town: Town, own: str, **headers: str) -> dict[str, dict[str, Any]]:
    path = f"/v1/projects/{town.project}/forms/sums/submissions/{own}/findings"
    answer = town.client.get(path, headers={"Authorization": f"Bearer {town.token}", **headers})
    assert answer.status_code == 200, answer.text
    return {one["path"]: one for one in answer.json}


def test_both_values_are_told_over_rest_and_of_a_protected_answer_none(town: Town) -> None:
    told = findings(town, sent(town, BODY))
    assert {path: (one["value"], one.get("expected")) for path, one in told.items()} == {
        "/data/part[2]/twice": ("5", "4"),
        "/data/double": ("9", "8"),
        "/data/secret": (None, None),
        "/data/none": ("few", ""),
    }
    assert {one["severity"] for one in told.values()} == {"warning"}
    assert told["/data/double"]["message"] == "The server works out another value: 8."
    assert told["/data/none"]["message"] == "The server works out no value here."
    assert told["/data/secret"]["message"] == "The server works out another value."


def test_the_visits_page_names_both_values(town: Town) -> None:
    own = sent(town, BODY)
    one = town.submission(own)
    client = sign_in(town).client
    page = client.get(f"/p/{town.project}/visits/{one.id}").text
    assert "<bdi>9</bdi></b><bdi>The server works out another value: 8.</bdi>" in page
    assert "another value: 12" not in page


def test_a_reader_of_another_language_is_told_in_it(town: Town) -> None:
    own = sent(town, BODY)
    told = findings(town, own, **{"Accept-Language": "zh"})
    assert told["/data/double"]["message"] == "服务器算出的值不同：8。"
