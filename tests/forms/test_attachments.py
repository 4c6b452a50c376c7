"""Files beside a form: expected, put, linked, refused with words."""

from __future__ import annotations

import pytest

from server import problems
from server.db import utcnow
from server.entities.models import Dataset
from server.forms import attachments
from server.forms.examine import csvfile
from server.forms.models import Form
from server.forms.notices import Level
from server.problems import ProblemError
from tests.forms.desk import Desk, form
from tests.forms.test_lifecycle import raises

SURVEY = """type | name | label | media::image | parameters
select_one_from_file trees.csv | tree | Which? | |
select_one_from_file areas.csv | area | Where? | |
select_one_from_file wells.csv | well | Which? | |
note | look | Look | look.png |"""


@pytest.fixture
def draft(desk: Desk) -> Form:
    return desk.create(form(SURVEY))


def put(desk: Desk, form: Form, name: str, content: bytes) -> attachments.Put:
    return desk.put(form, name, content)


def sources(desk: Desk, version_id: int | None) -> dict[str, str | None]:
    assert version_id is not None
    return {one.name: one.source for one in attachments.of_version(desk.session, version_id)}


def test_a_form_expects_its_lists_and_pictures_and_areas_come_from_the_server(
    desk: Desk, draft: Form
) -> None:
    assert sources(desk, draft.draft_version_id) == {
        "areas.csv": "areas",
        "look.png": None,
        "trees.csv": None,
        "wells.csv": None,
    }
    assert draft.draft_version is not None
    assert attachments.missing(desk.session, draft.draft_version) == ["look.png", "trees.csv", "wells.csv"]


def test_a_file_is_put_replaced_and_removed_and_the_log_says_so(desk: Desk, draft: Form) -> None:
    first = put(desk, draft, "trees.csv", b"name,label\nelm,Elm\n").attachment.file_id
    second = put(desk, draft, "trees.csv", b"name,label\noak,Oak\n").attachment.file_id
    assert first is not None
    assert second is not None
    assert b"".join(attachments.content(desk.session, desk.services, second)[1]) == b"name,label\noak,Oak\n"
    attachments.remove(desk.session, draft, "trees.csv", actor_id=desk.actor_id)
    assert sources(desk, draft.draft_version_id)["trees.csv"] is None
    with raises(problems.NOT_FOUND):
        attachments.remove(desk.session, draft, "trees.csv", actor_id=desk.actor_id)
    assert len(desk.audits("form.attachment.update")) == 3


def test_areas_can_be_replaced_by_a_file_and_come_from_the_server_again(desk: Desk, draft: Form) -> None:
    put(desk, draft, "areas.csv", b"name,label\nA1,Millbrook\n")
    assert sources(desk, draft.draft_version_id)["areas.csv"] == "file"
    attachments.remove(desk.session, draft, "areas.csv", actor_id=desk.actor_id)
    assert sources(desk, draft.draft_version_id)["areas.csv"] == "areas"


def test_the_same_content_lies_there_once(desk: Desk, draft: Form) -> None:
    first = put(desk, draft, "trees.csv", b"name,label\nelm,Elm\n").attachment.file_id
    assert put(desk, draft, "wells.csv", b"name,label\nelm,Elm\n").attachment.file_id == first


def test_a_large_file_lies_sealed_in_the_photo_store(desk: Desk, draft: Form) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + b"drawn" * 500_000
    row = put(desk, draft, "look.png", picture).attachment
    assert row.file_id is not None
    file, pieces = attachments.content(desk.session, desk.services, row.file_id)
    assert file.content is None
    assert file.blob is not None
    assert b"".join(pieces) == picture
    assert picture[:64] not in b"".join(desk.services.store.read(file.blob))


def test_a_file_that_the_form_does_not_expect_is_refused(desk: Desk, draft: Form) -> None:
    with raises(problems.NOT_FOUND):
        put(desk, draft, "../../etc/passwd", b"x")
    desk.publish(draft)
    with raises(problems.NOT_FOUND):
        put(desk, draft, "trees.csv", b"name,label\nelm,Elm\n")


