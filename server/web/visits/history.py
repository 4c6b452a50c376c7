"""What happened to a visit, newest first: received, edited, decided, commented. Read from versions, the ledger and comments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from server import ledger
from server.accounts.models import Actor
from server.ingest.models import Submission, SubmissionVersion
from server.ingest.plan import plan_of
from server.review import decisions
from server.web.frame.door import services, session
from server.web.visits.evidence import question_words


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `what`: received, edited, review, accept, unaccept, delete, restore, comment; `state` after a
    review; `about`: the question of a finding that was accepted, or is no more."""

    at: datetime
    what: str
    who: str
    state: str | None = None
    words: str = ""
    about: str = ""


def history_of(one: Submission) -> list[Event]:
    """The events of a visit, newest first."""
    found: list[tuple[datetime, str, int | None, str | None, str, str]] = []
    versions = select(SubmissionVersion.created_at, SubmissionVersion.submitter_id)
    query = versions.where(SubmissionVersion.submission_id == one.id).order_by(SubmissionVersion.id)
    for number, (at, sender) in enumerate(session().execute(query)):
        found.append((at, "edited" if number else "received", sender, None, "", ""))
    for event in ledger.read(session(), services().keys, ref=f"submission:{one.id}"):
        if event.kind in (ledger.Kind.REVIEW, ledger.Kind.DELETE, ledger.Kind.RESTORE):
            found.append((event.at, str(event.kind), event.actor_id, event.payload.get("after"), "", ""))
        elif event.kind is ledger.Kind.ACCEPT:
            what = "accept" if event.payload["accepted"] else "unaccept"
            about = question_words(plan_of(session(), one.form_version_id), event.payload["path"])
            found.append((event.at, what, event.actor_id, None, "", about))
    for comment in decisions.comments_of(session(), one):
        found.append((comment.created_at, "comment", comment.actor_id, None, comment.body, ""))
    ids = {actor for _, _, actor, *_ in found if actor is not None}
    names = dict(session().execute(select(Actor.id, Actor.display_name).where(Actor.id.in_(ids))).all())
    events = [
        Event(at, what, names.get(actor or 0, ""), state, words, about)
        for at, what, actor, state, words, about in found
    ]
    return sorted(events, key=lambda event: event.at, reverse=True)
