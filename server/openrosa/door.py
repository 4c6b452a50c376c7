"""OpenRosa's addresses, under each of the three bases (ours and Central's): token, draft's test token, person."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from flask import Blueprint, Flask, Response, current_app, request
from sqlalchemy.exc import InterfaceError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from media import Full, Inbox, Unavailable
from server import problems
from server.accounts import audit, phones
from server.accounts.models import Phone
from server.accounts.roles import Verb
from server.db import db, read_only
from server.entities import lists
from server.entities.datasets import dataset_id_of
from server.forms import attachments, served
from server.hot import in_trouble
from server.ingest.parcel import Parcel, Sender
from server.ingest.receive import receive
from server.openrosa import caller as callers
from server.openrosa import multipart, polls, wire
from server.openrosa.caller import Caller
from server.openrosa.refusals import refusal
from server.services import Services
from server.traces import out_of_handles
from server.words import say, say_problem, sentences

log = logging.getLogger("fieldfare.openrosa")

openrosa = Blueprint("openrosa", __name__)

KEY = "/v1/key/<token>/projects/<int:project_id>"
TEST = "/v1/test/<token>/projects/<int:project_id>/forms/<raw:xml_form_id>/draft"
PERSON = "/v1/projects/<int:project_id>"

DRAINED = 4
"""How many times the largest file is read away of a body that is refused, so that the answer is heard."""


def services() -> Services:
    """The installation's services."""
    return current_app.extensions["fieldfare"]  # type: ignore[no-any-return]  # Flask's extensions are untyped


def caller(project_id: int, token: str | None = None, xml_form_id: str | None = None) -> Caller:
    """Who calls this address. Flask gives what the rule matched: a test token comes with its form."""
    session = _reading()
    if token is None:
        return callers.by_person(session, services(), project_id)
    if request.path.startswith("/v1/test/"):
        return callers.by_test_token(session, services(), token, project_id, xml_form_id or "")
    who = callers.by_key(services(), token, project_id)
    if request.method != "POST":  # what comes with a visit is noted in the visit's own transaction
        assert who.phone is not None
        _seen(who.phone.access.actor_id, lately=who.phone.lately)
    return who


def _reading() -> Session:
    """The request's session, which reads; it takes no connection before it is used."""
    session = db.session()
    read_only(session)
    return session


# --- form list, form, manifest, files -------------------------------------------------------------------------------


@openrosa.get(f"{KEY}/formList")
def phone_list(project_id: int, token: str) -> Response:
    """The forms that a phone may fill in: what it asks most."""
    polled = polls.form_list(services(), token, project_id, callers.key_base(token, project_id))
    _seen(polled.actor_id, lately=polled.lately)
    return _conditional(polled.answer)


@openrosa.get(f"{TEST}/formList")
@openrosa.get(f"{PERSON}/formList")
def form_list(project_id: int, token: str | None = None, xml_form_id: str | None = None) -> Response:
    """The forms that this caller may fill in."""
    who = caller(project_id, token, xml_form_id)
    session = db.session()
    if who.draft_form_id is not None:
        forms = [served.served(session, project_id, xml_form_id or "", draft=True)]
    else:
        assert who.access is not None
        mine = who.access.forms(Verb.OPEN_FORM_READ, project_id)
        if mine == frozenset():
            raise problems.FORBIDDEN()  # an empty list would wipe the app that asked
        forms = served.forms_for_phones(session, project_id, mine)
    return _conditional(polls.answer(polls.listed(forms, who.base, draft=who.draft_form_id is not None)))


@openrosa.get(f"{KEY}/forms/<raw:xml_form_id>.xml")
@openrosa.get(f"{TEST}.xml", endpoint="draft_xml")
def form_xml(project_id: int, xml_form_id: str, token: str | None = None) -> Response:
    """A form's exact bytes."""
    who = caller(project_id, token, xml_form_id)
    form = _served(who, xml_form_id)
    tag = f'"{form.md5}"'
    if _is_known(tag):
        return _not_modified(tag)
    if who.phone is not None:
        _seen(who.phone.access.actor_id, lately=who.phone.lately, form_version_id=form.form_version_id)
    return _answer(served.xml_of(db.session(), form.form_version_id), tag)


