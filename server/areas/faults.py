"""What is wrong with a sheet of areas, all of it at once: one refusal that names up to twenty places, row by row.

Knows neither sheet nor database. Reasons are sentences that doors word in the reader's language.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from server import problems
from server.problems import Sentence

MOST_NAMED = 20
"""Places, or codes of areas, that a refusal names; of more it says how many."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A reason, and the row as a spreadsheet counts it (the header is row 1)."""

    row: int
    reason: Sentence


def refusal(faults: Sequence[Fault], **details: Any) -> problems.ProblemError:
    """`AREAS_INVALID` that names the faults, at least one; `row` is the first one's."""
    named = [Sentence("row {row}: {reason}", row=one.row, reason=one.reason) for one in faults[:MOST_NAMED]]
    if len(faults) > MOST_NAMED:
        named.append(Sentence("more faults: {count}", count=len(faults) - MOST_NAMED))
    reason = named.pop()
    while named:
        reason = Sentence("{one}; {others}", one=named.pop(), others=reason)
    return problems.AREAS_INVALID(reason=reason, row=faults[0].row, **details)
