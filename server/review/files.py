"""What a file of a submission may show: decided here for every door, and held in memory only where it must be rewritten.

Knows no request: the door says which size is asked for, and how its caller opens what is protected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from media import Missing, Unreadable, images, open_blob
from media.clips import CLIPS, open_clean_clip
from media.sniff import sniff
from server import problems
from server.ingest.models import Attachment, Blob, Photo, SubmissionVersion
from server.ingest.plan import Plan, plan_of
from server.ingest.redact import AUDIT, is_protected, redact_audit
from server.services import Services

SIZES = {"thumb": images.THUMB, "screen": images.SCREEN}
WITH_METADATA = ("image/", "video/", "audio/")
MOST_IN_MEMORY = 60_000_000
"""Bytes of a picture or log that is rewritten in memory whole. Clips are streamed at any size."""

Opens = Callable[[], bool]
"""Whether the caller opens what is protected, for a reason that is written down. Asked only where something is hidden."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as it leaves. `size` in bytes, where it is known before; `tag` names these very bytes and tells nothing of them."""

    content: Iterable[bytes]
    content_type: str
    tag: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class _File:
    """What is known of a stored file, with no database needed any more."""

    blob: str
    content_type: str
    size: int
    tag: str
    prepared: bool
    small: str | None


def shown(
    session: Session, services: Services, version_id: int, name: str, *, size: str | None, opens: Opens
) -> Shown:
    """One file of a version: a small copy without metadata (`size`, a key of SIZES), or the original as far as it may be seen.

    Of a form that writes to a household the original leaves without its metadata, its log without places and protected
    answers, unless `opens()`; what answers a protected question leaves not at all then. `session` only reads and is given
    back before the bytes go out. Raises NOT_FOUND, PICTURE_UNREADABLE, PROTECTED, and what `opens` raises.
    """
    row = session.execute(
        select(
            Blob.name,
            Blob.content_type,
            Blob.size,
            Blob.mac,
            Photo.blob_id,
            Photo.thumb,
            Photo.screen,
            Attachment.path,
            SubmissionVersion.form_version_id,
        )
        .join(Attachment, Attachment.blob_id == Blob.id)
        .join(SubmissionVersion, SubmissionVersion.id == Attachment.version_id)
        .outerjoin(Photo, Photo.blob_id == Blob.id)
        .where(Attachment.version_id == version_id, Attachment.name == name)
    ).first()
    if row is None:
        raise problems.NOT_FOUND()
    plan = plan_of(session, row.form_version_id)
    small = {"thumb": row.thumb, "screen": row.screen}.get(size or "")
    file = _File(row.name, row.content_type, row.size, row.mac.hex()[:32], row.blob_id is not None, small)
    hidden, is_log = is_protected(plan, row.path), name == AUDIT and holds_places(plan)
    exact = (hidden or (size is None and (plan.household_form or is_log))) and opens()
    if hidden and not exact:
        raise problems.PROTECTED()
    session.rollback()
    try:
        if size is not None:
            return _small(services, file, size)
        if exact:
            return _whole(services, file)
        if is_log:
            return _redacted(services, file, plan)
        if plan.household_form and file.content_type.startswith(WITH_METADATA):
            return _bare(services, file)
        return _whole(services, file)
    except Missing as error:
        raise problems.NOT_FOUND() from error
    except Unreadable as error:
        raise problems.PICTURE_UNREADABLE() from error


def holds_places(plan: Plan) -> bool:
    """Whether a log of this form may hold what is protected: answers, or where a household's visit was made."""
    return bool(plan.protected) or plan.household_form


def _whole(services: Services, file: _File) -> Shown:
    content = open_blob(services.store, services.keys, file.blob)
    return Shown(content, file.content_type, file.tag, file.size)


def _small(services: Services, file: _File, size: str) -> Shown:
    """The small copy; made here where the job that makes it has not run yet."""
    tag = f"{file.tag}-{size}"
    if file.small is not None:
        return Shown(open_blob(services.store, services.keys, file.small), "image/webp", tag)
    if file.prepared or not file.content_type.startswith("image/"):
        raise problems.PICTURE_UNREADABLE()
    _, made = images.prepare(_read(services, file))
    return Shown((made[SIZES[size]],), "image/webp", tag, len(made[SIZES[size]]))


def _bare(services: Services, file: _File) -> Shown:
    """Without places, times and makers."""
    tag = f"{file.tag}-bare"
    if file.content_type in CLIPS:
        content = open_clean_clip(services.store, services.keys, file.blob, file.size)
        return Shown(content, file.content_type, tag, file.size)
    bare = images.strip(_read(services, file))
    return Shown((bare,), sniff(bare), tag, len(bare))


def _redacted(services: Services, file: _File, plan: Plan) -> Shown:
    if file.size > MOST_IN_MEMORY:
        raise problems.PROTECTED()
    try:
        log = redact_audit(plan, _read(services, file))
    except ValueError as error:
        raise problems.PROTECTED() from error  # what it holds cannot be told: it is opened whole, or not
    return Shown((log,), "text/csv; charset=utf-8", f"{file.tag}-bare", len(log))


def _read(services: Services, file: _File) -> bytes:
    if file.size > MOST_IN_MEMORY:
        raise problems.PICTURE_UNREADABLE()
    return b"".join(open_blob(services.store, services.keys, file.blob))
