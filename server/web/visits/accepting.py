"""Taking one finding of a visit as it is, and taking that back."""

from __future__ import annotations

from flask import Response, url_for

from server import problems
from server.ingest.models import Submission
from server.problems import ProblemError
from server.review import accepting
from server.web.frame.door import acting, back_to, reader, said, services
from server.web.frame.words import tell_problem
from server.web.visits.filters import Asked
from server.web.visits.one import address_of, carried, page, standing, visit


@visit.post("/findings/<num:finding_id>/accept")
def accept(project_id: int, visit_id: int, finding_id: int) -> Response:
    """The answer is right though the finding says otherwise: it holds nothing back any more."""
    one, ask = standing(project_id, visit_id), carried(project_id)
    if (refused := _taken(one, finding_id, ask, accepted=True)) is not None:
        return refused
    back = url_for("web.visit.accept_back", project_id=project_id, visit_id=visit_id, finding_id=finding_id)
    said("undo", "The finding is accepted.", address=back, before="", seen="", filter=ask.query)
    return back_to(address_of(one, ask))


@visit.post("/findings/<num:finding_id>/accept/undo")
def accept_back(project_id: int, visit_id: int, finding_id: int) -> Response:
    """The finding says again what it said."""
    one, ask = standing(project_id, visit_id), carried(project_id)
    if (refused := _taken(one, finding_id, ask, accepted=False)) is not None:
        return refused
    said("done", "The finding is accepted no more.")
    return back_to(address_of(one, ask))


def _taken(one: Submission, finding_id: int, ask: Asked, *, accepted: bool) -> Response | None:
    """Write it down; the page with what to look at again where somebody else was there meanwhile."""
    try:
        with acting() as writing:
            accepting.accept(writing, services(), one, finding_id, actor_id=reader().id, accepted=accepted)
    except ProblemError as error:
        if error.problem is not problems.STALE:
            raise
        return page(one, ask, 409, trouble=tell_problem(error))
    return None
