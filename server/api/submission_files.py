"""Files of submissions: listed, given out as far as the caller may see them, added where one is missing."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from sqlalchemy.orm import Session

from media import Inbox
from server import problems
from server.accounts import opening
from server.accounts.access import Access
from server.api.caller import services
from server.api.files import file_answer
from server.api.submission_views import attachments_of, opens_protected
from server.ingest.models import Submission
from server.ingest.parcel import Parcel
from server.ingest.receive import add_files
from server.problems import ProblemError
from server.review.files import SIZES, shown

PIECE = 64 * 1024


def files_shown(session: Session, version_id: int) -> list[dict[str, Any]]:
    """The files of a version, as Central lists them."""
    return [
        {"name": row.name, "exists": row.blob_id is not None} for row in attachments_of(session, version_id)
    ]


def read_file(
    session: Session, access: Access, submission: Submission, version_id: int, name: str
) -> Response:
    """One file: a small copy (`?size=thumb|screen`), or the original, as `review.files` says it may be seen.

    Raises `NOT_FOUND`, `UNEXPECTED_VALUE`, `PICTURE_UNREADABLE`, `PROTECTED`, `REASON_NEEDED`.
    """
    size = request.args.get("size") or None
    if size is not None and size not in SIZES:
        raise problems.UNEXPECTED_VALUE(
            field="size", value=size[:20], reason=problems.Sentence("it is thumb or screen")
        )
    may = opening.may_open(access, submission.project_id, submission.form_id)
    try:
        file = shown(
            session,
            services(),
            version_id,
            name,
            size=size,
            opens=lambda: opens_protected(access, submission),
        )
    except ProblemError as error:
        if error.problem is problems.PROTECTED and may and not request.headers.get("X-Reason"):
            raise problems.REASON_NEEDED() from error
        raise
    return file_answer(
        file.content, file.content_type, name=None if size else name, tag=file.tag, size=file.size
    )


def put_file(session: Session, access: Access, submission: Submission, version_id: int, name: str) -> None:
    """Add a file that the submission mentions and that has not arrived; what is there stays as it came.

    Raises `NOT_FOUND` where the submission mentions no such file, `NOT_UNIQUE` where it is there.
    """
    row = next((one for one in attachments_of(session, version_id) if one.name == name), None)
    if row is None:
        raise problems.NOT_FOUND()
    if row.blob_id is not None:
        raise problems.NOT_UNIQUE(fields="name", values=name)
    submission_id = submission.id
    session.rollback()
    house = services()
    with Inbox(house.store, house.keys, house.settings.max_upload) as inbox:
        incoming = inbox.begin(name, request.content_type or "application/octet-stream")
        while piece := request.stream.read(PIECE):
            incoming.write(piece)
        received = incoming.finish()
        parcel = Parcel(b"", inbox, (received,))
        add_files(session, house, parcel, (received,), submission_id, version_id, access.actor_id)
