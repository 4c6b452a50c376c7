"""A form's way over its pages: dropped, mended, protected, tried, published, closed, thrown away and brought back."""

from __future__ import annotations

import base64
import io
import re

from openpyxl import load_workbook
from werkzeug.test import TestResponse

from tests.support.house import House, xlsx
from tests.web.conftest import World
from tests.web.desk import SETTINGS, SURVEY, Desk, somebody, wells

BROKEN = """
| type    | name | label | relevant             |
| integer | rooms | Rooms | |
| text    | why  | Why   | ${roms} > 3          |
"""
NAMED = """
| type | name | label                      |
| text | who  | Name of the household head |
| text | well | Which well                 |
"""


def drop(desk: Desk, sheet: bytes, path: str = "/p/1/forms", name: str = "form.xlsx") -> TestResponse:
    """Drop a spreadsheet onto a page."""
    data = {"csrf": desk.token(), "file": (io.BytesIO(sheet), name)}
    return desk.client.post(path, data=data, content_type="multipart/form-data")


def test_a_project_without_forms_says_what_to_do(house: House, admin: Desk) -> None:
    house.project()
    page = admin.get("/p/1/forms").text
    assert "No form yet" in page
    assert "data-drop" in page


def test_a_spreadsheet_becomes_a_draft_and_publishing_gives_it_to_phones(house: House, admin: Desk) -> None:
    house.project()
    dropped = drop(admin, wells())
    assert dropped.headers["Location"] == "/p/1/forms/wells"
    page = admin.get("/p/1/forms/wells").text
    assert "This is a draft" in page
    assert "Try it" in page
    assert "areas.csv" in page
    done = admin.follow("/p/1/forms/wells/publish", version="1").text
    assert "Published. Phones get it" in done
    assert "This is a draft" not in done


def test_what_must_be_mended_stands_at_its_cell_with_the_fix_and_nothing_is_stored(
    house: House, admin: Desk
) -> None:
    house.project()
    refused = drop(admin, xlsx(BROKEN, settings="| form_title | form_id |\n| Rooms | rooms |"))
    assert refused.status_code == 422
    assert "did you mean ${rooms}?" in refused.text
    assert '<td data-head="D relevant" class="cell-bad">${roms} &gt; 3</td>' in refused.text
    assert 'id="row-survey-3-must"' in refused.text
    assert refused.text.count("did you mean ${rooms}?") == 1
    assert "Nothing was stored" in refused.text
    assert "No form yet" in admin.get("/p/1/forms").text


def test_what_a_notice_quotes_of_a_sheet_reads_from_left_to_right_among_arabic_words(
    house: House, admin: Desk
) -> None:
    house.project()
    admin.post("/language", language="ar", next="/")
    refused = drop(admin, xlsx(BROKEN, settings="| form_title | form_id |\n| Rooms | rooms |")).text
    said = "".join(re.findall(r'<p dir="auto"><b>.*?</b></p>|<p class="problem-fix".*?</p>', refused, re.S))
    assert '<bdi dir="ltr">${roms}</bdi>' in said
    assert '<bdi dir="ltr">${rooms}</bdi>' in said
    beside = re.sub(r'<bdi dir="ltr">.*?</bdi>', "", said)
    assert "$" not in beside


def test_the_refused_sheet_comes_back_with_comments_in_its_cells(house: House, admin: Desk) -> None:
    house.project()
    refused = drop(admin, xlsx(BROKEN, settings="| form_title | form_id |\n| Rooms | rooms |"))
    carried = re.search(r'name="sheet" value="([^"]+)"', refused.text)
    assert carried is not None
    back = admin.post("/p/1/forms/mend", sheet=carried[1], name="rooms.xlsx")
    book = load_workbook(io.BytesIO(back.data))
    assert "did you mean" in book["survey"]["D3"].comment.text
    assert "rooms-comments.xlsx" in back.headers["Content-Disposition"]