@openrosa.get(f"{KEY}/forms/<raw:xml_form_id>/manifest")
def phone_manifest(project_id: int, token: str, xml_form_id: str) -> Response:
    """The files of a form with their hashes, for a phone: what it asks next."""
    base = callers.key_base(token, project_id)
    polled = polls.manifest(_reading(), services(), token, project_id, base, xml_form_id)
    _seen(polled.actor_id, lately=polled.lately)
    return _conditional(polled.answer)


@openrosa.get(f"{TEST}/manifest")
@openrosa.get(f"{PERSON}/forms/<raw:xml_form_id>/manifest")
def manifest(project_id: int, xml_form_id: str, token: str | None = None) -> Response:
    """The files of a form, with their hashes: what this caller's areas hold, of lists."""
    who = caller(project_id, token, xml_form_id)
    form = _served(who, xml_form_id)
    who, session = who.of_form(form.form_id), db.session()
    view = polls.View(who.base, who.language, who.areas, who.rows, _exact(who), who.draft_form_id is not None)
    files = served.files_of(session, form.form_version_id)
    return _conditional(polls.answer(polls.files(session, services(), view, xml_form_id, files)))


def _exact(who: Caller) -> bool:
    """Whether lists carry exact points: as the project's switch says; never for a draft, whose testers nobody knows."""
    return who.draft_form_id is None and served.exact_points(db.session(), who.project_id)


def _list(who: Caller, file: served.ServedFile, generation: int | None = None) -> lists.Copy:
    session, house = db.session(), services()
    if file.source == "areas":
        return lists.areas_csv(session, house, who.areas, who.language)
    assert file.dataset_id is not None
    exact = _exact(who)
    return lists.csv_for(session, house, file.dataset_id, who.rows, exact_points=exact, generation=generation)


@openrosa.get(f"{KEY}/datasets/<raw:name>/integrity")
@openrosa.get(f"{TEST}/datasets/<raw:name>/integrity")
@openrosa.get(f"{PERSON}/datasets/<raw:name>/integrity")
def integrity(
    project_id: int, name: str, token: str | None = None, xml_form_id: str | None = None
) -> Response:
    """Which of the entities that a phone made offline were deleted here."""
    who = caller(project_id, token, xml_form_id)
    if who.access is not None and who.access.forms(Verb.OPEN_FORM_READ, project_id) == frozenset():
        raise problems.FORBIDDEN()  # no form of the project: nothing to ask about its lists either
    session = db.session()
    dataset_id = dataset_id_of(session, project_id, name)
    if who.draft_form_id is not None:  # its testers, whom nobody knows, ask about its own lists alone
        draft = _served(who, xml_form_id or "")
        files = served.files_of(session, draft.form_version_id)
        dataset_id = next((file.dataset_id for file in files if file.dataset_id == dataset_id), None)
    if dataset_id is None:
        raise problems.DATASET_NOT_FOUND(datasetName=name)
    asked = [one for one in request.args.get("id", "").split(",") if one]
    return _answer(wire.integrity(lists.deleted(session, dataset_id, asked).items()))


@openrosa.get(f"{KEY}/forms/<raw:xml_form_id>/attachments/<raw:name>")
@openrosa.get(f"{TEST}/attachments/<raw:name>")
def form_file(project_id: int, xml_form_id: str, name: str, token: str | None = None) -> Response:
    """One file of a form."""
    who = caller(project_id, token, xml_form_id)
    form = _served(who, xml_form_id)
    file = served.file_of(db.session(), form.form_version_id, name)
    if file.source != "file":
        copy = _list(who, file, request.args.get("g", type=int))
        if file.source == "dataset" and _exact(who):
            _note_exact_points(who, file)
        return _conditional(polls.Answer(copy.content, f'"{copy.md5}"'), "text/csv; charset=utf-8")
    assert file.md5 is not None
    assert file.file_id is not None
    tag = f'"{file.md5}"'
    if _is_known(tag):
        return _not_modified(tag)
    file_row, pieces = attachments.content(db.session(), services(), file.file_id)
    response = _answer(pieces, tag, content_type=file_row.content_type)
    response.headers["Content-Disposition"] = "attachment"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; sandbox"  # a page or drawing runs nowhere
    )
    return response


