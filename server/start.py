"""What the first start does and says: the administrator, the sample project, where things are, what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from media import MediaError
from server import sample
from server.accounts import users
from server.forms.models import Project
from server.services import Services
from server.settings import SettingError


def first_start(session: Session, services: Services, *, lan: bool) -> Iterator[str]:
    """Make what an empty installation lacks; the lines to show to who started it.

    Raises `SettingError` where it is empty and the photo store cannot be used; later a store may be away for a while.
    """
    settings = services.settings
    if trouble := _store_trouble(services):
        if not users.has_admin(session):
            raise SettingError(trouble)
        yield f"Warning: {trouble}"
    set_up = users.ensure_first_admin(session, services)
    if settings.sample:
        if session.scalar(select(Project.id).limit(1)) is None:
            yield "Making the sample project (invented data) ..."
            sample.make(session, services)
        elif sample.unfinished(session):
            yield "Making the sample project (invented data) whole: an earlier start was broken off ..."
            sample.go_on(session, services)
    session.commit()
    yield ""
    yield f"  Fieldfare is at  {settings.base_url}"
    if set_up.link:
        yield f"  Set it up here   {set_up.link}   (works once)"
    if set_up.email:
        yield f"  Administrator    {set_up.email}"
    yield f"  Data             {settings.data.resolve()}"
    if lan or settings.public_url or settings.host not in {"127.0.0.1", "localhost", "::1"}:
        yield "  Phones           scan a phone's QR code in ODK Collect (Project > Phones)"
    if lan:
        yield "                   If this machine's address changes, phones lose the server: give it a fixed one,"
        yield "                   or set FIELDFARE_PUBLIC_URL to a name before you hand out QR codes."
    elif not settings.public_url and settings.host in {"127.0.0.1", "localhost", "::1"}:
        yield f"  Phones           only this machine can reach it; for phones on your network: {settings.lan_command}"
    yield "  Stop             Ctrl-C (requests under way are finished)"
    yield ""


def _store_trouble(services: Services) -> str:
    """Why photos cannot be stored, with the settings that say where; empty where they can."""
    settings = services.settings
    try:
        services.store.ready()
    except MediaError as error:
        at = " at FIELDFARE_S3_ENDPOINT" if settings.s3_endpoint else ""
        return f"FIELDFARE_MEDIA_URL: photos cannot be stored in {settings.media_url}{at}: {error}."
    return ""
