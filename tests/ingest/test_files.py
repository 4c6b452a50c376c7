"""Bad inputs, rows 19 to 21: names of files, contents that are not what they are called, pictures that cannot be shown."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from server.db import db
from server.ingest.models import Attachment, Blob, Photo
from server.words import say
from tests.support.answers import message, refused
from tests.support.multipart import CONTENT_TYPE, head, submission
from tests.support.photos import jpeg
from tests.support.town import Town, enrolment, new_id, note

WIDE = 60_000


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd", "/etc/passwd", "..\\up.jpg", "..", ".",
        "photo\u202egpj.exe", "photo\x00.jpg", "new\x1bline.jpg", "p" * 300 + ".jpg", "照" * 100, "",
    ],
    ids=[
        "up", "absolute", "backslashes", "two dots", "dot",
        "right-to-left override", "NUL", "escape", "300 characters", "300 bytes", "empty",
    ],
)  # fmt: skip
def test_row_19_a_name_that_no_phone_gives_is_refused(shared: Town, name: str) -> None:
    with shared.untouched():
        answer = shared.phone.send(note(), {name: jpeg(1)})
    assert answer.status_code == 400
    refused(answer, answer.headers["X-Fieldfare-Code"])
    assert answer.headers["X-Fieldfare-Code"] in ("400.63", "400.39")


@pytest.mark.parametrize(
    "name",
    ["CON", "nul.jpg", "照片 1.jpg", "صورة.jpg", "😀.jpg", "-rf", ".hidden", "photo.jpg.php", "a;b='c'.jpg", "%2F.jpg"],
)  # fmt: skip
def test_row_19_any_other_name_is_kept_as_it_is(shared: Town, name: str) -> None:
    own = new_id()
    body = f"<photo>{name}</photo>"
    assert shared.phone.send(note(body, instance_id=own), {name: jpeg(2)}).status_code == 201
    assert shared.files(own) == {name: True}
    assert shared.photo(own, name) == jpeg(2)


def test_row_19_a_whole_path_of_windows_is_known_by_its_last_part(shared: Town) -> None:
    own = new_id()
    assert shared.phone.send(note(instance_id=own), {"C:\\Windows\\system.ini": b"x"}).status_code == 201
    assert shared.files(own) == {"system.ini": True}


def test_row_19_two_files_of_one_name_are_refused(shared: Town) -> None:
    with shared.untouched():
        answer = shared.phone.send(note(), [("a.jpg", jpeg(1)), ("a.jpg", jpeg(2))])
    assert "a.jpg" in refused(answer, "400.75")


def test_row_19_no_name_reaches_the_photo_store(house: Town) -> None:
    assert house.phone.send(note(), {"secret place.jpg": jpeg(1)}).status_code == 201
    media = house.services.settings.data / "media"
    names = [path.name for path in media.rglob("*") if path.is_file()]
    assert names
    assert not any("secret" in name for name in names)


def test_row_20_a_file_of_no_bytes_is_taken(shared: Town) -> None:
    own = new_id()
    body = "<photo>a.jpg</photo>"
    assert shared.phone.send(note(body, instance_id=own), {"a.jpg": b""}).status_code == 201
    assert shared.files(own) == {"a.jpg": True}
    assert shared.photo(own, "a.jpg") == b""


def findings(house: Town, own: str) -> list[tuple[str, str, bool]]:
    answer = house.api("GET", f"{house.at(own)}/findings")
    return [(one["path"], one["rule"], one["severity"] == "blocking") for one in answer.json]


def test_row_20_a_photo_of_no_bytes_is_told_whenever_it_comes(house: Town) -> None:
    own, photo = new_id(), {"b.jpg": jpeg(3)}
    xml = note("<photo>a.jpg</photo><view>b.jpg</view>", instance_id=own)
    assert house.phone.send(xml, photo, incomplete=True).status_code == 201
    assert findings(house, own) == [("/data/photo", "attachment", False)]
    assert house.phone.send(xml, {"a.jpg": b""}).status_code == 201
    assert findings(house, own) == [("/data/photo", "evidence", False)]
    stored = house.submission(own)
    assert stored is not None
    assert stored.warnings == 1
    edit = note("<photo>a.jpg</photo><view>b.jpg</view>", instance_id=new_id(), deprecated=own)
    assert house.phone.send(edit).status_code == 201
    assert findings(house, own) == [("/data/photo", "evidence", False)]


HTML = b"<!DOCTYPE html><html><script>alert(document.cookie)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
POLYGLOT = jpeg(3) + HTML


@pytest.mark.parametrize(
    ("name", "content", "seen"),
    [
        ("page.jpg", HTML, "text/html"),
        ("drawing.png", SVG, "image/svg+xml"),
        ("drawing.svg", SVG, "image/svg+xml"),
        ("both.jpg", POLYGLOT, "image/jpeg"),
        ("program.jpg", b"\x7fELF\x02\x01\x01" + bytes(40), "application/octet-stream"),
    ],
)
def test_row_20_a_file_is_what_its_bytes_are_and_never_runs_here(
    shared: Town, name: str, content: bytes, seen: str
) -> None:
    own = new_id()
    assert (
        shared.phone.send(note(f"<photo>{name}</photo>", instance_id=own), {name: content}).status_code == 201
    )
    assert shared.photo(own, name) == content
    with shared.session() as session:
        query = select(Blob.content_type).join(Attachment, Attachment.blob_id == Blob.id)
        kinds = session.scalars(query.where(Attachment.name == name)).all()
    assert set(kinds) == {seen}
    answer = shared.api("GET", f"/projects/{shared.project}/forms/note/submissions/{own}/attachments/{name}")
    assert answer.status_code == 200
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header promises a huge picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


def saved(picture: Image.Image, **options: object) -> bytes:
    """A picture as JPEG."""
    out = io.BytesIO()
    picture.save(out, "JPEG", **options)  # type: ignore[arg-type]  # Pillow's options are its own
    return out.getvalue()


def photo_read(house: Town, content: bytes, name: str = "a.jpg") -> Photo:
    """What the job made of a photo that was sent; the submission is accepted whatever it is."""
    own = new_id()
    answer = house.phone.send(note(f"<photo>{name}</photo>", instance_id=own), {name: content})
    assert answer.status_code == 201
    assert message(answer)[0] == "submit_success"
    house.work()
    assert house.photo(own, name) == content
    stored = house.submission(own)
    assert stored is not None
    with house.session() as session:
        query = select(Photo).join(Attachment, Attachment.blob_id == Photo.blob_id)
        photo = session.scalars(query.where(Attachment.version_id == stored.version_id)).one()
        assert isinstance(photo, Photo)
        return photo


def test_row_21_a_truncated_jpeg_is_kept_and_shown_as_far_as_it_goes(shared: Town) -> None:
    whole = saved(Image.effect_noise((640, 480), 80).convert("RGB"))
    photo = photo_read(shared, whole[: len(whole) // 2])
    assert photo.trouble == "truncated"
    assert photo.thumb is not None


@pytest.mark.parametrize("size", [(50_000, 50_000), (2**31 - 1, 2**31 - 1)])
def test_row_21_a_decompression_bomb_is_kept_and_not_opened(shared: Town, size: tuple[int, int]) -> None:
    photo = photo_read(shared, png_claiming(*size), "a.png")
    assert photo.trouble in ("too_many_pixels", "damaged")
    assert photo.thumb is None


def test_row_21_a_photo_one_pixel_high_is_shown(shared: Town) -> None:
    photo = photo_read(shared, saved(Image.new("RGB", (WIDE, 1), "red")))
    assert photo.trouble is None
    assert (photo.width, photo.height) == (WIDE, 1)
    assert photo.thumb is not None


def test_row_21_a_photo_in_cmyk_is_shown(shared: Town) -> None:
    photo = photo_read(shared, saved(Image.new("CMYK", (64, 48), (10, 200, 90, 0))))
    assert photo.trouble is None
    assert photo.screen is not None


def test_row_21_heic_is_kept_and_named(shared: Town) -> None:
    content = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200)
    photo = photo_read(shared, content, "a.heic")
    assert photo.trouble == "heic"


def test_row_21_exif_that_lies_is_evidence_and_no_trouble(shared: Town) -> None:
    exif = Image.Exif()
    exif[0x0112] = 77  # an orientation that does not exist
    exif.get_ifd(0x8769)[0x9003] = "1999:13:45 99:99:99"
    exif.get_ifd(0x8825).update({1: "N", 2: (999.0, 0.0, 0.0), 3: "E", 4: (999.0, 0.0, 0.0)})
    photo = photo_read(shared, saved(Image.new("RGB", (64, 48), "blue"), exif=exif))
    assert photo.trouble is None
    assert (photo.width, photo.height) == (64, 48)
    assert (photo.taken_at, photo.position) == (None, None)


def test_row_21_the_place_in_a_photo_is_kept_sealed(shared: Town) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2026:03:01 10:00:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.0), 3: "E", 4: (121.0, 28.0, 25.0)})
    photo = photo_read(shared, saved(Image.new("RGB", (64, 48), "blue"), exif=exif))
    assert photo.taken_at == datetime(2026, 3, 1, 10, 0, tzinfo=UTC)
    assert photo.position is not None
    assert b"31." not in photo.position
    opened = shared.services.keys.open(photo.position, "photo.position").decode()
    assert opened.startswith("[31.23")


def test_a_second_photo_of_the_same_content_is_kept_once_and_found_under_both_names(house: Town) -> None:
    one, two = new_id(), new_id()
    body = "<photo>{}</photo>"
    assert (
        house.phone.send(note(body.format("a.jpg"), instance_id=one), {"a.jpg": jpeg(5)}).status_code == 201
    )
    assert (
        house.phone.send(note(body.format("b.jpg"), instance_id=two), {"b.jpg": jpeg(5)}).status_code == 201
    )
    assert house.count(Blob) == 1
    assert (house.photo(one, "a.jpg"), house.photo(two, "b.jpg")) == (jpeg(5), jpeg(5))
    media = house.services.settings.data / "media"
    assert sum(1 for path in media.rglob("*") if path.is_file()) == 1


def test_a_photo_that_comes_after_an_edit_reaches_the_edit_too(house: Town) -> None:
    made = house.enrol(water="surface", photo="p.jpg")
    edit = enrolment(
        household=made.household,
        deprecated=made.instance_id,
        water="borehole",
        photo="p.jpg",
        action='update="1"',
    )
    assert house.phone.send(edit.xml).status_code == 201
    before = house.submission(made.instance_id)
    assert before is not None
    assert (before.photos, before.missing) == (0, 1)
    picture = jpeg(7)
    assert house.phone.send(made.xml, {"p.jpg": picture}).status_code == 201
    assert house.photo(made.instance_id, "p.jpg") == picture
    assert house.photo(edit.instance_id, "p.jpg") == picture
    after = house.submission(made.instance_id)
    assert after is not None
    assert (after.photos, after.missing, after.warnings) == (1, 0, before.warnings - 1)


def test_a_photo_that_an_edit_mentions_no_more_or_brought_itself_stays_with_what_was_sent_first(
    house: Town,
) -> None:
    own, photo = jpeg(8), jpeg(9)
    for name in ("", "p.jpg"):
        made = house.enrol(water="surface", photo="p.jpg")
        answers = {"photo": name} if name else {}
        edit = enrolment(
            household=made.household, deprecated=made.instance_id, action='update="1"', **answers
        )
        assert house.phone.send(edit.xml, {name: own} if name else ()).status_code == 201
        assert house.phone.send(made.xml, {"p.jpg": photo}).status_code == 201
        assert house.photo(made.instance_id, "p.jpg") == photo
        assert house.files(edit.instance_id) == ({name: True} if name else {})
        if name:
            assert house.photo(edit.instance_id, name) == own


def test_no_connection_is_held_while_the_store_is_asked_about_a_file(
    house: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = jpeg(10)
    assert house.phone.send(note("<photo>a.jpg</photo>"), {"a.jpg": photo}).status_code == 201
    with house.app.app_context():
        pools = [engine.pool for engine in db.engines.values()]
    held: list[int] = []
    media = type(house.services.store)
    renew = media.touch

    def look(store: Any, name: str) -> None:
        held.append(sum(pool.checkedout() for pool in pools))  # type: ignore[attr-defined]  # a pool that counts
        renew(store, name)

    monkeypatch.setattr(media, "touch", look)
    house.services.committer.run(lambda session: None)
    first = note("<photo>a.jpg</photo><view>b.jpg</view>")
    assert house.phone.send(first, {"a.jpg": photo}, incomplete=True).status_code == 201
    assert house.phone.send(first, {"b.jpg": photo}).status_code == 201
    assert held == [0, 0]


def test_two_parts_of_form_data_are_refused_and_neither_is_taken(house: Town) -> None:
    xml = note().encode()
    part = head("xml_submission_file", "visit.xml", "text/xml; charset=utf-8", len(xml)) + xml + b"\r\n"
    with house.untouched():
        answer = house.client.post(
            f"{house.phone.base}/submission",
            data=part + submission(note().encode()),
            content_type=CONTENT_TYPE,
            headers={"X-OpenRosa-Version": "1.0"},
        )
        assert "xml_submission_file" in refused(answer, "400.75")


NO_NAMES = ["p" * 300 + ".jpg", "照" * 100, "../up.jpg", "a/b.jpg", "..", "photo\u202egpj.exe"]
NO_NAME_IDS = ["300 characters", "300 bytes", "up", "a folder", "two dots", "right-to-left override"]


@pytest.mark.parametrize("name", NO_NAMES, ids=NO_NAME_IDS)
def test_an_answer_that_can_be_no_file_s_name_is_a_warning_and_everything_else_is_written(
    shared: Town, name: str
) -> None:
    made, plain = enrolment(water="surface", photo=name), new_id()
    note_xml = note(f"<village>Alder</village><photo>{name}</photo>", instance_id=plain)
    assert shared.phone.send(made.xml).status_code == 201
    assert shared.phone.send(note_xml).status_code == 201
    for own, xml in ((made.instance_id, made.xml), (plain, note_xml)):
        stored = shared.submission(own)
        assert stored is not None
        assert (stored.blocking, stored.warnings, stored.missing) == (0, 1, 0)
        assert (shared.files(own), shared.xml(own)) == ({}, xml.encode())
        [said] = shared.api("GET", f"{shared.at(own)}/findings").json
        assert (said["rule"], said["message"]) == (
            "attachment",
            "The file that this answer names has not arrived.",
        )
    [row] = [row for row in shared.rows("water") if row["household_id"] == made.household]
    assert (row["source"], row["photo"]) == ("surface", None)


@pytest.mark.parametrize("name", NO_NAMES, ids=NO_NAME_IDS)
def test_an_encrypted_visit_that_lists_what_can_be_no_file_s_name_is_kept(shared: Town, name: str) -> None:
    own = new_id()
    xml = (
        '<data id="note" version="1" encrypted="yes" xmlns="http://opendatakit.org/submissions"'
        ' xmlns:orx="http://openrosa.org/xforms"><base64EncryptedKey>abc</base64EncryptedKey>'
        f"<orx:meta><orx:instanceID>{own}</orx:instanceID></orx:meta><media><file>{name}</file></media>"
        "<encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>"
    )
    assert shared.phone.send(xml).status_code == 201
    assert (shared.files(own), shared.xml(own)) == ({"submission.xml.enc": False}, xml.encode())


@pytest.mark.parametrize("language", ["zh", "ar"])
def test_a_size_that_no_picture_has_is_refused_in_the_reader_s_language(shared: Town, language: str) -> None:
    own = new_id()
    xml = note("<photo>a.jpg</photo>", instance_id=own)
    assert shared.phone.send(xml, {"a.jpg": jpeg(7)}).status_code == 201
    at = f"{shared.at(own)}/attachments/a.jpg?size=big"
    answer = shared.api("GET", at, headers={"Accept-Language": language})
    assert answer.status_code == 400
    assert "it is" not in answer.json["message"]
    assert say(language, "it is thumb or screen") in answer.json["message"]
