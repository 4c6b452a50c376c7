"""What a check says: findings, their rules, what their verdicts read, and what a check is told about the world.

Holds no answer: a finding's value is read from the answers, where it is hidden as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from .errors import Message
from .text import Text

if TYPE_CHECKING:
    from .tables import Table


class Rule(StrEnum):
    """Which rule a node breaks. Which of them block is ingest's to say."""

    TYPE = "type"
    CHOICE = "choice"
    CONSTRAINT = "constraint"
    REQUIRED = "required"
    RELEVANT = "relevant"
    UNKNOWN = "unknown"
    CALCULATION = "calculation"
    ATTACHMENT = "attachment"
    DOMAIN = "domain"
    EVIDENCE = "evidence"
    BUDGET = "budget"


class Source(StrEnum):
    """What a verdict read beside the answers and the form: the phone may have read something else there."""

    LIST = "list"
    LAST_SAVED = "last_saved"
    CLOCK = "clock"
    CHANCE = "chance"
    PHONE = "phone"
    ATTACHMENTS = "attachments"


NOTHING_READ: frozenset[Source] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with one answer. `path` is the node's path, positions on repeats: /data/member[2]/age.

    `message` is a key with arguments, or the form's own words in its languages.
    """

    path: str
    rule: Rule
    message: Message | Text
    reads: frozenset[Source] = NOTHING_READ


class Lists(Protocol):
    """Lists outside the form, as the phone had them."""

    def table(self, file: str) -> Table | None:
        """The attached file's content; None where it is not known."""

    def has(self, file: str, column: str, value: str) -> bool | None:
        """Whether a row of the attached list ever had the value in the column; None where the list is not known."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a check may read beside form and answers. What is None is not known, and nothing is found by it.

    `attachments`: names of the files present. `now`: the submission's own time, on whose clock dates are read (UTC where
    it has no offset). `properties`: the phone's (deviceid, username). `max_repeat_rows` rows of one repeat in one parent
    are no finding, one more is; at most `max_findings` are made, and one that says so. `max_steps` rows and items are
    gone through by expressions, `max_seconds` given to patterns.
    """

    attachments: frozenset[str] | None = None
    now: datetime | None = None
    lists: Lists | None = None
    properties: Mapping[str, str] = field(default_factory=dict, hash=False)
    language: str | None = None
    max_repeat_rows: int = 1000
    max_findings: int = 1000
    max_steps: int = 2_000_000
    max_seconds: float = 0.5
