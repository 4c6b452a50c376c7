"""What phones will get of a form: questions, choices, languages with their gaps, and what it writes where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.xforms import FormModel, Text


@dataclass(frozen=True, slots=True)
class Gap:
    """A language of a form: how many texts it has of all."""

    language: str
    there: int
    all: int

    @property
    def missing(self) -> int:
        """Texts that the language lacks."""
        return self.all - self.there


@dataclass(frozen=True, slots=True)
class Summary:
    """A form in numbers. `writes`: table -> columns; `key`: whom it is about; `entities`: lists it writes."""

    questions: int
    choices: int
    photos: int
    languages: tuple[Gap, ...]
    writes: Mapping[str, tuple[str, ...]]
    key: str
    entities: tuple[str, ...]
    protected: int


def summary_of(model: FormModel, mapping: Mapping[str, Any] | None, protected: int) -> Summary:
    """The summary of a form's model and compiled mapping."""
    asked = [one for one in model.fields() if one.is_leaf and one.control not in (None, "trigger")]
    writes: dict[str, list[str]] = {}
    for entry in (mapping or {}).get("columns", ()):
        writes.setdefault(entry["table"], []).append(entry["column"])
    for rows in (mapping or {}).get("rows", ()):
        writes.setdefault(rows["table"], []).extend(entry["column"] for entry in rows["columns"])
    return Summary(
        questions=len(asked),
        choices=sum(len(one.choices) for one in asked),
        photos=sum(1 for one in asked if (one.media_type or "").startswith("image")),
        languages=tuple(gaps(model)),
        writes={table: tuple(columns) for table, columns in sorted(writes.items())},
        key=str((mapping or {}).get("key", {}).get("kind", "")),
        entities=tuple(block.dataset for block in model.entities()),
        protected=protected,
    )


def gaps(model: FormModel) -> Iterator[Gap]:
    """Each language of the form with how much of it is there; nothing for a form of one language."""
    texts = [text for text in _texts(model) if text.languages]
    names = dict.fromkeys(name for text in texts for name in text.languages)
    if len(names) > 1:
        for name in names:
            yield Gap(name, sum(1 for text in texts if name in text.languages), len(texts))


def _texts(model: FormModel) -> Iterator[Text]:
    for one in model.fields():
        yield one.label
        yield one.hint
        if one.bind is not None:
            yield from (text for text in (one.bind.constraint_msg, one.bind.required_msg) if text)
        yield from (choice.label for choice in one.choices)
