"""How a form is judged: texts taken together, disguises, structure, places, what softens and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pyxform.xls2xform import convert

from server.forms.dignity import explain, judge
from server.forms.questions import ChoiceText, Group, Questions, from_workbook
from server.forms.questions.xform import from_xform
from server.forms.workbook import Place, read
from tests.forms.dignity.cases import answers, judged, question, rules


def test_a_question_split_across_label_and_choices_is_read_as_one() -> None:
    asked = question(
        "What do you practise?", kind="select_one", choices=("Islam", "Christianity", "Buddhism")
    )
    assert rules(judged(asked)) == {"religion"}
    assert not judged(question("What do you practise?", kind="select_one", choices=("Farming", "Fishing")))


def test_choices_that_name_peoples_betray_a_bland_label_but_not_the_language_of_an_interview() -> None:
    peoples = ("Han", "Tibetan", "Kazakh")
    assert rules(judged(question("Group", kind="select_one", choices=peoples))) == {"ethnicity"}
    assert not judged(question("Language of the interview", kind="select_one", choices=peoples))


def test_a_label_continued_in_its_hint_is_read_as_one() -> None:
    assert rules(judged(question("Your", hint="mother tongue"))) == {"mother_tongue"}
    assert rules(judged(question("Card", hint="Enter the national ID number as printed"))) == {
        "identity_document"
    }


def test_a_short_label_is_read_with_its_groups_label() -> None:
    school = Group("school", False, {"en": "School"}, {})
    assert not judged(question("Name", groups=(school,)))
    members = Group("member", False, {"en": "Household head"}, {})
    assert rules(judged(question("Name", groups=(members,)))) == {"person_name"}


def test_a_reference_to_a_name_makes_a_named_person() -> None:
    assert rules(judged(question("Where does ${member_name} work?"))) == {"work_whereabouts"}
    assert not judged(question("Does the road to ${village_name} work in the rainy season?"))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "What is your <b>reli</b><b>gion</b>?"),
        ("en", "What is your r e l i g i o n ?"),
        ("en", "What is your re\u200blig\u00adion?"),
        ("en", "What is your r3lig10n?"),
        ("en", "What is your **religion**?"),
        ("en", "What is your reli**gion**?"),
        ("en", "What is your **reli**gion?"),
        ("en", "What is your reli*gi*on?"),
        ("en", "What is your reli~~gi~~on?"),
        ("en", "What is your r\u0435ligi\u043en?"),  # Cyrillic е and о
        ("en", "ＲＥＬＩＧＩＯＮ"),
        ("zh", "宗 教 信 仰"),
        ("zh", "宗·教·信·仰"),
        ("zh", "您的宗教信仰是什麼?"),
        ("ar", "ما هي ديـــانتك؟"),
        ("ar", "مَا هِيَ دِيَانَتُكَ؟"),
    ],
)
def test_a_disguised_question_is_read_all_the_same(language: str, text: str) -> None:
    assert rules(judged(question(text, language=language))) == {"religion"}


def test_traditional_characters_are_read() -> None:
    assert rules(judged(question("身份證號碼", language="zh"))) == {"identity_document"}
    assert rules(judged(question("是否去過國外?", language="zh"))) == {"travel_abroad"}


def test_a_note_that_informs_asks_nothing_and_one_that_asks_is_judged() -> None:
    assert not judged(question("Your religion and your name are never recorded.", kind="note"))
    assert not judged(question("Ethnic groups and religion do not matter for this service.", kind="note"))
    assert rules(judged(question("What is your religion?", kind="note"))) == {"religion"}


def test_what_a_hint_forbids_is_not_asked() -> None:
    assert not judged(
        question("Photo of the water point", kind="image", hint="Do not photograph people's faces.")
    )
    assert not judged(question("Remarks", hint="Never write a person's name or ID number here."))


def test_every_text_of_a_question_is_read() -> None:
    for field in ("guidance", "constraint_messages", "required_messages"):
        asked = replace(question("Card"), **{field: {"en": "The national ID number has 12 digits"}})
        assert rules(judged(asked)) == {"identity_document"}, field


def test_a_choice_that_asks_is_judged_at_its_own_cell() -> None:
    asked = question(
        "Tick what applies", kind="select_multiple", choices=("We own a radio", "I pray five times a day")
    )
    (verdict,) = judged(asked)
    assert verdict.rule == "dignity.religion"
    assert verdict.place == Place("choices", 3, "C", "label::en")


def test_a_single_choice_among_ordinary_ones_says_nothing() -> None:
    reasons = ("Distance", "Cost", "Religious reasons", "Language")
    assert not judged(question("Why do children not attend school?", kind="select_multiple", choices=reasons))


# --- languages without a list, names ------------------------------------------------------------------------------


def test_a_language_without_a_list_is_judged_by_name_and_said_to_be_unread() -> None:
    judgement = judged(question("Quelle est votre religion ?", language="fr", name="religion"))
    assert rules(judgement) == {"religion"}
    assert judgement.unread == ("fr",)
    ordinary = judged(question("Өй хуҗасының теле", language="default", name="q7"))
    assert not ordinary
    assert ordinary.unread == ("default",)
    assert judged(question("Main source of drinking water", language="default")).unread == ()


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("national_id", "identity_document"),
        ("passportNo", "identity_document"),
        ("hh_head_religion", "religion"),
        ("ethnicity2", "ethnicity"),
        ("mother_tongue", "mother_tongue"),
        ("minzu", "ethnicity"),
        ("fingerprint", "biometrics"),
        ("travelled_abroad", "travel_abroad"),
        ("call_log", "communications"),
        ("full_name", "person_name"),
        ("head_name", "person_name"),
        ("dob", "birth_date"),
        ("phone_number", "phone_number"),
    ],
)
def test_a_name_speaks_where_no_label_can_be_read(name: str, rule: str) -> None:
    assert rules(judged(question("…", language="ky", name=name))) == {rule}


@pytest.mark.parametrize(
    "name",
    ["village_name", "name_of_school", "phone_signal", "id", "hh_id", "facility_phone", "religious_building", "face",
     "language", "birth_registered", "interviewer_name", "race_condition_check"],
)  # fmt: skip
def test_an_ordinary_name_says_nothing(name: str) -> None:
    assert not judged(question("…", language="ky", name=name))


def test_a_long_readable_label_outweighs_a_name_of_a_personal_datum() -> None:
    assert not judged(question("How many litres of water were collected yesterday?", name="full_name"))


def test_entity_properties_and_looked_up_columns_are_names_too() -> None:
    assert rules(judged(question("…", language="ky", save_to="national_id"))) == {"identity_document"}
    looked_up = question("", kind="calculate", calculation="pulldata('people', 'passport_no', 'id', ${x})")
    assert rules(judged(looked_up)) == {"identity_document"}


# --- structure ----------------------------------------------------------------------------------------------------


def test_recordings_in_the_background_are_refused() -> None:
    assert rules(judged(question("", kind="background-audio", name="a"))) == {"background_audio"}
    assert rules(judged(question("", kind="background-geopoint", name="b"))) == {"background_location"}
    with_location = question("", kind="audit", name="audit", parameters={"location-priority": "balanced"})
    assert rules(judged(with_location)) == {"background_location"}
    assert not judged(question("", kind="audit", name="audit", parameters={"track-changes": "true"}))
    assert not judged(question("", kind="start-geopoint", name="p"))
    assert not judged(question("", kind="deviceid", name="deviceid"))


@pytest.mark.parametrize("kind", ["phonenumber", "subscriberid", "simserial", "email", "username"])
def test_who_owns_the_phone_is_told(kind: str) -> None:
    assert answers(judged(question("", kind=kind, name="m"))) == {"told"}
    looked_up = question("", kind="calculate", name="c", calculation=f"property('{kind}')")
    assert answers(judged(looked_up)) == {"told"}


@pytest.mark.parametrize(
    "constraint",
    [
        r"regex(., '^\d{17}[0-9Xx]$')",
        r"regex(., '^[1-9]\d{5}(18|19|20)\d{2}\d{4}\d{3}[0-9xX]$')",
        r"regex(., '^\d{18}$')",
        r"regex(., '[0-9]{12}')",
        "string-length(.) = 18",
        "string-length(.)=13",
    ],
)
def test_a_number_pattern_of_identity_documents_is_refused(constraint: str) -> None:
    assert rules(judged(question("Please enter", constraint=constraint))) == {"identity_document"}


@pytest.mark.parametrize(
    ("label", "constraint"),
    [
        ("Barcode of the sample bottle", r"regex(., '^\d{13}$')"),
        ("Serial number of the meter", "string-length(.) = 12"),
        ("Statistical code of the village", r"regex(., '^\d{12}$')"),
        ("Litres collected", ". > 0 and . <= 1000"),
        ("Household code", r"regex(., '^[A-Z0-9-]{6,20}$')"),
    ],
)
def test_other_long_numbers_pass(label: str, constraint: str) -> None:
    assert not judged(question(label, constraint=constraint))


def test_the_front_camera_is_for_faces() -> None:
    assert rules(judged(question("Picture", kind="image", appearance="new-front"))) == {"faces"}
    assert not judged(question("Picture", kind="image", appearance="new"))


def test_a_repeat_of_names_is_a_roster() -> None:
    repeat = Group("member", True, {"en": "Members"}, {"label:en": Place("survey", 5, "C", "label::en")})
    named = question("Full name", groups=(repeat,))
    elsewhere = judged(named)
    assert [(v.rule, v.answer) for v in elsewhere] == [
        ("dignity.person_name", "told"),
        ("dignity.roster", "told"),
    ]
    assert elsewhere[1].place.ref == "C5"
    assert {verdict.answer for verdict in judged(named, household=True)} == {"refused_here"}
    assert not judged(question("Age in years", kind="integer", groups=(repeat,)), household=True)


# --- what softens, what does not ----------------------------------------------------------------------------------


def test_a_protected_answer_needs_no_telling_but_protection_softens_no_refusal() -> None:
    assert not judged(question("Date of birth", kind="date", protected=True))
    assert answers(judged(question("Date of birth", kind="date", protected=True), household=True)) == {
        "refused_here"
    }
    assert answers(judged(question("What is your religion?", protected=True))) == {"refused"}


def test_the_consented_contact_is_asked_for_its_number_and_for_nothing_else() -> None:
    assert not judged(question("Phone number", mapped="household.contact"), household=True)
    assert answers(judged(question("Passport number", mapped="household.contact"), household=True)) == {
        "refused"
    }


def test_the_name_of_a_facility_is_known_by_its_mapping() -> None:
    assert not judged(question("Name", mapped="facility.name"))
    assert rules(judged(question("Full name of the owner", mapped="facility.name"))) == {"person_name"}


def test_yes_or_no_about_a_personal_datum_holds_none() -> None:
    assert not judged(question("Do you have a phone number?", kind="select_one", choices=("Yes", "No")))
    assert not judged(question("Is your date of birth known?", kind="select_one", choices=("Yes", "No")))


# --- lists in CSV files -------------------------------------------------------------------------------------------


def test_choices_in_an_uploaded_csv_are_read_with_their_place() -> None:
    asked = question("Group", kind="select_one", choice_file="groups.csv")
    lists = {"groups.csv": b"name,label\na,Han\nb,Uyghur\nc,Hui\n"}
    (verdict,) = judged(asked, lists=lists)
    assert (verdict.rule, verdict.place) == ("dignity.ethnicity", Place("groups.csv", 2, "B", "label"))
    assert not judged(asked)


def test_a_column_of_identity_numbers_in_a_csv_is_refused() -> None:
    lists = {"people.csv": "\ufeffname;label;national_id\n1;A;2\n".encode()}
    (verdict,) = judged(question("Which?", kind="select_one", choice_file="people.csv"), lists=lists)
    assert verdict.place == Place("people.csv", 1, "C", "national_id")


def test_a_chinese_csv_in_its_old_encoding_is_read() -> None:
    lists = {"z.csv": "name,label\n1,汉族\n2,回族\n".encode("gb18030")}
    assert rules(
        judged(question("类别", language="zh", kind="select_one", choice_file="z.csv"), lists=lists)
    ) == {"ethnicity"}


# --- whole forms --------------------------------------------------------------------------------------------------

FORM = """
| survey  |            |        |                     |                 |
|         | type       | name   | label::English (en) | label::中文 (zh) |
|         | integer    | rooms  | Rooms for sleeping  | 卧室数           |
|         | text       | q2     | Remarks             | 户主身份证号      |
|         | select_one g | q3   | Group               | 类别             |
| choices |            |        |                     |                 |
|         | list_name  | name   | label::English (en) | label::中文 (zh) |
|         | g          | a      | Muslim              | 甲              |
|         | g          | b      | Buddhist            | 乙              |
| settings |           |        |                     |                 |
|         | form_id    | form_title |                 |                 |
|         | f          | F      |                     |                 |
"""


def test_a_spreadsheet_is_judged_at_its_cells_in_whichever_language_asks() -> None:
    judgement = judge(from_workbook(read(FORM.encode())))
    assert [(v.rule, v.question, v.place.sheet, v.place.ref, v.language) for v in judgement] == [
        ("dignity.identity_document", "q2", "survey", "E5", "zh"),
        ("dignity.religion", "q3", "choices", "D9", "en"),
    ]
    assert judgement.unread == ()


def test_the_same_form_as_xform_is_judged_alike() -> None:
    xform = convert(FORM, file_type=".md", validate=False).xform
    judgement = judge(from_xform(xform.encode()))
    assert [(v.rule, v.question, v.answer) for v in judgement] == [
        ("dignity.identity_document", "q2", "refused"),
        ("dignity.religion", "q3", "refused"),
    ]
    assert judgement[0].place.header == "/data/q2"


def test_refused_and_told_are_told_apart_and_each_is_worded_in_three_languages() -> None:
    judgement = judged(
        question("What is your religion?", name="a"), question("Date of birth", kind="date", name="b")
    )
    assert [verdict.question for verdict in judgement.refused] == ["a"]
    assert [verdict.question for verdict in judgement.told] == ["b"]
    english = explain(judgement.refused[0], "en")
    assert english.startswith("This question cannot be asked in any form.")
    assert "religion" in english
    assert explain(judgement.refused[0], "zh-Hans").startswith("任何表单")
    assert explain(judgement.refused[0], "ar").startswith("لا يجوز")
    assert explain(judgement.refused[0], "fr") == english


def test_a_form_without_questions_is_no_trouble() -> None:
    assert list(judge(Questions((), (), {}))) == []


def test_a_choice_without_a_label_is_known_by_its_name() -> None:
    named = tuple(ChoiceText(name, {}, Place("choices", 2)) for name in ("muslim", "christian", "hindu"))
    assert rules(judged(replace(question("Which?", kind="select_one"), choices=named))) == {"religion"}


def test_what_is_only_told_has_its_protection_as_the_fix_and_what_is_refused_another_question() -> None:
    asked = (
        question("What is your phone number?", name="phone"),
        question("Date of birth", kind="date", name="born"),
    )
    told = judged(*asked)
    assert [verdict.answer for verdict in told] == ["told", "told"]
    for verdict in told:
        assert verdict.offer_protection
        words = explain(verdict, "en")
        assert "bind::hh:protect" in words
        assert "household" not in words.replace("urn:fieldfare:household", "")
        for language in ("zh", "ar"):
            assert "bind::hh:protect" in explain(verdict, language)
    refused = judged(*asked, household=True)
    assert [verdict.answer for verdict in refused] == ["refused_here", "refused_here"]
    assert all("bind::hh:protect" not in explain(verdict, "en") for verdict in refused)
    assert "household.contact" in explain(refused[0], "en")
