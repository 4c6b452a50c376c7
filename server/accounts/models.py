"""Who acts: actors (web users, phones), their roles, areas, sessions and tokens, failed sign-ins, and the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from server.db import Base, BigId, Json, column


class Actor(Base):
    """Somebody or something that acts: `user`, `field_key` (a phone), `public_link`, `singleUse`, as in ODK Central."""

    __tablename__ = "actor"
    __table_args__ = {"comment": "Everybody and everything that acts."}
    id: Mapped[int] = column("Actor id", primary_key=True)
    type: Mapped[str] = column("user, field_key, public_link, singleUse", String(16))
    display_name: Mapped[str] = column("Name shown", String(200))
    created_at: Mapped[datetime] = column("When it was made")
    updated_at: Mapped[datetime | None] = column("When it was last changed")
    deleted_at: Mapped[datetime | None] = column("When it was removed; it keeps its name in the records")


class ActorArea(Base):
    """An area of an actor: it sees that one and all below. An actor without any is unscoped (decisions.md)."""

    __tablename__ = "actor_area"
    __table_args__ = {"comment": "Which areas an actor sees; none: all of the project."}
    actor_id: Mapped[int] = column("Actor", ForeignKey("actor.id"), primary_key=True)
    area_id: Mapped[int] = column("Area", ForeignKey("area.id"), primary_key=True)


class WebUser(Base):
    """A person who signs in with e-mail and password."""

    __tablename__ = "web_user"
    __table_args__ = {"comment": "People who sign in."}
    actor_id: Mapped[int] = column("Actor", ForeignKey("actor.id"), primary_key=True)
    email: Mapped[str] = column("E-mail address, lower case", String(320), unique=True)
    password_hash: Mapped[str | None] = column("argon2id; null: no password set yet", Text)
    language: Mapped[str | None] = column("Language of pages: en, zh, ar", String(8))
    last_login_at: Mapped[datetime | None] = column("Last sign-in")
    preferences: Mapped[dict[str, Any]] = column(
        "Central's user preferences: site and by project", Json, default=dict
    )
    actor: Mapped[Actor] = relationship(lazy="joined", innerjoin=True)


class Phone(Base):
    """An app user: a phone with a token in its address, looked up by hash and kept encrypted for its QR code."""

    __tablename__ = "phone"
    __table_args__ = {"comment": "Phones (app users)."}
    actor_id: Mapped[int] = column("Actor", ForeignKey("actor.id"), primary_key=True)
    project_id: Mapped[int] = column("Project", ForeignKey("project.id"), index=True)
    token_mac: Mapped[bytes] = column("HMAC of the token", LargeBinary(32), unique=True)
    token_sealed: Mapped[bytes | None] = column("The token, encrypted; null once revoked", LargeBinary)
    language: Mapped[str] = column("Language of its enumerator, set by its QR code", String(8), default="en")
    new_forms: Mapped[bool] = column("Sees forms published later too", default=False)
    revoked_at: Mapped[datetime | None] = column("When its access was withdrawn")
    last_seen_at: Mapped[datetime | None] = column("Last request")
    created_by: Mapped[int | None] = column("Who made it", ForeignKey("actor.id"))
    properties: Mapped[dict[str, str]] = column("Central's actor properties", Json, default=dict)
    actor: Mapped[Actor] = relationship(lazy="joined", innerjoin=True, foreign_keys=[actor_id])


class PhoneForm(Base):
    """Which version of a form a phone fetched last: what may still be unsent on it."""

    __tablename__ = "phone_form"
    __table_args__ = {"comment": "Form versions that phones have fetched."}
    actor_id: Mapped[int] = column("Phone", ForeignKey("actor.id"), primary_key=True)
    form_version_id: Mapped[int] = column("Version fetched", ForeignKey("form_version.id"), primary_key=True)
    fetched_at: Mapped[datetime] = column("When it was fetched last")


class Assignment(Base):
    """A role of an actor, on the whole site (`project_id` and `form_id` null), a project, or one form."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("actor_id", "role", "project_id", "form_id"),
        {"comment": "Who may do what where."},
    )
    id: Mapped[int] = column("Assignment id", primary_key=True)
    actor_id: Mapped[int] = column("Actor", ForeignKey("actor.id"), index=True)
    role: Mapped[str] = column(
        "Role's system name: admin, manager, viewer, formfill, app-user, supervisor, designer", String(16)
    )
    project_id: Mapped[int | None] = column("Project; null: everywhere", ForeignKey("project.id"), index=True)
    form_id: Mapped[int | None] = column(
        "One form of the project; null: all", ForeignKey("form.id"), index=True
    )


