"""Names of forms and visits as lists show them: in the reader's script, without the parts that had nothing to say."""

from __future__ import annotations

import pytest
from flask import Flask, g

from server.web.frame.words import own_part, without_gaps


@pytest.mark.parametrize(
    ("language", "title", "shown"),
    [
        ("en", "Household visit · 住户走访", "Household visit"),
        ("zh", "Household visit · 住户走访", "住户走访"),
        ("ar", "Household visit · 住户走访", "Household visit"),
        ("ar", "Household visit · زيارة الأسرة", "زيارة الأسرة"),
        ("zh", "Household visit", "Household visit"),
        ("zh", "Water · Wells", "Water · Wells"),
        ("en", "Water · Wells · 水井", "Water · Wells · 水井"),
    ],
)
def test_of_a_title_in_two_scripts_the_readers_is_shown(language: str, title: str, shown: str) -> None:
    with Flask(__name__).test_request_context():
        g.language = language
        assert own_part(title) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Millcombe ·  · 2026-09-03", "2026-09-03"),
        (" · · ", ""),
        ("House at the ford", "House at the ford"),
        ("Lower Ford · 3", "Lower Ford · 3"),
    ],
)
def test_parts_of_a_name_that_say_nothing_or_what_stands_beside_it_are_left_out(
    name: str, shown: str
) -> None:
    assert without_gaps(name, "Millcombe") == shown
