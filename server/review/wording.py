"""A finding in words: the form's own in the reader's language where it has some, else the engine's sentence.

Knows no catalogue and no request: a door hands in how it says a sentence in a language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from server.xforms import MESSAGES, Text

WORKED_OUT = "The server works out another value: {value}."
NOTHING = "The server works out no value here."

Say = Callable[..., str]
"""`say(language, text, **args)`: an English text in a language, its {placeholders} filled."""


def finding_words(message: Mapping[str, Any], language: str, say: Say, worked_out: str | None = None) -> str:
    """The words of a finding's `message` as it is stored (`ingest.check.as_json`): a key with `args`, or the form's own `text`
    by language with its `default`. `worked_out`: what the server comes to, where the finding is that it differs."""
    if worked_out is not None:
        return say(language, WORKED_OUT, value=worked_out) if worked_out else say(language, NOTHING)
    if "key" in message:
        return say(language, MESSAGES.get(message["key"], message["key"]), **message.get("args", {}))
    texts: Mapping[str, str] = message.get("text") or {}
    own = Text({name: {"": words} for name, words in texts.items()}, message.get("default") or "")
    return own.in_(language) if own else say(language, MESSAGES["constraint.broken"])
