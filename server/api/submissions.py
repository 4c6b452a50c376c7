"""Submissions over REST, live and to drafts: read, sent, edited, decided, commented, binned. Files: `submission_files`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from flask import Response, abort, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from media import Inbox
from server import problems
from server.accounts import audit_log
from server.accounts.access import Access
from server.accounts.models import Actor
from server.accounts.roles import Verb
from server.api import audits
from server.api import submission_files as files
from server.api.caller import SAFE, services
from server.api.files import body_of, file_answer
from server.api.listing import list_answer
from server.api.plumbing import SUCCESS, blueprint, flag, page
from server.api.schemas import ActorSchema, AuditSchema, ExtendedAuditSchema, Success
from server.api.submission_schemas import (
    CommentBody,
    CommentSchema,
    ExtendedCommentSchema,
    ExtendedSubmissionSchema,
    ExtendedSubmissionVersionSchema,
    FindingSchema,
    ReviewBody,
    SubmissionAttachmentSchema,
    SubmissionSchema,
    SubmissionVersionSchema,
)
from server.api.submission_views import (
    findings_shown,
    first_of,
    moved,
    opens_protected,
    shown,
    version_named,
    versions_of,
    versions_shown,
)
from server.areas.scope import visible
from server.db import db
from server.forms.models import Form, Project
from server.ingest.answers import raw_xml
from server.ingest.models import Submission
from server.ingest.parcel import Parcel, Receipt, Sender
from server.ingest.plan import plan_of
from server.ingest.receive import receive
from server.ingest.redact import redact_xml
from server.problems import ProblemError, Sentence
from server.review import decisions, queue
from server.review.models import Comment
from server.services import Services
from server.xforms import MESSAGES

submissions = blueprint("Submissions", "What was sent, and what was decided about it")

FORM = "/projects/<id:project_id>/forms/<raw:xml_form_id>"
MOST_XML = 10 * 1024 * 1024


def _one(
    access: Access, form: Form, instance_id: str, draft: bool = False, *, deleted: bool = False
) -> Submission:
    """A submission by its first instanceID, within the caller's areas. Raises `NOT_FOUND`.

    Where one is read by a later version's instanceID, the answer is where it is found (301), as in Central.
    """
    named = partial(
        queue.one,
        db.session(),
        services().keys,
        form.project_id,
        form.id,
        areas=access.areas,
        draft=draft,
        deleted=deleted,
    )
    try:
        return named(instance_id)
    except ProblemError:
        first = first_of(form, instance_id, draft) if request.method in SAFE else None
        if first is None:
            raise
        named(first)  # or it is not there for this caller
        abort(moved(first, instance_id, draft))


def _version_id(submission: Submission) -> int:
    if submission.version_id is None:
        raise problems.NOT_FOUND()
    return submission.version_id


def _views(what: str, base: str, draft: bool) -> None:
    """What live submissions and those to a draft have alike. `what` names the endpoints."""
    one = f"{base}/submissions/<raw:instance_id>"

    def at(rule: str, name: str, view: Callable[..., Any], method: str = "GET") -> None:
        submissions.add_url_rule(rule, f"{what}_{name}", view, methods=[method])

    @submissions.requires(Verb.SUBMISSION_LIST)
    @submissions.answers(SubmissionSchema, ExtendedSubmissionSchema, many=True)
    def list_submissions(access: Access, project: Project, form: Form) -> Response:
        """Newest first, all of them or a page (`limit`, `offset`); `?deleted=true`: those in the bin."""
        wanted = queue.Filter(project.id, access.areas, (form.id,), draft=draft, deleted=flag("deleted"))

        def read(session: Session, below: int | None, limit: int, offset: int) -> Sequence[Submission]:
            return queue.rows(session, wanted, below=below, limit=limit, offset=offset)

        return list_answer(SubmissionSchema, ExtendedSubmissionSchema, page(), read, shown)

    at(f"{base}/submissions", "list", list_submissions)

    @submissions.requires(Verb.SUBMISSION_LIST)
    @submissions.answers(ActorSchema, many=True)
    def list_submitters(access: Access, project: Project, form: Form) -> Sequence[Actor]:
        """Everybody who sent something."""
        sent = select(Submission.submitter_id).where(
            Submission.form_id == form.id,
            Submission.draft == draft,
            Submission.deleted_at.is_(None),
            visible(Submission.area_id, access.areas),
        )
        query = select(Actor).where(Actor.id.in_(sent)).order_by(Actor.display_name, Actor.id)
        return db.session.scalars(query).all()

    at(f"{base}/submissions/submitters", "submitters", list_submitters)

    @submissions.requires(Verb.SUBMISSION_LIST)
    @submissions.answers(ActorSchema, many=True)
    def list_keys(access: Access, project: Project, form: Form) -> list[dict[str, Any]]:
        """Keys of managed encryption: none, since it is not offered."""
        return []

    at(f"{base}/submissions/keys", "keys", list_keys)

    @submissions.requires(Verb.SUBMISSION_READ)
    @submissions.answers(SubmissionSchema, ExtendedSubmissionSchema)
    def read_submission(access: Access, project: Project, form: Form, instance_id: str) -> Any:
        """One submission; the instanceID of a later version leads to its first."""
        return shown([_one(access, form, instance_id, draft)])[0]

    at(one, "one", read_submission)

    @submissions.requires(Verb.SUBMISSION_READ)
    def read_xml(access: Access, project: Project, form: Form, instance_id: str) -> Response:
        """The XML as it came; protected answers left out, unless the caller may open them and gives a reason (X-Reason)."""
        submission = _one(access, form, instance_id, draft)
        return _xml(access, submission, _version_id(submission), submission.form_version_id)

    at(f"{one}.xml", "xml", read_xml)

    @submissions.requires(Verb.SUBMISSION_READ)
    @submissions.answers(SubmissionAttachmentSchema, many=True)
    def list_files(access: Access, project: Project, form: Form, instance_id: str) -> list[dict[str, Any]]:
        """The files that it mentions or came with."""
        return files.files_shown(db.session(), _version_id(_one(access, form, instance_id, draft)))

    at(f"{one}/attachments", "files", list_files)

    @submissions.requires(Verb.SUBMISSION_READ)
    def read_file(access: Access, project: Project, form: Form, instance_id: str, name: str) -> Response:
        """One file; `?size=thumb|screen`: a WebP of 320 or 1,280 px without metadata."""
        submission = _one(access, form, instance_id, draft)
        return files.read_file(db.session(), access, submission, _version_id(submission), name)

    at(f"{one}/attachments/<raw:name>", "file", read_file)

    @submissions.requires(Verb.SUBMISSION_UPDATE, transact=False)
    @submissions.answers(Success)
    def put_file(
        access: Access, project: Project, form: Form, instance_id: str, name: str
    ) -> dict[str, bool]:
        """Add a file that has not arrived."""
        submission = _one(access, form, instance_id, draft)
        files.put_file(db.session(), access, submission, _version_id(submission), name)
        return dict(SUCCESS)

    at(f"{one}/attachments/<raw:name>", "put_file", put_file, "POST")

    @submissions.requires(Verb.SUBMISSION_CREATE, transact=False)
    @submissions.answers(SubmissionSchema, ExtendedSubmissionSchema)
    def send(access: Access, project: Project, form: Form) -> dict[str, Any]:
        """Send a submission (its XML as the body, `?deviceID=`); files follow one by one."""
        return _sent(access, form, draft, None)

    at(f"{base}/submissions", "send", send, "POST")

    @submissions.requires(Verb.SUBMISSION_UPDATE, transact=False)
    @submissions.answers(SubmissionSchema, ExtendedSubmissionSchema)
    def edit(access: Access, project: Project, form: Form, instance_id: str) -> dict[str, Any]:
        """Replace a submission by an edit of it: XML that names the version it replaces in `deprecatedID`."""
        _one(access, form, instance_id, draft)
        return _sent(access, form, draft, instance_id)

    at(one, "edit", edit, "PUT")


_views("live", FORM, draft=False)
_views("draft", f"{FORM}/draft", draft=True)

ONE = f"{FORM}/submissions/<raw:instance_id>"


@submissions.patch(ONE)
@submissions.requires(Verb.SUBMISSION_REVIEW)
@submissions.takes(ReviewBody)
@submissions.answers(SubmissionSchema, ExtendedSubmissionSchema)
def review(
    access: Access, body: dict[str, Any], project: Project, form: Form, instance_id: str
) -> dict[str, Any]:
    """Decide: `reviewState` approved, hasIssues, rejected, edited or null. Approving lifts a quarantine."""
    submission = _one(access, form, instance_id)
    if "review_state" in body:
        seen = body.get("seen", "*")
        decisions.decide(
            db.session(), services(), submission, body["review_state"], actor_id=access.actor_id, seen=seen
        )
    return shown([submission])[0]


@submissions.delete(ONE)
@submissions.requires(Verb.SUBMISSION_DELETE)
@submissions.answers(Success)
def put_away(access: Access, project: Project, form: Form, instance_id: str) -> dict[str, bool]:
    """Put a submission into the bin."""
    submission = _one(access, form, instance_id)
    decisions.put_away(db.session(), services(), submission, actor_id=access.actor_id)
    return dict(SUCCESS)


@submissions.post(f"{ONE}/restore")
@submissions.requires(Verb.SUBMISSION_RESTORE)
@submissions.answers(Success)
def bring_back(access: Access, project: Project, form: Form, instance_id: str) -> dict[str, bool]:
    """Take it out again."""
    submission = _one(access, form, instance_id, deleted=True)
    decisions.bring_back(db.session(), services(), submission, actor_id=access.actor_id)
    return dict(SUCCESS)


@submissions.get(f"{ONE}/findings")
@submissions.requires(Verb.SUBMISSION_READ)
@submissions.answers(FindingSchema, many=True)
def list_findings(access: Access, project: Project, form: Form, instance_id: str) -> list[dict[str, Any]]:
    """What the checks found, in the reader's language."""
    return findings_shown(db.session(), _one(access, form, instance_id))


