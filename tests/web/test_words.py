"""Every text that a reader may meet has its words in each language, with the same places to be filled."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import g
from markupsafe import escape

from server import problems, words
from server.web.frame.words import code_apart
from tests.support.house import House
from tests.web.desk import Desk
from tests.web.texts import every_count, every_text

LANGUAGES = [language for language in words.LANGUAGES if language != "en"]


def places(text: str) -> list[str]:
    return sorted(re.findall(r"\{+\w*\}+", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_left_in_english(house: House, language: str) -> None:
    known = words.catalogue(language)
    missing = {text: where for text, where in every_text().items() if text not in known.texts}
    assert missing == {}
    assert {pair: where for pair, where in every_count().items() if pair not in known.counts} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_the_same_places_as_its_text(house: House, language: str) -> None:
    known = words.catalogue(language)
    wrong = {text: own for text, own in known.texts.items() if places(text) != places(own)}
    assert wrong == {}


@pytest.mark.parametrize(("language", "telling"), [("zh", 0), ("ar", 3)])
def test_a_form_for_a_number_leaves_the_number_out_only_where_its_words_tell_it(
    house: House, language: str, telling: int
) -> None:
    """Arabic has words of its own for none, one and two."""
    wrong = {
        pair: forms
        for pair, forms in words.catalogue(language).counts.items()
        if any(places(form) != places(pair[1]) for form in forms[telling:])
        or any(not set(places(form)) <= set(places(pair[1])) for form in forms)
    }
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_translated_that_no_page_says(house: House, language: str) -> None:
    known = words.catalogue(language)
    assert set(known.texts) - set(every_text()) == set()
    assert set(known.counts) - set(every_count()) == set()


@pytest.mark.parametrize(
    ("language", "n", "said"),
    [
        ("en", 0, "0 phones"),
        ("en", 1, "1 phone"),
        ("en", 2, "2 phones"),
        ("zh", 1, "1 部手机"),
        ("zh", 12, "12 部手机"),
        ("ar", 0, "لا هواتف"),
        ("ar", 1, "هاتف واحد"),
        ("ar", 2, "هاتفان"),
        ("ar", 3, "3 هواتف"),
        ("ar", 10, "10 هواتف"),
        ("ar", 11, "11 هاتفًا"),
        ("ar", 99, "99 هاتفًا"),
        ("ar", 100, "100 هاتف"),
        ("ar", 103, "103 هواتف"),
    ],
)
def test_a_count_takes_the_form_of_its_number(language: str, n: int, said: str) -> None:
    assert words.counted(language, n, "1 phone", "{n} phones").format(n=n) == said


@pytest.mark.parametrize(
    ("language", "count", "said"),
    [
        ("en", 1, "The form works, and one place deserves a look."),
        ("en", 2, "The form works, and 2 places deserve a look."),
        ("zh", 1, "表单可用，有 1 处值得查看。"),
        ("ar", 2, "الاستمارة تعمل، وفيها موضعان يحسن النظر فيهما."),
        ("ar", 5, "الاستمارة تعمل، وفيها 5 مواضع يحسن النظر فيها."),
    ],
)
def test_a_problem_that_counts_says_so_in_the_form_of_its_number(
    language: str, count: int, said: str
) -> None:
    error = problems.XLSFORM_WARNINGS(count=count)
    assert words.say_problem(language, error) == said
    assert language != "en" or error.words == said


def test_a_page_in_chinese_says_its_words_in_chinese(house: House, admin: Desk) -> None:
    house.project()
    admin.post("/language", language="zh", next="/")
    page = admin.get("/p/1/phones").text
    assert "还没有手机" in page
    assert "No phone yet" not in page


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("في العمود relevant: ${rooms} > 3.", ["relevant: ${rooms} > 3"]),
        ("لا سؤال باسم ${hoose_size}، هل تقصد ${house_size}؟", ["${hoose_size}", "${house_size}"]),
        ("المسار /data/water/source غير موجود.", ["/data/water/source"]),
        ("العمود (label::English (en)) فارغ", ["(label::English (en))"]),
        ("انظر (survey!C14، ثم 12)", ["survey!C14"]),
        ("اكتب \"yes\" أو 'no'.", ['"yes"', "'no'"]),
        ("12 صفًا (3 فارغة).", []),
        ("أزل <b> & من التسمية", ["<b> &"]),
    ],
)
def test_code_among_words_from_right_to_left_keeps_its_own_direction(
    house: House, text: str, quoted: list[str]
) -> None:
    with house.app.test_request_context():
        g.language = "ar"
        shown = code_apart(text)
        assert [unescape(one) for one in re.findall(r'<bdi dir="ltr">(.*?)</bdi>', shown)] == quoted
        g.language = "en"
        assert code_apart(text) == escape(text)
    assert unescape(re.sub(r"</?bdi[^>]*>", "", shown)) == text
