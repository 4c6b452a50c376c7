"""A question as it will be read out: its texts in plain spelling, sentence by sentence, each with its place.

Knows no rule. Says also which of a form's languages no list can read.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from server.forms.dignity.normalise import name_words, plain, scripts, sentences, without_references
from server.forms.questions import DEFAULT, Question, Questions
from server.forms.workbook import Place

_SHORT = {
    "latin": 26,
    "han": 7,
    "arabic": 22,
}  # characters; a shorter label leans on the group's label above it
_READ_SCRIPTS = ("latin", "han", "arabic")
# Among the commonest words of English: labels without any of them, taken together, are another Latin-script language.
_ENGLISH = re.compile(
    r"\b(?:the|of|is|are|do|does|did|you|your|what|which|who|how|many|have|has|in|for|this|any|name|date|number|where|"
    r"household|water|photo|age|sex|yes|no|please|when|year|village|and|or|to|at|visit|house|point|type|main|source|language)\b"
)


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a question. `kind` is label, hint, guidance, constraint_message, required_message or choice.

    `context` is the label above a choice, in plain spelling; a label stands for itself.
    """

    kind: str
    language: str
    script: str
    place: Place | None
    sentences: tuple[str, ...]
    context: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """All texts of a question; `whole` joins what one script says, with groups' labels and the question's name."""

    texts: tuple[Text, ...]
    wholes: dict[str, str] = field(default_factory=dict)

    def whole(self, script: str) -> str:
        """Everything said in that script, in plain spelling: label, hints, messages, choices, groups, name."""
        return self.wholes.get(script, "")


def read(question: Question, holds_a_name: Callable[[str], bool]) -> Reading:
    """The texts of a question; `holds_a_name` tells of `${…}` in a label whether a person's name is put there."""
    texts: list[Text] = []
    wholes: dict[str, list[str]] = {script: [] for script in _READ_SCRIPTS}
    for kind, language, written, place in _written(question):
        text = plain(without_references(written, holds_a_name))
        for script in _READ_SCRIPTS:
            if script in scripts(text):
                wholes[script].append(text)
                if kind != "group":
                    parts = tuple(_parts(kind, text, script, language, question))
                    context = plain(question.labels.get(language, "")) if kind == "choice" else ""
                    texts.append(Text(kind, language, script, place, parts, context))
    name = name_words(question.name)
    return Reading(tuple(texts), {script: " \n ".join([*parts, name]) for script, parts in wholes.items()})


def _written(question: Question) -> Iterator[tuple[str, str, str, Place | None]]:
    kinds = {
        "label": question.labels,
        "hint": question.hints,
        "guidance": question.guidance,
        "constraint_message": question.constraint_messages,
        "required_message": question.required_messages,
    }
    for kind, texts in kinds.items():
        for language, written in texts.items():
            yield kind, language, written, question.places.get(f"{kind}:{language}")
    for choice in question.choices:
        for language, written in choice.labels.items():
            yield "choice", language, written, choice.places.get(f"label:{language}", choice.place)
    for group in question.groups:
        for language, written in group.labels.items():
            yield "group", language, written, None


def _parts(kind: str, text: str, script: str, language: str, question: Question) -> Iterator[str]:
    """The sentences; a short label also together with its hint, and with the label of the group around it."""
    yield from sentences(text)
    if kind == "label" and len(text) <= _SHORT[script]:
        hint = plain(question.hints.get(language, ""))
        if hint:
            yield f"{text.rstrip('?:')} {sentences(hint)[0] if sentences(hint) else ''}"
        for group in reversed(question.groups):
            title = plain(group.labels.get(language, ""))
            if title:
                yield f"{title.rstrip('?:')} {text}"
                break


def unread_languages(form: Questions, read_languages: frozenset[str]) -> tuple[str, ...]:
    """Languages of labels and hints that no list reads, in the order met. `default` is known by what it says."""
    unread: list[str] = []
    for language in form.languages:
        if language in read_languages:
            continue
        if language == DEFAULT and not _strange(_all_texts(form, DEFAULT)):
            continue
        unread.append(language)
    return tuple(unread)


def _all_texts(form: Questions, language: str) -> Iterator[str]:
    for question in form.questions:
        for texts in (question.labels, question.hints):
            if language in texts:
                yield plain(texts[language])


def _strange(texts: Iterable[str]) -> bool:
    """Whether texts without a named language are in one that no list reads."""
    together = " ".join(texts)
    found = scripts(together)
    if "other" in found:
        return True
    words = len(re.findall(r"[a-z\u00df-\u024f]{2,}", together))
    mostly_latin = words > len(re.findall(r"[\u3400-\u9fff\u0621-\u064a]", together)) / 2
    return mostly_latin and words >= 3 and not _ENGLISH.search(together)