@submissions.get(f"{ONE}/comments")
@submissions.requires(Verb.SUBMISSION_READ)
@submissions.answers(CommentSchema, ExtendedCommentSchema, many=True)
def list_comments(access: Access, project: Project, form: Form, instance_id: str) -> list[dict[str, Any]]:
    """Newest first."""
    return _comments(decisions.comments_of(db.session(), _one(access, form, instance_id)))


@submissions.post(f"{ONE}/comments")
@submissions.requires(Verb.SUBMISSION_READ)
@submissions.takes(CommentBody)
@submissions.answers(CommentSchema, ExtendedCommentSchema)
def add_comment(
    access: Access, body: dict[str, Any], project: Project, form: Form, instance_id: str
) -> dict[str, Any]:
    """Write a comment: who may read a submission may, as in Central."""
    submission = _one(access, form, instance_id)
    made = decisions.add_comment(db.session(), submission, body["body"], actor_id=access.actor_id)
    return _comments([made])[0]


@submissions.get(f"{ONE}/audits")
@submissions.requires(Verb.SUBMISSION_READ)
@submissions.answers(AuditSchema, ExtendedAuditSchema, many=True)
def list_acts(access: Access, project: Project, form: Form, instance_id: str) -> list[dict[str, Any]]:
    """What was done with a submission, newest first."""
    submission = _one(access, form, instance_id)
    paged = page()
    acts = audit_log.entries(
        db.session(), actee=f"submission:{submission.id}", limit=paged.limit, offset=paged.offset
    )
    return audits.shown(acts)


