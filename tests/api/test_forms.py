"""Forms over REST: uploaded, drafted, published, read, closed, binned."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest
from werkzeug.test import TestResponse

from tests.api.conftest import Join, Person, refused

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHIPPED = Path(__file__).resolve().parents[2] / "forms" / "xlsform"


def workbook(
    form_id: str | None = "water", version: str = "1", rows: tuple[tuple[str, ...], ...] = ()
) -> bytes:
    """A small .xlsx: a select, a text, a file to choose from, whatever is in `rows`."""
    book = openpyxl.Workbook()
    survey = book.active
    assert survey is not None
    survey.title = "survey"
    for row in (
        ("type", "name", "label"),
        ("select_multiple uses", "uses", "What is the water used for?"),
        ("integer", "litres", "Litres a day"),
        *rows,
    ):
        survey.append(row)
    choices = book.create_sheet("choices")
    for row in (("list_name", "name", "label"), ("uses", "drink", "Drinking"), ("uses", "wash", "Washing")):
        choices.append(row)
    settings = book.create_sheet("settings")
    settings.append(("form_title", "version", *(("form_id",) if form_id else ())))
    settings.append(("Water at the tap", version, *((form_id,) if form_id else ())))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


FROM_FILE = (("select_one_from_file pumps.csv", "pump", "Which pump?"),)


@pytest.fixture
def path(project: int) -> str:
    return f"/projects/{project}/forms"


def upload(who: Person, path: str, content: bytes, query: str = "", **headers: str) -> TestResponse:
    return who.post(path + query, data=content, content_type=XLSX, headers=headers)


@pytest.fixture
def water(admin: Person, path: str) -> str:
    assert upload(admin, path, workbook(), "?publish=true").status_code == 200
    return f"{path}/water"


def test_an_uploaded_spreadsheet_is_a_draft_with_centrals_fields(
    admin: Person, path: str, project: int
) -> None:
    made = upload(admin, path, workbook()).get_json()
    assert {
        "projectId",
        "xmlFormId",
        "name",
        "version",
        "hash",
        "state",
        "keyId",
        "enketoId",
        "publishedAt",
        "createdAt",
        "updatedAt",
    } <= set(made)
    assert (made["projectId"], made["xmlFormId"], made["name"], made["version"]) == (
        project,
        "water",
        "Water at the tap",
        "1",
    )
    assert (made["state"], made["publishedAt"]) == ("open", None)
    draft = admin.get(f"{path}/water/draft").get_json()
    assert len(draft["draftToken"]) == 64
    assert admin.get(f"{path}/water/versions").get_json() == []


def test_a_form_is_published_by_its_upload_or_later_and_says_when(admin: Person, path: str) -> None:
    assert upload(admin, path, workbook("a"), "?publish=true").get_json()["publishedAt"]
    upload(admin, path, workbook("b"))
    assert admin.post(f"{path}/b/draft/publish", headers={"X-Action-Notes": "first%20round"}).get_json() == {
        "success": True
    }
    more = admin.get(f"{path}/b", extended=True).get_json()
    assert (more["publishNotes"], more["excelContentType"], more["submissions"]) == ("first round", XLSX, 0)
    assert more["reviewStates"] == {"received": 0, "hasIssues": 0, "edited": 0, "approved": 0, "rejected": 0}
    assert more["createdBy"]["id"] == admin.id
    refused(admin.get(f"{path}/b/draft"), "404.1")
    refused(admin.post(f"{path}/b/draft/publish"), "404.1")


def test_the_published_bytes_never_change_and_are_answered_304(admin: Person, water: str) -> None:
    first = admin.get(f"{water}.xml")
    assert first.content_type == "application/xml; charset=utf-8"
    assert first.headers["ETag"] == f'"{admin.get(water).get_json()["hash"]}"'
    upload(admin, f"{water}/draft", workbook(version="2"))
    assert admin.get(f"{water}.xml").get_data() == first.get_data()
    assert admin.get(f"{water}/draft.xml").get_data() != first.get_data()
    assert admin.get(f"{water}.xml", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    admin.post(f"{water}/draft/publish")
    assert admin.get(f"{water}/versions/1.xml").get_data() == first.get_data()
    assert [one["version"] for one in admin.get(f"{water}/versions").get_json()] == ["2", "1"]
    assert admin.get(f"{water}/versions/1").get_json()["hash"] == first.headers["ETag"].strip('"')
    refused(admin.get(f"{water}/versions/3"), "404.1")


def test_the_spreadsheet_comes_back_as_it_was(admin: Person, path: str) -> None:
    book = workbook()
    upload(admin, path, book, "?publish=true")
    answer = admin.get(f"{path}/water.xlsx")
    assert answer.get_data() == book
    assert answer.content_type == XLSX
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="water.xlsx"')
    refused(admin.get(f"{path}/water.xls"), "404.1")


def test_fields_are_centrals(admin: Person, water: str) -> None:
    fields = {one["path"]: one for one in admin.get(f"{water}/fields").get_json()}
    assert fields["/litres"] == {
        "name": "litres",
        "path": "/litres",
        "type": "int",
        "binary": None,
        "selectMultiple": None,
    }
    assert fields["/uses"]["selectMultiple"] is True
    assert fields["/uses"]["type"] == "string"
    assert fields["/meta"]["type"] == "structure"
    assert "/meta/instanceID" in fields


def test_an_id_falls_back_on_the_header(admin: Person, path: str) -> None:
    made = upload(admin, path, workbook(None), **{"X-XlsForm-FormId-Fallback": "water%20point"})
    assert made.get_json()["xmlFormId"] == "water point"


def test_the_same_id_and_the_same_version_are_refused(admin: Person, path: str, water: str) -> None:
    refused(upload(admin, path, workbook()), "409.3")
    upload(admin, f"{water}/draft", workbook())
    refused(admin.post(f"{water}/draft/publish"), "409.6")
    assert admin.post(f"{water}/draft/publish?version=1b").status_code == 200
    assert admin.get(water).get_json()["version"] == "1b"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "400.2"),
        (b"nonsense \x00\x01", "400.66"),
        (b"PK\x03\x04 no zip", "400.66"),
        (b"<h:html", "400.67"),
        (b"<x/>", "400.67"),
    ],
)
def test_what_is_no_form_is_refused_and_nothing_is_stored(
    admin: Person, path: str, content: bytes, code: str
) -> None:
    refused(upload(admin, path, content), code)
    assert admin.get(path).get_json() == []


def test_an_error_in_the_sheet_is_400_15_with_its_row(admin: Person, path: str) -> None:
    broken = workbook(rows=(("integer", "cups", "Cups of ${litrs}"),))
    details = refused(upload(admin, path, broken), "400.15")["details"]
    assert details["notices"]


@pytest.mark.parametrize("language", ["zh", "ar"])
def test_notices_are_in_the_language_of_the_message(admin: Person, path: str, language: str) -> None:
    asked = {"Accept-Language": language, "Content-Type": XLSX}
    broken = workbook(
        rows=(("integer", "cups", "Cups of ${zzz}"), ("text", "faith", "What is your religion?"))
    )
    answer = admin.post(path, data=broken, headers=asked).get_json()
    assert len(answer["details"]["notices"]) == 2
    for one in (*answer["details"]["notices"], *answer["details"]["findings"]):
        assert not re.search("[a-z]{4,} [a-z]{2,} [a-z]{2,}", one["message"] + one["fix"]), one
    made = admin.post(path, data=workbook(rows=(("text", "who", "What is your name?"),)), headers=asked)
    (told,) = made.get_json()["notices"]
    assert "This" not in told["message"]
    draft = admin.get(f"{path}/water/draft", headers=asked).get_json()
    assert draft["notices"] == [told]


def test_a_form_that_asks_what_may_not_be_asked_is_refused_whatever_is_ignored(
    admin: Person, path: str
) -> None:
    asked = workbook(rows=(("text", "nid", "National ID number of the head of household"),))
    refused(upload(admin, path, asked, "?ignoreWarnings=true&publish=true"), "400.64")
    assert admin.get(path).get_json() == []


def test_files_of_a_draft_are_expected_put_read_and_taken_off(admin: Person, path: str) -> None:
    upload(admin, path, workbook(rows=FROM_FILE))
    draft = f"{path}/water/draft"
    assert admin.get(f"{draft}/attachments").get_json() == [
        {
            "name": "pumps.csv",
            "type": "file",
            "hash": None,
            "exists": False,
            "blobExists": False,
            "datasetExists": False,
        }
    ]
    refused(admin.get(f"{draft}/attachments/pumps.csv"), "404.1")
    refused(admin.post(f"{draft}/attachments/other.csv", data=b"x"), "404.1")
    listing = b"name,label\np1,Mill pump\n"
    put = admin.post(f"{draft}/attachments/pumps.csv", data=listing, content_type="text/csv").get_json()
    assert (put["success"], put["exists"], put["size"]) == (True, True, len(listing))
    answer = admin.get(f"{draft}/attachments/pumps.csv")
    assert answer.get_data() == listing
    assert answer.headers["ETag"] == f'"{put["hash"]}"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    admin.post(f"{draft}/publish")
    assert admin.get(f"{path}/water/attachments/pumps.csv").get_data() == listing
    refused(admin.delete(f"{draft}/attachments/pumps.csv"), "404.1")
    admin.post(draft)
    assert admin.delete(f"{draft}/attachments/pumps.csv").get_json() == {"success": True}
    assert admin.get(f"{draft}/attachments").get_json()[0]["exists"] is False
    refused(admin.patch(f"{draft}/attachments/pumps.csv", {"dataset": True}), "404.7")
    refused(admin.patch(f"{draft}/attachments/pumps.csv", {}), "400.2")


def test_a_form_is_published_without_its_file_as_in_central_and_says_which_one(
    admin: Person, path: str
) -> None:
    made = admin.post(f"{path}?publish=true", data=workbook(rows=FROM_FILE), content_type=XLSX)
    assert made.status_code == 200
    assert made.get_json()["publishedAt"]
    (notice,) = made.get_json()["notices"]
    assert (notice["code"], notice["row"], notice["column"]) == ("attachment.expected", 4, "A")
    (file,) = admin.get(f"{path}/water/attachments").get_json()
    assert (file["name"], file["exists"]) == ("pumps.csv", False)


def test_what_dignity_only_tells_fails_no_upload_and_stands_in_the_answer(admin: Person, path: str) -> None:
    rows = (("text", "who", "What is your name?"),)
    made = admin.post(path, data=workbook(rows=rows), content_type=XLSX)
    assert made.status_code == 200
    assert [one["level"] for one in made.get_json()["notices"]] == ["warning"]


def test_what_the_converter_warns_of_needs_ignore_warnings_as_in_central(admin: Person, path: str) -> None:
    data = workbook(rows=(("image", "roof", "The roof"),))
    refused(admin.post(path, data=data, content_type=XLSX), "400.16")
    assert admin.post(f"{path}?ignoreWarnings=true", data=data, content_type=XLSX).status_code == 200


def test_a_web_page_put_as_media_never_runs_in_our_origin(admin: Person, path: str) -> None:
    upload(admin, path, workbook(rows=(("select_one_from_file page.geojson", "pump", "Which?"),)))
    at = f"{path}/water/draft/attachments/page.geojson"
    assert admin.post(at, data=b"<script>alert(1)</script>", content_type="text/html").status_code == 200
    answer = admin.get(at)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_is_closed_and_reopened(admin: Person, water: str) -> None:
    assert admin.patch(water, {"state": "closed"}).get_json()["state"] == "closed"
    refused(admin.patch(water, {"state": "ajar"}), "400.8")
    refused(admin.patch(water, {"state": 7}), "400.11")
    assert admin.patch(water, {"state": "open"}).get_json()["state"] == "open"


def test_a_form_goes_into_the_bin_and_comes_back_unless_its_id_is_taken(
    admin: Person, path: str, water: str
) -> None:
    assert admin.delete(water).get_json() == {"success": True}
    refused(admin.get(water), "404.1")
    binned = admin.get(f"{path}?deleted=true").get_json()
    assert [one["xmlFormId"] for one in binned] == ["water"]
    upload(admin, path, workbook())
    refused(admin.post(f"{path}/{binned[0]['id']}/restore"), "409.3")
    admin.delete(water)
    assert admin.post(f"{path}/{binned[0]['id']}/restore").get_json() == {"success": True}
    assert admin.get(water).get_json()["publishedAt"]
    refused(admin.post(f"{path}/999/restore"), "404.1")


def test_a_draft_is_thrown_away_only_beside_a_published_version(admin: Person, path: str, water: str) -> None:
    refused(admin.delete(f"{water}/draft"), "404.1")
    admin.post(f"{water}/draft")
    assert admin.delete(f"{water}/draft").get_json() == {"success": True}
    upload(admin, path, workbook("other"))
    refused(admin.delete(f"{path}/other/draft"), "409.7")


def test_each_role_sees_the_forms_that_central_shows_it(
    admin: Person, path: str, project: int, water: str, join: Join
) -> None:
    upload(admin, path, workbook("drafted"))
    upload(admin, path, workbook("shut"), "?publish=true")
    admin.patch(f"{path}/shut", {"state": "closed"})
    seen = {
        role: [one["xmlFormId"] for one in join(role, role, project).get(path).get_json()]
        for role in ("manager", "designer", "viewer", "supervisor", "formfill")
    }
    assert seen["manager"] == seen["designer"] == ["drafted", "shut", "water"]
    assert seen["viewer"] == seen["supervisor"] == ["shut", "water"]
    assert seen["formfill"] == ["water"]
    filler = join("dana", "formfill", project)
    assert filler.get(f"{water}.xml").status_code == 200
    refused(filler.get(f"{path}/shut"), "403.1")
    refused(filler.get(f"{path}/drafted.xml"), "403.1")
    refused(filler.get(f"{water}/versions"), "403.1")
    refused(filler.post(f"{water}/draft"), "403.1")
    refused(join("eve").get(path), "403.1")


def test_a_phone_reads_the_forms_it_was_given_under_its_key(
    admin: Person, path: str, project: int, water: str
) -> None:
    made = admin.post(f"/projects/{project}/app-users", {"displayName": "Phone 7"}).get_json()
    phone = Person(admin.client, made["id"], key=made["token"])
    refused(phone.get(f"{water}.xml"), "403.1")
    admin.post(f"{water}/assignments/app-user/{made['id']}")
    assert phone.get(water).get_json()["xmlFormId"] == "water"
    assert phone.get(f"{water}/attachments").get_json() == []


def test_a_form_id_with_spaces_and_chinese_is_addressed_as_it_is(admin: Person, path: str) -> None:
    assert upload(admin, path, workbook("入户 走访"), "?publish=true").status_code == 200
    assert admin.get(f"{path}/入户 走访").get_json()["xmlFormId"] == "入户 走访"
    assert admin.get(f"{path}/%E5%85%A5%E6%88%B7%20%E8%B5%B0%E8%AE%BF.xml").status_code == 200


def test_a_shipped_form_is_uploaded_and_published_as_it_ships(admin: Person, path: str) -> None:
    book = (SHIPPED / "household_enrolment.xlsx").read_bytes()
    made = upload(admin, path, book, "?publish=true&ignoreWarnings=true")
    assert made.status_code == 200, made.get_data(as_text=True)
    more = admin.get(f"{path}/household_enrolment", extended=True).get_json()
    assert more["entityRelated"] is True
    names = {one["name"]: one for one in admin.get(f"{path}/household_enrolment/attachments").get_json()}
    assert names["areas.csv"]["exists"] is True


def test_projects_come_with_their_forms_where_asked(admin: Person, path: str, water: str) -> None:
    listed = admin.get("/projects?forms=true").get_json()
    assert [(one["name"], [form["xmlFormId"] for form in one["formList"]]) for one in listed] == [
        ("Aldermere", ["water"])
    ]
    assert listed[0]["formList"][0]["submissions"] == 0
