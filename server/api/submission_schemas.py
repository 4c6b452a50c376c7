"""What submissions look like over REST: ODK Central's, with findings and what became of them beside."""

from __future__ import annotations

from marshmallow import fields

from server.api.schemas import ActorSchema, Instant, Plain


class FindingCountsSchema(Plain):
    """How many findings."""

    blocking = fields.Integer()
    warning = fields.Integer()


class SubmissionVersionSchema(Plain):
    """One version of a submission: as first sent, or an edit of it."""

    instance_id = fields.String()
    instance_name = fields.String(allow_none=True)
    submitter_id = fields.Integer(allow_none=True)
    device_id = fields.String(allow_none=True)
    user_agent = fields.String(allow_none=True)
    created_at = Instant()
    current = fields.Boolean()


class ExtendedSubmissionVersionSchema(SubmissionVersionSchema):
    """The same with who sent it, and which version of the form they had."""

    submitter = fields.Nested(ActorSchema, allow_none=True)
    form_version = fields.String(allow_none=True)


class SubmissionSchema(Plain):
    """A submission. `findings`, `projected`, `area` and `observedAt` are ours."""

    instance_id = fields.String()
    submitter_id = fields.Integer(allow_none=True)
    device_id = fields.String(allow_none=True)
    user_agent = fields.String(allow_none=True)
    review_state = fields.String(allow_none=True)
    created_at = Instant()
    updated_at = Instant(allow_none=True)
    deleted_at = Instant(allow_none=True)
    current_version = fields.Nested(SubmissionVersionSchema, allow_none=True)
    findings = fields.Nested(FindingCountsSchema)
    projected = fields.Boolean()
    area = fields.String(allow_none=True)
    observed_at = Instant(allow_none=True)


class ExtendedSubmissionSchema(SubmissionSchema):
    """The same with who sent it."""

    submitter = fields.Nested(ActorSchema, allow_none=True)
    current_version = fields.Nested(ExtendedSubmissionVersionSchema, allow_none=True)


class SubmissionAttachmentSchema(Plain):
    """A file of a submission."""

    name = fields.String()
    exists = fields.Boolean()


class CommentSchema(Plain):
    """What somebody wrote about a submission."""

    body = fields.String()
    actor_id = fields.Integer()
    created_at = Instant()


class ExtendedCommentSchema(CommentSchema):
    """The same with who."""

    actor = fields.Nested(ActorSchema, allow_none=True)


class FindingSchema(Plain):
    """One thing wrong with one answer. `value` is null where the answer is protected; `expected` is what the server works
    out, only where a calculation differs."""

    path = fields.String()
    rule = fields.String()
    severity = fields.String()
    value = fields.String(allow_none=True)
    expected = fields.String()
    message = fields.String()


class CommentBody(Plain):
    """A comment as it is sent."""

    body = fields.String(required=True)


class ReviewBody(Plain):
    """A decision. `seen` (ours): the state that the decider saw; another by now is refused (409.61)."""

    review_state = fields.String(allow_none=True)
    seen = fields.String(allow_none=True)