def _note_exact_points(who: Caller, file: served.ServedFile) -> None:
    """Exact dwelling points leave for a phone, as the project's switch allows: each time is in the audit log."""
    db.session.rollback()
    services().committer.run(
        lambda writing: audit.record(
            writing,
            "dataset.download.exact",
            actor_id=who.actor_id,
            actee=f"dataset:{file.dataset_id}",
            project_id=who.project_id,
        )
    )


def _served(who: Caller, xml_form_id: str) -> served.ServedForm:
    form = served.served(db.session(), who.project_id, xml_form_id, draft=who.draft_form_id is not None)
    if who.access is not None:
        who.access.require(Verb.OPEN_FORM_READ, who.project_id, form.form_id)
    return form


# --- submission -----------------------------------------------------------------------------------------------------


@openrosa.route(f"{KEY}/submission", methods=["HEAD"])
@openrosa.route(f"{TEST}/submission", methods=["HEAD"])
@openrosa.route(f"{PERSON}/submission", methods=["HEAD"])
def may_send(project_id: int, token: str | None = None, xml_form_id: str | None = None) -> Response:
    """204 with what is taken: an app asks before it sends."""
    caller(project_id, token, xml_form_id)
    return _answer(b"", status=204)


@openrosa.post(f"{KEY}/submission")
@openrosa.post(f"{TEST}/submission")
@openrosa.post(f"{PERSON}/submission")
def submission(project_id: int, token: str | None = None, xml_form_id: str | None = None) -> Response:
    """Take a submission, whole or a part of it."""
    who = caller(project_id, token, xml_form_id)
    house = services()
    session = db.session()
    access = who.access
    sender = Sender(
        actor_id=who.actor_id,
        project_id=project_id,
        may=lambda form_id: access is None or access.may(Verb.SUBMISSION_CREATE, project_id, form_id),
        areas=access.areas if access is not None else (),
        corrects=None
        if access is None or who.phone is not None
        else lambda form_id: access.may(Verb.SUBMISSION_UPDATE, project_id, form_id),
        device_id=_short(request.args.get("deviceID")),
        user_agent=_short(request.headers.get("User-Agent")),
        draft_form_id=who.draft_form_id,
        heard=who.phone is not None and not who.phone.lately,
    )
    session.rollback()  # no connection is held while a body is read
    try:
        with Inbox(house.store, house.keys, house.settings.max_upload) as inbox:
            body = multipart.read(
                request.stream, request.headers.get("Content-Type", ""), inbox, house.settings.max_upload
            )
            receipt = receive(session, house, Parcel(body.xml, inbox, body.files), sender)
    except problems.ProblemError as error:
        if error.problem.status < 500:  # what is refused was sent; trouble of our own is not written down
            _heard(sender)
        raise
    if not receipt.created:
        _heard(sender)
    told = [say(who.language, "Received. Receipt {number}.", number=receipt.number)]
    if receipt.code and (receipt.subject or "").startswith("facility:"):
        told.append(say(who.language, "Facility {code}.", code=receipt.code))
    elif receipt.code:
        told.append(say(who.language, "Household {code}.", code=receipt.code))
    return _answer(wire.message(sentences(who.language, *told), "submit_success"), status=201)


def _heard(sender: Sender) -> None:
    """Note that a phone sent, where no visit of it was stored that would have noted it."""
    if sender.heard and sender.actor_id is not None:
        _seen(sender.actor_id, lately=False)


