"""Which form version a submission belongs to, whether it may come, and whether it came before. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from server import problems
from server.areas.scope import covers
from server.forms.models import Form, FormVersion, Project
from server.hot import Hot
from server.ingest.models import InstanceKey
from server.ingest.parcel import Parcel, Sender
from server.keys import Keyring
from server.xforms import Instance


@dataclass(frozen=True, slots=True)
class Target:
    """The form version that an instance goes to."""

    project_id: int
    form_id: int
    form_version_id: int
    draft: bool
    timezone: str
    exact_points: bool
    closed: bool = False  # what it has already is still recognised; so in an archived project
    archived: bool = False
    md5: str | None = None  # of the version's XForm, where it was read with it


@dataclass(frozen=True, slots=True)
class Known:
    """An instanceID that is taken: by which XML, and where it leads."""

    xml_mac: bytes
    submission_id: int | None
    version_id: int | None


class _Row(NamedTuple):
    """A form of that id and its version, as the driver gives them."""

    id: int
    state: str
    archived: bool
    timezone: str
    exact_points: bool
    version_id: int | None
    md5: str | None
    current_version_id: int | None


_TARGET = Hot(
    select(
        Form.id,
        Form.state,
        Project.archived,
        Project.timezone,
        Project.exact_points,
        FormVersion.id.label("version_id"),
        FormVersion.md5,
        Form.current_version_id,
    )
    .join(Project, Project.id == Form.project_id)
    .outerjoin(
        FormVersion,
        and_(
            FormVersion.form_id == Form.id,
            FormVersion.version == bindparam("version"),
            FormVersion.published_at.is_not(None),
        ),
    )
    .where(
        Form.project_id == bindparam("project"),
        Form.xml_form_id == bindparam("form"),
        Form.deleted_at.is_(None),
        Project.deleted_at.is_(None),
    )
)

_KNOWN = Hot(
    select(InstanceKey.xml_mac, InstanceKey.submission_id, InstanceKey.version_id).where(
        InstanceKey.form_id == bindparam("form"),
        InstanceKey.draft == bindparam("draft"),
        InstanceKey.instance_mac == bindparam("mac"),
    )
)


def target(session: Session, parcel: Parcel, sender: Sender, instance: Instance) -> Target:
    """The form version that this instance names, if this sender may send to it.

    Raises NOT_FOUND, FORM_VERSION_UNKNOWN, FORBIDDEN, UNEXPECTED_VALUE (an address that names another form).
    """
    if parcel.xml_form_id is not None and parcel.xml_form_id != instance.form_id:
        raise problems.UNEXPECTED_VALUE(
            field="form id", value=instance.form_id, reason=f"the address names {parcel.xml_form_id}"
        )
    if sender.draft_form_id is not None:
        return _draft(session, sender, instance)
    asked = {"project": sender.project_id, "form": instance.form_id, "version": instance.version or ""}
    found = _TARGET.first(session.connection(), asked)
    row = None if found is None else _Row(*found)
    if row is None or row.current_version_id is None:
        raise problems.NOT_FOUND()
    if not sender.may(row.id):
        raise problems.FORBIDDEN()
    if row.version_id is None:
        raise problems.FORM_VERSION_UNKNOWN(formVersion=instance.version or "")
    return Target(
        sender.project_id,
        row.id,
        row.version_id,
        False,
        row.timezone,
        bool(row.exact_points),
        row.state == "closed",
        bool(row.archived),
        row.md5,
    )


def _draft(session: Session, sender: Sender, instance: Instance) -> Target:
    row = session.execute(
        select(Form.id, Form.xml_form_id, Form.draft_version_id, Project.timezone, Project.exact_points)
        .join(Project, Project.id == Form.project_id)
        .where(Form.id == sender.draft_form_id, Form.deleted_at.is_(None), Project.deleted_at.is_(None))
    ).first()
    if row is None or row.draft_version_id is None or row.xml_form_id != instance.form_id:
        raise problems.NOT_FOUND()
    return Target(sender.project_id, row.id, row.draft_version_id, True, row.timezone, row.exact_points)


def known(session: Session, keys: Keyring, to: Target, instance_id: str) -> Known | None:
    """The taken instanceID of that form, or None."""
    asked = {"form": to.form_id, "draft": to.draft, "mac": instance_mac(keys, instance_id)}
    row = _KNOWN.first(session.connection(), asked)
    return None if row is None else Known(*row)


def may_edit(
    session: Session, sender: Sender, to: Target, submitter_id: int | None, area_id: int | None
) -> bool:
    """Whether a sender may replace a submission: its own, or one in its areas where it may correct what others sent.

    A phone may: a visit begun on one is ended on another. The test token of a draft edits what was sent to that draft.
    """
    if to.draft or (sender.actor_id is not None and sender.actor_id == submitter_id):
        return True
    corrects = sender.corrects is None or sender.corrects(to.form_id)
    return corrects and covers(session, sender.areas, area_id)


def takes(sender: Sender, to: Target, *, edit: bool) -> bool:
    """Whether the form takes it now. What a closed form has is still corrected by those who look after it: a survey that is
    over is where faults are found. The forms of an archived project take neither."""
    if to.archived:
        return False
    if not to.closed:
        return True
    return edit and sender.corrects is not None and sender.corrects(to.form_id)


def instance_mac(keys: Keyring, instance_id: str) -> bytes:
    """What stands for an instanceID in `instance_key`: bounded in length, whatever came."""
    return keys.mac("instanceID", instance_id.encode())
