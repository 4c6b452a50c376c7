"""No key without its sentence, no sentence without its key."""

from __future__ import annotations

import re
from pathlib import Path

import server.xforms.messages as messages
from server.xforms import MESSAGES, FormError, InstanceError

SOURCES = [path for path in Path(messages.__file__).parent.rglob("*.py") if path.name != "messages.py"]
SAID = re.compile(r"\b(?:Message|TypeFault)\(\s*\"([a-z_]+\.[A-Za-z_]+)\"")
REFUSED = re.compile(r"\b(error|FormError|InstanceError)\(\s*\"([a-z_]+)\"")
FAULTS = re.compile(r"XPathFault\(\s*\"([a-z_]+)\"")
REMARKS = re.compile(r"Remark\(\s*Trouble\.(?!FAULT)[^\"]+(?:\"\", )?\"([a-z_]+)\"")
CHOSEN = re.compile(r"TypeFault\(\"([a-zA-Z_.]+)\" if [^\n]+ else \"([a-zA-Z_.]+)\"\)")


def keys_in_the_source() -> set[str]:
    keys = set()
    for path in SOURCES:
        text = path.read_text()
        keys.update(SAID.findall(text))
        for pair in CHOSEN.findall(text):
            keys.update(pair)
        for who, key in REFUSED.findall(text):
            if who != "FormError":
                keys.add(f"instance.{key}")
            if who != "InstanceError":
                keys.add(f"form.{key}")
        keys.update(f"xpath.{key}" for key in FAULTS.findall(text))
        keys.update(f"lint.{key}" for key in REMARKS.findall(text))
    return keys


def test_every_key_that_the_engine_says_has_a_sentence_and_every_sentence_a_key() -> None:
    assert keys_in_the_source() == set(MESSAGES)


def test_a_refusal_says_what_was_refused() -> None:
    assert InstanceError("dtd").message.key == "instance.dtd"
    assert FormError("malformed", {"line": 3}).message.key == "form.malformed"
    assert FormError("malformed", {"line": 3}).line == 3


def test_sentences_end_and_ask_only_for_arguments_in_braces() -> None:
    for key, sentence in MESSAGES.items():
        assert sentence.endswith("."), key
        assert set(re.findall(r"{(\w+)}", sentence)) <= {
            "line",
            "limit",
            "rows",
            "element",
            "control",
            "text",
            "language",
            "path",
            "list",
            "low",
            "high",
            "start",
            "step",
            "expected",
            "count",
            "found",
            "what",
            "name",
            "wanted",
            "given",
            "way",
            "group",
        }
