"""What makes a view three lines long: who calls, may they, one transaction, Central's shapes for answers and errors.

`@blueprint.requires(verb)` identifies the caller, finds the project and form that the address names, checks the verb
and opens the transaction; `@blueprint.takes(schema)` reads JSON; `@blueprint.answers(schema)` writes the result.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, NoReturn, TypeVar, cast

import flask_smorest  # type: ignore[import-untyped]  # it has no types
from flask import Request, Response, g, request
from marshmallow import Schema, ValidationError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException

from media import Full, TooLarge, Unavailable
from server import problems
from server.accounts.access import Access
from server.accounts.roles import Verb
from server.api.caller import SAFE, Caller, identify, services
from server.api.json_body import held, read_json
from server.db import db, read_only, transaction
from server.forms import projects
from server.forms.models import Form, Project
from server.forms.notices import told_in
from server.hot import deadlocked, in_trouble
from server.problems import ProblemError
from server.traces import out_of_handles
from server.words import nearest, say, say_problem

log = logging.getLogger("fieldfare.api")

View = TypeVar("View", bound=Callable[..., Any])
SUCCESS: Mapping[str, bool] = {"success": True}
MOST_ROWS = 2**31 - 1


TRIES = 4
"""How often what somebody asks for is tried where PostgreSQL undid it for another's sake."""


@dataclass(frozen=True, slots=True)
class Page:
    """Central's `limit` and `offset`."""

    limit: int | None
    offset: int


