"""Signing in and out, the links that set a password once, and a person's own account."""

from __future__ import annotations

from flask import Blueprint, Response, g, request
from flask import session as kept

from server import problems
from server.accounts import signin, users
from server.problems import ProblemError
from server.web.frame.door import (
    LANGUAGE_COOKIE,
    UNSAVED,
    acting,
    anybody,
    back_to,
    clear_cookies,
    is_secure,
    local,
    reader,
    render,
    said,
    services,
    session,
    set_cookies,
)
from server.web.frame.words import tell, tell_problem
from server.words import LANGUAGES

account = Blueprint("account", __name__)

YEAR = 365 * 24 * 3600


@account.get("/sign-in")
@anybody
def sign_in() -> Response:
    """Ask for address and password; who is signed in already goes on."""
    going = local(request.args.get("next"))
    if g.get("reader") is not None:
        return back_to(going)
    return render("account/sign_in.html", next=going, email="", errors={}, unsaved=kept.get(UNSAVED) == going)


@account.post("/sign-in")
@anybody
def open_session() -> Response:
    """Sign in. argon2 is computed outside any transaction; the session is a new one whatever the browser had."""
    going = local(request.form.get("next"))
    email, password = request.form.get("email", "").strip(), request.form.get("password", "")
    try:
        if not email or not password:
            raise problems.UNAUTHENTICATED()
        verdict = signin.examine(session(), services(), email, password, request.remote_addr or "")
        with acting() as writing:
            opened = signin.settle(writing, services(), verdict, user_agent=request.headers.get("User-Agent"))
        if opened is None:
            raise problems.UNAUTHENTICATED()
    except ProblemError as error:
        unknown = error.problem is problems.UNAUTHENTICATED
        words = tell("E-mail address and password do not fit together.") if unknown else tell_problem(error)
        return render(
            "account/sign_in.html", error.problem.status, next=going, email=email, errors={"email": words}
        )
    if kept.pop(UNSAVED, None) == going:
        said("unsaved", "You had been signed out: what you sent was not saved. Please send it again.")
    return set_cookies(back_to(going), opened)


@account.post("/sign-out")
def sign_out() -> Response:
    """End the session and make the browser forget it."""
    current = reader().current
    with acting() as writing:
        signin.sign_out(writing, current.id)
    g.pop("reader")
    kept.clear()
    return clear_cookies(back_to("/sign-in"))


@account.post("/language")
@anybody
def set_language() -> Response:
    """Keep the language with the person, and in this browser for the page of signing in."""
    wanted = request.form.get("language", "")
    response = back_to(local(request.form.get("next")))
    if wanted not in LANGUAGES:
        return response
    if g.get("reader") is not None:
        with acting() as writing:
            users.change(writing, users.get(writing, reader().id), language=wanted, by=reader().id)
    response.set_cookie(LANGUAGE_COOKIE, wanted, max_age=YEAR, path="/", secure=is_secure(), samesite="Lax")
    return response


@account.route("/welcome/<token>", methods=["GET", "POST"])
@anybody
def welcome(token: str) -> Response:
    """The set-up link: the first administrator gives an address and a password, once, and is signed in."""
    info = users.link_info(session(), services(), token)
    if info is None or info.purpose != "setup" or users.has_admin(session()):
        return render("account/link_over.html", 410, setup=True)
    given = {name: request.form.get(name, "").strip() for name in ("name", "email")}
    errors = {}
    if request.method == "POST":
        password = request.form.get("password", "")
        errors = _wrong(given["email"], password, request.form.get("again", ""))
        if not errors:
            try:
                with acting() as writing:
                    user = users.use_setup(
                        writing,
                        services(),
                        token,
                        email=given["email"],
                        password=password,
                        display_name=given["name"] or None,
                    )
                    opened = signin.open_session(writing, services(), user.actor_id)
                said("done", "Welcome. This installation is yours to set up.")
                return set_cookies(back_to("/"), opened)
            except ProblemError as error:
                errors = {_field(error): tell_problem(error)}
    return render("account/welcome.html", 422 if errors else 200, given=given, errors=errors)


@account.route("/password/<token>", methods=["GET", "POST"])
@anybody
def new_password(token: str) -> Response:
    """A reset or invitation link: a new password, once, and the person is signed in."""
    info = users.link_info(session(), services(), token)
    if info is None or info.purpose != "reset":
        return render("account/link_over.html", 410, setup=False)
    errors = {}
    if request.method == "POST":
        password = request.form.get("password", "")
        errors = _wrong("-", password, request.form.get("again", ""))
        if not errors:
            try:
                with acting() as writing:
                    user = users.use_reset(writing, services(), token, password)
                    opened = signin.open_session(writing, services(), user.actor_id)
                said("done", "The password is set, and you are signed in.")
                return set_cookies(back_to("/"), opened)
            except ProblemError as error:
                errors = {_field(error): tell_problem(error)}
    return render("account/password.html", 422 if errors else 200, email=info.email, errors=errors)


@account.route("/me", methods=["GET", "POST"])
def me() -> Response:
    """One's own account: the name shown, and a new password."""
    user = users.get(session(), reader().id)
    errors = {}
    if request.method == "POST":
        try:
            if "display_name" in request.form:
                with acting() as writing:
                    users.change(writing, user, display_name=request.form["display_name"], by=reader().id)
            else:
                new = request.form.get("password", "")
                errors = _wrong("-", new, request.form.get("again", ""))
                if not errors:
                    _change_password(user.email, request.form.get("old", ""), new)
            if not errors:
                said("done", "Saved.")
                return back_to("/me")
        except ProblemError as error:
            wrong_old = error.problem is problems.UNAUTHENTICATED
            words = tell("This is not your present password.") if wrong_old else tell_problem(error)
            of_old = wrong_old or error.problem is problems.TOO_MANY_TRIES
            errors = {"old" if of_old else _field(error): words}
    return render("account/me.html", 422 if errors else 200, user=user, errors=errors)


def _change_password(email: str, old: str, new: str) -> None:
    """Set the reader's own, knowing the old one. Wrong ones count like those of signing in."""
    verdict = signin.examine(session(), services(), email, old, request.remote_addr or "")
    with acting() as writing:
        if right := signin.note(writing, verdict):
            user = users.get(writing, reader().id)
            users.set_password(writing, user, new, keep=reader().current.id, by=reader().id)
    if not right:
        raise problems.UNAUTHENTICATED()


def _wrong(email: str, password: str, again: str) -> dict[str, str]:
    errors = {}
    if not email:
        errors["email"] = tell("Give your e-mail address.")
    if not password:
        errors["password"] = tell("Choose a password.")
    elif password != again:
        errors["again"] = tell("The two passwords differ. Type the same one twice.")
    return dict(errors)


def _field(error: ProblemError) -> str:
    if error.problem in (problems.PASSWORD_SHORT, problems.PASSWORD_LONG):
        return "password"
    return {"email": "email", "displayName": "display_name"}.get(str(error.details.get("field")), "email")
