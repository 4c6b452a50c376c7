"""Who can send? Phones with areas, last seen and versions; a new one; its card to print; its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request, url_for
from markupsafe import Markup
from sqlalchemy import select

from server.accounts import phones as room
from server.accounts import whose_areas
from server.accounts.models import Assignment, Phone, PhoneForm
from server.accounts.tallies import is_silent
from server.areas.models import Area
from server.forms.lifecycle import of_project as forms_of
from server.forms.models import Form, FormVersion, Project
from server.ingest.models import Submission
from server.problems import ProblemError
from server.web.frame.door import (
    access,
    acting,
    back_to,
    project_of,
    reader,
    render,
    said,
    services,
    session,
    whole,
)
from server.web.frame.words import direction, language, tell_problem
from server.web.visits.areafield import area_picks, areas_given
from server.web.visits.filters import told_apart
from server.words import say

phones = Blueprint("phones", __name__, url_prefix="/p/<num:project_id>/phones")

STEPS = (
    "Install ODK Collect and open it",
    "Choose “Configure with QR code”",
    "Hold the phone over this code",
)
LOST = "Lost the phone? Tell your supervisor: it is shut out at once, and what it has sent stays."


@dataclass(frozen=True, slots=True)
class Carrier:
    """A phone as the list shows it: state is active, silent, new or revoked."""

    phone: Phone
    areas: list[Area]
    state: str
    versions: tuple[FormVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A card to print, worded in the enumerator's language."""

    phone: Phone
    areas: list[Area]
    svg: Markup
    steps: tuple[str, ...]
    lost: str
    language: str
    direction: str


@phones.get("")
def listing(project_id: int) -> Response:
    """The phones of the reader's areas."""
    project = project_of(project_id, "field_key.list")
    found = room.of_project(session(), project_id, access().areas)
    return render(
        "phones/list.html",
        project=project,
        carriers=_carriers(found),
    )


@phones.route("/new", methods=["GET", "POST"])
def new(project_id: int) -> Response:
    """Make a phone: a name, its areas, its language, all forms and new ones too."""
    project = project_of(project_id, "field_key.create")
    forms = [form for form in forms_of(session(), project_id) if form.current_version is not None]
    given: dict[str, Any] = {
        "name": request.form.get("name", f"{say(language(), 'Phone')} {_next(project_id)}"),
        "areas": [],
        "language": request.form.get("language", language()),
        "forms": _chosen(forms) if request.method == "POST" else {form.id for form in forms},
        "new_forms": request.method == "GET" or "new_forms" in request.form,
    }
    errors = {}
    if request.method == "POST":
        try:
            given["areas"] = areas_given()
            _within(given["areas"])
            with acting() as writing:
                phone, _ = room.create(
                    writing,
                    services(),
                    project_id,
                    given["name"],
                    forms=sorted(given["forms"]),
                    new_forms=given["new_forms"],
                    areas=given["areas"],
                    language=given["language"],
                    by=reader().id,
                )
            said("done", "{name} is ready: scan the code.", name=phone.actor.display_name)
            return back_to(url_for("web.phones.overview", project_id=project_id, actor_id=phone.actor_id))
        except ProblemError as error:
            errors = {_field(error): tell_problem(error)}
    return render(
        "phones/new.html",
        422 if errors else 200,
        project=project,
        given=given,
        errors=errors,
        forms=told_apart(forms),
        areas=area_picks(given["areas"]),
        typed=request.form.get("more_areas", ""),
    )


@phones.get("/cards")
def cards(project_id: int) -> Response:
    """Cards of all working phones, eight to an A4 or (`?paper=a6`) one to an A6; `?of=` chooses some."""
    project = project_of(project_id, "field_key.update")
    wanted = {number for one in request.args.getlist("of") if (number := whole(one)) is not None}
    found = [
        phone
        for phone in room.of_project(session(), project_id, access().areas)
        if phone.revoked_at is None and (not wanted or phone.actor_id in wanted)
    ]
    areas = whose_areas.areas_of(session(), [phone.actor_id for phone in found])
    made = [_card(project, phone, areas.get(phone.actor_id, [])) for phone in found]
    return render(
        "phones/cards.html",
        project=project,
        cards=[card for card in made if card],
        paper="a6" if request.args.get("paper") == "a6" else "a4",
        of=sorted(wanted),
    )


@phones.get("/<num:actor_id>")
def overview(project_id: int, actor_id: int) -> Response:
    """One phone: its card, what it has, what it sent, and its end."""
    project, phone = project_of(project_id, "field_key.list"), _found(project_id, actor_id)
    carrier = _carriers([phone])[0]
    may = access().may("field_key.update", project_id)
    return render(
        "phones/one.html",
        project=project,
        phone=phone,
        carrier=carrier,
        card=_card(project, phone, carrier.areas) if may else None,
        forms=told_apart(_forms_of(phone)),
        may=may,
        may_revoke=access().may("session.end", project_id) or access().may("field_key.delete", project_id),
        every=told_apart(
            form for form in forms_of(session(), project_id) if form.current_version is not None
        ),
        areas=area_picks([area.id for area in carrier.areas]),
    )


