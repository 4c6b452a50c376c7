"""Bad inputs, rows 15 to 18, 23 and 24: who a submission is. Everything comes twice, late, in pieces and at once."""

from __future__ import annotations

import itertools
import random
import string
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from server.ingest.models import Attachment, Blob, InstanceKey, Submission, SubmissionVersion
from server.ingest.rebuild import rebuild
from server.ledger import LedgerRow
from tests.support.answers import message, refused
from tests.support.photos import jpeg
from tests.support.town import Town, check, enrolment, new_id, note

LONG = "uuid:" + "".join(random.Random(15).choices(string.ascii_letters + string.digits, k=4091))
"""Of chance: text that repeats itself is small where a database compresses it."""

STRANGE = [
    LONG,
    "a/b/../c",
    "' OR '1'='1",
    '"quoted" & <tagged>',
    "😀 %2F %00 ‮",
    "C:\\visits\\1",
    "1",
]
IDS = ["4 kB", "slashes", "SQL", "quotes", "emoji", "backslashes", "short"]


def escaped(text: str) -> str:
    """Text as it stands in XML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def at_once(count: int, send: object) -> list[TestResponse]:
    """Call `send(number)` in that many threads, let go together."""
    gate = threading.Barrier(count)

    def one(number: int) -> TestResponse:
        gate.wait()
        return send(number)  # type: ignore[operator]  # any callable

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.parametrize("instance_id", STRANGE, ids=IDS)
def test_row_15_any_instance_id_is_taken_and_recognised_again(shared: Town, instance_id: str) -> None:
    xml = note(instance_id=escaped(instance_id))
    before = shared.count()
    assert shared.phone.send(xml).status_code == 201
    assert shared.phone.send(xml).status_code == 201
    assert shared.count() == before + 1
    assert shared.xml(instance_id) == xml.encode()
    refused(shared.phone.send(xml.replace("Alder", "Elm")), "409.1")


@pytest.mark.parametrize("instance_id", STRANGE, ids=IDS)
def test_row_15_any_instance_id_can_write_to_the_tables_and_be_edited(shared: Town, instance_id: str) -> None:
    own = f"household {instance_id}"
    first = enrolment(instance_id=escaped(own), water="borehole", needs=["clinic", "school"])
    assert shared.phone.send(first.xml).status_code == 201
    (row,) = [row for row in shared.rows("water") if row["submission"] == own]
    assert row["source"] == "borehole"
    again = enrolment(household=first.household, deprecated=escaped(own), water="surface", needs=["clinic"])
    assert shared.phone.send(again.xml).status_code == 201
    (row,) = [row for row in shared.rows("water") if row["submission"] == own]
    assert row["source"] == "surface"


def test_row_16_the_same_instance_twice_is_stored_once(shared: Town) -> None:
    xml, files = note("<photo>a.jpg</photo>"), {"a.jpg": jpeg(1)}
    assert shared.phone.send(xml, files).status_code == 201
    with shared.untouched():
        for _ in range(3):
            assert shared.phone.send(xml, files).status_code == 201


def test_row_16_fifty_arrivals_at_once_are_stored_once(house: Town) -> None:
    own = new_id()
    xml, files = note("<photo>a.jpg</photo>", instance_id=own), {"a.jpg": jpeg(1)}
    answers = at_once(50, lambda _: house.phone.send(xml, files))
    assert {answer.status_code for answer in answers} == {201}
    assert len({message(answer) for answer in answers}) == 1
    assert [house.count(model) for model in (Submission, SubmissionVersion, InstanceKey, Blob)] == [
        1,
        1,
        1,
        1,
    ]
    assert house.photo(own, "a.jpg") == jpeg(1)


def test_row_16_fifty_arrivals_of_an_enrolment_at_once_make_one_household(house: Town) -> None:
    made = enrolment(water="borehole", needs=["clinic"])
    answers = at_once(50, lambda _: house.phone.send(made.xml))
    assert {answer.status_code for answer in answers} == {201}
    assert len({message(answer) for answer in answers}) == 1
    assert [len(house.rows(name)) for name in ("household", "water", "need")] == [1, 1, 1]
    assert [len(house.rows(name, history=True)) for name in ("water", "need")] == [1, 1]
    another = house.enrol()
    codes = {row["uuid"]: row["code"] for row in house.rows("household")}
    assert int(codes[another.household][7:11]) == int(codes[made.household][7:11]) + 1


def test_row_16_fifty_arrivals_of_a_visit_without_files_write_its_rows_once(house: Town) -> None:
    home = house.enrol(water="borehole")
    xml, events = check(home.household, water="surface"), house.count(LedgerRow)
    answers = at_once(50, lambda _: house.phone.send(xml))
    assert {answer.status_code for answer in answers} == {201}
    assert len({message(answer) for answer in answers}) == 1
    assert [house.count(model) for model in (Submission, SubmissionVersion, InstanceKey)] == [2, 2, 2]
    assert [row["source"] for row in house.rows("water", history=True)] == ["borehole", "surface"]
    assert house.count(LedgerRow) == events + 1


def test_row_16_parts_that_arrive_at_once_are_all_kept(house: Town) -> None:
    own, count = new_id(), 12
    names = [f"p{number}.jpg" for number in range(count)]
    xml = note("<photo>p0.jpg</photo>", instance_id=own)
    answers = at_once(count, lambda n: house.phone.send(xml, {names[n]: jpeg(n)}, incomplete=True))
    assert {answer.status_code for answer in answers} == {201}
    assert house.count() == 1
    assert house.files(own) == dict.fromkeys(names, True)
    assert [house.photo(own, name) for name in names] == [jpeg(number) for number in range(count)]


def test_row_17_the_same_instance_id_with_another_xml_is_refused_and_the_first_untouched(
    shared: Town,
) -> None:
    own = new_id()
    assert shared.phone.send(note(instance_id=own)).status_code == 201
    with shared.untouched():
        refused(shared.phone.send(note("<village>Elm</village>", instance_id=own)), "409.1")
        refused(shared.phone.send(note(instance_id=own) + " ", {"a.jpg": jpeg(1)}), "409.1")
    assert shared.answers(own)["village"] == "Alder"


def test_row_18_an_edit_of_an_unknown_instance_is_refused(shared: Town) -> None:
    with shared.untouched():
        gone = new_id()
        assert gone in refused(shared.phone.send(note(deprecated=gone)), "404.5")


def test_row_18_an_edit_of_what_is_no_longer_current_is_refused(house: Town) -> None:
    first, second, third = new_id(), new_id(), new_id()
    assert house.phone.send(note(instance_id=first)).status_code == 201
    assert house.phone.send(note(instance_id=second, deprecated=first)).status_code == 201
    with house.untouched():
        assert first in refused(house.phone.send(note(instance_id=third, deprecated=first)), "409.9")
    assert house.phone.send(note(instance_id=third, deprecated=second)).status_code == 201
    assert (house.count(), house.count(SubmissionVersion)) == (1, 3)


def test_row_18_of_many_edits_of_one_version_at_once_one_wins(house: Town) -> None:
    first = new_id()
    assert house.phone.send(note(instance_id=first)).status_code == 201
    answers = at_once(12, lambda n: house.phone.send(note(f"<wells>{n}</wells>", deprecated=first)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 11
    for answer in answers:
        if answer.status_code == 409:
            assert first in refused(answer, "409.9")
    assert (house.count(), house.count(SubmissionVersion)) == (1, 2)


def test_row_18_an_edit_of_itself_or_in_a_circle_is_refused(shared: Town) -> None:
    first, second = new_id(), new_id()
    with shared.untouched():
        refused(shared.phone.send(note(instance_id=first, deprecated=first)), "400.71")
    assert shared.phone.send(note(instance_id=first)).status_code == 201
    assert shared.phone.send(note(instance_id=second, deprecated=first)).status_code == 201
    with shared.untouched():
        refused(shared.phone.send(note(instance_id=first, deprecated=second)), "409.1")


def test_row_18_an_edit_of_another_form_s_instance_is_refused(shared: Town) -> None:
    made = shared.enrol()
    with shared.untouched():
        refused(shared.phone.send(note(deprecated=made.instance_id)), "404.5")


def test_row_18_a_superseded_version_sent_again_is_recognised(shared: Town) -> None:
    first, second = new_id(), new_id()
    old = note(instance_id=first)
    new = note("<village>Elm</village>", instance_id=second, deprecated=first)
    assert [shared.phone.send(xml).status_code for xml in (old, new)] == [201, 201]
    with shared.untouched():
        assert [shared.phone.send(xml).status_code for xml in (old, new, old)] == [201, 201, 201]
    stored = shared.submission(first)
    assert stored is not None
    assert stored.review_state == "edited"


def test_row_18_an_edit_keeps_the_photos_that_it_mentions(shared: Town) -> None:
    first, second = new_id(), new_id()
    both = "<photo>a.jpg</photo><view>b.jpg</view>"
    files = {"a.jpg": jpeg(1), "b.jpg": jpeg(2)}
    assert shared.phone.send(note(both, instance_id=first), files).status_code == 201
    edit = note("<photo>a.jpg</photo><view>c.jpg</view>", instance_id=second, deprecated=first)
    assert shared.phone.send(edit, {"c.jpg": jpeg(3)}).status_code == 201
    assert shared.files(second) == {"a.jpg": True, "c.jpg": True}
    assert shared.files(first) == {"a.jpg": True, "b.jpg": True}
    assert shared.photo(second, "a.jpg") == jpeg(1)


PARTS = ({"a.jpg": jpeg(1)}, {"b.jpg": jpeg(2)}, {})
SPLIT = "<photo>a.jpg</photo><view>b.jpg</view>"


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_row_23_a_split_submission_is_whole_in_whatever_order_its_parts_come(
    shared: Town, order: tuple[int, ...]
) -> None:
    own, before = new_id(), shared.count()
    xml = note(SPLIT, instance_id=own)
    for number in order:
        answer = shared.phone.send(xml, PARTS[number], incomplete=number != 2)
        assert answer.status_code == 201
    assert shared.count() == before + 1
    assert shared.files(own) == {"a.jpg": True, "b.jpg": True}
    assert (shared.photo(own, "a.jpg"), shared.photo(own, "b.jpg")) == (jpeg(1), jpeg(2))
    stored = shared.submission(own)
    assert stored is not None
    assert (stored.photos, stored.missing, stored.warnings) == (2, 0, 0)


def test_row_23_a_part_that_never_comes_is_a_warning_and_holds_nothing_back(shared: Town) -> None:
    made = enrolment(water="borehole", photo="never.jpg")
    assert shared.phone.send(made.xml, incomplete=True).status_code == 201
    stored = shared.submission(made.instance_id)
    assert stored is not None
    assert (stored.missing, stored.warnings, stored.blocking, stored.projected) == (1, 1, 0, True)
    assert shared.files(made.instance_id) == {"never.jpg": False}
    assert shared.phone.send(made.xml, {"never.jpg": jpeg(9)}).status_code == 201
    stored = shared.submission(made.instance_id)
    assert stored is not None
    assert (stored.missing, stored.warnings, stored.photos) == (0, 0, 1)


def test_row_23_a_part_that_arrives_twice_is_kept_once(house: Town) -> None:
    own = new_id()
    xml = note(SPLIT, instance_id=own)
    for files in (PARTS[0], PARTS[0], PARTS[1], PARTS[0]):
        assert house.phone.send(xml, files, incomplete=True).status_code == 201
    assert (house.count(Attachment), house.count(Blob)) == (2, 2)


def test_row_23_a_file_that_is_there_is_not_replaced_by_another_of_its_name(shared: Town) -> None:
    own = new_id()
    xml = note("<photo>a.jpg</photo>", instance_id=own)
    assert shared.phone.send(xml, {"a.jpg": jpeg(1)}).status_code == 201
    assert shared.phone.send(xml, {"a.jpg": jpeg(2)}).status_code == 201
    assert shared.photo(own, "a.jpg") == jpeg(1)


def test_row_24_two_phones_with_one_instance_id_and_one_xml_store_it_once(house: Town) -> None:
    own = new_id()
    xml = note(instance_id=own)
    lines = [house.phone, house.line("zh")]
    answers = at_once(20, lambda number: lines[number % 2].send(xml))
    assert {answer.status_code for answer in answers} == {201}
    assert house.count() == 1


def test_row_24_two_phones_with_one_instance_id_and_different_answers_never_mix(shared: Town) -> None:
    own = new_id()
    lines = [shared.phone, shared.line("zh")]
    xmls = [note(f"<village>{name}</village>", instance_id=own) for name in ("Alder", "Elm")]
    answers = at_once(20, lambda n: lines[n % 2].send(xmls[n % 2], {f"{n % 2}.jpg": jpeg(n % 2)}))
    won = [number for number in range(20) if answers[number].status_code == 201]
    assert {number % 2 for number in won} in ({0}, {1})
    assert len(won) == 10
    for number in set(range(20)) - set(won):
        assert answers[number].status_code == 409
    assert shared.xml(own) == xmls[won[0] % 2].encode()
    assert shared.files(own) == {f"{won[0] % 2}.jpg": True}


def test_row_15_visits_of_one_moment_whose_long_instance_ids_begin_alike_stand_the_same_after_a_rebuild(
    house: Town,
) -> None:
    homes = [house.enrol().household for _ in range(3)]
    for home in homes:
        for rooms in ("1", "2", "3"):
            own = f"{LONG} {home} {rooms}"
            assert house.phone.send(check(home, rooms=rooms, instance_id=own)).status_code == 201
    before = {row["household_id"]: row["submission"] for row in house.rows("housing")}
    assert set(before) == set(homes)
    with house.session() as session:
        rebuild(session, house.services)
    assert {row["household_id"]: row["submission"] for row in house.rows("housing")} == before


@pytest.mark.parametrize("instance_id", STRANGE, ids=IDS)
def test_row_15_any_instance_id_is_found_over_rest(shared: Town, instance_id: str) -> None:
    own = f"rest {instance_id}"
    xml = note("<photo>a.jpg</photo>", instance_id=escaped(own))
    assert shared.phone.send(xml, {"a.jpg": jpeg(4)}).status_code == 201
    at = f"/projects/{shared.project}/forms/note/submissions/{quote(own, safe='')}"
    found = shared.api("GET", at)
    assert (found.status_code, found.json["instanceId"]) == (200, own)
    assert shared.api("GET", f"{at}.xml").data == xml.encode()
    assert shared.api("GET", f"{at}/attachments/a.jpg").data == jpeg(4)


def test_enrolments_of_one_area_at_once_get_codes_of_their_own(shared: Town) -> None:
    made = [enrolment(water="borehole", needs=["clinic", "school"]) for _ in range(40)]
    answers = at_once(40, lambda n: shared.phone.send(made[n].xml))
    assert {answer.status_code for answer in answers} == {201}
    codes = {row["uuid"]: row["code"] for row in shared.rows("household")}
    mine = [codes[one.household] for one in made]
    assert len(set(mine)) == 40
    for answer, code in zip(answers, mine, strict=True):
        assert code in message(answer)[1]


def test_visits_to_the_same_households_at_once_are_all_written(shared: Town) -> None:
    homes = [shared.enrol(water="surface").household for _ in range(3)]
    visits = [
        check(
            homes[n % 3],
            water="borehole",
            minutes=str(n + 1),
            when=f"2026-05-{n % 28 + 1:02d}T10:00:00.000+08:00",
        )
        for n in range(30)
    ]
    answers = at_once(30, lambda n: shared.phone.send(visits[n]))
    assert {answer.status_code for answer in answers} == {201}
    for number, home in enumerate(homes):
        rows = [row for row in shared.rows("water", history=True) if row["household_id"] == home]
        assert sorted(row["round_trip"] or 0 for row in rows) == [0, *range(number + 1, 31, 3)]
        (now,) = [row for row in shared.rows("water") if row["household_id"] == home]
        newest = max((n for n in range(number, 28, 3)), key=lambda n: n % 28)
        assert now["round_trip"] == newest + 1
