"""What REST answers look like: ODK Central's names, timestamps and objects. What is ours stands beside, never instead.

Knows no model: a schema reads attributes or keys of whatever a view gives it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, fields


def instant(moment: datetime | None) -> str | None:
    """An instant as ODK Central writes it: UTC, milliseconds, Z."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


class Instant(fields.Field[datetime]):
    """An instant; read from any ISO 8601 text, aware or taken as UTC."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return instant(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            moment = datetime.fromisoformat(str(value))
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise self.make_error("invalid") from error

    default_error_messages = {"invalid": "an ISO 8601 date and time"}  # marshmallow's own declaration


class Plain(Schema):
    """Base of all: snake_case here is camelCase there; unknown keys of a request are left aside, as Central does."""

    class Meta:
        unknown = EXCLUDE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        if field_obj.data_key is None:
            head, *rest = field_name.split("_")
            field_obj.data_key = head + "".join(part.capitalize() for part in rest)


class Success(Plain):
    """An act that has nothing else to say."""

    success = fields.Boolean()


class ErrorSchema(Plain):
    """What every error looks like; `code` begins with the HTTP status."""

    message = fields.String()
    code = fields.Float()
    details = fields.Dict()


class ActorSchema(Plain):
    """Anybody who acts."""

    id = fields.Integer()
    type = fields.String()
    display_name = fields.String()
    created_at = Instant()
    updated_at = Instant(allow_none=True)
    deleted_at = Instant(allow_none=True)


class SessionSchema(Plain):
    """A session; the token is told once, when it opens."""

    token = fields.String()
    csrf = fields.String()
    created_at = Instant()
    expires_at = Instant()


class UserSchema(ActorSchema):
    """A person who signs in. `language`, `areas` (codes) and `resetLink` are ours."""

    email = fields.String()
    last_login_at = Instant(allow_none=True)
    language = fields.String(allow_none=True)
    areas = fields.List(fields.String())
    reset_link = fields.String()


class CurrentUserSchema(UserSchema):
    """The caller, with verbs on the whole site and preferences of pages."""

    verbs = fields.List(fields.String())
    preferences = fields.Dict()


class RoleSchema(Plain):
    """A role and its verbs."""

    id = fields.Integer()
    name = fields.String()
    system = fields.String()
    verbs = fields.List(fields.String())


class AssignmentSchema(Plain):
    """A role given to somebody."""

    actor_id = fields.Integer()
    role_id = fields.Integer()


class ExtendedAssignmentSchema(Plain):
    """The same with who."""

    actor = fields.Nested(ActorSchema)
    role_id = fields.Integer()


class FormAssignmentSchema(AssignmentSchema):
    """A role given on one form."""

    xml_form_id = fields.String()


class ExtendedFormAssignmentSchema(ExtendedAssignmentSchema):
    """The same with who."""

    xml_form_id = fields.String()


class ProjectSchema(Plain):
    """A project. `timezone` and `exactPoints` are ours."""

    id = fields.Integer()
    name = fields.String()
    description = fields.String(allow_none=True)
    archived = fields.Boolean()
    key_id = fields.Integer(allow_none=True)
    created_at = Instant()
    updated_at = Instant(allow_none=True)
    deleted_at = Instant(allow_none=True)
    timezone = fields.String()
    exact_points = fields.Boolean()
    verbs = fields.List(fields.String())
    form_list = fields.List(fields.Dict())
    dataset_list = fields.List(fields.Dict())


class ExtendedProjectSchema(ProjectSchema):
    """A project with its numbers."""

    forms = fields.Integer()
    app_users = fields.Integer()
    datasets = fields.Integer()
    last_submission = Instant(allow_none=True)
    last_entity = Instant(allow_none=True)


class AppUserSchema(ActorSchema):
    """A phone. `language`, `newForms`, `areas` (codes), `lastSeenAt` and `revokedAt` are ours."""

    token = fields.String(allow_none=True)
    project_id = fields.Integer()
    language = fields.String()
    new_forms = fields.Boolean()
    areas = fields.List(fields.String())
    last_seen_at = Instant(allow_none=True)
    revoked_at = Instant(allow_none=True)


class ExtendedAppUserSchema(AppUserSchema):
    """A phone, who made it, and when it last sent something."""

    created_by = fields.Nested(ActorSchema, allow_none=True)
    last_used = Instant(allow_none=True)
    properties = fields.Dict()


class AreaSchema(Plain):
    """An area of the tree."""

    code = fields.String()
    name = fields.String()
    names = fields.Dict(keys=fields.String(), values=fields.String())
    level = fields.String()
    parent = fields.String(allow_none=True)
    lat = fields.Float(allow_none=True)
    lon = fields.Float(allow_none=True)


class AuditSchema(Plain):
    """An act."""

    actor_id = fields.Integer(allow_none=True)
    action = fields.String()
    actee_id = fields.String(allow_none=True)
    details = fields.Dict(allow_none=True)
    notes = fields.String(allow_none=True)
    logged_at = Instant()


class ExtendedAuditSchema(AuditSchema):
    """An act with who did it and to what."""

    actor = fields.Nested(ActorSchema, allow_none=True)
    actee = fields.Dict(allow_none=True)
