"""The lists and catalogues as data: complete, unambiguous, and refused where they are wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server.forms.dignity.lists import ListError, compiled_list, languages_read, rules, word_lists
from server.forms.dignity.wording import catalogue, explain
from tests.forms.dignity.cases import judged, question

ROOT = Path(__file__).parents[3]


def test_the_three_languages_and_the_names_have_a_list() -> None:
    assert languages_read() == {"en", "zh", "ar"}
    assert {one.script for one in word_lists()} == {"latin", "han", "arabic", "name"}


def test_every_line_has_an_id_of_its_own() -> None:
    ids = [one.id for list_ in word_lists() for one in (*list_.patterns, *list_.choice_sets, *list_.allows)]
    assert len(ids) == len(set(ids))


def test_every_allow_line_gives_its_reason() -> None:
    allows = [allow for list_ in word_lists() for allow in list_.allows]
    assert len(allows) >= 10
    assert all(len(allow.reason) >= 10 for allow in allows)
    known = set(rules())
    assert all(allow.rules and allow.rules <= known for allow in allows)


def test_every_rule_has_its_reason_and_what_to_ask_instead_in_three_languages() -> None:
    for section in ("reason", "instead"):
        assert set(catalogue()[section]) == set(rules())
    for texts in (text for section in catalogue().values() for text in section.values()):
        assert set(texts) == {"en", "zh", "ar"}
    for texts in catalogue()["reason"].values():
        assert all("{matched}" in text for text in texts.values())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ({"id": "x", "rule": "nonsense", "text": "a"}, "no such rule"),
        ({"id": "x", "rule": "religion", "text": "{nobody} prays"}, "no such word"),
        ({"id": "x", "rule": "religion", "text": "(a"}, "x"),
    ],
)
def test_a_line_that_cannot_be_used_is_refused_with_its_id(line: dict[str, str], told: str) -> None:
    with pytest.raises(ListError, match=told):
        compiled_list({"language": "en", "script": "latin", "pattern": [line]}, "en.toml")


def test_words_that_name_each_other_are_refused() -> None:
    table = {"language": "en", "script": "latin", "words": {"a": "{b}", "b": "{a}"}}
    with pytest.raises(ListError, match="name each other"):
        compiled_list(table, "en.toml")


def test_the_documentation_names_every_rule() -> None:
    told = (ROOT / "docs" / "dignity.md").read_text("utf-8")
    assert [key for key in rules() if not re.search(rf"`{key}`", told)] == []


def test_chinese_sentences_have_chinese_marks_and_no_blank_between_them() -> None:
    for section in catalogue().values():
        for texts in section.values():
            assert re.findall(r"[,;:?()]|[\u3400-\u9fff]\.", texts["zh"]) == [], texts["zh"]
    (verdict,) = judged(question("您的宗教信仰是什么?", language="zh")).refused
    assert "。它" in explain(verdict, "zh")
    assert ". It" in explain(verdict, "en")
