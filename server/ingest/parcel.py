"""What a door hands to `receive()` and gets back. Plain values: the doors differ only in how they make and show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from media import Inbox, Received


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: an actor, what it may send to, and the areas it works in."""

    actor_id: int | None
    project_id: int
    may: Callable[[int], bool]  # form id -> may it create submissions there
    areas: tuple[int, ...] = ()
    corrects: Callable[[int], bool] | None = None  # form id -> may it edit what others sent; None: a phone
    device_id: str | None = None
    user_agent: str | None = None
    draft_form_id: int | None = None  # sends to this form's draft, by its test token
    heard: bool = False  # a phone not heard of for a minute: storing notes that it is there


@dataclass(frozen=True, slots=True)
class Parcel:
    """What came: the XML's bytes, and the files, received into the inbox and not yet kept."""

    xml: bytes
    inbox: Inbox
    files: tuple[Received, ...] = ()
    xml_form_id: str | None = None  # where the address names the form, the XML must agree
    replaces: str | None = None  # where the address names the instance that is edited (REST PUT)
    whole: bool = False  # an edit made from the XML as it is stored: nothing in it is left to put back
    new_only: bool = False  # REST: a known instanceID with the same XML is a conflict there, not a resend


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of it. `number` is short, the same for every resend, and can be read out over a telephone."""

    form_id: int
    instance_id: str
    submission_id: int | None
    version_id: int | None
    created: bool
    number: str
    code: str | None = None  # the household's code
    subject: str | None = None
