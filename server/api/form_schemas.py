"""What forms look like over REST: ODK Central's Form, FormAttachment and fields."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from server.api.plumbing import in_words
from server.api.schemas import ActorSchema, Instant, Plain


class Notices(fields.List[dict[Any, Any]]):
    """What there is to say, in the reader's language."""

    def __init__(self) -> None:
        super().__init__(fields.Dict())

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return in_words(super()._serialize(value, attr, obj, **kwargs))


class FormSchema(Plain):
    """A form, or one version of it. Ours: `id` names a form in the bin, `notices` is what there is to say of an upload."""

    project_id = fields.Integer()
    xml_form_id = fields.String()
    state = fields.String()
    name = fields.String(allow_none=True)
    version = fields.String(allow_none=True)
    hash = fields.String(allow_none=True)
    key_id = fields.Integer(allow_none=True)
    enketo_id = fields.String(allow_none=True)
    enketo_once_id = fields.String(allow_none=True)
    webforms_enabled = fields.Boolean()
    published_at = Instant(allow_none=True)
    created_at = Instant()
    updated_at = Instant(allow_none=True)
    deleted_at = Instant(allow_none=True)
    draft_token = fields.String(allow_none=True)
    notices = Notices()
    id = fields.Integer()


class ReviewStatesSchema(Plain):
    """Counts by review state; those of `approved` and `rejected` are ours."""

    received = fields.Integer()
    has_issues = fields.Integer()
    edited = fields.Integer()
    approved = fields.Integer()
    rejected = fields.Integer()


class ExtendedFormSchema(FormSchema):
    """A form with its numbers. `held` (ours): visits that a finding holds back."""

    submissions = fields.Integer()
    review_states = fields.Nested(ReviewStatesSchema)
    held = fields.Integer()
    last_submission = Instant(allow_none=True)
    created_by = fields.Nested(ActorSchema, allow_none=True)
    excel_content_type = fields.String(allow_none=True)
    entity_related = fields.Boolean()
    public_links = fields.Integer()
    publish_notes = fields.String(allow_none=True)
    published_by = fields.Nested(ActorSchema, allow_none=True)


class FormAttachmentSchema(Plain):
    """A file that a form expects. `notices` (ours): what there is to say of a file just put."""

    name = fields.String()
    type = fields.String()
    hash = fields.String(allow_none=True)
    exists = fields.Boolean()
    blob_exists = fields.Boolean()
    dataset_exists = fields.Boolean()
    size = fields.Integer()
    updated_at = Instant()
    success = fields.Boolean()
    notices = Notices()


class FieldSchema(Plain):
    """A node of a form."""

    name = fields.String()
    path = fields.String()
    type = fields.String()
    binary = fields.Boolean(allow_none=True)
    select_multiple = fields.Boolean(allow_none=True)


class StateBody(Plain):
    """The one thing of a form that changes by itself."""

    state = fields.String()


class LinkBody(Plain):
    """Whether a file is filled from the entity list of its name."""

    dataset = fields.Boolean(required=True)
