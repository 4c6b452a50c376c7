"""What is said of forms and lists that are taken, or refused, over REST: where a designer would be left guessing."""

from __future__ import annotations

import pytest

from tests.api.conftest import Person, refused
from tests.api.test_forms import FROM_FILE, XLSX, upload, workbook
from tests.forms.desk import xlsx


@pytest.fixture
def path(project: int) -> str:
    return f"/projects/{project}/forms"


def codes(notices: list[dict[str, object]]) -> list[object]:
    return [one["code"] for one in notices]


def test_a_form_without_a_form_id_is_told_the_id_that_it_gets_and_so_is_the_next(
    admin: Person, path: str
) -> None:
    made = upload(admin, path, workbook(None)).get_json()
    assert made["xmlFormId"] == "data"
    (told,) = [one for one in made["notices"] if one["code"] == "setting.no_form_id"]
    assert (told["level"], told["sheet"]) == ("warning", "settings")
    assert "“data”" in told["message"]
    again = refused(upload(admin, path, workbook(None)), "409.3")
    assert "setting.no_form_id" in codes(again["details"]["notices"])
    assert "notices" not in refused(upload(admin, path, workbook("data")), "409.3")["details"]


def test_a_form_without_a_form_id_has_the_one_of_the_fallback_and_is_taken_at_once(
    admin: Person, path: str
) -> None:
    header = {"X-XlsForm-FormId-Fallback": "well"}
    made = upload(admin, path, workbook(None), "?publish=true", **header)
    assert made.status_code == 200
    assert made.get_json()["xmlFormId"] == "well"
    (told,) = [one for one in made.get_json()["notices"] if one["code"] == "setting.no_form_id"]
    assert "“well”" in told["message"]
    named = upload(admin, path, workbook("tap"), **header).get_json()
    assert named["xmlFormId"] == "tap"
    assert "setting.no_form_id" not in codes(named["notices"])


def test_a_form_that_asks_nothing_is_refused(admin: Person, path: str) -> None:
    empty = xlsx("type | name | label", settings="form_id | version\nempty | 1")
    told = refused(upload(admin, path, empty, "?ignoreWarnings=true"), "400.15")
    assert codes(told["details"]["notices"]) == ["survey.empty"]
    refused(admin.get(f"{path}/empty"), "404.1")


def test_a_list_that_is_a_web_page_is_refused_and_the_one_before_stays(admin: Person, path: str) -> None:
    admin.post(f"{path}?ignoreWarnings=true", data=workbook(rows=FROM_FILE), content_type=XLSX)
    file = f"{path}/water/draft/attachments/pumps.csv"
    good = b"name,label\na,First\nb,Second\n"
    assert admin.post(file, data=good, content_type="text/csv").status_code == 200
    for bad in (
        b"\xef\xbb\xbf\n<!DOCTYPE html><html><body>x,y</body></html>",
        b"PK\x03\x04 x",
        b"name,label\na,\x00\n",
    ):
        told = refused(admin.post(file, data=bad, content_type="text/csv"), "400.74")
        assert codes(told["details"]["notices"]) == ["csv.no_table"]
    assert admin.get(file).get_data() == good


def test_names_that_stand_twice_in_a_list_are_told_once(admin: Person, path: str) -> None:
    admin.post(f"{path}?ignoreWarnings=true", data=workbook(rows=FROM_FILE), content_type=XLSX)
    rows = [f"p{number % 900},Pump {number}" for number in range(1000)]
    listing = "\n".join(["name,label", *rows, ",blank", ",blank"]).encode()
    put = admin.post(f"{path}/water/draft/attachments/pumps.csv", data=listing, content_type="text/csv")
    assert put.status_code == 200
    (told,) = put.get_json()["notices"]
    assert (told["code"], told["level"], told["args"]["count"]) == ("csv.same_name", "warning", 100)
    assert told["args"]["names"].startswith("p0, p1, p2,")
    assert "p50" not in told["message"]


def test_an_answer_of_each_repetition_taken_for_one_value_waits_for_a_look(admin: Person, path: str) -> None:
    rows = "begin repeat | r | Rooms |\ninteger | a | Beds? |\nend repeat | | |\ncalculate | s | | ${a} * 2"
    book = xlsx(f"type | name | label | calculation\n{rows}", settings="form_id | version\nrooms | 1")
    told = refused(upload(admin, path, book, "?publish=true"), "400.16")
    (notice,) = told["details"]["notices"]
    assert (notice["code"], notice["sheet"], notice["row"], notice["column"]) == (
        "logic.repeated", "survey", 5, "D",
    )  # fmt: skip
    refused(admin.get(f"{path}/rooms"), "404.1")
    assert upload(admin, path, book, "?publish=true&ignoreWarnings=true").status_code == 200
