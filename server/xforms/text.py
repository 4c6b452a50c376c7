"""Words of a form in all its languages: labels, hints, messages, with their media and references.

Knows how an itext block falls back between languages; knows neither questions nor readers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_JR_FILE = re.compile(r"jr://(?:images|audio|video|file|file-csv)/([^/]+)\Z")
_CODE = re.compile(r"\(([A-Za-z0-9_-]{1,20})\)\s*\Z")
_MISSING = ("", "-")  # pyxform writes '-' where a translation lacks a text that another language has


@dataclass(frozen=True, slots=True)
class Text:
    """One text: language -> itext form -> words. The form '' is the text itself, 'guidance' the longer hint.

    A text outside itext has the one language ''. References to answers stand as `${/data/name}`.
    """

    values: Mapping[str, Mapping[str, str]] = field(hash=False)
    default: str = ""

    def in_(self, language: str | None = None, form: str = "") -> str:
        """The words in `language` (`English (en)` or its code `en`), else the default language's, else any; else ''."""
        forms = self.values.get(language or self.default)
        if forms is not None and (words := forms.get(form, "")) not in _MISSING:
            return words
        last = ""
        for name in self._order(language):
            words = self.values[name].get(form, "")
            if words not in _MISSING:
                return words
            last = last or words
        return last

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have a text; () for a text outside itext."""
        return tuple(
            name for name, forms in self.values.items() if name and forms.get("", "") not in _MISSING
        )

    def __bool__(self) -> bool:
        return any(words not in _MISSING for forms in self.values.values() for words in forms.values())

    def _order(self, language: str | None) -> Iterable[str]:
        if language:
            yield from (name for name in self.values if name == language)
            wanted = language_code(language)
            yield from (name for name in self.values if language_code(name) == wanted)
            base = wanted.partition("-")[0]
            yield from (name for name in self.values if language_code(name).partition("-")[0] == base)
        if self.default in self.values:
            yield self.default
        yield from self.values


NO_TEXT = Text({})


def literal(words: str) -> Text:
    """A text that is the same in every language."""
    return Text({"": {"": words}})


def language_code(name: str) -> str:
    """`en` of `English (en)`; a name without code is its own, lower-cased."""
    match = _CODE.search(name)
    return (match[1] if match else name).lower().replace("_", "-")


def file_name(uri: str) -> str | None:
    """`who.png` of `jr://images/who.png`; None for what is no file endpoint (specification, 'URIs')."""
    match = _JR_FILE.match(uri.strip())
    return match[1] if match else None
