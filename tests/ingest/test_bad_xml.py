"""Bad inputs, rows 1 to 8 and 14: bodies that are no submission, XML that cannot be read. Nothing is stored, not by half."""

from __future__ import annotations

import io

import pytest
from werkzeug.test import TestResponse

from tests.support.answers import refused
from tests.support.town import Town, new_id, note


def post(house: Town, body: bytes, content_type: str) -> TestResponse:
    """A body as it is, to the submission address."""
    return house.client.post(f"{house.phone.base}/submission", data=body, content_type=content_type)


def with_head(encoding: str, *, instance_id: str | None = None, village: str = "Alder 榆") -> str:
    """The plain form's instance with an XML declaration."""
    body = note(f"<village>{village}</village>", instance_id=instance_id).partition("?>")[2]
    return f'<?xml version="1.0" encoding="{encoding}"?>{body}'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (note().encode(), "text/xml"),
        (b'{"village": "Alder"}', "application/json"),
        (b"village=Alder", "application/x-www-form-urlencoded"),
        (b"", ""),
        (b"--x\r\nnothing of the kind", "multipart/form-data"),
        (b"nothing of the kind", "multipart/form-data; boundary=x"),
        (
            b'--x\r\nContent-Disposition: form-data; name="xml_submission_file"\r\n\r\n<data',
            "multipart/form-data; boundary=x",
        ),
        (b"--x\r\nX: " + b"y" * 200_000, "multipart/form-data; boundary=x"),
        (b"--x\r\n\xff\xfe\x00: 1\r\n\r\n--x--", "multipart/form-data; boundary=x"),
    ],
    ids=["xml", "json", "form", "empty", "no boundary", "no part", "cut off", "endless header", "no header"],
)
def test_row_01_a_body_that_is_not_multipart_is_refused(shared: Town, body: bytes, content_type: str) -> None:
    with shared.untouched():
        answer = post(shared, body, content_type)
    assert answer.status_code == 400
    assert refused(answer, answer.headers["X-Fieldfare-Code"])
    assert answer.headers["X-Fieldfare-Code"] in ("400.39", "400.76")


def test_row_01_more_parts_than_any_phone_sends_are_refused(shared: Town) -> None:
    parts = {f"part{number}": "x" for number in range(1500)}
    with shared.untouched():
        answer = shared.client.post(
            f"{shared.phone.base}/submission", data=parts, content_type="multipart/form-data"
        )
    refused(answer, "400.39")


def test_row_02_no_xml_submission_file_is_refused(shared: Town) -> None:
    parts = {"a.jpg": (io.BytesIO(b"photo"), "a.jpg")}
    with shared.untouched():
        answer = shared.client.post(f"{shared.phone.base}/submission", data=parts)
    refused(answer, "400.76")


@pytest.mark.parametrize("xml", [b"", b" \r\n\t ", b"\xef\xbb\xbf"], ids=["empty", "white space", "a BOM"])
def test_row_03_empty_xml_is_refused(shared: Town, xml: bytes) -> None:
    with shared.untouched():
        refused(shared.phone.send(xml), "400.61")


@pytest.mark.parametrize(
    "xml",
    ["<data", "<data id='note'><a></data>", "village: Alder", "<data id='note'/><data/>", "<data id=note/>"],
)
def test_row_04_malformed_xml_is_refused(shared: Town, xml: str) -> None:
    with shared.untouched():
        refused(shared.phone.send(xml), "400.61")


LAUGHS = "".join(
    f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' if number else '<!ENTITY l0 "ha">'
    for number in range(10)
)


@pytest.mark.parametrize(
    "dtd",
    [
        "<!DOCTYPE data>",
        '<!DOCTYPE data [<!ENTITY secret SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE data SYSTEM "http://127.0.0.1:9/data.dtd">',
        f"<!DOCTYPE data [{LAUGHS}]>",
        '<!DOCTYPE data [<!ENTITY % outside SYSTEM "http://127.0.0.1:9/"> %outside;]>',
    ],
    ids=["dtd", "external entity", "external dtd", "billion laughs", "parameter entity"],
)
def test_row_05_xml_with_a_dtd_is_refused_unread(shared: Town, dtd: str) -> None:
    body = note("<village>&secret;&l9;</village>").partition("?>")[2]
    with shared.untouched():
        answer = shared.phone.send(f'<?xml version="1.0"?>{dtd}{body}')
    assert "root:" not in answer.text
    refused(answer, "400.61")


def test_row_06_200000_nested_elements_are_refused(shared: Town) -> None:
    depth = 200_000
    xml = note("<village>" + "<a>" * depth + "</a>" * depth + "</village>")
    with shared.untouched():
        refused(shared.phone.send(xml), "400.61")


def test_row_06_elements_nested_just_deeper_than_allowed_are_refused(shared: Town) -> None:
    with shared.untouched():
        refused(shared.phone.send(note("<a>" * 150 + "</a>" * 150)), "400.61")


def test_row_07_11_mib_of_xml_are_refused(shared: Town) -> None:
    xml = note(f"<village>{'x' * (11 << 20)}</village>")
    with shared.untouched():
        assert "10 MB" in refused(shared.phone.send(xml), "413.61")


def test_row_07_9_mib_of_xml_are_taken(shared: Town) -> None:
    own = new_id()
    assert (
        shared.phone.send(note(f"<village>{'x' * (9 << 20)}</village>", instance_id=own)).status_code == 201
    )
    assert len(shared.xml(own)) > 9 << 20


@pytest.mark.parametrize(
    ("encoding", "codec"),
    [("UTF-8", "utf-8-sig"), ("UTF-16", "utf-16"), ("GB18030", "gb18030"), ("utf-8", "utf-8")],
)
def test_row_08_xml_in_an_encoding_that_it_names_is_read(shared: Town, encoding: str, codec: str) -> None:
    own = new_id()
    xml = with_head(encoding, instance_id=own).encode(codec)
    assert shared.phone.send(xml).status_code == 201
    assert shared.answers(own)["village"] == "Alder 榆"
    assert shared.xml(own) == xml


@pytest.mark.parametrize(
    "xml",
    [
        with_head("UTF-8").encode("utf-16"),
        with_head("UTF-16").encode("utf-8"),
        with_head("UTF-8").encode("gb18030"),
        with_head("rot13").encode(),
        with_head("no-such-encoding").encode(),
        note("<village>\x00</village>").encode(),
        note("<village>\x01\x08</village>").encode(),
        note("<village>&#0;&#x1b;</village>").encode(),
        note("<village>@</village>").encode().replace(b"@", b"\xff\xfe\xc3"),
        note("<village>@</village>").encode().replace(b"@", b"\xed\xa0\x80"),
    ],
    ids=[
        "UTF-16 that says UTF-8", "UTF-8 that says UTF-16", "GB18030 that says UTF-8", "rot13", "unknown",
        "NUL", "control characters", "references to them", "broken UTF-8", "half a surrogate pair",
    ],
)  # fmt: skip
def test_row_08_wrong_encodings_and_control_characters_are_refused(shared: Town, xml: bytes) -> None:
    with shared.untouched():
        refused(shared.phone.send(xml), "400.61")


@pytest.mark.parametrize(
    "meta",
    ["", "<meta/>", "<meta><instanceID/></meta>", "<meta><instanceID>  </instanceID></meta>"],
)
def test_row_14_no_instance_id_is_refused(shared: Town, meta: str) -> None:
    xml = f'<data id="note" version="1"><village>Alder</village>{meta}</data>'
    with shared.untouched():
        assert "instanceID" in refused(shared.phone.send(xml), "400.62")