GAPPED = """
| type    | name  | label::English (en) | label::中文 (zh) |
| image   | roof  | The roof            | 屋顶             |
| integer | rooms | Rooms               |                  |
| txt   | why   | Why                 | 为什么           |
"""


def test_what_must_what_should_and_what_is_not_translated_stand_apart_each_once(
    house: House, admin: Desk
) -> None:
    house.project()
    page = drop(admin, xlsx(GAPPED, settings="| form_id |\n| gaps |")).text
    order = [
        page.index(words)
        for words in (
            "Must be mended",
            "did you mean text?",
            "Should be looked at",
            "Photos are sent at full size.",
            "Translation gaps",
            '<progress value="2" max="3" aria-label="中文 (zh)">',
            "The label is not translated into 中文 (zh).",
            "The whole sheet",
        )
    ]
    assert order == sorted(order)
    for words in ("did you mean text?", "Photos are sent at full size.", "not translated into"):
        assert page.count(words) == 1
    assert "could not come to its end" not in page


def test_a_row_without_a_cell_and_what_is_not_translated_come_back_as_comments_too(
    house: House, admin: Desk
) -> None:
    house.project()
    refused = drop(admin, xlsx(GAPPED, settings="| form_id |\n| gaps |"))
    carried = re.search(r'name="sheet" value="([^"]+)"', refused.text)
    assert carried is not None
    back = admin.post("/p/1/forms/mend", sheet=carried[1], name="gaps.xlsx")
    sheet = load_workbook(io.BytesIO(back.data))["survey"]
    assert "Row 2: Photos are sent at full size." in sheet["A2"].comment.text
    assert "not translated into" in sheet["D3"].comment.text
    assert "did you mean text?" in sheet["A4"].comment.text


def test_a_sheet_that_could_not_be_read_to_its_end_says_so_at_the_head(house: House, admin: Desk) -> None:
    house.project()
    page = drop(admin, xlsx("| question | name | label |\n| text | a | A |")).text
    assert page.index("could not come to its end") < page.index("Must be mended")


def test_a_draft_with_warnings_offers_its_comments_and_its_gaps(house: House, admin: Desk) -> None:
    house.project()
    drop(admin, xlsx(GAPPED.replace("txt", "text"), settings="| form_id |\n| gaps |"))
    page = admin.get("/p/1/forms/gaps").text
    assert page.count("Photos are sent at full size.") == 1
    assert "Translation gaps" in page
    assert "Comments in its cells" in page
    back = admin.post("/p/1/forms/gaps/mend")
    assert "not translated into" in load_workbook(io.BytesIO(back.data))["survey"]["D3"].comment.text


def test_one_click_protects_an_answer_that_tells_who_somebody_is(house: House, admin: Desk) -> None:
    house.project()
    drop(admin, xlsx(NAMED, settings="| form_title | form_id |\n| Wells | named |"))
    page = admin.get("/p/1/forms/named").text
    assert "Protect this answer (row 2)" in page
    done = admin.follow("/p/1/forms/named/protect", protect="2").text
    assert "The draft is here" in done
    assert "Protect this answer" not in done
    sheet = re.search(r"/p/1/forms/named/versions/\d+/sheet", done)
    back = admin.post(
        "/p/1/forms/mend", sheet=base64.b64encode(xlsx(NAMED)).decode(), name="a.xlsx", protect="2"
    )
    book = load_workbook(io.BytesIO(back.data))
    assert [cell.value for cell in book["survey"]["D"]] == ["bind::hh:protect", "yes", None]
    assert sheet is None  # versions list what was published, and nothing was


def test_what_may_not_be_asked_is_refused_with_its_reason(house: House, admin: Desk) -> None:
    house.project()
    sheet = xlsx(
        "| type | name | label |\n| text | faith | What is your religion? |",
        settings="| form_id |\n| faith |",
    )
    refused = drop(admin, sheet)
    assert refused.status_code == 422
    assert "cannot be asked here. Nothing was stored." in refused.text
    assert "there is no switch" in refused.text


