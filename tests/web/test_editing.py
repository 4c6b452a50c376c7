"""Correcting a visit at a desk: the same ingest as a phone's, whoever edited is named, two at once do not overwrite each other."""

from __future__ import annotations

import re

from server.households.tables import TABLES
from server.ingest.answers import open_answers, raw_xml
from server.ingest.models import Submission, SubmissionVersion
from tests.support.house import House, instance
from tests.support.town import HH
from tests.web.conftest import World
from tests.web.desk import Desk, phone_in, sign_in, somebody, with_areas
from tests.web.test_households_and_tables import CHOICES, ENROLMENT, ENTITIES, SETTINGS, enrol, xlsx


def version(desk: Desk, at: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', desk.get(f"{at}/edit").text)
    assert found is not None
    return found[1]


def answers(house: House, visit_id: int) -> dict[str, object]:
    with house.session() as session:
        one = session.get_one(Submission, visit_id)
        assert one.version_id is not None
        return dict(open_answers(session, house.services, one.version_id, protected=True).record)


def test_a_corrected_answer_is_checked_again_and_no_longer_holds_the_visit_back(world: World) -> None:
    at = f"/p/1/visits/{world.north[1]}"
    assert "Edit answers" in world.admin.get(at).text
    form = world.admin.get(f"{at}/edit").text
    assert "This is not a whole number" in form
    page = world.admin.follow(
        f"{at}/edit",
        **{
            "version": version(world.admin, at),
            "/data/trip": "25",
            "/data/water": "well",
            "comment": "Asked again",
        },
    ).text
    assert "Edited by Ada Admin" in page
    assert "Asked again" in page
    assert "This is not a whole number" not in page
    assert "Dug well" in page
    with world.house.session() as session:
        one = session.get_one(Submission, world.north[1])
        assert (one.review_state, one.blocking) == ("edited", 0)
        assert one.instance_id.startswith("uuid:00000003")
        versions = session.query(SubmissionVersion).filter_by(submission_id=one.id).all()
        assert [v.submitter_id == one.submitter_id for v in versions] == [True, False]


def test_what_is_protected_is_not_in_the_form_and_keeps_its_value(world: World) -> None:
    at = f"/p/1/visits/{world.north[0]}"
    form = world.admin.get(f"{at}/edit").text
    assert "31.2" not in form
    assert "protected, stays as it is" in form
    world.admin.follow(
        f"{at}/edit",
        **{
            "version": version(world.admin, at),
            "/data/trip": "30",
            "/data/place": "0 0",
            "/data/photo": "other.jpg",
        },
    )
    kept = answers(world.house, world.north[0])
    assert kept["place"] == "31.20503 121.40231 4 6"
    assert (kept["trip"], kept["photo"]) == ("30", "well.jpg")
    assert world.admin.get(f"{at}/files/well.jpg?size=thumb").status_code == 200


def test_an_edit_leaves_the_visit_in_the_area_of_the_phone_that_made_it(world: World) -> None:
    before = {"South": world.south, "North": world.north[0]}
    for visit_id in before.values():
        at = f"/p/1/visits/{visit_id}"
        world.admin.follow(f"{at}/edit", **{"version": version(world.admin, at), "/data/trip": "31"})
    south = somebody(world.house, 1, "supervisor", areas=("A1",))
    assert south.get(f"/p/1/visits/{world.north[0]}").status_code == 200


def test_the_second_of_two_who_edit_at_once_is_shown_what_stands_and_what_they_wrote(world: World) -> None:
    at = f"/p/1/visits/{world.north[0]}"
    seen = version(world.admin, at)
    colleague = sign_in(world.house)
    colleague.follow(f"{at}/edit", **{"version": seen, "/data/trip": "40"})
    late = world.admin.post(f"{at}/edit", **{"version": seen, "/data/trip": "50"})
    assert late.status_code == 409
    assert "Somebody else edited this visit meanwhile" in late.text
    assert "You wrote: <bdi>50</bdi>" in late.text
    assert 'value="40"' in late.text
    assert answers(world.house, world.north[0])["trip"] == "40"


FIELDS = """
| type         | name  | label                 | required | repeat_count |
| text         | place | Which place is it?    |          |              |
| begin_repeat | field | Field                 |          |              |
| text         | crop  | What grows there?     | yes      |              |
| integer      | size  | How large is it?      |          |              |
| end_repeat   |       |                       |          |              |
| begin_repeat | well  | Well                  |          | 2            |
| text         | name  | What is it called?    |          |              |
| end_repeat   |       |                       |          |              |
| text         | last  | Anything else?        |          |              |
"""


def test_rows_of_repeats_are_added_and_removed_without_losing_what_was_typed(world: World) -> None:
    world.house.publish(
        1, xlsx(FIELDS, settings="| form_id | form_title | version |\n| fields | Fields | 1 |")
    )
    phone = phone_in(world.house, 1, "Walker", ())
    body = (
        "<place>Ford</place><field><crop>rye</crop><size>1</size></field>"
        "<field><crop>oats</crop><size>2</size></field><well><name>A</name></well><well><name>B</name></well>"
        "<last>none</last>"
    )
    assert phone.send(instance("fields", body)).status_code == 201
    with world.house.session() as session:
        visit_id = max(one.id for one in session.query(Submission))
    at = f"/p/1/visits/{visit_id}"
    seen = version(world.admin, at)
    page = world.admin.get(f"{at}/edit").text
    assert re.findall(r'name="row" value="([^"]+)"', page) == [
        "-/data/field[1]",
        "-/data/field[2]",
        "+/data/field",
    ]
    typed = {"/data/field[1]/crop": "barley", "/data/field[2]/crop": "wheat", "/data/last": "x"}
    more = world.admin.post(f"{at}/edit", version=seen, row="+/data/field", **typed).text
    assert 'name="/data/field[3]/crop" value=""' in more
    assert 'value="barley"' in more
    assert 'name="rows" value="+/data/field"' in more
    typed |= {"/data/field[3]/crop": "peas"}
    less = world.admin.post(
        f"{at}/edit", version=seen, rows="+/data/field", row="-/data/field[1]", **typed
    ).text
    assert re.findall(r'name="(/data/field[^"]*crop)" value="([^"]*)"', less) == [
        ("/data/field[1]/crop", "wheat"),
        ("/data/field[2]/crop", "peas"),
    ]
    world.admin.follow(
        f"{at}/edit",
        version=seen,
        rows=["+/data/field", "-/data/field[1]"],
        **{"/data/field[1]/crop": "wheat", "/data/field[2]/crop": "peas", "/data/last": "x"},
    )
    kept = answers(world.house, visit_id)
    assert kept["field"] == [{"crop": "wheat", "size": "2"}, {"crop": "peas"}]
    assert (kept["place"], kept["last"], kept["well"]) == ("Ford", "x", [{"name": "A"}, {"name": "B"}])
    for act in (
        "-/data/field[9]",
        "+/data/none",
        "+/data/place",
        "-/data/field",
        "-/data/field[0]",
        "-/data/field[x]",
        "x",
    ):
        wrong = world.admin.post(f"{at}/edit", version=version(world.admin, at), row=act, **typed)
        assert wrong.status_code == 404


KEPT = """
| type         | name   | label                | bind::hh:protect |
| text         | road   | Which road is it?    |                  |
| begin_repeat | well   | Well                 |                  |
| text         | colour | Which colour?        |                  |
| text         | keeper | Who keeps it?        | yes              |
| end_repeat   |        |                      |                  |
"""
KEPT_SETTINGS = f"""
| form_id | form_title | version | namespaces |
| kept    | Kept       | 1       | {HH}       |
"""


def test_rows_that_look_alike_keep_their_hidden_answers_when_one_is_removed_and_when_that_is_undone(
    world: World,
) -> None:
    world.house.publish(1, xlsx(KEPT, settings=KEPT_SETTINGS))
    phone = phone_in(world.house, 1, "Walker", ())
    rows = "".join(
        f"<well><colour>red</colour><keeper>{keeper}</keeper></well>" for keeper in ("K1", "K2", "")
    )
    assert phone.send(instance("kept", f"<road>Ford</road>{rows}")).status_code == 201
    with world.house.session() as session:
        visit_id = max(one.id for one in session.query(Submission))
    at = f"/p/1/visits/{visit_id}"
    sent = {"/data/road": "Ford", **{f"/data/well[{row}]/colour": "red" for row in (1, 2)}}
    page = world.admin.follow(f"{at}/edit", version=version(world.admin, at), rows="-/data/well[2]", **sent)
    assert keepers(world.house, visit_id) == ["K1", ""]
    world.admin.follow(f"{at}/edit/undo", filter="", **to_undo(page.text))
    assert keepers(world.house, visit_id) == ["K1", "K2", ""]


def keepers(house: House, visit_id: int) -> list[str]:
    rows = answers(house, visit_id)["well"]
    assert isinstance(rows, list)
    return [row["keeper"] for row in rows]


def to_undo(page: str) -> dict[str, str]:
    """What the notice's button to undo an edit sends."""
    notice = page.split('class="toast ')[1]
    found = {name: re.search(rf'name="{name}" value="([^"]*)"><', notice) for name in ("before", "seen")}
    values = {name: one[1] for name, one in found.items() if one is not None}
    assert len(values) == 2
    return values


def test_an_edit_that_changes_nothing_makes_no_version(world: World) -> None:
    at = f"/p/1/visits/{world.north[0]}"
    sent = world.admin.post(f"{at}/edit", **{"version": version(world.admin, at), "/data/trip": "25"})
    assert sent.status_code == 422
    assert "Nothing is changed yet" in sent.text
    with world.house.session() as session:
        assert session.query(SubmissionVersion).filter_by(submission_id=world.north[0]).count() == 1


def test_an_edit_is_taken_back_with_the_state_that_stood_before(world: World) -> None:
    at = f"/p/1/visits/{world.north[0]}"
    world.admin.post(f"{at}/decide", state="approved", seen="")
    page = world.admin.follow(f"{at}/edit", **{"version": version(world.admin, at), "/data/trip": "40"}).text
    values = to_undo(page)
    undone = world.admin.follow(f"{at}/edit/undo", filter="", **values)
    assert "Undone" in undone.text
    assert answers(world.house, world.north[0])["trip"] == "25"
    with world.house.session() as session:
        assert session.get_one(Submission, world.north[0]).review_state == "approved"
    assert world.admin.post(f"{at}/edit/undo", filter="", **values).status_code == 409


def test_only_who_may_decide_edits_and_only_within_their_areas(world: World) -> None:
    at = f"/p/1/visits/{world.north[0]}"
    viewer = somebody(world.house, 1, "viewer")
    assert "Edit answers" not in viewer.get(at).text
    assert viewer.get(f"{at}/edit").status_code == 403
    assert viewer.post(f"{at}/edit", **{"version": "1", "/data/trip": "1"}).status_code == 403
    south = somebody(world.house, 1, "supervisor", areas=("B2",))
    assert south.get(f"{at}/edit").status_code == 404
    assert answers(world.house, world.north[0])["trip"] == "25"


def test_what_came_stays_and_the_edit_names_what_it_replaces(world: World) -> None:
    at = f"/p/1/visits/{world.north[0]}"
    sent = {"version": version(world.admin, at), "/data/trip": "3\x01 & <5>", "insist": "1"}
    world.admin.follow(f"{at}/edit", **sent)
    with world.house.session() as session:
        first, second = [
            raw_xml(session, world.house.services, one.id).decode()
            for one in session.query(SubmissionVersion).filter_by(submission_id=world.north[0])
        ]
    assert "<trip>25</trip>" in first
    assert "<trip>3 &amp; &lt;5&gt;</trip>" in second
    assert "deprecatedID>uuid:00000002-0000-4000-8000-000000000000<" in second


def test_a_correction_of_an_enrolment_stands_in_the_tables(house: House, admin: Desk) -> None:
    with_areas(house)
    house.project()
    house.publish(1, xlsx(ENROLMENT, choices=CHOICES, settings=SETTINGS, entities=ENTITIES))
    enrol(phone_in(house, 1, "Phone", ("A1",)), 1, "A1-014", "public_tap", 10)
    with house.session() as session:
        visit_id = session.query(Submission).one().id
    at = f"/p/1/visits/{visit_id}"
    admin.follow(f"{at}/edit", **{"version": version(admin, at), "/data/water": "protected_well"})
    with house.session() as session:
        rows = session.execute(TABLES["water"].current.select()).all()
    assert [(row.source, row.round_trip) for row in rows] == [("protected_well", 10)]
