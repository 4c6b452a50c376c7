"""Numbers that no database counts to, where an address or a query may have them: nothing there, or the newest."""

from __future__ import annotations

from tests.support.town import Town
from tests.web.desk import sign_in

ODD = ["9" * 10, "9" * 16, "9" * 17, "9" * 30, "9" * 5000, "0", "-1", "٣"]
PATHS = ["/projects/{}/formList", "/projects/{}/forms", "/users/{}"]
PAGES = ["/p/{}", "/p/1/visits/{}", "/people/{}"]


def test_no_row_has_such_a_number(house: Town) -> None:
    desk = sign_in(house)
    found = {}
    for number in ODD:
        for path in PATHS:
            answer = house.api("GET", path.format(number), headers={"X-OpenRosa-Version": "1.0"})
            found[path, number] = answer.status_code
        for path in PAGES:
            found[path, number] = desk.get(path.format(number)).status_code
    assert set(found.values()) == {404}, found


def test_a_phone_has_no_project_of_such_a_number(house: Town) -> None:
    at = f"/v1/key/{house.phone.token}/projects/"
    answers = {number: house.client.get(f"{at}{number}/formList").status_code for number in ODD}
    assert set(answers.values()) <= {403, 404}, answers


def test_a_list_of_such_a_generation_is_the_newest(house: Town) -> None:
    house.enrol()
    at = "/forms/check/attachments/households.csv"
    newest, ours = house.phone.get(at).data, house.api("GET", f"/projects/{house.project}{at}").data
    assert newest.count(b"\n") == ours.count(b"\n") == 2
    for generation in ODD:
        assert house.phone.get(f"{at}?g={generation}").data == newest
        answer = house.api("GET", f"/projects/{house.project}{at}?g={generation}")
        assert (answer.status_code, answer.data) == (200, ours), generation
