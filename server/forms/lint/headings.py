"""What a column is, whatever its heading calls it: `label::English (en)` is `label` in a language, `relevance` is `relevant`.

Reads headings alone, by the rules that pyxform reads them by.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.forms.workbook import Row, Sheet

_SURVEY = {
    "command": "type",
    "tag": "name",
    "value": "name",
    "caption": "label",
    "calculate": "calculation",
    "relevance": "relevant",
    "readonly": "read_only",
    "constraining_message": "constraint_message",
    "jr:constraintmsg": "constraint_message",
    "requiredmsg": "required_message",
    "jr:requiredmsg": "required_message",
    "count": "repeat_count",
    "jr:count": "repeat_count",
}
_CHOICES = {"caption": "label", "value": "name", "list name": "list_name"}
_ENTITIES = {"dataset": "list_name"}
_ALIASES = {"survey": _SURVEY, "choices": _CHOICES, "entities": _ENTITIES}
_WRAPPERS = frozenset({"bind", "control", "body", "media", "instance"})

TRANSLATED = ("label", "hint", "guidance_hint", "constraint_message", "required_message")
"""Columns of texts that people read."""

MEDIA = ("image", "big-image", "audio", "video")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a column means, and the language it is written in (empty: none is named)."""

    meaning: str
    language: str = ""


class Columns:
    """A sheet's columns by their meaning."""

    def __init__(self, sheet: Sheet, kind: str) -> None:
        self.sheet = sheet
        double = any("::" in header for header in sheet.header)
        self.headings = {header: _heading(header, double, _ALIASES.get(kind, {})) for header in sheet.header}

        self._of: dict[str, list[str]] = {}
        for header, one in self.headings.items():
            self._of.setdefault(one.meaning, []).append(header)

    def __contains__(self, meaning: str) -> bool:
        return meaning in self._of

    def of(self, *meanings: str) -> list[str]:
        """The headings of these meanings."""
        return [header for meaning in meanings for header in self._of.get(meaning, ())]

    def header(self, row: Row, meaning: str) -> str:
        """The heading under which a row has filled a meaning; else the sheet's first such heading, else empty."""
        headers = self.of(meaning)
        return next((one for one in headers if one in row.cells), headers[0] if headers else "")

    def text(self, row: Row, meaning: str) -> str:
        """The row's text under the first filled heading of a meaning, blanks folded as pyxform folds them."""
        cell = row.cells.get(self.header(row, meaning))
        return " ".join(cell.text.split()) if cell else ""


def _heading(written: str, double: bool, aliases: dict[str, str]) -> Heading:
    parts = [part.strip() for part in written.split("::" if double else ":")]
    if not double and "jr" in parts[:-1]:
        at = parts.index("jr")
        parts[at : at + 2] = [f"jr:{parts[at + 1]}"]
    first = "_".join(parts[0].split()).lower()
    if first in _WRAPPERS and len(parts) > 1:
        first, parts = "_".join(parts[1].split()).lower(), parts[1:]
    meaning = aliases.get(first, first)
    return Heading(meaning, "::".join(parts[1:]) if meaning in (*TRANSLATED, *MEDIA) else "")
