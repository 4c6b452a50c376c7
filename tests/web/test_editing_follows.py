"""What follows from a corrected answer is worked out as the phone would, shown where it surprises, and stands in the tables."""

from __future__ import annotations

import html
import re

import pytest

from server.households.tables import TABLES, Household
from server.ingest.models import FindingRow, Submission, SubmissionVersion
from tests.support.house import House, instance, xlsx
from tests.support.town import HH
from tests.web.desk import Desk, phone_in, with_areas
from tests.web.test_editing import answers, to_undo, version
from tests.web.test_households_and_tables import CHOICES, ENROLMENT, ENTITIES, SETTINGS

VISIT = """
| type | name | label | required | relevant | calculation | bind::hh:column | repeat_count | bind::hh:protect | default |
| select_one_from_file households.csv | household | Which household? |  |  |  | household.id |  |  |  |
| dateTime | when | When was it? |  |  |  | visit.observed_at |  |  |  |
| select_one arrival | arrival | What do you find? | yes |  |  |  |  |  |  |
| begin_group | talk | Talk |  | ${arrival} = 'home' |  |  |  |  |  |
| integer | women | How many women? | yes |  |  |  |  |  |  |
| integer | men | How many men? |  |  |  |  |  |  |  |
| text | contact | How can you be reached? |  |  |  |  |  | yes |  |
| select_one again | again | May we ask again? | yes |  |  |  |  |  | yes |
| begin_repeat | woman | Woman |  |  |  |  | ${women} |  |  |
| integer | age | How old is she? | yes |  |  |  |  |  |  |
| end_repeat |  |  |  |  |  |  |  |  |  |
| end_group |  |  |  |  |  |  |  |  |  |
| select_one why | why | Why could nobody answer? | yes | ${arrival} = 'nobody' |  |  |  |  |  |
| calculate | people |  |  |  | coalesce(${women}, 0) + coalesce(${men}, 0) |  |  |  |  |
| calculate | day |  |  |  | format-date(${when}, '%Y-%m-%d') |  |  |  |  |
| calculate | outcome |  |  |  | if(${arrival} = 'home', 'completed', 'nobody_home') | visit.outcome |  |  |  |
| calculate | status |  |  |  | if(${again} = 'no', 'left_panel', 'active') | household.status |  |  |  |
| calculate | before |  |  |  | instance('households')/root/item[name=${household}]/last_visit_on |  |  |  |  |
| calculate | last |  |  |  | if(${outcome} = 'completed', ${day}, ${before}) | household.last_visit_on |  |  |  |
"""
ANSWERS = """
| list_name | name   | label          |
| arrival   | home   | Somebody       |
| arrival   | nobody | Nobody at home |
| again     | yes    | Yes            |
| again     | no     | No             |
| why       | work   | At work        |
| why       | gone   | Gone away      |
"""
ABOUT = f"""
| form_id | form_title | version | namespaces |
| visit   | Visit      | 1       | {HH}       |
"""
HOUSE = "0b9f7c52-8a70-4c7d-8f3b-7d1c9be2b202"
BODY = (
    f"<household>{HOUSE}</household><when>2026-05-01T10:00:00.000+00:00</when><arrival>home</arrival>"
    "<talk><women>2</women><men>1</men><contact>4711</contact><again>yes</again>"
    "<woman><age>30</age></woman><woman><age>60</age></woman></talk>"
    "<people>3</people><day>2026-05-01</day><outcome>completed</outcome><status>active</status><before/><last>2026-05-01</last>"
)


@pytest.fixture
def at(house: House, admin: Desk) -> str:
    """The page of a visit to a household."""
    with_areas(house)
    house.project()
    enrolment = f"{ENROLMENT}| dateTime | when | When was it? | visit.observed_at | | |\n"
    house.publish(1, xlsx(enrolment, choices=CHOICES, settings=SETTINGS, entities=ENTITIES))
    house.publish(1, xlsx(VISIT, choices=ANSWERS, settings=ABOUT))
    phone = phone_in(house, 1, "Phone", ("A1",))
    body = "<area>A1-014</area><when>2026-01-05T10:00:00.000+00:00</when>"
    made = f'<entity xmlns="http://www.opendatakit.org/xforms/entities" dataset="households" create="1" id="{HOUSE}"><label>H</label></entity>'
    assert phone.send(instance("enrol", body).replace("<orx:meta>", f"<orx:meta>{made}")).status_code == 201
    assert phone.send(instance("visit", BODY)).status_code == 201
    house.work()
    with house.session() as session:
        newest = session.query(Submission).order_by(Submission.id.desc()).first()
        assert newest is not None
        assert (newest.blocking, newest.warnings) == (0, 0)
        return f"/p/1/visits/{newest.id}"


