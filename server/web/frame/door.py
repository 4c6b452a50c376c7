"""The door of the pages: who reads and in which language, what may act, and pages for what goes wrong.

Views stay thin: they read through `session()`, act inside `acting()`, and answer with `render` or `back_to`.
"""

from __future__ import annotations

import hmac
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
)
from flask import session as kept
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from media import Full, Unavailable
from server import problems
from server.accounts import cookies, signin
from server.accounts.access import Access, access_of
from server.db import db, read_only, transaction
from server.forms import projects
from server.forms.models import Project
from server.hot import deadlocked
from server.problems import ProblemError
from server.services import Services
from server.traces import out_of_handles
from server.web.frame.words import tell_problem
from server.words import LANGUAGES, nearest

log = logging.getLogger("fieldfare.web")

LARGEST = 100_000_000
"""Bytes of one request to a page: a form's media file is the largest thing that people upload here."""
LARGEST_FIELD = 8_000_000
"""Bytes of one text field: a refused spreadsheet travels with its page, so that it can be mended with one click."""

LANGUAGE_COOKIE = "language"
FORM_COOKIE = "__form"
UNSAVED = "unsaved"
"""Where somebody sent something after their session had ended; they are told so when they come back there."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

web = Blueprint("web", __name__, template_folder="../templates")

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is signed in, with the session that they came with."""

    access: Access
    current: signin.Current

    @property
    def id(self) -> int:
        """Actor id."""
        return self.access.actor_id


def anybody(view: View) -> View:
    """Mark a view that needs nobody to be signed in."""
    view.open_to_anybody = True  # type: ignore[attr-defined]  # functions take attributes
    return view


def services() -> Services:
    """The installation's services."""
    found: Services = current_app.extensions["fieldfare"]
    return found


def session() -> Session:
    """The request's session. It reads, unless inside `acting`."""
    return db.session()


def reader() -> Reader:
    """Who is signed in. Raises UNAUTHENTICATED."""
    found: Reader | None = g.get("reader")
    if found is None:
        raise problems.UNAUTHENTICATED()
    return found


def access() -> Access:
    """What the reader may do and see."""
    return reader().access


@contextmanager
def acting() -> Iterator[Session]:
    """One writing transaction; reading goes on through the reading engine afterwards."""
    own = session()
    own.rollback()
    own.info.pop("read_only", None)
    try:
        with transaction(own):
            yield own
    finally:
        read_only(own)


def project_of(project_id: int, verb: str = "project.read") -> Project:
    """A project that the reader may see with this verb; its zone becomes the page's. Raises NOT_FOUND, FORBIDDEN."""
    known = access()
    if not known.may("project.read", project_id):
        raise problems.NOT_FOUND()
    found = projects.get(session(), project_id)
    known.require(verb, project_id)
    g.zone, g.project = ZoneInfo(found.timezone), found
    return found


def render(template: str, status: int = 200, /, **context: Any) -> Response:
    """A page. It is nobody else's: browsers and proxies keep none of it (edge.py says so for every answer)."""
    return make_response(render_template(template, **context), status)


def back_to(address: str) -> Response:
    """Send the browser on after an act, so that a reload does not repeat it. To a part of a page (htmx) it is said in a
    header: followed on the way, the whole page would come as that part, and its messages with it."""
    if request.headers.get("HX-Request"):
        return Response(headers={"HX-Redirect": address})
    response = redirect(address, 303)
    assert isinstance(response, Response)
    return response


def said(kind: str, text: str, **args: Any) -> None:
    """A short message on the next page. `text` is worded there, in the language of then."""
    flash({"text": text, "args": args}, kind)  # type: ignore[arg-type]  # flash takes whatever a session can hold


def whole(text: str | None) -> int | None:
    """A number that an address or a form carries; None for what is none, or is more than a database counts to."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def local(address: str | None, otherwise: str = "/") -> str:
    """`address` where it is a path on this server, else `otherwise`: nobody is sent to a stranger's."""
    if not address or not address.startswith("/") or "\\" in address or any(ord(c) < 32 for c in address):
        return otherwise
    parts = urlsplit(address)
    return otherwise if parts.scheme or parts.netloc or address.startswith("//") else address


def token() -> str:
    """The value that forms of this page must carry: the session's, or one of this browser before signing in."""
    found = g.get("reader")
    if found is not None:
        return str(found.current.csrf)
    if "form_token" not in g:
        g.form_token = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
    return str(g.form_token)


def is_secure() -> bool:
    """Whether cookies must insist on https."""
    return request.is_secure or services().settings.base_url.startswith("https://")


def set_cookies(response: Response, opened: signin.Opened) -> Response:
    """Give a browser its session: a new token always, whatever it had before."""
    cookies.set_cookies(response, opened, secure=is_secure())
    response.delete_cookie(FORM_COOKIE, path="/", secure=is_secure(), samesite="Strict")
    return response


def clear_cookies(response: Response) -> Response:
    """Make a browser forget its session."""
    cookies.clear_cookies(response, secure=is_secure())
    return response


@web.before_request
def begin() -> None:
    """Find out who reads, in which language; refuse a post that this browser's page did not send."""
    request.max_content_length = LARGEST
    request.max_form_memory_size = LARGEST_FIELD
    _identify()
    if request.method not in SAFE:
        session().rollback()  # the body comes as slowly as its sender likes: nothing is open meanwhile
    _refuse_nul()
    view = current_app.view_functions.get(request.endpoint or "")
    if not getattr(view, "open_to_anybody", False):
        reader()
    if request.method not in SAFE:
        _check_sent_from_here()


