"""Phones: tokens, forms, areas, QR codes, revoking."""

from __future__ import annotations

import base64
import json
import re
import zlib
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server import problems
from server.accounts import phones, whose_areas
from server.accounts.access import access_of
from server.accounts.models import Assignment, Phone, PhoneForm
from server.accounts.roles import Verb
from server.areas.models import Area
from server.db import utcnow
from server.forms.models import Form, FormVersion, Project
from server.problems import ProblemError
from server.services import Services


@pytest.fixture
def version(session: Session, form: Form) -> FormVersion:
    version = FormVersion(form_id=form.id, title="Visit", xml=b"<h/>", md5="0" * 32, created_at=utcnow())
    session.add(version)
    session.flush()
    return version


@pytest.fixture
def village(session: Session) -> Area:
    area = Area(code="A1-014", name="Lower Ford", level="village", path="/1/", created_at=utcnow())
    session.add(area)
    session.flush()
    return area


def test_a_phone_is_found_by_its_token_and_the_database_keeps_no_token(
    session: Session, services: Services, project: Project
) -> None:
    phone, token = phones.create(session, services, project.id, "Phone 7", by=None)
    assert phones.by_token(session, services, token) is phone
    assert phones.token_of(services, phone) == token
    assert len(token) == 64
    assert phone.token_sealed is not None
    assert token.encode() not in phone.token_mac + phone.token_sealed


def test_a_new_phone_sees_no_form_until_it_is_given_one(
    session: Session, services: Services, form: Form
) -> None:
    phone, _ = phones.create(session, services, form.project_id, "Phone 7", by=None)
    access = access_of(session, phone.actor_id)
    assert access is not None
    assert access.forms(Verb.OPEN_FORM_READ, form.project_id) == frozenset()
    assert phones.give_form(session, phone, form.id, by=None) is True
    assert phones.give_form(session, phone, form.id, by=None) is False
    again = access_of(session, phone.actor_id)
    assert again is not None
    assert again.may(Verb.SUBMISSION_CREATE, form.project_id, form.id)


def test_a_form_published_later_goes_to_the_phones_that_want_new_ones(
    session: Session, services: Services, form: Form
) -> None:
    wants, _ = phones.create(session, services, form.project_id, "Phone 1", new_forms=True, by=None)
    phones.create(session, services, form.project_id, "Phone 2", by=None)
    gone, _ = phones.create(session, services, form.project_id, "Phone 3", new_forms=True, by=None)
    phones.revoke(session, gone, by=None)
    assert phones.form_published(session, form.project_id, form.id, by=None) == 1
    assert phones.form_published(session, form.project_id, form.id, by=None) == 0
    assert [a.actor_id for a in session.scalars(select(Assignment))] == [wants.actor_id]


@pytest.mark.parametrize("token", ["x" * 64, "short", "", "../../etc/passwd", "é" * 64])
def test_an_unknown_or_malformed_token_is_a_phone_not_known(
    session: Session, services: Services, token: str
) -> None:
    with pytest.raises(ProblemError) as refused:
        phones.by_token(session, services, token)
    assert refused.value.problem is problems.PHONE_UNKNOWN
    assert refused.value.problem.status == 403


def test_revoking_ends_access_at_once_and_says_what_may_be_unsent(
    session: Session, services: Services, form: Form, version: FormVersion
) -> None:
    phone, token = phones.create(session, services, form.project_id, "Phone 7", forms=[form.id], by=None)
    phones.seen(session, phone, version.id)
    left = phones.revoke(session, phone, by=None)
    assert left.form_version_ids == (version.id,)
    assert left.last_seen_at == phone.last_seen_at
    assert left.last_seen_at is not None
    with pytest.raises(ProblemError):
        phones.by_token(session, services, token)
    assert access_of(session, phone.actor_id) is None
    assert phones.token_of(services, phone) is None
    assert phones.settings_qr(services, phone, "Aldermere") is None
    assert phones.revoke(session, phone, by=None) == left