def number(at: str) -> int:
    return int(at.rpartition("/")[2])


def findings(house: House, at: str) -> list[str]:
    """Paths of the findings of the visit as it stands."""
    with house.session() as session:
        one = session.get_one(Submission, number(at))
        return [row.path for row in session.query(FindingRow).filter_by(version_id=one.version_id)]


def household(house: House) -> tuple[str | None, str]:
    with house.session() as session:
        one = session.query(Household).one()
        return one.status, str(one.last_visit_on)


def observed(house: House) -> list[tuple[str, str]]:
    with house.session() as session:
        rows = session.execute(TABLES["visit"].history.select()).all()
        return [
            (row.outcome, row.observed_at.date().isoformat()) for row in rows if row.superseded_at is None
        ]


def test_what_the_form_works_out_follows_a_corrected_answer_into_the_tables(
    house: House, admin: Desk, at: str
) -> None:
    assert household(house) == ("active", "2026-05-01")
    sent = {"/data/talk/again": "no", "/data/talk/men": "5", "/data/when": "2026-04-03T09:00"}
    assert admin.post(f"{at}/edit", version=version(admin, at), **sent).status_code == 303
    kept = answers(house, number(at))
    assert {name: kept[name] for name in ("people", "day", "status", "last")} == {
        "people": "7",
        "day": "2026-04-03",
        "status": "left_panel",
        "last": "2026-04-03",
    }
    assert findings(house, at) == []
    assert household(house) == ("left_panel", "2026-04-03")
    assert [day for outcome, day in observed(house) if outcome == "completed"] == ["2026-04-03"]


def looked(page: str) -> list[str]:
    return re.findall(r'name="looked" value="([^"]+)"', page)


def test_another_deciding_answer_shows_what_is_emptied_and_what_is_asked_now_before_it_is_saved(
    house: House, admin: Desk, at: str
) -> None:
    sent = {"version": version(admin, at), "/data/arrival": "nobody", "comment": "asked again"}
    first = admin.post(f"{at}/edit", **sent)
    assert first.status_code == 422
    page = html.unescape(re.sub(r"</?b(di)?>", "", first.text))
    assert "error-summary" not in page
    assert "These are no longer asked, and are emptied when you save:" in page
    for line in ("How many women? 2", "How many men? 1", "May we ask again? Yes", "How old is she? 60"):
        assert f"<li>{line}</li>" in page
    assert "4711" not in page
    assert '<li><a href="#q/data/why">Why could nobody answer?</a></li>' in page
    with house.session() as session:
        assert session.query(SubmissionVersion).filter_by(submission_id=number(at)).count() == 1
    again = admin.post(f"{at}/edit", looked=looked(first.text), **sent)
    assert again.status_code == 422
    assert '<a href="#q/data/why">Why could nobody answer?: ' in again.text
    assert looked(again.text) == looked(first.text)
    done = admin.post(f"{at}/edit", looked=looked(again.text), **sent, **{"/data/why": "work"})
    assert done.status_code == 303
    kept = answers(house, number(at))
    assert "talk" not in kept
    assert {name: kept[name] for name in ("arrival", "why", "people", "outcome", "status")} == {
        "arrival": "nobody",
        "why": "work",
        "people": "0",
        "outcome": "nobody_home",
        "status": "active",
    }
    assert findings(house, at) == []
    assert "nobody_home" in [outcome for outcome, _ in observed(house)]