@submissions.get(f"{ONE}/versions")
@submissions.requires(Verb.SUBMISSION_READ)
@submissions.answers(SubmissionVersionSchema, ExtendedSubmissionVersionSchema, many=True)
def list_versions(access: Access, project: Project, form: Form, instance_id: str) -> list[dict[str, Any]]:
    """As first sent and as edited, the newest first."""
    submission = _one(access, form, instance_id)
    found = versions_of(db.session(), submission)
    return versions_shown(found, current_ids={_version_id(submission)})


@submissions.get(f"{ONE}/versions/<raw:version>")
@submissions.requires(Verb.SUBMISSION_READ)
@submissions.answers(SubmissionVersionSchema, ExtendedSubmissionVersionSchema)
def read_version(
    access: Access, project: Project, form: Form, instance_id: str, version: str
) -> dict[str, Any]:
    """One version, by its own instanceID."""
    submission = _one(access, form, instance_id)
    found = version_named(db.session(), submission, version)
    return versions_shown([found], current_ids={_version_id(submission)})[0]


@submissions.get(f"{ONE}/versions/<raw:version>.xml")
@submissions.requires(Verb.SUBMISSION_READ)
def read_version_xml(
    access: Access, project: Project, form: Form, instance_id: str, version: str
) -> Response:
    """The XML of one version."""
    submission = _one(access, form, instance_id)
    found = version_named(db.session(), submission, version)
    return _xml(access, submission, found.id, found.form_version_id)


