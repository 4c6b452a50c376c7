"""Files of a visit as pages show them: small copies without metadata in view, originals only as downloads.

What somebody uploaded never runs in our origin: originals are attachments under a policy that allows nothing.
"""

from __future__ import annotations

import base64

from flask import Response, request

from media import open_blob
from server import problems
from server.problems import ProblemError
from server.review.files import SIZES, shown
from server.web.frame.door import services, session
from server.web.visits.one import found, opens, visit

NOTHING = "default-src 'none'; sandbox; frame-ancestors 'none'"


@visit.get("/files/<raw:name>")
def file(project_id: int, visit_id: int, name: str) -> Response:
    """`?size=thumb` or `screen`: a WebP without metadata; without: the original as everybody may have it.

    What is protected has no address of its own: it is shown inside the page that a reason opened.
    """
    one = found(project_id, visit_id)
    assert one.version_id is not None
    size = request.args.get("size")
    small = size if size in SIZES else None
    try:
        given = shown(session(), services(), one.version_id, name, size=small, opens=lambda: False)
    except ProblemError as error:
        if small and error.problem is problems.PICTURE_UNREADABLE:
            return Response("", 404)  # no page stands in an image's place
        raise
    response = Response(given.content, content_type=given.content_type)
    response.headers["Content-Security-Policy"] = NOTHING
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if small:  # a small copy may stay in the browser, and is asked for each time: rights may have gone
        response.headers["Cache-Control"] = "private, no-cache"
        response.set_etag(given.tag)
        response.make_conditional(request)
    else:
        response.headers.set("Content-Disposition", "attachment", filename=name.replace("\n", ""))
    return response


@visit.post("/files/<raw:name>/original")
def original(project_id: int, visit_id: int, name: str) -> Response:
    """A file exactly as it came, for a reason that is kept with the reader's name: what no picture can be shown of."""
    one = found(project_id, visit_id)
    assert one.version_id is not None
    if not opens(one, file=name):
        raise problems.REASON_NEEDED()
    given = shown(session(), services(), one.version_id, name, size=None, opens=lambda: True)
    response = Response(given.content, content_type=given.content_type)
    response.headers["Content-Security-Policy"] = NOTHING
    response.headers.set("Content-Disposition", "attachment", filename=name.replace("\n", ""))
    return response


def inline(blob_name: str) -> str:
    """A small copy as a data address, for the one look that a reason opened."""
    body = b"".join(open_blob(services().store, services().keys, blob_name))
    return "data:image/webp;base64," + base64.b64encode(body).decode()