@phones.post("/<num:actor_id>")
def change(project_id: int, actor_id: int) -> Response:
    """Name, areas, language, new forms; and forms given since."""
    project_of(project_id, "field_key.update")
    phone = _found(project_id, actor_id)
    forms = [form for form in forms_of(session(), project_id) if form.current_version is not None]
    chosen, wanted = _chosen(forms), areas_given()
    _within(wanted)
    with acting() as writing:
        room.change(
            writing,
            phone,
            name=request.form.get("name", ""),
            new_forms="new_forms" in request.form,
            areas=wanted,
            language=request.form.get("language", phone.language),
            by=reader().id,
        )
        for form_id in sorted(chosen):
            room.give_form(writing, phone, form_id, by=reader().id)
    said("done", "Saved. The phone follows when it next asks.")
    return back_to(url_for("web.phones.overview", project_id=project_id, actor_id=actor_id))


@phones.post("/<num:actor_id>/revoke")
def revoke(project_id: int, actor_id: int) -> Response:
    """Withdraw its access at once; the page then says what may still be on it."""
    project_of(project_id, "session.end")
    phone = _found(project_id, actor_id)
    with acting() as writing:
        room.revoke(writing, phone, by=reader().id)
    said("done", "{name} is shut out. What it sent stays.", name=phone.actor.display_name)
    return back_to(url_for("web.phones.overview", project_id=project_id, actor_id=actor_id))


def _found(project_id: int, actor_id: int) -> Phone:
    return room.get(session(), project_id, actor_id, access().areas)


def _carriers(found: Any) -> list[Carrier]:
    ids = [phone.actor_id for phone in found]
    areas = whose_areas.areas_of(session(), ids)
    versions: dict[int, list[FormVersion]] = {}
    on_it = _fetched(ids) | _sent(ids)
    query = select(FormVersion).where(FormVersion.id.in_({version_id for _, version_id in on_it}))
    for version in session().scalars(query.order_by(FormVersion.title, FormVersion.id)):
        for actor_id in ids:
            if (actor_id, version.id) in on_it:
                versions.setdefault(actor_id, []).append(version)
    return [
        Carrier(phone, areas.get(phone.actor_id, []), _state(phone), tuple(versions.get(phone.actor_id, ())))
        for phone in found
    ]


def _fetched(ids: Sequence[int]) -> set[tuple[int, int]]:
    """(Phone, version) of what phones fetched."""
    query = select(PhoneForm.actor_id, PhoneForm.form_version_id).where(PhoneForm.actor_id.in_(ids))
    return {(actor_id, version_id) for actor_id, version_id in session().execute(query)}


def _sent(ids: Sequence[int]) -> set[tuple[int, int]]:
    """(Phone, version) of the newest visit of each: whatever it was fetched by, it was on that phone."""
    newest = (
        select(Submission.id)
        .where(Submission.submitter_id == Phone.actor_id)
        .order_by(Submission.id.desc())
        .limit(1)
        .correlate(Phone)
        .scalar_subquery()
    )
    query = select(Phone.actor_id, Submission.form_version_id).join(Submission, Submission.id == newest)
    found = session().execute(query.where(Phone.actor_id.in_(ids)))
    return {(actor_id, version_id) for actor_id, version_id in found}


def _state(phone: Phone) -> str:
    if phone.revoked_at is not None:
        return "revoked"
    if is_silent(phone):
        return "silent"
    return "new" if phone.last_seen_at is None else "active"


def _card(project: Project, phone: Phone, areas: list[Area]) -> Card | None:
    made = room.settings_qr(services(), phone, project.name)
    if made is None:
        return None
    own = phone.language
    return Card(
        phone,
        areas,
        Markup(room.qr_svg(made[1])),  # noqa: S704 - segno's own drawing
        tuple(say(own, step) for step in STEPS),
        say(own, LOST),
        own,
        direction(own),
    )


def _forms_of(phone: Phone) -> list[Form]:
    query = (
        select(Form)
        .join(Assignment, Assignment.form_id == Form.id)
        .where(Assignment.actor_id == phone.actor_id, Form.deleted_at.is_(None))
        .order_by(Form.xml_form_id)
    )
    return list(session().scalars(query))


def _chosen(forms: Any) -> set[int]:
    ticked = set(request.form.getlist("forms"))
    return {form.id for form in forms if str(form.id) in ticked}


def _within(areas: list[int]) -> None:
    whose_areas.refuse_wider(session(), access().areas, areas)


def _next(project_id: int) -> int:
    return len(room.of_project(session(), project_id)) + 1


def _field(error: ProblemError) -> str:
    return {"displayName": "name", "areas": "areas", "language": "language"}.get(
        str(error.details.get("field")), "name"
    )