@submissions.get(f"{ONE}/versions/<raw:version>/attachments")
@submissions.requires(Verb.SUBMISSION_READ)
@submissions.answers(SubmissionAttachmentSchema, many=True)
def list_version_files(
    access: Access, project: Project, form: Form, instance_id: str, version: str
) -> list[dict[str, Any]]:
    """The files of one version."""
    submission = _one(access, form, instance_id)
    return files.files_shown(db.session(), version_named(db.session(), submission, version).id)


@submissions.get(f"{ONE}/versions/<raw:version>/attachments/<raw:name>")
@submissions.requires(Verb.SUBMISSION_READ)
def read_version_file(
    access: Access, project: Project, form: Form, instance_id: str, version: str, name: str
) -> Response:
    """One file of one version."""
    submission = _one(access, form, instance_id)
    found = version_named(db.session(), submission, version)
    return files.read_file(db.session(), access, submission, found.id, name)


def _sent(access: Access, form: Form, draft: bool, replaces: str | None) -> dict[str, Any]:
    session, house = db.session(), services()
    xml = body_of(request, MOST_XML, "xml")
    sender = Sender(
        actor_id=access.actor_id,
        project_id=form.project_id,
        may=lambda form_id: form_id == form.id,
        areas=access.areas,
        corrects=lambda form_id: access.may(Verb.SUBMISSION_UPDATE, form.project_id, form_id),
        device_id=(request.args.get("deviceID") or "")[:255] or None,
        user_agent=(request.headers.get("User-Agent") or "")[:255] or None,
        draft_form_id=form.id if draft else None,
    )
    session.rollback()
    with Inbox(house.store, house.keys, house.settings.max_upload) as inbox:
        parcel = Parcel(
            xml, inbox, xml_form_id=form.xml_form_id, replaces=replaces, new_only=replaces is None
        )
        receipt = _received(session, house, parcel, sender)
    session.rollback()
    assert receipt.submission_id is not None  # a deleted one was refused before
    return shown([session.get_one(Submission, receipt.submission_id)])[0]


def _received(session: Session, house: Services, parcel: Parcel, sender: Sender) -> Receipt:
    """`receive`, where what is no XML has ODK Central's code for it (400.1) and `reason` says what is wrong."""
    try:
        return receive(session, house, parcel, sender)
    except ProblemError as error:
        if error.problem is not problems.XML_UNREADABLE:
            raise
        reason = error.details.get("reason")
        if isinstance(reason, Sentence) and reason.text == MESSAGES["instance.no_form_id"]:
            raise  # it could be read
        raise problems.UNPARSEABLE(format="xml", rawLength=len(parcel.xml), reason=reason) from error


def _xml(access: Access, submission: Submission, version_id: int, form_version_id: int) -> Response:
    session = db.session()
    xml = raw_xml(session, services(), version_id)
    plan = plan_of(session, form_version_id)
    if plan.protected and not opens_protected(access, submission):
        xml = redact_xml(plan, xml)
    return file_answer(xml, f"application/xml{_charset(xml)}")


def _charset(xml: bytes) -> str:
    """For the header, which wins over what the XML says of itself: nothing where it came in another encoding than UTF-8."""
    try:
        xml.decode()
    except UnicodeDecodeError:
        return ""
    return "; charset=utf-8"


def _comments(found: Sequence[Comment]) -> list[dict[str, Any]]:
    ids = {one.actor_id for one in found}
    who = {actor.id: actor for actor in db.session.scalars(select(Actor).where(Actor.id.in_(ids)))}
    return [
        {
            "body": one.body,
            "actor_id": one.actor_id,
            "created_at": one.created_at,
            "actor": who.get(one.actor_id),
        }
        for one in found
    ]
