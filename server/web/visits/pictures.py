"""Files of a visit as pages show them: small copies without metadata in view, originals only as downloads.

What somebody uploaded never runs in our origin: originals are attachments under a policy that allows nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from flask import Response, request
from sqlalchemy import select

from media import Missing, Unreadable, images, open_blob
from media.clips import CLIPS, open_clean_clip
from media.sniff import sniff
from server import problems
from server.ingest.models import Attachment, Blob, Photo
from server.ingest.plan import Plan, plan_of
from server.ingest.redact import AUDIT, is_protected, redact_audit
from server.web.frame.door import services, session
from server.web.visits.one import found, visit

NOTHING = "default-src 'none'; sandbox; frame-ancestors 'none'"
WITH_METADATA = ("image/", "video/", "audio/")
SIDES = {"thumb": images.THUMB, "screen": images.SCREEN}
CLEANED_WHOLE = 60_000_000
"""Bytes of a picture that is rewritten without its metadata in memory."""


@visit.get("/files/<raw:name>")
def file(project_id: int, visit_id: int, name: str) -> Response:
    """`?size=thumb` or `screen`: a WebP without metadata; without: the original, of household forms without its metadata."""
    one = found(project_id, visit_id)
    row = (
        session()
        .execute(
            select(Blob, Photo, Attachment.path)
            .join(Attachment, Attachment.blob_id == Blob.id)
            .outerjoin(Photo, Photo.blob_id == Blob.id)
            .where(Attachment.version_id == one.version_id, Attachment.name == name)
        )
        .first()
    )
    if row is None:
        raise problems.NOT_FOUND()
    blob, photo, path = row
    plan = plan_of(session(), one.form_version_id)
    if is_protected(plan, path):
        raise problems.PROTECTED()  # shown inside the page that a reason opened, at no address of its own
    size = request.args.get("size")
    if size in SIDES:
        return _small(blob, photo, size)
    body, kind = _original(plan, blob, name)
    return _answer(body, kind, download=name)


def inline(blob_name: str) -> str:
    """A small copy as a data address, for the one look that a reason opened."""
    body = b"".join(open_blob(services().store, services().keys, blob_name))
    return "data:image/webp;base64," + base64.b64encode(body).decode()


def _small(blob: Blob, photo: Photo | None, size: str) -> Response:
    """The small copy; made here where the job that makes it has not run yet. What cannot be made small is not there."""
    kept = None if photo is None else photo.thumb if size == "thumb" else photo.screen
    try:
        if kept is not None:
            return _answer(open_blob(services().store, services().keys, kept), "image/webp", tag=kept)
        if photo is not None or not blob.content_type.startswith("image/") or blob.size > CLEANED_WHOLE:
            return Response("", 404)
        _, made = images.prepare(b"".join(open_blob(services().store, services().keys, blob.name)))
    except (Missing, Unreadable):
        return Response("", 404)
    return _answer(iter((made[SIDES[size]],)), "image/webp")


def _original(plan: Plan, blob: Blob, name: str) -> tuple[Iterator[bytes], str]:
    """The original as everybody may have it: without places and makers of a household's photos, a log without answers."""
    store, keys, kind = services().store, services().keys, blob.content_type
    if name == AUDIT and plan.protected:
        try:
            return iter((redact_audit(plan, _whole(blob)),)), kind
        except ValueError as error:
            raise problems.PROTECTED() from error
    if not plan.household_form or not kind.startswith(WITH_METADATA):
        return open_blob(store, keys, blob.name), kind
    try:
        if kind in CLIPS:
            return open_clean_clip(store, keys, blob.name, blob.size), kind
        clean = images.strip(_whole(blob))
    except Unreadable as error:
        raise problems.PICTURE_UNREADABLE() from error
    return iter((clean,)), sniff(clean)


def _whole(blob: Blob) -> bytes:
    if blob.size > CLEANED_WHOLE:
        raise problems.PICTURE_UNREADABLE()
    return b"".join(open_blob(services().store, services().keys, blob.name))


def _answer(
    body: Iterator[bytes], kind: str, *, download: str | None = None, tag: str | None = None
) -> Response:
    response = Response(body, content_type=kind)
    response.headers["Content-Security-Policy"] = NOTHING
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if (
        tag is not None
    ):  # a small copy may stay in the browser, and is asked for each time: rights may have gone
        response.headers["Cache-Control"] = "private, no-cache"
        response.set_etag(tag)
        response.make_conditional(request)
    if download is not None:
        response.headers.set("Content-Disposition", "attachment", filename=download.replace("\n", ""))
    return response
