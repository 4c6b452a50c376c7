"""The names of acts in the audit log, in words. Names are ODK Central's where it has them; the words are ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.web.frame.words import tell

ACTS: Mapping[str, str] = {
    "areas.import": "imported areas",
    "config.set": "changed a setting of the server",
    "dataset.create": "made an entity list",
    "dataset.update": "changed an entity list",
    "dataset.delete": "put an entity list into the bin",
    "dataset.download": "downloaded a list with exact points",
    "entity.create": "made an entity",
    "entity.update": "changed an entity",
    "entity.delete": "put an entity into the bin",
    "entity.restore": "took an entity out of the bin",
    "field_key.assignment.create": "gave a phone a form",
    "field_key.assignment.delete": "took a form from a phone",
    "field_key.create": "made a phone",
    "field_key.delete": "took a phone off the lists",
    "field_key.session.end": "revoked a phone",
    "field_key.update": "changed a phone",
    "form.attachment.update": "changed a file of a form",
    "form.create": "made a form",
    "form.delete": "put a form into the bin",
    "form.recheck": "had the visits of a form checked again",
    "form.restore": "took a form out of the bin",
    "form.update": "changed a form",
    "form.update.draft.delete": "threw a draft away",
    "form.update.draft.set": "uploaded a draft",
    "form.update.publish": "published a form",
    "household.merge": "merged two households",
    "household.merge.undo": "took a merge of households back",
    "project.create": "made a project",
    "project.delete": "put a project into the bin",
    "project.update": "changed a project",
    "protected.read": "opened protected answers",
    "submission.attachment.update": "added a file to a visit",
    "submission.comment.create": "commented on a visit",
    "submission.create": "sent a visit",
    "submission.finding.accept": "accepted a finding of a visit",
    "submission.finding.accept.undo": "accepted a finding of a visit no more",
    "submission.delete": "put a visit into the bin",
    "submission.restore": "took a visit out of the bin",
    "submission.update": "edited a visit",
    "submission.update approved": "approved a visit",
    "submission.update rejected": "rejected a visit",
    "submission.update hasIssues": "marked a visit as having issues",
    "submission.update edited": "marked a visit as edited",
    "submission.update received": "set a visit back to not yet seen",
    "submission.update.version": "edited a visit",
    "user.assignment.create": "gave a role",
    "user.assignment.delete": "took a role away",
    "user.create": "made an account",
    "user.delete": "removed an account",
    "user.session.create": "signed in",
    "user.update": "changed an account",
}


def act_words(action: str, details: Mapping[str, Any] | None = None) -> str:
    """An act in words, a decision by what was decided; its own name where we have none."""
    key = action
    if details is not None and "reviewState" in details:
        key = f"{action} {details['reviewState'] or 'received'}"
    words = ACTS.get(key)
    return action if words is None else tell(words)
