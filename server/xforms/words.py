"""Reads the words of a form's XML: the itext block, and labels, hints and messages that point into it or not.

Knows XML elements and `Text`; knows no question.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from .errors import FormError
from .safexml import line_of, local
from .text import NO_TEXT, Text, literal

JR = "http://openrosa.org/javarosa"

_ITEXT_ID = re.compile(r"\s*jr:itext\(\s*(?:'([^']*)'|\"([^\"]*)\")\s*\)\s*\Z")
ITEXT_NODE = re.compile(r"\s*jr:itext\(\s*([A-Za-z_][\w.\-]*)\s*\)\s*\Z")
"""`jr:itext(itextId)`: the id stands in a child of the item."""

_SPACES = re.compile(r"[ \t]+")


class Words:
    """The form's dictionary (specification, 'Languages').

    Raises `FormError` (text_missing) where another language has a text that the default one lacks: phones refuse it.
    """

    def __init__(self, itext: etree._Element | None) -> None:
        self.languages: tuple[str, ...] = ()
        self.default = ""
        self._texts: dict[str, dict[str, dict[str, str]]] = {}
        self._made: dict[str, Text] = {}
        if itext is not None:
            self._read(itext)

    def _read(self, itext: etree._Element) -> None:
        languages: dict[str, None] = {}
        for translation in children(itext, "translation"):
            language = translation.get("lang", "")
            languages[language] = None
            if translation.get("default") is not None and not self.default:
                self.default = language
            for text in children(translation, "text"):
                forms = self._texts.setdefault(text.get("id", ""), {}).setdefault(language, {})
                for value in children(text, "value"):
                    forms[value.get("form", "")] = content(value)
        self.languages = tuple(languages)
        self.default = self.default or next(iter(languages), "")
        for id_, by_language in self._texts.items():
            if self.default not in by_language:
                raise self._missing(id_, line_of(itext))

    def _missing(self, text: str, line: int) -> FormError:
        return FormError("text_missing", {"text": text[:200], "language": self.default}, line=line)

    def media(self) -> Iterator[tuple[str, str]]:
        """(itext form, words) of everything that is not plain text, in the order of the dictionary's languages."""
        for language in self.languages:
            for texts in self._texts.values():
                for form, words in texts.get(language, {}).items():
                    if form:
                        yield form, words

    def text(self, id_: str) -> Text:
        """The dictionary's text by its id; an empty one where no language has it."""
        made = self._made.get(id_)
        if made is None:
            made = self._made[id_] = Text(self._texts.get(id_, {}), self.default)
        return made

    def of(self, element: etree._Element | None) -> Text:
        """The text of a `<label>` or `<hint>`: its reference into the dictionary, else its own content.

        Raises `FormError` (text_missing) where the default language lacks the text: phones refuse such a form.
        """
        if element is None:
            return NO_TEXT
        text = self.referenced(element.get("ref"))
        if text is not None:
            if self.default not in text.values:
                raise self._missing(str(element.get("ref")), line_of(element))
            return text
        words = content(element)
        return literal(words) if words else NO_TEXT

    def message(self, attribute: str | None) -> Text | None:
        """The text of `jr:constraintMsg` or `jr:requiredMsg`: a literal, or `jr:itext('…')`."""
        if not attribute:
            return None
        text = self.referenced(attribute)
        return literal(attribute) if text is None else text

    def referenced(self, expression: str | None) -> Text | None:
        """The text that `jr:itext('id')` names, None where the expression is no such call."""
        match = _ITEXT_ID.match(expression or "")
        return self.text(match[1] if match[1] is not None else match[2]) if match else None


def content(element: etree._Element) -> str:
    """Words of an element, trimmed; an `<output value="/data/name"/>` stands as `${/data/name}`."""
    parts = [element.text or ""]
    for child in element:
        if local(str(child.tag)) == "output":
            expression = child.get("value") or child.get("ref") or ""
            parts.append(f"${{{expression.strip()}}}")
        else:
            parts.append(content(child))
        parts.append(child.tail or "")
    return _SPACES.sub(" ", "".join(parts)).strip()


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Child elements by local name."""
    return (child for child in element if local(str(child.tag)) == name)


def first(element: etree._Element, name: str) -> etree._Element | None:
    """The first child element by local name."""
    return next(children(element, name), None)
