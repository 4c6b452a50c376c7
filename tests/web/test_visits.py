"""Which visits, and whether one is good: lists within the reader's areas, evidence, decisions and their undoing."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from server.accounts.models import Audit
from server.ingest.models import Submission
from tests.support.house import House, instance, xlsx
from tests.support.statements import statements
from tests.web.conftest import World
from tests.web.desk import Desk, phone_in, picture, sign_in, somebody, visit, with_areas
from tests.web.test_households_and_tables import CHOICES, ENROLMENT, ENTITIES, SETTINGS


def ids(text: str) -> list[int]:
    found = re.findall(r'class="entry-title"><a href="/p/1/visits/(\d+)', text)
    return [int(one) for one in found]


def state(world: World, visit_id: int) -> str | None:
    with world.house.session() as session:
        found = session.get(Submission, visit_id)
        assert found is not None
        return found.review_state


def test_the_newest_visit_stands_first_with_its_state_in_words(world: World) -> None:
    page = world.admin.get("/p/1/visits").text
    assert ids(page) == [world.north[1], world.north[0], world.south]
    assert "Held back" in page
    assert "1 finding holds it back" in page
    assert "3 visits" in page


def test_filters_stand_in_the_address_and_what_cannot_be_read_is_left_out(world: World) -> None:
    assert ids(world.admin.get("/p/1/visits?state=held").text) == [world.north[1]]
    assert ids(world.admin.get("/p/1/visits?findings=0").text) == [
        world.north[0]
    ]  # the south's is outside its area
    assert len(ids(world.admin.get("/p/1/visits?state=nonsense&form=x&from=yesterday").text)) == 3
    nothing = world.admin.get("/p/1/visits?from=1999-01-01&to=1999-01-02").text
    assert "No visit fits this filter" in nothing


def test_gallery_and_map_share_the_filter(world: World) -> None:
    gallery = world.admin.get("/p/1/visits?view=gallery&state=received").text
    assert gallery.count('data-view="gallery"') == 1
    assert "/p/1/visits?state=received&amp;view=map" in gallery
    assert "None of these visits has a point" in world.admin.get("/p/1/visits?view=map").text


def test_the_download_holds_the_answers_of_one_form_with_points_rounded(world: World) -> None:
    answer = world.admin.get("/p/1/visits.csv?form=1")
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert [row["trip"] for row in rows] == ["soon", "25", "25"]
    assert {row["place"] for row in rows} == {"31.21 121.40"}


def test_who_has_areas_sees_those_visits_and_no_other_exists_for_them(world: World) -> None:
    south = somebody(world.house, 1, "supervisor", areas=("B2",))
    assert ids(south.get("/p/1/visits").text) == [world.south]
    assert south.get(f"/p/1/visits/{world.north[0]}").status_code == 404
    assert south.get(f"/p/1/visits/{world.north[0]}/files/well.jpg?size=thumb").status_code == 404
    assert south.post(f"/p/1/visits/{world.north[0]}/decide", state="approved", seen="").status_code == 404
    rows = south.get("/p/1/visits.csv").get_data().decode("utf-8-sig").strip().splitlines()
    assert len(rows) == 2


def test_another_projects_visit_is_not_there_under_this_projects_address(world: World) -> None:
    world.house.project("Elsewhere")
    assert world.admin.get(f"/p/2/visits/{world.north[0]}").status_code == 404


def test_answers_stand_under_their_labels_and_findings_in_the_forms_words(world: World) -> None:
    page = world.admin.get(f"/p/1/visits/{world.north[1]}").text
    assert "Main source" in page
    assert "Public tap" in page
    assert '<a href="#a/data/trip"><b><bdi>Round trip</bdi>: <bdi>soon</bdi></b>' in page
    assert "This is not a whole number" in page


def test_the_place_among_the_filters_visits_and_the_way_to_the_next(world: World) -> None:
    page = world.admin.get(f"/p/1/visits/{world.north[0]}").text
    assert "2/3" in page
    assert f'rel="prev" data-key="k" href="/p/1/visits/{world.north[1]}"' in page
    assert f'rel="next" data-key="j" href="/p/1/visits/{world.south}"' in page
    filtered = world.admin.get(f"/p/1/visits/{world.north[1]}?state=held").text
    assert "1/1" in filtered
    assert 'rel="next"' not in filtered


def test_an_approval_is_undone_by_a_second_decision(world: World) -> None:
    at = f"/p/1/visits/{world.north[1]}"
    page = world.admin.follow(f"{at}/decide", state="approved", seen="").text
    assert state(world, world.north[1]) == "approved"
    assert "Undo" in page
    assert "Ada Admin approved it" in page
    undone = world.admin.follow(f"{at}/undo", before="", seen="approved", filter="").text
    assert state(world, world.north[1]) is None
    assert "Undone" in undone
    assert "set it back to not yet seen" in undone


def test_who_decides_on_what_has_changed_meanwhile_is_shown_it_again(world: World) -> None:
    at = f"/p/1/visits/{world.north[0]}"
    colleague = sign_in(world.house)
    colleague.post(f"{at}/decide", state="rejected", seen="")
    late = world.admin.post(f"{at}/decide", state="approved", seen="")
    assert late.status_code == 409
    assert "Somebody else decided meanwhile" in late.text
    assert state(world, world.north[0]) == "rejected"
    undo = colleague.post(f"{at}/undo", before="approved", seen="", filter="")
    assert undo.status_code == 409


def test_issues_need_words_and_the_words_stand_in_the_history(world: World) -> None:
    at = f"/p/1/visits/{world.north[0]}"
    wordless = world.admin.post(f"{at}/decide", state="hasIssues", seen="", comment="  ")
    assert wordless.status_code == 422
    assert state(world, world.north[0]) is None
    page = world.admin.follow(f"{at}/decide", state="hasIssues", seen="", comment="Which <well>?").text
    assert "Which &lt;well&gt;?" in page
    assert state(world, world.north[0]) == "hasIssues"
    commented = world.admin.follow(
        f"{at}/decide", state="comment", seen="hasIssues", comment="The mill's"
    ).text
    assert "The mill&#39;s" in commented
    assert state(world, world.north[0]) == "hasIssues"


def test_a_viewer_looks_and_cannot_decide(world: World) -> None:
    viewer = somebody(world.house, 1, "viewer")
    at = f"/p/1/visits/{world.north[0]}"
    assert "Approve" not in viewer.get(at).text
    assert viewer.post(f"{at}/decide", state="approved", seen="").status_code == 403
    assert state(world, world.north[0]) is None


def test_who_sees_some_areas_is_told_what_is_held_back_there(world: World) -> None:
    for area, held in (("A1", 1), ("B2", 0)):
        supervisor = somebody(world.house, 1, "supervisor", areas=(area,))
        extended = {"X-Extended-Metadata": "true"}
        (form,) = supervisor.client.get("/v1/projects/1/forms", headers=extended).get_json()
        assert (form["held"], len(ids(supervisor.get("/p/1/visits?state=held").text))) == (held, held)


def test_a_form_designer_sees_no_visits(world: World) -> None:
    designer = somebody(world.house, 1, "designer")
    number = re.compile(r"· [0-9]+ visits?")
    assert number.findall(world.admin.get("/p/1/forms").text) == ["· 3 visits"]
    assert number.findall(designer.get("/p/1/forms").text) == []
    assert designer.get("/p/1/visits").status_code == 403
    assert designer.get(f"/p/1/visits/{world.north[0]}").status_code == 404


def test_the_exact_point_asks_a_reason_that_is_kept_and_is_shown_for_one_look(world: World) -> None:
    at = f"/p/1/visits/{world.north[0]}"
    assert "31.21 121.40" in world.admin.get(at).text
    assert "31.20503" not in world.admin.get(at).text
    assert world.admin.post(f"{at}/exact", reason=" ").status_code == 422
    opened = world.admin.post(f"{at}/exact", reason="The pump is to be mended")
    assert opened.status_code == 200
    assert "31.20503" in opened.text
    assert "31.20503" not in world.admin.get(at).text
    with world.house.session() as session:
        act = session.query(Audit).filter(Audit.action == "protected.read").one()
        assert act.details["reason"] == "The pump is to be mended"
        assert act.actee == f"submission:{world.north[0]}"
    viewer = somebody(world.house, 1, "viewer")
    assert "Show the exact one" not in viewer.get(at).text
    assert viewer.post(f"{at}/exact", reason="curious").status_code == 403


def test_photos_are_shown_small_without_metadata_and_originals_never_run_here(world: World) -> None:
    at = f"/p/1/visits/{world.north[0]}/files/well.jpg"
    thumb = world.admin.get(f"{at}?size=thumb")
    assert (thumb.status_code, thumb.content_type) == (200, "image/webp")
    again = world.admin.client.get(f"{at}?size=thumb", headers={"If-None-Match": thumb.headers["ETag"]})
    assert again.status_code == 304
    assert thumb.headers["Cache-Control"] == "private, no-cache"
    original = world.admin.get(at)
    assert original.headers["Content-Disposition"] == "attachment; filename=well.jpg"
    assert "sandbox" in original.headers["Content-Security-Policy"]
    assert world.admin.get(at.replace("well.jpg", "other.jpg")).status_code == 404


def test_the_xml_is_a_download_with_protected_answers_left_out(world: World) -> None:
    answer = world.admin.get(f"/p/1/visits/{world.north[0]}/xml")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"31.20503" not in answer.data
    assert b"<water>tap</water>" in answer.data


def test_the_bin_takes_a_visit_off_the_lists(world: World) -> None:
    page = world.admin.follow(f"/p/1/visits/{world.south}/bin").text
    assert ids(page) == [world.north[1], world.north[0]]
    supervisor = somebody(world.house, 1, "supervisor")
    assert supervisor.post(f"/p/1/visits/{world.north[0]}/bin").status_code == 403


def test_what_was_put_away_can_be_found_and_taken_out_again(world: World) -> None:
    at = f"/p/1/visits/{world.south}"
    assert "Undo" in world.admin.follow(f"{at}/bin").text
    assert ids(world.admin.get("/p/1/visits?state=bin").text) == [world.south]
    page = world.admin.get(at).text
    assert "This visit is in the bin" in page
    assert "Approve" not in page
    assert world.admin.post(f"{at}/decide", state="approved", seen="").status_code == 409
    supervisor = somebody(world.house, 1, "supervisor")
    assert supervisor.get(at).status_code == 404
    assert len(ids(supervisor.get("/p/1/visits?state=bin").text)) == 2
    assert "The visit is back" in world.admin.follow(f"{at}/restore").text
    assert len(ids(world.admin.get("/p/1/visits").text)) == 3


def test_counts_stop_at_the_readers_areas_too(world: World) -> None:
    south = somebody(world.house, 1, "supervisor", areas=("B2",))
    assert "1 visit" in south.get("/p/1/forms").text
    assert "1 held back" not in south.get("/p/1/forms").text
    assert "1 phone" in south.get("/").text
    assert "1 held back" in world.admin.get("/p/1/forms").text


def test_a_longer_list_asks_the_database_no_oftener(world: World) -> None:
    numbers = []
    for path in ("/p/1/visits?state=held", "/p/1/visits"):
        with statements(world.house.app, "read") as seen:
            world.admin.get(path)
        numbers.append(len(seen))
    assert numbers[1] <= numbers[0] + 2  # the photos of those that have some, and which are protected
    assert numbers[1] < 25


def test_a_protected_photo_is_at_no_address_and_shown_once_a_reason_opened_it(
    house: House, admin: Desk
) -> None:
    sheet = xlsx(
        "| type | name | label | bind::hh:protect |\n| image | card | The water bill | yes |",
        settings='| form_title | form_id | version | namespaces |\n| Cards | cards | 1 | hh="urn:fieldfare:household" |',
    )
    house.project()
    house.publish(1, sheet)
    sent = house.phone(1, "cards").send(instance("cards", "<card>a.jpg</card>"), {"a.jpg": picture()})
    assert sent.status_code == 201, sent.text
    house.work()
    with house.session() as session:
        at = f"/p/1/visits/{session.query(Submission).one().id}"
    page = admin.get(at).text
    assert "a.jpg" not in page
    assert "The water bill: protected" in page
    assert "a.jpg" not in admin.get("/p/1/visits").text
    assert "a.jpg" not in admin.get("/p/1/visits?view=gallery").text
    assert admin.get(f"{at}/files/a.jpg?size=thumb").status_code == 403
    assert admin.get(f"{at}/files/a.jpg").status_code == 403
    assert "data:image/webp;base64," in admin.post(f"{at}/exact", reason="To mend the form").text


def test_words_with_an_apostrophe_are_escaped_once(world: World) -> None:
    phone = world.house.phone(1, "wells", name="Phone's end")
    sent = phone.send(visit(9).replace("<water>tap<", "<water>lake<"))
    assert sent.status_code == 201, sent.text
    first = ids(world.admin.get("/p/1/visits").text)[0]
    page = world.admin.get(f"/p/1/visits/{first}").text
    assert "one of the question&#39;s choices" in page
    assert "Phone&#39;s end" in page
    assert "&amp;#39;" not in page


def test_a_photo_in_heic_is_explained_and_its_original_given_for_a_reason(world: World) -> None:
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200)
    sent = phone_in(world.house, 1, "Phone 9", ("A1",)).send(visit(4, photo="a.heic"), {"a.heic": heic})
    assert sent.status_code == 201, sent.text
    admin, house = world.admin, world.house
    house.work()
    with house.session() as session:
        visit_id = max(session.scalars(select(Submission.id)))
    at = f"/p/1/visits/{visit_id}"
    page = admin.get(at).text
    assert "HEIC: this server cannot show this kind of picture" in page
    assert f'action="{at}/files/a.heic/original"' in page
    assert f'src="{at}/files/a.heic?size=thumb"' not in page
    assert admin.post(f"{at}/files/a.heic/original").status_code == 400
    given = admin.post(f"{at}/files/a.heic/original", reason="A question of the village")
    assert given.data == heic
    assert given.headers["Content-Disposition"] == "attachment; filename=a.heic"
    with house.session() as session:
        (noted,) = session.scalars(select(Audit.details).where(Audit.action == "protected.read"))
    assert (noted["reason"], noted["file"]) == ("A question of the village", "a.heic")


PLACES = """
| type      | name  | label       |
| geopoint  | spot  | The spot    |
| geotrace  | way   | The way     |
| geoshape  | plot  | The plot    |
| time      | hour  | The hour    |
"""
WAY = "51.501 -2.251 12 4.75; 51.502 -2.252 12 4.75; 51.503 -2.253 12 4.75; 51.501 -2.251 12 4.75"


def settings(form_id: str) -> str:
    return f"| form_id | form_title | version |\n| {form_id} | The places | 1 |"


def test_forms_of_one_name_are_told_apart_in_the_filter(world: World) -> None:
    world.house.publish(1, xlsx(PLACES, settings=settings("one")))
    assert re.search(r">The places</option>", world.admin.get("/p/1/visits").text)
    world.house.publish(1, xlsx(PLACES, settings=settings("two")))
    page = world.admin.get("/p/1/visits").text
    assert re.findall(r">(The places[^<]*)<", page) == ["The places (one)", "The places (two)"]


def test_a_time_is_shown_as_a_clock_does_and_nothing_ends_in_a_dot(world: World) -> None:
    world.house.publish(1, xlsx(PLACES, settings=settings("one")))
    phone = phone_in(world.house, 1, "Walker", ())
    body = (
        f"<spot>51.501 -2.251 12 4.75</spot><way>{WAY}</way><plot>{WAY}</plot><hour>10:00:00.000+08:00</hour>"
    )
    assert phone.send(instance("one", body)).status_code == 201
    newest = ids(world.admin.get("/p/1/visits").text)[0]
    page = world.admin.get(f"/p/1/visits/{newest}").text
    assert "10:00:00.000" not in page
    assert re.search(r"<dd>\s*10:00\s*</dd>", page)
    says = re.search(r'class="map-says">([^<]*)', page)
    assert says is not None
    assert says[1].strip() == "measured to 5 m"


def test_a_finding_on_the_forms_end_is_worded_by_the_projects_clock_and_leads_nowhere(
    house: House, admin: Desk
) -> None:
    with_areas(house)
    house.project()
    house.api("PATCH", "/projects/1", json={"timezone": "Asia/Shanghai"})
    survey = f"{ENROLMENT.rstrip()}\n| end | end | | | | |\n"
    house.publish(1, xlsx(survey, choices=CHOICES, settings=SETTINGS, entities=ENTITIES))
    phone = phone_in(house, 1, "Phone", ("A1",))
    block = '<entity xmlns="http://www.opendatakit.org/xforms/entities" dataset="households" create="1" '
    block += 'id="00000001-0000-4000-8000-000000000001"><label>House</label></entity>'
    xml = instance("enrol", "<area>A1-014</area><trip>x</trip><end>2099-11-22T11:52:20.243+00:00</end>")
    assert phone.send(xml.replace("<orx:meta>", f"<orx:meta>{block}")).status_code == 201
    page = admin.get("/p/1/visits/2").text
    assert "<bdi>End of the form</bdi>: <bdi>22 Nov 2099 19:52</bdi>" in page
    findings = page.split('class="findings"')[1].split("</ol>")[0]
    assert re.findall(r'href="([^"]*)"', findings) == ["#a/data/trip"]
    assert 'id="a/data/trip"' in page


def test_a_thousand_visits_of_today_and_more_are_not_counted_to_the_last(world: World) -> None:
    with world.house.session() as session:
        table = Submission.__table__
        one = session.execute(select(table).where(table.c.id == world.south)).one()._asdict()
        more = [{**one, "id": 1000 + n, "instance_id": f"uuid:more-{n}"} for n in range(1000)]
        session.execute(insert(table), more)
    assert "more than 1,000 visits came in today" in world.admin.get("/p/1").text
    # From right to left the sign would come before the number.
    assert '<bdi dir="ltr">–/1000+</bdi>' in world.admin.get(f"/p/1/visits/{world.south}").text


@pytest.mark.parametrize(("hours", "late"), [(3, False), (30, True)])
@pytest.mark.parametrize("view", ["", "?view=gallery"])
def test_list_and_photos_say_when_a_visit_was_made_and_when_it_came_where_that_was_much_later(
    world: World, hours: int, late: bool, view: str
) -> None:
    came = datetime(2026, 3, 2, 20, 30, tzinfo=UTC)
    made = came - timedelta(hours=hours)
    with world.house.session() as session:
        for one in session.query(Submission):
            one.observed_at, one.created_at = made, came
    page = world.admin.get("/p/1/visits" + view).text
    stamped = '{} <time datetime="{}"'
    assert stamped.format("visited", made.isoformat(timespec="seconds")) in page
    assert (stamped.format("came", came.isoformat(timespec="seconds")) in page) is late


def test_a_visit_of_which_no_time_is_known_says_when_it_came(world: World) -> None:
    with world.house.session() as session:
        for one in session.query(Submission):
            one.observed_at = None
    page = world.admin.get("/p/1/visits").text
    assert page.count("came <time") == 3
    assert "visited <time" not in page


def test_who_may_not_look_into_the_bin_is_told_so_and_sees_what_stands(world: World) -> None:
    viewer = somebody(world.house, 1, "viewer")
    page = viewer.get("/p/1/visits?state=bin").text
    assert "What lies in the bin is shown to whoever may take it out" in page
    assert "3 visits" in page
    assert "What lies in the bin" not in world.admin.get("/p/1/visits?state=bin").text
