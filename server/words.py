"""The product's words in a reader's language. English text is the key; `server/translations/<language>/messages.po` holds the others.

Read once a process. Doors word what rooms give as keys and arguments; rooms never call this.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from server.problems import ProblemError, Sentence

LANGUAGES = {"en": "English", "zh": "中文", "ar": "العربية"}
"""Languages of pages and messages, each by its own name."""

RIGHT_TO_LEFT = frozenset({"ar"})

FOLDER = Path(__file__).parent / "translations"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """English text -> text of that language; empty for English."""
    path = FOLDER / language / "messages.po"
    if language == "en" or not path.is_file():
        return {}
    with path.open("rb") as file:
        return {
            str(m.id): str(m.string)
            for m in read_po(file, locale=language)
            if m.id and m.string and isinstance(m.id, str)
        }


def say(language: str, text: str, **args: Any) -> str:
    """`text` in a language, its {placeholders} filled; the English where there is no translation."""
    words = catalogue(language).get(text, text)
    return words.format_map(_Forgiving(args)) if args else words


def say_problem(language: str, error: ProblemError) -> str:
    """A problem's sentence in a language."""
    details = {
        name: say(language, value.text, **value.args) if isinstance(value, Sentence) else value
        for name, value in error.details.items()
    }
    return say(language, error.problem.words, **details)


def nearest(wanted: str | None, default: str = "en") -> str:
    """The language we have that is nearest to a tag like `zh-Hans-CN`."""
    code = (wanted or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else default


class _Forgiving(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"
