"""The shipped forms in the engine inside ODK Collect: what is asked, what is not, and what is calculated."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from lxml import etree

from tests.forms_shipped.shipped import ATTACHMENTS, FORD, LEFT, MILL, NAMES, PUMP, xform
from tests.tools.filler import fill
from tests.tools.javarosa import Form, JavaRosa, Verdict

BANDS = [f"{sex}_{band}" for sex in ("female", "male") for band in ("0_4", "5_14", "15_24", "25_64", "65")]
FIES = ["worried", "healthy", "few_foods", "skipped", "ate_less", "ran_out", "hungry", "whole_day"]
VISIT = {"area": "A1-014", "household": MILL, "arrival": "adult_home", "consent": "yes"}
HOME = VISIT | dict.fromkeys(BANDS, "1") | dict.fromkeys(FIES, "no") | {"difficulty": "0"}
WELL = HOME | {
    "water_source": "piped_dwelling",
    "water_sufficient": "yes",
    "sanitation_facility": "flush_sewer",
    "shared": "no",
    "floor": "tiles",
    "roof": "metal",
    "wall": "bricks",
    "sleeping_rooms": "5",
    "damaged": "no",
    "electricity_source": "grid",
    "electricity_hours": "24",
    "cooking_fuel": "lpg",
    "attending": "2",
    "minutes_to_clinic": "10",
    "needed_care": "no",
    "assets": "radio",
    "six_years": "yes",
}


@pytest.fixture
def visit(javarosa: JavaRosa) -> Form:
    return javarosa.load(xform("household_visit")[0], ATTACHMENTS)


@pytest.fixture
def enrolment(javarosa: JavaRosa) -> Form:
    return javarosa.load(xform("household_enrolment")[0], ATTACHMENTS)


@pytest.fixture
def inspection(javarosa: JavaRosa) -> Form:
    return javarosa.load(xform("facility_inspection")[0], ATTACHMENTS)


def fill_in(form: Form, answers: dict[str, str]) -> list[str]:
    """Answer what is asked, in its order; gives the names of all that was put on the screen."""
    seen = []
    for question in form.questions():
        name = question.path.rpartition("/")[2]
        seen.append(name)
        if name in answers:
            assert question.answer(answers[name]) is Verdict.OK, name
    return seen


def offered(form: Form, name: str) -> tuple[str, ...]:
    return next(q.choices for q in form.questions() if q.path.endswith(f"/{name}"))


def sent(form: Form) -> dict[str, list[str]]:
    """The finalized submission's leaves by element name."""
    assert form.first_problem() is None
    leaves: dict[str, list[str]] = {}
    for element in etree.fromstring(form.finish()).iter():
        if len(element) == 0:
            leaves.setdefault(etree.QName(element).localname, []).append(element.text or "")
    return leaves


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_person_answers_the_form_can_be_finished(name: str, javarosa: JavaRosa) -> None:
    for seed in range(4):
        form = javarosa.load(xform(name)[0], ATTACHMENTS)
        # An area with nothing to visit has no household to choose: the enumerator goes to one that has.
        hints = {"area": lambda _: "A1-014", "which": lambda _: "all"}
        submission = etree.fromstring(fill(form, Random(seed), max_repeats=2, hints=hints))
        assert submission.findtext(".//{*}instanceName")


def test_a_refusal_is_a_complete_visit_and_ends_the_form(visit: Form) -> None:
    seen = fill_in(visit, VISIT | {"consent": "no", "come_again": "yes"})
    assert seen[-2:] == ["come_again", "remarks"]
    submission = sent(visit)
    assert submission["outcome"] == ["refused"]
    assert submission["status"] == ["active"]
    assert "interview" not in submission
    assert "female_0_4" not in submission


def test_who_asks_not_to_be_visited_again_leaves_the_panel(visit: Form) -> None:
    fill_in(visit, VISIT | {"consent": "no", "come_again": "no"})
    submission = sent(visit)
    assert submission["status"] == ["left_panel"]
    assert submission["next_visit_due"] == [""]


@pytest.mark.parametrize(
    ("arrival", "seen", "status"),
    [
        ("nobody_home", "lived_in", "active"),
        ("nobody_home", "not_found", "not_found"),
        ("moved_away", "empty", "moved_away"),
    ],
)
def test_a_visit_without_an_interview_keeps_what_was_known(
    visit: Form, arrival: str, seen: str, status: str
) -> None:
    fill_in(visit, VISIT | {"arrival": arrival, "dwelling_seen": seen})
    submission = sent(visit)
    assert submission["outcome"] == [arrival]
    assert submission["status"] == [status]
    assert submission["last_visit_on"] == ["2025-01-01"]
    assert submission["next_visit_due"] == ["2026-01-01"]
    assert "notice" not in submission