def test_being_seen_is_written_once_a_minute(
    session: Session, services: Services, form: Form, version: FormVersion
) -> None:
    phone, _ = phones.create(session, services, form.project_id, "Phone 7", by=None)
    phones.seen(session, phone)
    first = phone.last_seen_at
    assert not phones.is_news(session, phone)
    phones.seen(session, phone)
    assert phone.last_seen_at == first
    assert phones.is_news(session, phone, version.id)
    phones.seen(session, phone, version.id)
    assert not phones.is_news(session, phone, version.id)
    phone.last_seen_at = utcnow() - timedelta(minutes=2)
    assert phones.is_news(session, phone)
    assert session.get(PhoneForm, (phone.actor_id, version.id)) is not None


def test_a_qr_code_holds_collects_settings_as_base64_of_zlib_of_json(
    session: Session, services: Services, project: Project
) -> None:
    phone, token = phones.create(session, services, project.id, "七号手机", language="zh", by=None)
    made = phones.settings_qr(services, phone, "Aldermere 调查", "https://survey.example.org/")
    assert made is not None
    text, data = made
    settings = json.loads(zlib.decompress(base64.b64decode(data)))
    assert settings == json.loads(text)
    assert settings["general"] == {
        "server_url": f"https://survey.example.org/v1/key/{token}/projects/{project.id}",
        "form_update_mode": "match_exactly",
        "periodic_form_updates_check": "every_fifteen_minutes",
        "automatic_update": True,
        "autosend": "wifi_and_cellular",
        "app_language": "zh",
    }
    assert settings["project"] == {"name": "Aldermere 调查"}
    assert settings["admin"] == {}


def test_a_qr_code_is_one_svg_without_anything_from_elsewhere(
    session: Session, services: Services, project: Project
) -> None:
    phone, _ = phones.create(session, services, project.id, "Phone 7", by=None)
    made = phones.settings_qr(services, phone, "Aldermere")
    assert made is not None
    svg = phones.qr_svg(made[1])
    assert re.match(r"<svg [^>]*>", svg)
    assert "href" not in svg
    assert "#fff" in svg


def test_a_drafts_qr_code_points_at_the_draft() -> None:
    text, _ = phones.draft_qr(
        "https://survey.example.org", "/v1/test/abc/projects/1/forms/visit/draft", "Visit"
    )
    general = json.loads(text)["general"]
    assert general["server_url"] == "https://survey.example.org/v1/test/abc/projects/1/forms/visit/draft"
    assert general["form_update_mode"] == "manual"


def test_a_phones_areas_are_set_and_an_unknown_area_is_refused(
    session: Session, services: Services, project: Project, village: Area
) -> None:
    phone, _ = phones.create(session, services, project.id, "Phone 7", areas=[village.id], by=None)
    other, _ = phones.create(session, services, project.id, "Phone 8", by=None)
    assert whose_areas.areas_of(session, [phone.actor_id, other.actor_id]) == {phone.actor_id: [village]}
    assert list(phones.of_project(session, project.id, [village.id])) == [phone]
    phones.change(session, phone, areas=[], language="ar", by=None)
    assert whose_areas.areas_of(session, [phone.actor_id]) == {}
    with pytest.raises(ProblemError) as refused:
        phones.change(session, phone, areas=[99], by=None)
    assert refused.value.problem is problems.NO_SUCH_KEY


def test_a_list_of_phones_has_the_working_ones_first_and_the_removed_ones_not(
    session: Session, services: Services, project: Project
) -> None:
    made = [phones.create(session, services, project.id, f"Phone {n}", by=None)[0] for n in range(3)]
    phones.revoke(session, made[2], by=None)
    phones.remove(session, made[0], by=None)
    listed: list[Phone] = list(phones.of_project(session, project.id))
    assert listed == [made[1], made[2]]


@pytest.mark.parametrize("name", [None, "", "   ", 7, ["x"]])
def test_a_phone_needs_a_name(session: Session, services: Services, project: Project, name: object) -> None:
    with pytest.raises(ProblemError):
        phones.create(session, services, project.id, name, by=None)
