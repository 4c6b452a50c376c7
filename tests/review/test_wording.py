"""A finding's words: the form's own in the reader's language first, and never none."""

from __future__ import annotations

from typing import Any

import pytest

from server.review.wording import finding_words
from server.words import say

OWN = {"English (en)": "At most ten hours", "中文 (zh-Hans)": "最多十小时", "العربية (ar)": ""}


@pytest.mark.parametrize(
    ("message", "language", "words"),
    [
        ({"key": "constraint.broken", "args": {}}, "en", "This answer is not allowed here."),
        ({"key": "constraint.broken"}, "zh", say("zh", "This answer is not allowed here.")),
        ({"key": "A sentence of ours about {n}.", "args": {"n": 3}}, "en", "A sentence of ours about 3."),
        ({"text": OWN, "default": "English (en)"}, "en", "At most ten hours"),
        ({"text": OWN, "default": "English (en)"}, "zh", "最多十小时"),
        ({"text": OWN, "default": "English (en)"}, "ar", "At most ten hours"),
        ({"text": {"": "Not so"}, "default": ""}, "ar", "Not so"),
        ({"text": {"a": "", "b": "-"}, "default": "a"}, "en", "This answer is not allowed here."),
        ({"text": {"a": ""}, "default": None}, "en", "This answer is not allowed here."),
        ({"text": {}, "default": ""}, "zh", say("zh", "This answer is not allowed here.")),
    ],
)
def test_a_finding_is_told_in_the_readers_language_as_far_as_there_are_words(
    message: dict[str, Any], language: str, words: str
) -> None:
    assert finding_words(message, language, say) == words
