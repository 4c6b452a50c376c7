"""HEAD and POST submission, as Collect's OpenRosaServerInstanceUploader and OkHttpConnection send them."""

from __future__ import annotations

import re
from uuid import uuid4

from server.words import say
from tests.support.answers import message, refused
from tests.support.house import House, xlsx
from tests.support.photos import jpeg
from tests.support.town import Town, new_id, note


def test_head_says_204_what_is_taken_and_which_protocol(shared: Town) -> None:
    answer = shared.client.head(f"{shared.phone.base}/submission?deviceID=collect%3Atest")
    assert answer.status_code == 204
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert answer.headers["X-OpenRosa-Accept-Content-Length"] == "100000000"
    assert "Location" not in answer.headers
    assert answer.data == b""


def test_a_submission_with_photos_gets_201_and_a_receipt_and_is_stored_whole(shared: Town) -> None:
    own, one, two = new_id(), jpeg(1), jpeg(2)
    xml = note("<village>Alder</village><photo>a.jpg</photo><view>b.jpg</view>", instance_id=own)
    answer = shared.phone.send(xml, {"a.jpg": one, "b.jpg": two})
    assert answer.status_code == 201
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    nature, text = message(answer)
    assert nature == "submit_success"
    assert re.fullmatch(r"Received\. Receipt [A-Z2-7]{4}-[A-Z2-7]{4}\.", text)
    assert shared.files(own) == {"a.jpg": True, "b.jpg": True}
    assert shared.xml(own) == xml.encode()
    assert shared.photo(own, "a.jpg") == one
    assert shared.photo(own, "b.jpg") == two


def test_the_message_carries_the_household_s_code(shared: Town) -> None:
    made = shared.enrol()
    (row,) = [row for row in shared.rows("household") if row["uuid"] == made.household]
    assert re.fullmatch(r"A1-014-[0-9]{4}[0-9A-Z*]", row["code"])
    again = shared.phone.send(made.xml)
    assert message(again)[1].endswith(f"Household {row['code']}.")


FACILITIES = xlsx(
    """
    type | name | label::English (en) | bind::hh:column
    select_one_from_file areas.csv | area | Which area is it? | facility.area
    text | name | What is the water point called? | facility.name
    """,
    settings="""
    form_id | form_title | version | namespaces
    facilities | Facilities | 1 | hh="urn:fieldfare:household"
    """,
    entities="""
    list_name | label
    facilities | concat(${area}, ' · ', substr(/data/meta/entity/@id, 32, 36))
    """,
)


def test_the_message_names_a_facility_as_one_in_each_language(house: Town) -> None:
    house.publish(house.project, FACILITIES)
    for language, word in (("en", "Facility"), ("zh", "设施"), ("ar", "المرفق")):
        phone = House.phone(house, house.project, "facilities", name=language, language=language)
        xml = (
            '<data id="facilities" version="1"><area>A1-014</area><name>Old pump</name>'
            f'<meta><instanceID>{new_id()}</instanceID><entity dataset="facilities" id="{uuid4()}" create="1">'
            "<label>A1-014</label></entity></meta></data>"
        )
        first = message(phone.send(xml))
        gap = "" if language == "zh" else " "
        assert re.search(rf"\S{gap}{word} A1-014-F[0-9]{{4}}[0-9A-Z*]", first[1])
        assert message(phone.send(xml)) == first
        assert message(phone.send(xml, {"pump.jpg": jpeg()})) == first  # the next part of the same


def test_a_resend_gets_the_same_receipt_and_the_same_code(shared: Town) -> None:
    xml = note()
    first, second = shared.phone.send(xml), shared.phone.send(xml)
    assert (first.status_code, second.status_code) == (201, 201)
    assert message(first) == message(second)


def test_each_phone_is_told_in_its_own_language(shared: Town) -> None:
    for language in ("zh", "ar"):
        answer = shared.line(language).send(note())
        shown = message(answer)[1]
        number = re.search(r"[A-Z2-7]{4}-[A-Z2-7]{4}", shown)
        assert number is not None
        assert shown == say(language, "Received. Receipt {number}.", number=number[0])


def test_a_refusal_is_worded_for_the_phone_that_sent(shared: Town) -> None:
    own = new_id()
    for language in ("zh", "ar"):
        line = shared.line(language)
        assert line.send(note("<village>Alder</village>", instance_id=own)).status_code == 201
        answer = line.send(note("<village>Elm</village>", instance_id=own))
        words = (
            "Another visit with the same identity and other answers is already stored, and was kept as it is."
        )
        assert refused(answer, "409.1").startswith(say(language, words))
        own = new_id()


def test_the_device_and_the_app_are_kept_with_the_submission(shared: Town) -> None:
    own = new_id()
    shared.phone.send(note(instance_id=own), agent="org.odk.collect.android/v2026.1 (Phone)")
    stored = shared.submission(own)
    assert stored is not None
    assert stored.device_id == "collect:test"
    assert stored.user_agent == "org.odk.collect.android/v2026.1 (Phone)"
    assert stored.submitter_id == shared.phone.actor_id


def test_attachments_that_nobody_asked_for_never_make_a_submission_fail(shared: Town) -> None:
    own = new_id()
    answer = shared.phone.send(note(instance_id=own), {"audit.csv": b"event,node\n", "extra.mp4": b"video"})
    assert answer.status_code == 201
    assert shared.files(own) == {"audit.csv": True, "extra.mp4": True}
    stored = shared.submission(own)
    assert stored is not None
    assert stored.missing == 0
