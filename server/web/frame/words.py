"""A page's words in its reader's language. Text is escaped here, so that what people typed never becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask import g
from markupsafe import Markup, escape

from server.problems import ProblemError, Sentence
from server.words import RIGHT_TO_LEFT, counted, counted_problem, say

FIELDS = {
    "areas": "Areas",
    "comment": "Comment",
    "displayName": "Name",
    "email": "E-mail address",
    "file": "File",
    "language": "Language",
    "name": "Name",
    "project": "Project",
    "reason": "Reason",
    "role": "Role",
    "state": "State",
    "timezone": "Time zone",
}
"""Names of fields in problems, as their pages call them."""


_LATIN = re.compile(r"[A-Za-z]")
_LATIN_RUN = re.compile(r"[!-~]+(?: [!-~]+)*")
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_BETWEEN = {"zh": Markup("、"), "ar": Markup("، ")}
_LISTED = {"zh": Markup("；"), "ar": Markup("؛ ")}


def language() -> str:
    """The language of the page that is being made."""
    found: str = g.get("language", "en")
    return found


def direction(of: str) -> str:
    """`rtl` or `ltr`."""
    return "rtl" if of in RIGHT_TO_LEFT else "ltr"


def tell(text: str, **args: Any) -> Markup:
    """`text` in the reader's language with its {placeholders} filled; arguments are escaped unless they are Markup."""
    return _filled(say(language(), text), args)


def _filled(text: str, args: dict[str, Any]) -> Markup:
    words = escape(text)
    if not args:
        return words
    return Markup(str(words).format_map({key: _apart(value) for key, value in args.items()}))  # noqa: S704 - each part was escaped


def _apart(value: Any) -> Markup:
    """What is filled in, escaped. Among words that run from right to left, names and codes in Latin letters keep their own
    direction (Unicode's first strong isolate, which attributes can hold too)."""
    shown = escape(value)
    if language() in RIGHT_TO_LEFT and _LATIN.search(shown):
        return Markup("\u2068{}\u2069").format(shown)
    return shown


def code_apart(text: str) -> Markup:
    """A sentence that quotes a sheet. Among words that run from right to left, what is in Latin letters keeps its own direction
    with all its signs: `${rooms} > 2`, a path, `label::English (en)`."""
    if language() not in RIGHT_TO_LEFT:
        return escape(text)
    parts, at = [], 0
    for found in _LATIN_RUN.finditer(text):
        start, end = _core(text, found.start(), found.end())
        if _LATIN.search(text[start:end]):
            parts += [escape(text[at:start]), Markup('<bdi dir="ltr">{}</bdi>').format(text[start:end])]
            at = end
    return Markup("").join([*parts, escape(text[at:])])


def _core(text: str, start: int, end: int) -> tuple[int, int]:
    """A run without the signs at its ends that are the sentence's own."""
    while start < end:
        run = text[start:end]
        if run[0] in _BRACKETS and run.count(run[0]) > run.count(_BRACKETS[run[0]]):
            start += 1
        elif run[-1] in ".,:;!?" or any(
            run[-1] == closing and run.count(closing) > run.count(opening)
            for opening, closing in _BRACKETS.items()
        ):
            end -= 1
        elif run[0] in "\"'" and run.count(run[0]) % 2:
            start += 1
        elif run[-1] in "\"'" and run.count(run[-1]) % 2:
            end -= 1
        else:
            break
    return start, end


def between() -> Markup:
    """What stands between the things of a row."""
    return _BETWEEN.get(language(), Markup(", "))


def listed(values: Iterable[Any]) -> Markup:
    """Several things in a row. Their own words may hold commas."""
    return _LISTED.get(language(), Markup("; ")).join(values)


def bare(text: str, **args: Any) -> str:
    """The same as plain text, for what a template, JSON or a header escapes in its own way."""
    return say(language(), text, **args)


def tell_count(n: int, one: str, many: str, **args: Any) -> Markup:
    """The form of the reader's language for `n` things: English has `one` and `many`; each may hold {n}."""
    return _filled(counted(language(), n, one, many), {"n": f"{n:,}", **args})


_SCRIPTS = {"zh": re.compile(r"[\u4e00-\u9fff]"), "ar": re.compile(r"[\u0600-\u06ff]")}


def own_part(title: str) -> str:
    """Of a title that says the same in several scripts (`Household visit · 住户走访`) the part in the reader's; any other whole."""
    parts = title.split(" · ")
    written = [next((of for of, script in _SCRIPTS.items() if script.search(part)), "en") for part in parts]
    if len(set(written)) < len(parts):
        return title
    return parts[written.index(language())] if language() in written else parts[0]


def without_gaps(name: str, but: str = "") -> str:
    """A name that a form put together, without the parts that had nothing to say, nor `but`, which stands beside it."""
    return " · ".join(part for part in map(str.strip, name.split("·")) if part and part != but)


def _told(value: Any) -> Any:
    """A sentence within a sentence in the reader's language; anything else as it is."""
    if not isinstance(value, Sentence):
        return value
    return tell(value.text, **{name: _told(arg) for name, arg in value.args.items()})


def tell_problem(error: ProblemError) -> Markup:
    """A problem's sentence in the reader's language; names of fields and reasons in it too, where we have words for them."""
    details = {**dict.fromkeys(error.problem.keys, "?"), **error.details}
    for key in ("field", "fields", "reason"):
        if isinstance(details.get(key), Sentence):
            details[key] = _told(details[key])
        elif isinstance(details.get(key), str):
            details[key] = tell(FIELDS.get(details[key], details[key]))
    return _filled(counted_problem(language(), error), details)