def test_a_file_that_is_missing_keeps_a_form_from_being_published(house: House, admin: Desk) -> None:
    house.project()
    survey = "| type | name | label |\n| select_one_from_file wells.csv | well | Which well |"
    drop(admin, xlsx(survey, settings="| form_title | form_id | version |\n| Wells | listed | 1 |"))
    page = admin.get("/p/1/forms/listed").text
    assert "Missing: wells.csv" in page
    assert re.search(r'<button class="btn btn-primary" disabled[^>]*>Publish', page)
    assert admin.post("/p/1/forms/listed/publish").status_code == 409
    token = admin.token()
    unreadable = {"csrf": token, "file": (io.BytesIO("name,label\n".encode("utf-16")), "wells.csv")}
    assert admin.client.post("/p/1/forms/listed/files/wells.csv", data=unreadable).status_code == 400
    good = {"csrf": token, "file": (io.BytesIO(b"name,label\nmill,Mill\n"), "wells.csv")}
    assert admin.client.post("/p/1/forms/listed/files/wells.csv", data=good).status_code == 303
    assert "Published" in admin.follow("/p/1/forms/listed/publish", version="1").text


def test_the_next_version_stands_beside_the_first_with_what_changed(world: World) -> None:
    more = SURVEY + "| integer | depth | Depth of the well | | | | |\n"
    from tests.web.desk import CHOICES

    sheet = xlsx(more, choices=CHOICES, settings=SETTINGS.replace("| 1       |", "| 2       |"))
    assert drop(world.admin, sheet).headers["Location"] == "/p/1/forms/wells"
    page = world.admin.get("/p/1/forms/wells").text
    assert "A draft of version 2 waits beside what phones have" in page
    done = world.admin.follow("/p/1/forms/wells/publish", version="2").text
    assert "1 question added" in done
    assert "/depth" in done
    taken = drop(world.admin, sheet)
    assert taken.status_code == 303
    again = world.admin.post("/p/1/forms/wells/publish", version="2")
    assert again.status_code == 409
    assert "was published before" in again.text


def test_closing_deleting_and_bringing_back(world: World) -> None:
    assert "Closed" in world.admin.follow("/p/1/forms/wells/state", state="closed").text
    gone = world.admin.follow("/p/1/forms/wells/delete").text
    assert "1 form in the bin" in gone
    assert world.admin.get("/p/1/forms/wells").status_code == 404
    assert "The form is back" in world.admin.follow("/p/1/forms/restore/1").text


def test_who_only_looks_is_offered_no_upload_and_may_not_send_one(world: World) -> None:
    viewer = somebody(world.house, 1, "viewer")
    assert "data-drop" not in viewer.get("/p/1/forms").text
    assert drop(viewer, wells()).status_code == 403
    assert viewer.post("/p/1/forms/wells/publish").status_code == 403


def test_what_is_downloaded_of_a_form_never_shows_in_our_pages(world: World) -> None:
    page = world.admin.get("/p/1/forms/wells").text
    for address in re.findall(r"/p/1/forms/wells/versions/\d+/(?:xml|sheet)", page):
        assert world.admin.get(address).headers["Content-Disposition"].startswith("attachment")


def test_a_data_collector_sees_what_is_open_and_nothing_to_change(world: World) -> None:
    collector = somebody(world.house, 1, "formfill")
    page = collector.get("/p/1/forms").text
    assert "Wells" in page
    assert "/p/1/forms/wells" not in page
    assert collector.get("/p/1/forms/wells").status_code == 403
    assert collector.get("/p/1").status_code == 200


def test_something_that_is_no_form_is_told_so_and_offers_no_comments_in_cells(
    house: House, admin: Desk
) -> None:
    house.project()
    for content, name in (
        (b"%PDF-1.4 nothing", "form.pdf"),
        (b"", "empty.xlsx"),
        (b"<html></html>", "a.xml"),
    ):
        refused = drop(admin, content, name=name)
        assert refused.status_code == 422
        assert "Comments in its cells" not in refused.text
        assert "must be mended before this is a form" in refused.text
