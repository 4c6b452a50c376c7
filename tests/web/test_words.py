"""Every text that a reader may meet has its words in each language, with the same places to be filled."""

from __future__ import annotations

import re

import pytest

from server import words
from tests.support.house import House
from tests.web.desk import Desk
from tests.web.texts import every_text

LANGUAGES = [language for language in words.LANGUAGES if language != "en"]


def places(text: str) -> list[str]:
    return sorted(re.findall(r"\{+\w*\}+", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_left_in_english(house: House, language: str) -> None:
    known = words.catalogue(language)
    missing = {text: where for text, where in every_text().items() if text not in known}
    assert missing == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_fills_the_same_places_as_its_text(house: House, language: str) -> None:
    wrong = {text: own for text, own in words.catalogue(language).items() if places(text) != places(own)}
    assert wrong == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_translated_that_no_page_says(house: House, language: str) -> None:
    assert set(words.catalogue(language)) - set(every_text()) == set()


def test_a_page_in_chinese_says_its_words_in_chinese(house: House, admin: Desk) -> None:
    house.project()
    admin.post("/language", language="zh", next="/")
    page = admin.get("/p/1/phones").text
    assert "还没有手机" in page
    assert "No phone yet" not in page
