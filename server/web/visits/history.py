"""What happened to a visit, newest first: received, edited, decided, commented. Read from versions, the ledger and comments."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    who: str = ""
    state: str | None = None
    words: str = ""
    about: str = ""


def history_of(one: Submission) -> list[Event]:
    """The events of a visit, newest first."""
    found: list[tuple[int | None, Event]] = []
    versions = select(SubmissionVersion.created_at, SubmissionVersion.submitter_id)
    query = versions.where(SubmissionVersion.submission_id == one.id).order_by(SubmissionVersion.id)
    for number, (at, sender) in enumerate(session().execute(query)):
        found.append((sender, Event(at, "edited" if number else "received")))
    for kept in ledger.read(session(), services().keys, ref=f"submission:{one.id}"):
        if kept.kind in (ledger.Kind.REVIEW, ledger.Kind.DELETE, ledger.Kind.RESTORE):
            found.append((kept.actor_id, Event(kept.at, str(kept.kind), state=kept.payload.get("after"))))
        elif kept.kind is ledger.Kind.ACCEPT:
            what = "accept" if kept.payload["accepted"] else "unaccept"
            about = question_words(plan_of(session(), one.form_version_id), kept.payload["path"])
            found.append((kept.actor_id, Event(kept.at, what, about=about)))
    for comment in decisions.comments_of(session(), one):
        found.append((comment.actor_id, Event(comment.created_at, "comment", words=comment.body)))
    ids = {actor for actor, _ in found if actor is not None}
    names = dict(session().execute(select(Actor.id, Actor.display_name).where(Actor.id.in_(ids))).all())
    events = [replace(event, who=names.get(actor or 0, "")) for actor, event in found]
    return sorted(events, key=lambda event: event.at, reverse=True)