def _identify() -> None:
    """Who reads, in which language and zone. What is wrong with a session is no error here: nobody reads then."""
    own = session()
    read_only(own)
    g.language = nearest(request.cookies.get(LANGUAGE_COOKIE), "") or _asked_for()
    g.zone = ZoneInfo(services().settings.timezone)
    given = request.cookies.get(signin.cookie_name(secure=is_secure()))
    current = signin.by_token(own, services(), given) if given else None
    known = access_of(own, current.actor_id) if current else None
    if current is not None and known is not None:
        g.reader = Reader(known, current)
        g.language = nearest(known.language, g.language)


def _refuse_nul() -> None:
    """NUL is in no name and no words of ours, and PostgreSQL takes it in no text."""
    if any("\0" in value for value in (request.view_args or {}).values() if isinstance(value, str)):
        raise problems.NOT_FOUND()
    for given in (request.args, request.form):
        for key, values in given.lists():
            if any("\0" in value for value in values):
                raise problems.UNEXPECTED_VALUE(field=key[:40], value="", reason="it has a NUL character")


def _check_sent_from_here() -> None:
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise problems.CSRF()
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    found: Reader | None = g.get("reader")
    expected = found.current.csrf if found else request.cookies.get(FORM_COOKIE, "")
    if not expected or not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
        raise problems.CSRF()


@web.after_request
def finish(response: Response) -> Response:
    """Keep the browser's own form value where a page without a reader was shown."""
    if "form_token" in g and request.cookies.get(FORM_COOKIE) != g.form_token:
        response.set_cookie(
            FORM_COOKIE, g.form_token, path="/", secure=is_secure(), httponly=True, samesite="Strict"
        )
    response.vary.add("Cookie")
    return response


def here() -> str:
    """The address to come back to: this page's own, or the page whose form was sent."""
    return request.full_path.rstrip("?") if request.method == "GET" else page_above(request.path)


def page_above(path: str) -> str:
    """The page at an address or above it: under a visit, `/decide` only takes what is sent, and nothing is there to open."""
    routes = current_app.url_map.bind("")
    while path.count("/") > 1 and not routes.test(path, "GET"):
        path = path.rpartition("/")[0]
    return path if routes.test(path, "GET") else "/"


@web.errorhandler(ProblemError)
def refused(error: ProblemError) -> Response:
    """A problem as a page; who is not signed in is asked to, and comes back to where they were going."""
    if error.problem is problems.UNAUTHENTICATED and g.get("reader") is None:
        going = here()
        if request.method not in SAFE and request.endpoint != "web.account.sign_out":
            carried = urlencode(parse_qsl(request.form.get("filter", "")))
            kept[UNSAVED] = going = f"{going}?{carried}" if carried else going
        address = "/sign-in" if going == "/" else f"/sign-in?next={_quoted(going)}"
        return back_to(address)
    return _error_page(error.problem.status, tell_problem(error))


@web.errorhandler(Unavailable)
@web.errorhandler(Full)
def away(error: Exception) -> Response:
    """The photo store does not answer."""
    return refused(problems.STORE_AWAY())


@web.errorhandler(OperationalError)
def database_away(error: OperationalError) -> Response:
    """The database does not answer; pages themselves need none to say so. Two who waited for each other are no such thing."""
    if deadlocked(error):
        return refused(problems.BUSY())
    log.exception(
        "database away", extra={"fields": {"id": g.get("request_id"), "endpoint": request.endpoint}}
    )
    return refused(problems.DATABASE_AWAY())


@web.errorhandler(HTTPException)
def http_trouble(error: HTTPException) -> Response:
    """What Flask itself refuses."""
    if error.code == 413:
        return refused(problems.REQUEST_TOO_LARGE())
    if (error.code or 500) >= 500:
        return refused(problems.UNKNOWN_TROUBLE())
    return refused(problems.NOT_FOUND())


@web.errorhandler(Exception)
def trouble(error: Exception) -> Response:
    """A fault of ours: logged with the request's number, which the page names."""
    log.exception("page failed", extra={"fields": {"id": g.get("request_id"), "endpoint": request.endpoint}})
    session().rollback()
    if out_of_handles(error):
        return refused(problems.STORE_AWAY())  # it passes, nothing here is broken
    return refused(problems.UNKNOWN_TROUBLE())


def nowhere(error: HTTPException) -> Response | HTTPException:
    """An address that no door has, or that only takes what is sent: who opens one of those gets the page above it."""
    if request.path.startswith(("/v1", "/static")):
        return error
    if error.code == 405 and request.method in SAFE:
        return back_to(page_above(request.path))
    _identify()
    return _error_page(error.code or 404, tell_problem(problems.NOT_FOUND()))


def _error_page(status: int, words: Any) -> Response:
    number = g.get("request_id") if status >= 500 else None
    return render("error.html", status, words=words, status=status, number=number)


def _asked_for() -> str:
    best = request.accept_languages.best_match([*LANGUAGES, "zh-CN", "zh-Hans"])
    return nearest(best, services().settings.language)


def _quoted(path: str) -> str:
    return quote(path, safe="/")


def join(app: Flask) -> None:
    """What the whole application needs for pages: cookies of messages, the page for addresses that are not there."""
    app.config.update(
        SESSION_COOKIE_NAME="fieldfare",  # `session` is the sign-in, as in ODK Central
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=app.extensions["fieldfare"].settings.base_url.startswith("https://"),
    )
    for code in (404, 405):
        app.register_error_handler(code, nowhere)