def _short(text: str | None) -> str | None:
    """What a stranger calls itself, as the database can keep it: no NUL (PostgreSQL has none), bounded."""
    return (text or "").replace("\0", "\ufffd")[:255] or None


# --- answers --------------------------------------------------------------------------------------------------------


def _answer(
    content: bytes | Iterable[bytes],
    tag: str | None = None,
    *,
    status: int = 200,
    content_type: str = wire.CONTENT_TYPE,
) -> Response:
    return Response(content, status=status, headers=_headers(tag), content_type=content_type)


def _headers(tag: str | None) -> list[tuple[str, str]]:
    standing = [wire.VERSION_HEADER, ("X-OpenRosa-Accept-Content-Length", str(wire.ACCEPT_LENGTH))]
    if tag is not None:  # kept on the phone, asked about each time
        standing += [("ETag", tag), ("Cache-Control", "private, no-cache")]
    return standing


def _is_known(tag: str) -> bool:
    """Whether the phone has that already; a proxy that compresses makes its tag a weak one (`W/"…"`)."""
    return request.if_none_match.contains_weak(tag.strip('"'))


def _not_modified(tag: str) -> Response:
    return Response(status=304, headers=_headers(tag))


def _conditional(answer: polls.Answer, content_type: str = wire.CONTENT_TYPE) -> Response:
    if _is_known(answer.tag):
        return _not_modified(answer.tag)
    return _answer(answer.content, answer.tag, content_type=content_type)


def _seen(actor_id: int, *, lately: bool, form_version_id: int | None = None) -> None:
    """Note when a phone was last heard of and what it fetched: at most once a minute."""
    if lately and form_version_id is None:
        return

    def write(session: Session) -> None:
        if form_version_id is None:
            phones.heard(session, actor_id)
        else:
            phones.seen(session, session.get_one(Phone, actor_id), form_version_id)

    db.session.rollback()  # the poll's own read is over
    services().committer.run(write)


# --- problems -------------------------------------------------------------------------------------------------------


def _language() -> str:
    """The language of whoever calls, where it is known; a phone's is kept with the phone."""
    token = (request.view_args or {}).get("token")
    if token and request.path.startswith("/v1/key/"):
        try:
            known = callers.language_of(db.session(), services(), token)
        except (SQLAlchemyError, OSError):
            known = None  # the database is what is wrong, or there is no handle left to ask it by
        if known:
            return known
    return services().settings.language


def problem(error: problems.ProblemError) -> Response:
    """A problem, as the app shows it to the enumerator."""
    db.session.rollback()
    wording = say_problem
    if request.method == "POST":
        multipart.drain(request.stream, DRAINED * services().settings.max_upload)
        wording = refusal
    try:
        text = wording(_language(), error)
    except OSError:
        text = wording("en", error)  # no handle is left to read the other languages' words by
    response = _answer(wire.message(text, "error"), status=error.problem.status)
    response.headers["X-Fieldfare-Code"] = error.problem.code
    if error.problem.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Fieldfare", charset="UTF-8"'
    return response


def trouble(error: Exception) -> Response:
    """A fault of our own: never an empty list, never a page. The app keeps what it has and tries again."""
    log.exception("fault in %s", request.endpoint)
    row = (
        problems.DATABASE_AWAY
        if in_trouble(error) or isinstance(error, InterfaceError | NoConnection)
        else problems.UNKNOWN_TROUBLE
    )
    if out_of_handles(error):
        row = problems.STORE_AWAY  # out of file handles: photos cannot be stored at the moment
    return problem(row())


def _as_problem(row: Callable[..., problems.ProblemError]) -> Callable[[Exception], Response]:
    return lambda error: problem(row())


openrosa.register_error_handler(problems.ProblemError, problem)
openrosa.register_error_handler(Full, _as_problem(problems.DISK_FULL))
openrosa.register_error_handler(Unavailable, _as_problem(problems.STORE_AWAY))
openrosa.register_error_handler(Exception, trouble)


def register(app: Flask) -> None:
    """Join the application; several in one process may."""
    app.register_blueprint(openrosa)