def test_a_list_is_filled_from_the_entity_list_of_its_name(desk: Desk) -> None:
    trees = Dataset(project_id=desk.project_id, name="trees", created_at=utcnow())
    desk.session.add(trees)
    desk.session.flush()
    made = desk.create(form(SURVEY))
    assert sources(desk, made.draft_version_id)["trees.csv"] == "dataset"
    put(desk, made, "trees.csv", b"name,label\nelm,Elm\n")
    assert sources(desk, made.draft_version_id)["trees.csv"] == "file"
    row = attachments.link(desk.session, made, "trees.csv", True, actor_id=desk.actor_id)
    assert (row.source, row.dataset_id) == ("dataset", trees.id)
    assert attachments.link(desk.session, made, "trees.csv", False, actor_id=desk.actor_id).source == "file"
    with raises(problems.DATASET_NOT_FOUND):
        attachments.link(desk.session, made, "wells.csv", True, actor_id=desk.actor_id)
    with raises(problems.UNEXPECTED_VALUE):
        attachments.link(desk.session, made, "look.png", True, actor_id=desk.actor_id)


def test_a_form_that_reads_a_list_gets_it_when_another_form_makes_it(desk: Desk) -> None:
    reader = desk.create(form(SURVEY, form_id="reader"), publish=True)
    assert sources(desk, reader.current_version_id)["trees.csv"] is None
    desk.session.add(Dataset(project_id=desk.project_id, name="trees", created_at=utcnow()))
    desk.session.flush()
    desk.create(form("type | name | label\ntext | a | A", form_id="maker"), publish=True)
    assert sources(desk, reader.current_version_id)["trees.csv"] == "dataset"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("name,label\nelm,榆树\n".encode("gbk"), "csv.encoding"),
        ("name,label\nelm,Elm\n".encode("utf-16"), "csv.utf16"),
        (b"name;label\nelm;Elm\n", "csv.separator"),
        (b"name\tlabel\nelm\tElm\n", "csv.separator"),
        (b"", "csv.empty"),
        (b"name,name\nelm,Elm\n", "csv.duplicate"),
        (b'name,label\nelm,"' + b"x" * 200_000, "csv.broken"),
    ],
)
def test_39_a_list_that_phones_would_read_wrongly_is_refused_with_words(
    desk: Desk, draft: Form, content: bytes, code: str
) -> None:
    with pytest.raises(ProblemError) as caught:
        put(desk, draft, "trees.csv", content)
    assert caught.value.problem is problems.ATTACHMENT_INVALID
    (notice,) = caught.value.details["notices"]
    assert notice["code"] == code
    assert "trees.csv" in notice["message"]
    assert notice["fix"]
    assert sources(desk, draft.draft_version_id)["trees.csv"] is None


def test_39_a_byte_order_mark_is_told_and_kept(desk: Desk, draft: Form) -> None:
    content = b"\xef\xbb\xbfname,label\nelm,Elm\n"
    made = put(desk, draft, "trees.csv", content)
    assert [(one.level, one.code) for one in made.notices] == [(Level.NOTE, "csv.bom")]
    assert made.attachment.file_id is not None
    assert b"".join(attachments.content(desk.session, desk.services, made.attachment.file_id)[1]) == content


def test_39_a_list_of_100000_rows_without_the_column_that_is_read_is_told(desk: Desk, draft: Form) -> None:
    content = "name,title\n" + "".join(f"t{number},Tree {number}\n" for number in range(100_000))
    made = put(desk, draft, "trees.csv", content.encode())
    assert [(one.level, one.code, one.args["column"]) for one in made.notices] == [
        (Level.WARNING, "csv.no_column", "label")
    ]


def test_39_a_missing_list_hinders_no_publishing_and_is_named(desk: Desk, draft: Form) -> None:
    published = desk.publish(draft)
    assert attachments.missing(desk.session, published.version) == ["look.png", "trees.csv", "wells.csv"]


def test_a_line_with_another_number_of_cells_is_told_with_its_number() -> None:
    notices = csvfile.look("trees.csv", b"name,label\nelm,Elm\noak,Oak, old\n")
    assert [(one.code, one.args["line"]) for one in notices] == [("csv.ragged", 3)]


def test_42_a_list_whose_choices_ask_what_may_not_be_asked_is_refused(desk: Desk) -> None:
    made = desk.create(
        form("type | name | label\nselect_one_from_file groups.csv | which | Which one are you?")
    )
    content = b"name,label\na,Buddhist\nb,Muslim\nc,Christian\nd,Hindu\n"
    with raises(problems.FORM_REFUSED):
        put(desk, made, "groups.csv", content)
    assert sources(desk, made.draft_version_id)["groups.csv"] is None


def test_51_a_web_page_as_media_is_kept_as_a_file_of_its_bytes(desk: Desk, draft: Form) -> None:
    row = put(desk, draft, "look.png", b"<html><script>alert(1)</script></html>").attachment
    assert row.file_id is not None
    file, pieces = attachments.content(desk.session, desk.services, row.file_id)
    assert b"".join(pieces).startswith(b"<html>")
    assert file.content_type == "image/png"
