"""What dignity says of a form: verdicts with a place and a reason, and the languages it could not read.

Values only; the words of a reason are in words.toml and chosen by the reader's language.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, overload

from server.forms.workbook import Place
from server.forms.workbook.edit import HOUSEHOLD_NAMESPACE, PROTECT_COLUMN

Answer = Literal["refused", "refused_here", "told"]


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence to be worded later: a stable key of words.toml and its arguments."""

    key: str
    args: Mapping[str, str] = field(default_factory=dict, hash=False)


PROTECT = Words("offer.protect", {"column": PROTECT_COLUMN, "namespace": f'hh="{HOUSEHOLD_NAMESPACE}"'})
"""What to do about a question that may be asked here: what a household form must ask instead is no advice for it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One question and what is said of it.

    `refused`: in no form, nothing overrides it. `refused_here`: not in a form that writes to a household. `told`:
    allowed, with the offer to protect the answer (`offer_protection`). `rule` is stable (`dignity.religion`),
    `pattern` names the line of the list that caught it (what an allow line answers), `matched` is the text caught.
    """

    answer: Answer
    rule: str
    place: Place
    question: str
    language: str | None
    matched: str
    pattern: str
    reason: Words
    instead: Words | None = None
    offer_protection: bool = False


@dataclass(frozen=True, slots=True)
class Judgement(Sequence[Verdict]):
    """All verdicts on a form, in the form's order; a sequence of them. `unread`: languages without a word list."""

    verdicts: tuple[Verdict, ...]
    unread: tuple[str, ...] = ()

    @property
    def refused(self) -> tuple[Verdict, ...]:
        """What stands between this form and its draft: both kinds of refusal."""
        return tuple(verdict for verdict in self.verdicts if verdict.answer != "told")

    @property
    def told(self) -> tuple[Verdict, ...]:
        """What the designer is told, and offered to protect."""
        return tuple(verdict for verdict in self.verdicts if verdict.answer == "told")

    @overload
    def __getitem__(self, index: int) -> Verdict: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Verdict]: ...
    def __getitem__(self, index: int | slice) -> Verdict | Sequence[Verdict]:
        return self.verdicts[index]

    def __len__(self) -> int:
        return len(self.verdicts)
