"""What supervisors said to some of the visits: approved, has issues, rejected, with words; some of those held back let through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from sqlalchemy.orm import Session

from server.demo.play import Sent
from server.demo.year import HELD
from server.ingest.models import Submission
from server.review.decisions import decide
from server.services import Services

ISSUES = (
    "The photo shows another house than last time. Please look again at the next visit.",
    "The position is far from the dwelling: was it taken on the road?",
    "Please ask again how long the way to the water takes.",
    "Only three minutes for a whole interview? Please call me.",
)
REJECTED = (
    "Sent for the wrong household: the right one came an hour later.",
    "A visit for practice. Please use the test form for that.",
)


def review(services: Services, rng: Random, one: Sent, age: float, supervisors: Mapping[str, int]) -> bool:
    """Perhaps decide on a form that was just sent; True where it was. `supervisors`: actor by village code.

    `age` runs from 0 (the year's beginning) to 1: what is newest has not been looked at yet.
    """
    state, comment = _verdict(rng, one, age)
    if state is None or one.receipt.submission_id is None:
        return False
    actor_id = supervisors[one.event.about.village.code]
    services.committer.run(_decision(services, one.receipt.submission_id, state, actor_id, comment))
    return True


def _decision(
    services: Services, submission_id: int, state: str, actor_id: int, comment: str | None
) -> Callable[[Session], None]:
    def write(session: Session) -> None:
        submission = session.get_one(Submission, submission_id)
        decide(session, services, submission, state, actor_id=actor_id, comment=comment)

    return write


def _verdict(rng: Random, one: Sent, age: float) -> tuple[str | None, str | None]:
    """State and comment; None, None where nobody has looked."""
    drawn = rng.random()
    if age > 0.9:
        return None, None
    if one.event.flaw in HELD:
        return ("approved", "An old code: it means weekly.") if drawn < 0.3 else (None, None)
    if one.event.flaw and drawn < 0.5:
        return "hasIssues", rng.choice(ISSUES)
    if drawn < 0.36:
        return "approved", None
    if drawn < 0.375:
        return "hasIssues", rng.choice(ISSUES)
    if drawn < 0.38 and one.event.form == "household_visit":
        return "rejected", rng.choice(REJECTED)
    return None, None
