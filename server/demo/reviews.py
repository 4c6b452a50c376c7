"""What supervisors said to some of the visits: approved, has issues, rejected, with words; some of those held back let through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from sqlalchemy.orm import Session

from server.demo.play import Sent
from server.ingest.models import Submission
from server.review.decisions import decide
from server.services import Services

ISSUES = {
    "missing_photo": "The photo has not arrived. Is it still on the phone?",
    "elsewhere": "The photo was taken some kilometres away. Please look again at the next visit.",
    "no_exif": "The photo says neither when nor where. Please take it with the form's own camera button.",
    "same_photo": "The same photo came with the visit before. Please take a new one each time.",
    "far": "The position is far from the dwelling: was it taken on the road?",
    "hasty": "Only three minutes for a whole interview? Please call me.",
    "": "Please ask again how long the way to the water takes.",
}
"""What is said, by what is wrong."""

LET_THROUGH = {
    "wrong_code": "An old form's code: it means collected weekly.",
    "wrong_type": "Two rooms and a corner behind a curtain. The rest is fine.",
}
"""What is said where a visit that was held back may pass."""

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
    if one.event.flaw in LET_THROUGH:
        return ("approved", LET_THROUGH[one.event.flaw]) if drawn < 0.3 else (None, None)
    if one.event.flaw and drawn < 0.5:
        return "hasIssues", ISSUES[one.event.flaw]
    if drawn < 0.36:
        return "approved", None
    if drawn < 0.375:
        return "hasIssues", ISSUES[one.event.flaw]
    if drawn < 0.39 and one.event.form == "household_visit":
        return "rejected", rng.choice(REJECTED)
    return None, None