def test_the_visit_is_whole_again_when_such_an_edit_is_undone(house: House, admin: Desk, at: str) -> None:
    before = answers(house, number(at))
    sent = {"version": version(admin, at), "/data/arrival": "nobody", "/data/why": "work"}
    page = admin.post(f"{at}/edit", **sent)
    page = admin.follow(f"{at}/edit", looked=looked(page.text), **sent)
    admin.follow(f"{at}/edit/undo", filter="", **to_undo(page.text))
    after = answers(house, number(at))
    assert {name: after[name] for name in before if name != "meta"} == {
        name: before[name] for name in before if name != "meta"
    }


def test_a_question_that_is_asked_now_begins_with_the_forms_default_and_can_be_left_empty(
    house: House, admin: Desk, at: str
) -> None:
    body = f"<household>{HOUSE}</household><when>2026-06-01T10:00:00.000+00:00</when><arrival>nobody</arrival><why>work</why>"
    assert phone_in(house, 1, "Second phone", ("A1",)).send(instance("visit", body)).status_code == 201
    at = f"/p/1/visits/{number(at) + 1}"
    sent = {"version": version(admin, at), "/data/arrival": "home", "/data/talk/again": ""}
    first = admin.post(f"{at}/edit", **sent).text
    select = first[first.index('name="/data/talk/again"') :].partition("</select>")[0]
    assert '<option value="yes" selected' in select
    sent |= {"/data/talk/women": "0"}
    refused = admin.post(f"{at}/edit", looked=looked(first), **sent)
    assert refused.status_code == 422
    assert '<a href="#q/data/talk/again">May we ask again?: ' in refused.text
    assert (
        admin.post(f"{at}/edit", looked=looked(first), **sent | {"/data/talk/again": "yes"}).status_code
        == 303
    )
    assert answers(house, number(at))["talk"] == {"women": "0", "again": "yes"}


def test_rows_follow_the_answer_that_counts_them(house: House, admin: Desk, at: str) -> None:
    sent = {"version": version(admin, at), "/data/talk/women": "3"}
    first = admin.post(f"{at}/edit", **sent)
    assert first.status_code == 422
    assert looked(first.text) == ["/data/talk/woman[3]/age"]
    assert 'name="/data/talk/woman[3]/age" value=""' in first.text
    sent |= {"/data/talk/woman[3]/age": "7"}
    assert admin.post(f"{at}/edit", looked=looked(first.text), **sent).status_code == 303
    talk = answers(house, number(at))["talk"]
    assert isinstance(talk, dict)
    assert talk["woman"] == [{"age": "30"}, {"age": "60"}, {"age": "7"}]
    less = admin.post(f"{at}/edit", **{"version": version(admin, at), "/data/talk/women": "1"})
    assert looked(less.text) == ["/data/talk/woman[2]/age", "/data/talk/woman[3]/age"]
    sent = {"version": version(admin, at), "/data/talk/women": "1"}
    assert admin.post(f"{at}/edit", looked=looked(less.text), **sent).status_code == 303
    talk = answers(house, number(at))["talk"]
    assert isinstance(talk, dict)
    assert (talk["woman"], answers(house, number(at))["people"]) == ([{"age": "30"}], "2")


def test_an_answer_to_what_is_not_asked_is_shown_to_go_and_changes_nothing(
    house: House, admin: Desk, at: str
) -> None:
    sent = {"version": version(admin, at), "/data/why": "gone"}
    first = admin.post(f"{at}/edit", **sent)
    assert looked(first.text) == ["/data/why"]
    again = admin.post(f"{at}/edit", looked=looked(first.text), **sent)
    assert again.status_code == 422
    assert "Nothing is changed yet" in again.text
    assert "why" not in answers(house, number(at))


def test_a_finding_names_what_the_form_works_out_by_what_it_is_for(
    house: House, admin: Desk, at: str
) -> None:
    wrong = BODY.replace("active", "left_panel").replace("<people>3", "<people>9")
    assert phone_in(house, 1, "Second phone", ("A1",)).send(instance("visit", wrong)).status_code == 201
    page = html.unescape(re.sub(r"</?bdi>", "", admin.get(f"/p/1/visits/{number(at) + 1}").text))
    assert "<b>Status: left_panel</b>" in page
    assert "<b>What the form works out as people: 9</b>" in page
