"""The words of verdicts in the reader's language, from words.toml.

Only puts sentences together; which one is meant was decided by the judge.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from server.forms.dignity.verdicts import Verdict, Words

Catalogue = Mapping[str, Mapping[str, Mapping[str, str]]]


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """words.toml: section (`answer`, `reason`, `instead`) -> id -> language -> sentence."""
    table: Catalogue = tomllib.loads((files("server.forms.dignity") / "words.toml").read_text("utf-8"))
    return table


def sentence(words: Words, language: str) -> str:
    """`Words` in a language (`en`, `zh`, `ar`, also `zh-Hans`); English where there is none."""
    section, _, key = words.key.partition(".")
    texts = catalogue()[section][key]
    text = texts.get(language.partition("-")[0].lower(), texts["en"])
    for name, value in words.args.items():
        text = text.replace("{" + name + "}", value)
    return text


def explain(verdict: Verdict, language: str) -> str:
    """The whole of a verdict in one paragraph: what is decided, why, and what to ask instead."""
    parts = [
        Words(f"answer.{verdict.answer}"),
        verdict.reason,
        *([verdict.instead] if verdict.instead else []),
    ]
    return together([sentence(part, language) for part in parts], language)


def together(sentences: Sequence[str], language: str) -> str:
    """Sentences one after the other: with a blank between them, but in Chinese."""
    return ("" if language.startswith("zh") else " ").join(sentences)
