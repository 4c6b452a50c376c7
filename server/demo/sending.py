"""One visit through the real ingest, as a door would bring it: an inbox, a parcel, a receipt.

Knows nothing of what is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from media import Inbox
from server.ingest.parcel import Parcel, Receipt, Sender
from server.ingest.receive import receive
from server.services import Services


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo as it lies on a phone: `name` is what the answer says, `content` JPEG bytes."""

    name: str
    content: bytes


def send(
    session: Session, services: Services, sender: Sender, xml: bytes, pictures: Sequence[Picture] = ()
) -> Receipt:
    """Send an instance and its photos; returns when they are durably stored. `session` only reads. Raises as `receive`."""
    with Inbox(services.store, services.keys, services.settings.max_upload) as inbox:
        for picture in pictures:
            incoming = inbox.begin(picture.name, "image/jpeg")
            incoming.write(picture.content)
            incoming.finish()
        return receive(session, services, Parcel(xml, inbox, tuple(inbox.received)), sender)
