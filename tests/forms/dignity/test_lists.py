"""The word lists against questions in three languages, both ways: what must be refused or told, what must pass."""

from __future__ import annotations

import pytest

from tests.forms.dignity.cases import Case, answers, cases, judged_case, rules

REFUSED = cases("refused", with_rule=True)
TOLD = cases("told", with_rule=True)
ORDINARY = cases("ordinary", with_rule=False)
REFUSED_PARAPHRASES = cases("paraphrases-refused", with_rule=True)
TOLD_PARAPHRASES = cases("paraphrases-told", with_rule=True)
ORDINARY_PARAPHRASES = cases("paraphrases-ordinary", with_rule=False)
REFUSED_SURVEY = cases("survey-refused", with_rule=True)
TOLD_SURVEY = cases("survey-told", with_rule=True)
ORDINARY_SURVEY = cases("survey-ordinary", with_rule=False)


def test_each_list_has_its_size_and_all_three_languages() -> None:
    assert len(REFUSED) >= 60
    assert len(TOLD) >= 40
    assert len(ORDINARY) >= 200
    for list_ in (REFUSED, TOLD, ORDINARY):
        assert {case.language for case in list_} == {"en", "zh", "ar"}


@pytest.mark.parametrize("language", ["en", "zh", "ar"])
def test_the_survey_questions_are_as_many_in_every_language(language: str) -> None:
    assert sum(case.language == language for case in REFUSED_SURVEY) >= 160
    assert sum(case.language == language for case in ORDINARY_SURVEY) >= 200


def test_every_rule_of_words_is_asked_in_every_language() -> None:
    spoken = {"identity_document", "ethnicity", "mother_tongue", "religion", "belief", "political", "travel_abroad",
              "relatives_abroad", "communications", "work_whereabouts", "third_parties", "biometrics", "faces",
              "person_name", "birth_date", "phone_number"}  # fmt: skip
    for language in ("en", "zh", "ar"):
        assert {case.rule for case in [*REFUSED, *TOLD] if case.language == language} == spoken


@pytest.mark.parametrize("case", REFUSED + REFUSED_PARAPHRASES + REFUSED_SURVEY, ids=str)
def test_it_is_refused_in_every_form_by_its_own_rule(case: Case) -> None:
    for household in (False, True):
        judgement = judged_case(case, household=household)
        assert "refused" in answers(judgement)
        assert case.rule in rules(judgement)


@pytest.mark.parametrize("case", TOLD + TOLD_PARAPHRASES + TOLD_SURVEY, ids=str)
def test_it_is_told_with_the_offer_to_protect_and_refused_where_a_household_is_written(case: Case) -> None:
    elsewhere = judged_case(case)
    assert answers(elsewhere) == {"told"}
    assert case.rule in rules(elsewhere)
    assert all(verdict.offer_protection for verdict in elsewhere)
    assert answers(judged_case(case, household=True)) == {"refused_here"}


@pytest.mark.parametrize("case", ORDINARY + ORDINARY_PARAPHRASES + ORDINARY_SURVEY, ids=str)
def test_an_ordinary_question_passes_in_every_form(case: Case) -> None:
    assert list(judged_case(case)) == []
    assert list(judged_case(case, household=True)) == []


@pytest.mark.parametrize("case", [case for case in ORDINARY if case.type.startswith("select")], ids=str)
def test_an_ordinary_question_passes_as_a_free_text_too(case: Case) -> None:
    assert list(judged_case(case, kind="text")) == []
