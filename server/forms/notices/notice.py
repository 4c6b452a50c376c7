"""What a form's designer is told: where, what, and what to do about it. The words stand in words.py.

Rooms give codes and arguments; doors choose the language. A place is given only as far as it is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from server.forms.dignity.verdicts import Words as Reason
from server.forms.dignity.wording import sentence, together
from server.forms.notices.sheet_words import ARGUMENTS
from server.forms.notices.words import TABLE, Words
from server.forms.workbook import Place
from server.xforms.messages import MESSAGES

XFORM = "xform."
XFORM_FIX = "Convert the form anew from its spreadsheet, or mend its XML here."

Scalar = str | int | float


class Level(StrEnum):
    """How much a notice weighs."""

    REFUSED = "refused"  # asks what may not be asked: nothing overrides it
    ERROR = "error"  # the form cannot be used until it is mended
    WARNING = "warning"  # the form works; somebody should look
    NOTE = "note"  # good to know


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that the designer should know. `path` is the node's where the form was read as far as that.

    The words of `dignity.…` are dignity's own (words.toml) in every language; `words` is for codes that left TABLE.
    """

    level: Level
    code: str
    place: Place | None = None
    args: Mapping[str, Scalar] = field(default_factory=dict, hash=False)
    path: str | None = None
    words: Words | None = None

    @property
    def message(self) -> str:
        """What is wrong, in English."""
        return self.in_("en")[0]

    @property
    def fix(self) -> str:
        """What to do, in English."""
        return self.in_("en")[1]

    def in_(self, language: str, translate: Callable[[str], str] = str) -> tuple[str, str]:
        """Message and fix in the reader's language; `translate` is the door's gettext."""
        if self.code.startswith("dignity."):
            return _dignity(self, language)
        words = self.words or _words(self.code)
        args = {
            name: translate(value) if isinstance(value, str) and value in ARGUMENTS else value
            for name, value in self.args.items()
        }
        return fill(translate(words.message), args), fill(translate(words.fix), args) if words.fix else ""

    def as_json(self) -> dict[str, Any]:
        """The notice as REST and the database have it; `row` from 1, `column` a letter, both null where not known."""
        place = self.place
        return {
            "level": str(self.level),
            "code": self.code,
            "sheet": place.sheet if place else None,
            "row": place.row if place else None,
            "column": place.column if place else None,
            "header": place.header if place else None,
            "path": self.path,
            "message": self.message,
            "fix": self.fix,
            "args": dict(self.args),
        }

    def line(self) -> str:
        """One line for a terminal: `survey!C14 error: … Fix: …`."""
        where = ""
        if self.place:
            where = f"{self.place.sheet}!{self.place.ref}".rstrip("!") + " "
        elif self.path:
            where = f"{self.path} "
        return f"{where}{self.level}: {self.message}" + (f" {self.fix}" if self.fix else "")


def _words(code: str) -> Words:
    """The words of a code: the table's, or the engine's where an XForm cannot be read (`xform.malformed`)."""
    if code.startswith(XFORM):
        return Words(MESSAGES[f"form.{code.removeprefix(XFORM)}"], XFORM_FIX)
    return TABLE[code]


def _dignity(notice: Notice, language: str) -> tuple[str, str]:
    args = {key: str(value) for key, value in notice.args.items()}
    answer, reason, instead = (args.get(key, "") for key in ("answer", "reason", "instead"))
    said = [sentence(Reason(key, args), language) for key in (f"answer.{answer}", reason)]
    return together(said, language), sentence(Reason(instead, args), language) if instead else ""


def fill(template: str, args: Mapping[str, Scalar]) -> str:
    """A template with its arguments; a missing one reads `?`."""
    return template.format_map(_Forgiving(args))


class _Forgiving(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


MOST = 50
"""Notices of one kind that are told each by itself."""


def bounded(notices: Iterable[Notice]) -> tuple[Notice, ...]:
    """Each notice once and in order; of one kind the first `MOST`, and how many more there are."""
    counts: dict[tuple[Level, str], int] = {}
    kept: list[Notice] = []
    for one in dict.fromkeys(notices):
        kind = (one.level, one.code)
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] <= MOST:
            kept.append(one)
    for (level, code), count in counts.items():
        if count > MOST:
            last = next(one for one in reversed(kept) if one.code == code)
            kept.append(Notice(level, "notices.more", args={"count": count - MOST, "message": last.message}))
    return tuple(kept)


def hinders(notices: Iterable[Notice]) -> bool:
    """Whether any of them keeps the form from being stored."""
    return any(one.level in (Level.REFUSED, Level.ERROR) for one in notices)


def told_in(value: Any, language: str, translate: Callable[[str], str]) -> Any:
    """A problem's details, or a list of notices as stored, with the notices' sentences in the reader's language."""
    if isinstance(value, Mapping):
        if {"level", "code", "message", "fix", "args", "sheet"} <= value.keys():
            message, fix = from_json(value).in_(language, translate)
            return {**value, "message": message, "fix": fix}
        return {
            key: told_in(one, language, translate) if isinstance(one, list | tuple) else one
            for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [told_in(one, language, translate) if isinstance(one, Mapping) else one for one in value]
    return value


def from_json(stored: Mapping[str, Any]) -> Notice:
    """A notice as it was stored. Words that left the table since are the stored ones."""
    place = (
        Place(stored["sheet"], stored["row"], stored["column"], stored["header"]) if stored["sheet"] else None
    )
    code = str(stored["code"])
    words = None
    if code not in TABLE and not code.startswith(("dignity.", XFORM)):
        words = Words(*(str(stored[key]).replace("{", "{{").replace("}", "}}") for key in ("message", "fix")))
    return Notice(Level(stored["level"]), code, place, stored["args"], stored["path"], words)