class Grant(Base):
    """A single verb given to an actor in a project beside its roles (`protected.read` to a supervisor)."""

    __tablename__ = "grant_verb"
    __table_args__ = {"comment": "Single verbs given beside roles."}
    actor_id: Mapped[int] = column("Actor", ForeignKey("actor.id"), primary_key=True)
    project_id: Mapped[int] = column("Project", ForeignKey("project.id"), primary_key=True)
    verb: Mapped[str] = column("Verb", String(40), primary_key=True)


class SignIn(Base):
    """A session: Bearer token or cookie. Only the token's HMAC is kept."""

    __tablename__ = "sign_in"
    __table_args__ = {"comment": "Sessions that are open."}
    id: Mapped[int] = column("Session id", BigId, primary_key=True, autoincrement=True)
    token_mac: Mapped[bytes] = column("HMAC of the token", LargeBinary(32), unique=True)
    actor_id: Mapped[int] = column("Whose", ForeignKey("actor.id"), index=True)
    csrf: Mapped[str] = column("Token that forms of pages carry", String(64))
    created_at: Mapped[datetime] = column("Since when")
    expires_at: Mapped[datetime] = column("Until when", index=True)


class OneTimeLink(Base):
    """A link that works once: set-up of the first administrator, or a new password."""

    __tablename__ = "one_time_link"
    __table_args__ = {"comment": "Set-up and reset links; each works once."}
    token_mac: Mapped[bytes] = column("HMAC of the token", LargeBinary(32), primary_key=True)
    purpose: Mapped[str] = column("setup or reset", String(16))
    actor_id: Mapped[int | None] = column("Whose password", ForeignKey("actor.id"))
    expires_at: Mapped[datetime] = column("Until when it works")


class FailedSignIn(Base):
    """A failed sign-in, counted per account and per address; old ones are swept."""

    __tablename__ = "failed_sign_in"
    __table_args__ = (
        Index("ix_failed_sign_in_who", "who", "at"),
        {"comment": "Failed sign-ins of the last hours."},
    )
    id: Mapped[int] = column("Id", BigId, primary_key=True, autoincrement=True)
    who: Mapped[str] = column("HMAC of account or address, in hex", String(64))
    at: Mapped[datetime] = column("When")


class Audit(Base):
    """One act that changed something or opened a protected answer. Actions are named as in ODK Central."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_project", "project_id", "id"),
        Index("ix_audit_action", "action", "id"),
        Index("ix_audit_actee", "actee", "id"),
        {"comment": "Who did what, when, to what."},
    )
    id: Mapped[int] = column("Order of time", BigId, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = column("When")
    actor_id: Mapped[int | None] = column("Who; null: the server")
    action: Mapped[str] = column("As form.update.publish, submission.create, protected.read", String(60))
    actee: Mapped[str | None] = column("What it was done to: table:id", String(80))
    project_id: Mapped[int | None] = column("Project, where it belongs to one")
    area_id: Mapped[int | None] = column("Area, where it belongs to one: scope filters by it")
    details: Mapped[dict[str, Any] | None] = column("References and reasons, never answers", Json)
