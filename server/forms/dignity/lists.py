"""The word lists: read from lists/*.toml and rules.toml once, compiled, and handed out as frozen values.

What the keys mean is told in docs/dignity.md. Knows how a list is written, not what is done with it.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

_MACRO = re.compile(r"\{([a-z_]+)\}")
_HOME = files("server.forms.dignity")
_FOLDER = _HOME / "lists"


class ListError(ValueError):
    """A list that cannot be used: an unknown rule, a macro without a meaning, a pattern that does not compile."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of question. `answer` is `refused` (point 2) or `household` (point 1: refused there, told elsewhere).

    `types` are the question types whose answers could hold it; None: any that asks.
    """

    id: str
    answer: Literal["refused", "household", "told"]
    types: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words in context: `text` in a sentence, every one of `also` somewhere in the question, none of `unless`.

    `unless` is looked for in the sentence alone, `not_with` in the whole question. `types` narrows the rule's.
    `in_choices`: a choice is judged as a sentence too. `only`: kinds of text (`label`, `hint`, …).
    """

    id: str
    rule: Rule
    text: re.Pattern[str]
    also: tuple[re.Pattern[str], ...] = ()
    unless: tuple[re.Pattern[str], ...] = ()
    not_with: tuple[re.Pattern[str], ...] = ()
    types: frozenset[str] | None = None
    in_choices: bool = False
    only: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class ChoiceSet:
    """Choices that betray the question: at least `least` different ones read like `terms`, the label not `unless`."""

    id: str
    rule: Rule
    terms: re.Pattern[str]
    least: int
    unless: tuple[re.Pattern[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Allow:
    """A reviewed line: what `text` finds is taken out before the rules named (all: None) look at a sentence."""

    id: str
    rules: frozenset[str] | None
    text: re.Pattern[str]
    reason: str


@dataclass(frozen=True, slots=True)
class WordList:
    """One language's list. `script` says which texts it reads; `names` has the script `name`."""

    language: str
    script: str
    patterns: tuple[Pattern, ...]
    choice_sets: tuple[ChoiceSet, ...]
    allows: tuple[Allow, ...]
    not_asked: re.Pattern[str] | None
    asks: re.Pattern[str] | None


@lru_cache(maxsize=1)
def rules() -> Mapping[str, Rule]:
    """Every rule by its short id (`religion`), in the order of rules.toml."""
    table = tomllib.loads((_HOME / "rules.toml").read_text("utf-8"))
    classes: Mapping[str, list[str]] = table.pop("types")
    return {key: Rule(key, one["answer"], _types(one.get("types"), classes)) for key, one in table.items()}


def _types(written: Sequence[str] | None, classes: Mapping[str, list[str]]) -> frozenset[str] | None:
    if written is None:
        return None
    return frozenset(kind for word in written for kind in classes.get(word, [word]))


@lru_cache(maxsize=1)
def word_lists() -> tuple[WordList, ...]:
    """All lists there are: one per language, and `names` for the names of questions and columns."""
    paths = sorted(
        (path for path in _FOLDER.iterdir() if path.name.endswith(".toml")), key=lambda path: path.name
    )
    return tuple(compiled_list(tomllib.loads(path.read_text("utf-8")), path.name) for path in paths)


def list_for(script: str) -> WordList | None:
    """The list that reads a script (`latin`, `han`, `arabic`, `name`)."""
    return next((one for one in word_lists() if one.script == script), None)


def languages_read() -> frozenset[str]:
    """Codes of the languages with a list of their own."""
    return frozenset(one.language for one in word_lists() if one.script != "name")


# --- reading one file -----------------------------------------------------------------------------------------------


def compiled_list(table: Mapping[str, Any], filename: str) -> WordList:
    """One list out of its table. Raises `ListError` naming the line that cannot be used."""
    compiler = _Compiler(filename, bool(table.get("whole_words")), dict(table.get("words", {})))
    allows = tuple(
        Allow(
            one["id"],
            frozenset(one["rules"]) if one.get("rules") else None,
            compiler(one["text"], one["id"]),
            one["reason"],
        )
        for one in table.get("allow", [])
    )
    return WordList(
        language=table["language"],
        script=table["script"],
        patterns=tuple(_pattern(one, compiler) for one in table.get("pattern", [])),
        choice_sets=tuple(_choice_set(one, compiler) for one in table.get("choices", [])),
        allows=allows,
        not_asked=compiler(table["not_asked"], "not_asked") if table.get("not_asked") else None,
        asks=compiler(table["asks"], "asks") if table.get("asks") else None,
    )


def _pattern(one: Mapping[str, Any], compile_: "_Compiler") -> Pattern:
    rule = _rule(one)
    return Pattern(
        one["id"],
        rule,
        compile_(one["text"], one["id"]),
        tuple(compile_(text, one["id"]) for text in one.get("also", [])),
        tuple(compile_(text, one["id"]) for text in one.get("unless", [])),
        tuple(compile_(text, one["id"]) for text in one.get("not_with", [])),
        frozenset(one["types"]) if "types" in one else None,
        bool(one.get("in_choices")),
        frozenset(one["only"]) if "only" in one else None,
    )


def _choice_set(one: Mapping[str, Any], compile_: "_Compiler") -> ChoiceSet:
    unless = tuple(compile_(text, one["id"]) for text in one.get("unless", []))
    return ChoiceSet(
        one["id"], _rule(one), compile_(one["terms"], one["id"]), int(one.get("least", 2)), unless
    )


def _rule(one: Mapping[str, Any]) -> Rule:
    try:
        return rules()[one["rule"]]
    except KeyError as error:
        raise ListError(f"{one.get('id')}: no such rule {one.get('rule')}") from error


class _Compiler:
    """Turns a list's texts into expressions: `{kin}` stands for a line of [words], several texts are alternatives.

    With `whole_words` a text begins and ends at the edge of a Latin word. Texts are written in the spelling that
    `normalise.plain` gives.
    """

    def __init__(self, filename: str, whole_words: bool, words: Mapping[str, str | Sequence[str]]) -> None:
        self.filename = filename
        self.whole_words = whole_words
        self.words = {key: self._expand(text, words, key) for key, text in words.items()}

    def _expand(
        self, text: str | Sequence[str], words: Mapping[str, str | Sequence[str]], where: str, depth: int = 0
    ) -> str:
        if depth > 8:
            raise ListError(f"{self.filename}, {where}: words that name each other")
        joined = text if isinstance(text, str) else "|".join(text)

        def macro(match: re.Match[str]) -> str:
            if match[1] not in words:
                raise ListError(f"{self.filename}, {where}: no such word {{{match[1]}}}")
            return f"(?:{self._expand(words[match[1]], words, match[1], depth + 1)})"

        return _MACRO.sub(macro, joined)

    def __call__(self, text: str | Sequence[str], where: str) -> re.Pattern[str]:
        expanded = self._expand(text, self.words, where)
        if self.whole_words:
            expanded = rf"(?<![a-z0-9])(?:{expanded})(?![a-z0-9])"
        try:
            return re.compile(expanded)
        except re.error as error:
            raise ListError(f"{self.filename}, {where}: {error}") from error