class Parser(FlaskParser):
    """webargs with our bounds on JSON and Central's words for what does not fit."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}  # webargs' own declaration: schemas decide

    def load_json(self, req: Request, schema: Schema) -> Any:
        body = read_json(req)
        if not isinstance(body, dict):
            raise problems.INVALID_TYPE(field="body", value=None, expected="an object")
        return body

    def handle_error(self, error: ValidationError, *args: Any, **kwargs: Any) -> NoReturn:
        raise refusal(error)


def refusal(error: ValidationError) -> ProblemError:
    """The first thing wrong with a request's fields, in Central's codes: 400.2 missing, 400.11 of another type."""
    (found,) = error.messages_dict.values()  # by the location, which webargs puts before
    given: Any = error.data
    path: list[str] = []
    while isinstance(found, dict) and found:
        key = next(iter(found))
        path.append(str(key))
        found = found[key]
        try:
            given = given[key]
        except (LookupError, TypeError):  # it is of another shape, or not there
            given = None
    field = ".".join(path) or "body"
    text = found[0] if isinstance(found, list) and found else str(found)
    if text == "Missing data for required field.":
        return problems.MISSING_PARAMETER(field=field)
    return problems.INVALID_TYPE(
        field=field, value=problems.shown(field, given), expected=EXPECTED.get(text, text)
    )


EXPECTED = {
    "Not a valid string.": "a string",
    "Not a valid integer.": "an integer",
    "Not a valid number.": "a number",
    "Not a valid boolean.": "true or false",
    "Not a valid list.": "a list",
    "Not a valid mapping type.": "an object",
    "Field may not be null.": "given, not null",
}
"""marshmallow's sentences, as the end of ours: `{field} should be …`."""


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # smorest has no types
    """A part of the API under /v1, with its errors worded and its views decorated."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, description: str) -> None:
        super().__init__(name, __name__, url_prefix="/v1", description=description)
        self.register_error_handler(ProblemError, problem_answer)
        self.register_error_handler(HTTPException, _http_answer)
        self.register_error_handler(Exception, _trouble_answer)

    def get(self, rule: str) -> Callable[[View], View]:
        """A view of GET. The five methods are here for their types alone."""
        return cast(Callable[[View], View], self.route(rule, methods=["GET"]))

    def post(self, rule: str) -> Callable[[View], View]:
        """A view of POST."""
        return cast(Callable[[View], View], self.route(rule, methods=["POST"]))

    def put(self, rule: str) -> Callable[[View], View]:
        """A view of PUT."""
        return cast(Callable[[View], View], self.route(rule, methods=["PUT"]))

    def patch(self, rule: str) -> Callable[[View], View]:
        """A view of PATCH."""
        return cast(Callable[[View], View], self.route(rule, methods=["PATCH"]))

    def delete(self, rule: str) -> Callable[[View], View]:
        """A view of DELETE."""
        return cast(Callable[[View], View], self.route(rule, methods=["DELETE"]))

    def answers(
        self, schema: type[Schema], extended: type[Schema] | None = None, *, many: bool = False
    ) -> Callable[[View], View]:
        """Write what the view returns with a schema; with another where `X-Extended-Metadata: true` asks for more."""
        plain, more = schema(many=many), (extended or schema)(many=many)

        def decorate(view: View) -> View:
            @wraps(view)
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                result = view(*args, **kwargs)
                return (
                    result
                    if isinstance(result, Response)
                    else json_answer((more if is_extended() else plain).dump(result))
                )

            return cast(View, self.response(200, extended(many=many) if extended else plain)(wrapper))

        return decorate

    def takes(self, schema: type[Schema]) -> Callable[[View], View]:
        """Read the request's JSON with a schema; the view gets it after the caller's access."""
        return cast(Callable[[View], View], self.arguments(schema, location="json"))

    def asks(self, schema: type[Schema]) -> Callable[[View], View]:
        """Read the query string with a schema."""
        return cast(Callable[[View], View], self.arguments(schema, location="query"))

    @staticmethod
    def requires(verb: Verb | None = None, *, transact: bool = True) -> Callable[[View], View]:
        """The caller may do this to what the address names, or is refused; the view gets their `Access` first.

        `project_id` in the address becomes the argument `project: Project`, `xml_form_id` becomes `form: Form`. A GET
        reads through the reading engine; any other method runs in one transaction, begun when the body is here (the bound
        of JSON holds for each) and committed before the answer goes out. `transact=False`: the session stays a reading
        one, nothing open, and the view writes by itself (`writing()`, or a room's own committer): for a larger body, and
        for work that is too long for a write lock.
        """

        def decorate(view: View) -> View:
            @wraps(view)
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                session = db.session()
                read_only(session)
                caller = identify(session, request)
                _refuse_nul(kwargs)
                g.caller = caller
                if request.method in SAFE:
                    return view(caller.access, *args, **_found(session, caller.access, verb, kwargs))
                if not transact:
                    named = _found(session, caller.access, verb, kwargs)
                    session.expunge_all()  # what was found stays readable; nothing is open while the view works
                    session.rollback()
                    return view(caller.access, *args, **named)
                session.rollback()
                held(request)  # it comes as slowly as its sender likes: nothing is open meanwhile
                return _written(
                    session,
                    lambda: view(caller.access, *args, **_found(session, caller.access, verb, kwargs)),
                )

            return cast(View, wrapper)

        return decorate


def blueprint(name: str, description: str) -> Blueprint:
    """A part of the API. `name` is the heading it stands under in /docs."""
    return Blueprint(name, description)


def _written(session: Session, view: Callable[[], Any], tries: int = TRIES) -> Any:
    """What the view returns, once what it wrote is committed. Where PostgreSQL undid it, as two waited for each other, it is
    done again from the start."""
    read_write(session)
    try:
        with transaction(session):
            return view()
    except DBAPIError as error:
        if tries == 1 or not deadlocked(error):
            raise
    session.expunge_all()
    return _written(session, view, tries - 1)


def read_write(session: Session) -> None:
    """End the reading; from here on the session writes."""
    session.rollback()
    session.info.pop("read_only", None)


@contextmanager
def writing() -> Iterator[Session]:
    """One transaction of a view that reads and works before it (`transact=False`)."""
    session = db.session()
    read_write(session)
    with transaction(session):
        yield session


def current() -> Caller:
    """The caller that `requires` identified."""
    caller: Caller = g.caller
    return caller


def is_extended() -> bool:
    """Whether the request asks for Central's extended metadata."""
    return request.headers.get("X-Extended-Metadata", "").strip().lower() == "true"


def page() -> Page:
    """`limit` and `offset` of the query. Raises `INVALID_TYPE`, or `UNEXPECTED_VALUE` for what is below nought."""
    return Page(_count("limit"), _count("offset") or 0)


def flag(name: str) -> bool:
    """Whether a query parameter says yes, as Central reads it: `true` and nothing else."""
    return request.args.get(name, "").strip().lower() == "true"


def json_answer(value: Any, status: int = 200) -> Response:
    """JSON as the API writes it: UTF-8 as it is, order kept."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(body, status=status, content_type="application/json; charset=utf-8")


def problem_answer(error: ProblemError) -> Response:
    """A problem in Central's shape. The code keeps its last nought (403.60), which a float would lose."""
    message = json.dumps(say_problem(language(), error), ensure_ascii=False)
    details = json.dumps(in_words(error.details), ensure_ascii=False, default=str)
    body = f'{{"message":{message},"code":{error.problem.code},"details":{details}}}'
    return Response(body, status=error.problem.status, content_type="application/json; charset=utf-8")


def in_words(notices: Any) -> Any:
    """Notices, or a problem's details that may hold some, in the reader's language."""
    return told_in(notices, language(), partial(say, language()))


def language() -> str:
    """The language of messages: the caller's own, else what the request accepts, else the installation's."""
    caller: Caller | None = g.get("caller")
    if caller is not None and caller.access.language:
        return nearest(caller.access.language)
    accepted = request.accept_languages.best
    return nearest(accepted, services().settings.language) if accepted else services().settings.language


def _http_answer(error: HTTPException) -> Response:
    if error.response is not None and error.code is None:
        return cast(Response, error.response)
    if error.code in {301, 302, 303, 304, 307, 308}:
        return cast(Response, error.get_response())
    if error.code == 413:
        return problem_answer(problems.REQUEST_TOO_LARGE())
    if error.code in {404, 405}:
        return problem_answer(problems.NOT_FOUND())
    if error.code is not None and 400 <= error.code < 500:
        return problem_answer(problems.UNPARSEABLE(format="a request", rawLength=request.content_length or 0))
    return problem_answer(problems.UNKNOWN_TROUBLE())


def _trouble_answer(error: Exception) -> Response:
    if isinstance(error, TooLarge):
        return problem_answer(problems.FILE_TOO_LARGE(name="", limit=error.limit // 1_000_000))
    if isinstance(error, Full):
        return problem_answer(problems.DISK_FULL())
    if isinstance(error, Unavailable) or out_of_handles(error):
        return problem_answer(problems.STORE_AWAY())
    if deadlocked(error):
        return problem_answer(problems.BUSY())
    if in_trouble(error):
        log.warning("database away", extra={"fields": {"id": g.get("request_id")}})
        return problem_answer(problems.DATABASE_AWAY())
    log.error("unexpected", exc_info=error, extra={"fields": {"id": g.get("request_id")}})
    return problem_answer(problems.UNKNOWN_TROUBLE())


def _found(session: Session, access: Access, verb: Verb | None, kwargs: dict[str, Any]) -> dict[str, Any]:
    """The address's names turned into what they name. Missing: 404.1; there, but not for this caller: 403.1."""
    named = dict(kwargs)
    project: Project | None = None
    form: Form | None = None
    if "project_id" in named:
        project = named["project"] = projects.get(session, named.pop("project_id"))
    if "xml_form_id" in named:
        assert project is not None
        form = named["form"] = form_named(session, project.id, named.pop("xml_form_id"))
    if verb is not None:
        access.require(verb, project.id if project else None, form.id if form else None)
    return named


def form_named(session: Session, project_id: int, xml_form_id: str) -> Form:
    """The form of a project by its text id, not the ones in the bin. Raises `NOT_FOUND`."""
    named = select(Form).where(
        Form.project_id == project_id, Form.xml_form_id == xml_form_id, Form.deleted_at.is_(None)
    )
    found = session.scalars(named).first()
    if found is None:
        raise problems.NOT_FOUND()
    return found


def _refuse_nul(named: Mapping[str, Any]) -> None:
    """NUL is in no name of ours, and PostgreSQL takes it in no text: 404.1 in an address, 400.8 in a query."""
    if any(isinstance(value, str) and "\0" in value for value in named.values()):
        raise problems.NOT_FOUND()
    for key, value in request.args.items():
        if "\0" in value:
            raise problems.UNEXPECTED_VALUE(
                field=problems.shown("", key),
                value=problems.shown(key, value),
                reason=problems.Sentence("it has a NUL character"),
            )


def _count(name: str) -> int | None:
    given = request.args.get(name)
    if given is None:
        return None
    try:
        number = int(given)
    except ValueError as error:
        raise problems.INVALID_TYPE(field=name, value=given[:40], expected="an integer") from error
    if number < 0:
        raise problems.UNEXPECTED_VALUE(field=name, value=number, reason=problems.Sentence("it is below 0"))
    return min(number, MOST_ROWS)