def test_only_households_that_are_due_are_offered_first_and_all_on_request(visit: Form) -> None:
    fill_in(visit, {"area": "A1-014"})
    assert offered(visit, "household") == (MILL,)
    fill_in(visit, {"which": "all"})
    assert offered(visit, "household") == (MILL, FORD)
    assert LEFT not in offered(visit, "household")
    fill_in(visit, {"area": "A1-015"})
    assert offered(visit, "household") == ()


def test_a_visit_reopened_when_its_household_is_no_longer_due_keeps_it(visit: Form) -> None:
    fill_in(visit, {"area": "A1-014", "which": "all", "household": FORD})
    fill_in(visit, {"which": "due"})
    assert offered(visit, "household") == (MILL, FORD)
    assert visit.value("/data/opening/household") == FORD


def test_a_household_is_shown_with_code_and_last_visit(visit: Form) -> None:
    fill_in(visit, VISIT)
    assert visit.value("/data/opening/household_label") == "Millbrook · A101"
    assert visit.value("/data/opening/household_code") == "A1-014-0001K"
    assert visit.value("/data/opening/last_visit") == "2025-01-01"


def test_last_times_answers_are_filled_in_for_what_seldom_changes(visit: Form) -> None:
    fill_in(visit, VISIT)
    for path, value in {
        "water/water_source": "surface",
        "sanitation/sanitation_facility": "none",
        "housing/floor": "earth",
        "housing/roof": "thatch",
        "housing/wall": "mud",
        "energy/electricity_source": "none",
    }.items():
        assert visit.value(f"/data/interview/{path}") == value


def test_a_visit_without_lacks_asks_nothing_about_passing_on(visit: Form) -> None:
    seen = fill_in(visit, WELL)
    assert "nothing_lacking" in seen
    assert "pass_on" not in seen
    submission = sent(visit)
    assert submission["outcome"] == ["completed"]
    assert submission["recall"] == ["12_months"]
    assert "need_service" not in submission


def test_what_is_lacking_is_named_and_asked_for_each_service(visit: Form) -> None:
    lacking = WELL | {
        "water_source": "borehole",
        "water_place": "elsewhere",
        "round_trip": "31",
        "shared": "yes",
        "shared_households": "2",
        "sleeping_rooms": "3",
        "electricity_hours": "3",
        "hungry": "yes",
        "attending": "1",
        "needed_care": "yes",
        "received_care": "no",
        "pass_on": "no",
    }
    seen = fill_in(visit, lacking)
    assert [name for name in seen if name.startswith("say_")] == [
        "say_water_far",
        "say_toilet_shared",
        "say_house_crowded",
        "say_power_short",
        "say_food_short",
        "say_school_missed",
        "say_care_missed",
    ]
    submission = sent(visit)
    services = ["water", "sanitation", "housing", "energy", "food", "school", "clinic"]
    assert submission["need_service"] == services
    assert submission["pass_on"] == ["no"] * 7


def test_a_correction_takes_back_what_was_lacking_and_leaves_the_other_answers_in_place(visit: Form) -> None:
    fill_in(visit, WELL | {"water_sufficient": "no", "damaged": "yes", "pass_on": "yes"})
    fill_in(visit, {"water_sufficient": "yes"})
    submission = sent(visit)
    assert submission["need_service"] == ["housing"]
    assert submission["pass_on"] == ["yes"]


@pytest.mark.parametrize(
    ("source", "place", "location", "asks_minutes"),
    [
        ("piped_dwelling", None, "own_dwelling", False),
        ("piped_yard", None, "own_yard", False),
        ("piped_neighbour", None, "elsewhere", True),
        ("borehole", "own_yard", "own_yard", False),
        ("borehole", "elsewhere", "elsewhere", True),
    ],
)
def test_minutes_for_water_are_not_asked_on_the_premises(
    visit: Form, source: str, place: str | None, location: str, asks_minutes: bool
) -> None:
    seen = fill_in(visit, VISIT | {"water_source": source} | ({"water_place": place} if place else {}))
    assert ("water_place" in seen) is (place is not None)
    assert ("round_trip" in seen) is asks_minutes
    assert visit.value("/data/interview/water/water_location") == location


def test_without_a_toilet_nothing_more_is_asked_of_it(visit: Form) -> None:
    seen = fill_in(visit, VISIT | {"sanitation_facility": "none"})
    assert not {"sanitation_location", "shared", "ever_emptied", "sanitation_photo"} & set(seen)


def test_a_hand_that_may_not_be_looked_at_is_not_asked_about(visit: Form) -> None:
    assert "soap_seen" not in fill_in(visit, VISIT | {"handwashing": "not_permitted"})
    assert "soap_seen" in fill_in(visit, {"handwashing": "mobile"})


