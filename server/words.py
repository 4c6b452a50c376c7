"""The product's words in a reader's language. English text is the key; `server/translations/<language>/messages.po` holds the others.

Read once a process. Doors word what rooms give as keys and arguments; rooms never call this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from server.problems import ProblemError, Sentence

LANGUAGES = {"en": "English", "zh": "中文", "ar": "العربية"}
"""Languages of pages and messages, each by its own name."""

RIGHT_TO_LEFT = frozenset({"ar"})

FOLDER = Path(__file__).parent / "translations"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The words of one language. `counts` holds its forms for a pair of English ones; `form_of` says which one a number takes."""

    texts: Mapping[str, str]
    counts: Mapping[tuple[str, str], tuple[str, ...]]
    form_of: Callable[[int], int]


@cache
def catalogue(language: str) -> Catalogue:
    """English text -> text of that language; empty for English, whose numbers take one form or the other."""
    path = FOLDER / language / "messages.po"
    if language == "en" or not path.is_file():
        return Catalogue({}, {}, lambda n: int(n != 1))
    with path.open("rb") as file:
        read = read_po(file, locale=language)
    said = [message for message in read if message.id and message.string]
    return Catalogue(
        {m.id: str(m.string) for m in said if isinstance(m.id, str)},
        {(m.id[0], m.id[1]): tuple(m.string or ()) for m in said if not isinstance(m.id, str)},
        c2py(read.plural_expr),
    )


def say(language: str, text: str, **args: Any) -> str:
    """`text` in a language, its {placeholders} filled; the English where there is no translation."""
    words = catalogue(language).texts.get(text, text)
    return words.format_map(_Forgiving(args)) if args else words


def sentences(language: str, *said: str) -> str:
    """Sentences one after the other: Chinese has no space between them."""
    return ("" if language == "zh" else " ").join(said)


def counted(language: str, n: int, one: str, many: str) -> str:
    """The form that a language uses for `n` things, {placeholders} still open: `one` for a single thing in English, else
    `many`; Chinese has one form, Arabic six."""
    known = catalogue(language)
    forms = known.counts.get((one, many))
    return forms[known.form_of(n)] if forms else one if n == 1 else many


def say_problem(language: str, error: ProblemError) -> str:
    """A problem's sentence in a language."""
    details = {name: _detail(language, value) for name, value in error.details.items()}
    words = counted_problem(language, error)
    return words.format_map(_Forgiving(details))


def _detail(language: str, value: Any) -> Any:
    """A detail as a sentence takes it: a list's items side by side, a sentence in the language, and what it holds."""
    if isinstance(value, Sentence):
        return say(language, value.text, **{k: _detail(language, arg) for k, arg in value.args.items()})
    if isinstance(value, list | tuple):
        return ", ".join(str(one).lower() if isinstance(one, bool) else str(one) for one in value)
    return value


def counted_problem(language: str, error: ProblemError) -> str:
    """A problem's words in a language, {placeholders} open: where it counts something, the form for that number."""
    problem = error.problem
    if problem.one:
        return counted(language, error.count, problem.one, problem.words)
    return say(language, problem.words)


def nearest(wanted: str | None, default: str = "en") -> str:
    """The language we have that is nearest to a tag like `zh-Hans-CN`."""
    code = (wanted or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else default


class _Forgiving(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"
