"""Bad inputs, rows 25 to 28: clocks, points and nodes that are not as they should be. The visit is stored; findings say what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from server.ingest.models import FindingRow, Submission
from tests.support.house import instance
from tests.support.town import Town, enrolment, new_id, note


def findings(house: Town, instance_id: str) -> list[tuple[str, str, bool]]:
    """Path, rule and whether it blocks, in the order in which they were found."""
    with house.session() as session:
        query = (
            select(FindingRow.path, FindingRow.rule, FindingRow.blocking)
            .join(Submission, Submission.version_id == FindingRow.version_id)
            .where(Submission.instance_id == instance_id)
        )
        return [tuple(row) for row in session.execute(query.order_by(FindingRow.id))]


def sent(house: Town, xml: str, instance_id: str) -> Submission:
    """The stored submission of an XML that is accepted."""
    answer = house.phone.send(xml)
    assert answer.status_code == 201, answer.text
    stored = house.submission(instance_id)
    assert stored is not None
    return stored


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("1970-01-01T00:00:00.000Z", datetime(1970, 1, 1, tzinfo=UTC)),
        ("2099-12-31T23:59:59.999+08:00", datetime(2099, 12, 31, 15, 59, 59, 999000, tzinfo=UTC)),
        ("1899-01-01T12:00:00.000+08:05", datetime(1899, 1, 1, 3, 55, tzinfo=UTC)),
    ],
)
def test_row_25_a_clock_years_off_is_believed_as_it_is_and_holds_nothing_back(
    shared: Town, when: str, expected: datetime
) -> None:
    made = enrolment(when=when, water="borehole")
    stored = sent(shared, made.xml, made.instance_id)
    assert stored.observed_at == expected
    assert stored.projected
    assert datetime.now(UTC) - stored.created_at < timedelta(minutes=5)


@pytest.mark.parametrize(
    "when", ["", "soon", "0000-00-00T00:00:00", "2026-02-30T10:00:00.000Z", "9999-99-99"]
)
def test_row_25_a_time_that_is_none_falls_back_to_the_receipt(shared: Town, when: str) -> None:
    made = enrolment(when=when, water="borehole")
    stored = sent(shared, made.xml, made.instance_id)
    assert stored.observed_at is not None
    assert abs(stored.observed_at - stored.created_at) < timedelta(minutes=1)
    assert [path for path, _, blocking in findings(shared, made.instance_id) if blocking] == (
        ["/data/when"] if when else []
    )


@pytest.mark.parametrize(
    "point",
    [
        "NaN",
        "NaN NaN 0 0",
        "91.0 10.0 0 0",
        "10.0 181.0 0 0",
        "31,2304 121,4737 4,1 5",
        "31.2",
        "inf inf 0 0",
        "x y",
    ],
)
def test_row_26_a_point_that_is_none_is_a_finding_that_holds_back(shared: Town, point: str) -> None:
    made = enrolment(dwelling=point, water="borehole")
    stored = sent(shared, made.xml, made.instance_id)
    assert ("/data/dwelling", "type", True) in findings(shared, made.instance_id)
    assert (stored.blocking, stored.projected) == (1, False)
    assert [row for row in shared.rows("water") if row["submission"] == made.instance_id] == []


def test_row_26_the_point_0_0_is_doubted_and_stored(shared: Town) -> None:
    made = enrolment(dwelling="0 0 0 0", water="borehole")
    stored = sent(shared, made.xml, made.instance_id)
    assert findings(shared, made.instance_id) == [("/data/dwelling", "evidence", False)]
    assert stored.projected


def test_row_27_five_thousand_repetitions_are_stored_and_told(shared: Town) -> None:
    own = new_id()
    body = "".join(f"<field><crop>crop {number}</crop></field>" for number in range(5000))
    stored = sent(shared, note(body, instance_id=own), own)
    rows = shared.answers(own)["field"]
    assert (len(rows), rows[4999]) == (5000, {"crop": "crop 4999"})
    told = findings(shared, own)
    assert [(path, blocking) for path, rule, blocking in told if rule == "budget"] == [("/data/field", False)]
    assert stored.blocking == 0


def test_row_27_five_thousand_needs_become_five_thousand_rows(house: Town) -> None:
    made = enrolment(needs=["clinic", "school"] * 2500)
    stored = sent(house, made.xml, made.instance_id)
    assert stored.projected
    assert len(house.rows("need", history=True)) == 5000


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ("<village>Alder</village><surprise>1</surprise>", "/data/surprise"),
        ("<village>Alder<deep><er>1</er></deep></village>", "/data/village/deep"),
        ("<village>Alder</village><village>Elm</village>", "/data/village"),
        ("<field><crop>maize</crop><colour>red</colour></field>", "/data/field[1]/colour"),
    ],
)
def test_row_28_nodes_that_the_form_lacks_are_findings_that_hold_back(
    shared: Town, body: str, path: str
) -> None:
    own = new_id()
    stored = sent(shared, note(body, instance_id=own), own)
    assert (path, "unknown", True) in findings(shared, own)
    assert stored.blocking == 1
    assert shared.xml(own) == note(body, instance_id=own).encode()


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<field><crop>maize</crop></field>",
        "<wells>3</wells><village>Alder</village>",
        "<village/><wells/>",
    ],
    ids=["all missing", "most missing", "out of order", "empty"],
)
def test_row_28_missing_nodes_and_any_order_are_no_finding(shared: Town, body: str) -> None:
    own = new_id()
    stored = sent(shared, note(body, instance_id=own), own)
    assert findings(shared, own) == []
    assert (stored.blocking, stored.warnings) == (0, 0)


def test_row_28_a_root_in_a_namespace_means_the_same(shared: Town) -> None:
    own = new_id()
    xml = (
        '<n:data xmlns:n="http://example.org/forms/note" id="note" version="1">'
        f"<n:village>Alder</n:village><n:wells>2</n:wells><n:meta><n:instanceID>{own}</n:instanceID></n:meta></n:data>"
    )
    sent(shared, xml, own)
    assert findings(shared, own) == []
    answers = shared.answers(own)
    assert (answers["village"], answers["wells"]) == ("Alder", "2")


def test_row_28_a_root_of_another_name_is_the_form_that_its_id_says(shared: Town) -> None:
    own = new_id()
    xml = note(instance_id=own).replace("<data ", "<visit ").replace("</data>", "</visit>")
    sent(shared, xml, own)
    assert findings(shared, own) == []
    assert shared.answers(own)["village"] == "Alder"


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("<wells>many</wells>", "type"),
        ("<wells>3.5</wells>", "type"),
        ("<wells>99999999999999999999</wells>", "type"),
        ("<road>gone</road>", "choice"),
        ("<road>good poor</road>", "choice"),
    ],
)
def test_an_answer_of_another_type_or_list_holds_the_visit_back(shared: Town, body: str, rule: str) -> None:
    own = new_id()
    stored = sent(shared, instance("note", body, instance_id=own), own)
    (found,) = findings(shared, own)
    assert found[1:] == (rule, True)
    assert stored.blocking == 1