def test_reasons_for_missing_school_are_counted_one_by_one(visit: Form) -> None:
    answers = HOME | {"attending": "1", "school_barriers": "cost illness", "barrier_cost": "1"}
    seen = fill_in(visit, answers)
    assert [name for name in seen if name.startswith("barrier_")] == ["barrier_cost", "barrier_illness"]
    assert visit.value("/data/interview/school/children_5_14") == "2"


def test_optional_modules_wait_for_their_switch(visit: Form) -> None:
    assert not {"spent_food", "farms"} & set(fill_in(visit, VISIT))
    assert {"spent_food", "farms"} <= set(fill_in(visit, {"modules": "spending harvest"}))


def test_each_hard_event_has_a_row_of_its_own(visit: Form) -> None:
    fill_in(visit, WELL | {"shock_kinds": "flood illness", "shock_effect": "some"})
    submission = sent(visit)
    assert submission["shock_kind"] == ["flood", "illness"]
    assert submission["shock_effect"] == ["some", "some"]


def test_a_household_that_asks_to_stop_owes_no_more_answers(visit: Form) -> None:
    fill_in(visit, VISIT | {"female_0_4": "1"})
    problem = visit.first_problem()
    assert problem is not None
    assert problem[1] is Verdict.REQUIRED
    fill_in(visit, {"progress": "stopped"})
    submission = sent(visit)
    assert submission["outcome"] == ["partial"]
    assert submission["female_0_4"] == ["1"]
    assert "recall" not in submission


def test_contact_is_asked_only_after_consent_to_it(visit: Form) -> None:
    assert "contact" not in fill_in(visit, VISIT | {"contact_ok": "no"})
    assert "contact" in fill_in(visit, {"contact_ok": "yes"})


def test_the_next_visit_is_due_a_year_after_this_one(visit: Form) -> None:
    fill_in(visit, WELL | {"observed_at": "2026-03-01T09:00:00.000+00:00"})
    submission = sent(visit)
    assert submission["last_visit_on"] == ["2026-03-01"]
    assert submission["next_visit_due"] == ["2027-03-01"]


def test_an_enrolment_makes_a_household_with_a_calculated_label(enrolment: Form) -> None:
    answers = {"area": "A1-014", "adult": "yes", "consent": "yes", "card_left": "yes", "contact_ok": "no"}
    fill_in(enrolment, answers | dict.fromkeys(BANDS, "0"))
    identifier = enrolment.value("/data/meta/entity/@id")
    label = f"Millbrook · {identifier[-4:].upper()}"
    assert enrolment.value("/data/meta/entity/label") == label
    assert enrolment.value("/data/meta/entity/@create") in ("1", "true")
    submission = sent(enrolment)
    assert submission["outcome"] == ["completed"]
    assert submission["next_visit_due"] == submission["enrolled_on"]
    assert date.fromisoformat(submission["enrolled_on"][0])


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [({"adult": "yes", "consent": "no"}, "refused"), ({"adult": "no"}, "nobody_home")],
)
def test_an_enrolment_refused_makes_no_household(
    enrolment: Form, answers: dict[str, str], outcome: str
) -> None:
    seen = fill_in(enrolment, {"area": "A1-014"} | answers)
    assert not {"dwelling", "female_0_4", "contact_ok"} & set(seen)
    assert enrolment.value("/data/meta/entity/@create") in ("", "0", "false")
    assert sent(enrolment)["outcome"] == [outcome]


def test_an_inspection_shows_last_times_condition_and_the_points_of_its_kind(inspection: Form) -> None:
    seen = fill_in(inspection, {"area": "A1-014", "facility": PUMP, "reached": "reached"})
    assert "last_worn" in seen
    assert {"flows", "fenced"} <= set(seen)
    assert not {"staff_present", "power_hours", "passable"} & set(seen)


def test_each_issue_found_has_a_row_of_its_own(inspection: Form) -> None:
    answers = {"area": "A1-014", "facility": PUMP, "reached": "reached", "condition": "poor"}
    fill_in(inspection, answers | {"has_issues": "yes", "issue_kinds": "broken dirty"})
    submission = sent(inspection)
    assert submission["issue_kind"] == ["broken", "dirty"]


def test_a_facility_that_was_not_reached_keeps_its_due_day(inspection: Form) -> None:
    seen = fill_in(inspection, {"area": "A1-014", "facility": PUMP, "reached": "unreachable"})
    assert "condition" not in seen
    submission = sent(inspection)
    assert submission["next_inspection_due"] == ["2026-01-01"]
    assert "condition" not in submission
