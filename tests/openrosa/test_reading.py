"""Form list, forms, manifests and files, as phones fetch and poll them: odk-client contract, with addresses followed as given."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

import pytest

from server.db import utcnow
from server.entities.models import Dataset
from server.forms import lifecycle, projects
from server.ingest.announce import announce
from tests.openrosa.phone_reads import File, form_list, manifest
from tests.support.answers import refused
from tests.support.house import ADMIN, XLSX, Phone, xlsx
from tests.support.town import Town, note

DEVICE = "deviceID=collect%3AgwJ2vXyu0h9bCQkI"


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def follow(house: Town, path: str, **headers: str) -> bytes:
    """What stands at an address that the server gave, asked for as Collect asks."""
    mark = "&" if "?" in path else "?"
    answer = house.client.get(f"{path}{mark}{DEVICE}", headers={"X-OpenRosa-Version": "1.0", **headers})
    assert answer.status_code == 200, answer.text
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    return answer.data


def files_of(house: Town, phone: Phone, form_id: str) -> dict[str, File]:
    """The manifest of a form, by the address in the list."""
    (form,) = [form for form in form_list(phone.get("/formList")) if form.form_id == form_id]
    assert form.manifest is not None
    return manifest(house.client.get(f"{form.manifest}?{DEVICE}"))


def test_the_form_list_names_each_form_and_its_hash_is_that_of_the_bytes_served(shared: Town) -> None:
    forms = form_list(shared.phone.get("/formList"))
    assert [(form.form_id, form.name, form.version) for form in forms] == [
        ("note", "Village notes", "1"),
        ("enrol", "Enrolment", "1"),
        ("check", "Visit", "1"),
    ]
    for form in forms:
        assert md5(follow(shared, form.path)) == form.md5


def test_a_form_without_files_has_no_manifest_and_one_with_files_has(shared: Town) -> None:
    by_id = {form.form_id: form for form in form_list(shared.phone.get("/formList"))}
    assert by_id["note"].manifest is None
    assert by_id["check"].manifest is not None


def test_the_xml_is_served_byte_for_byte_as_it_was_published_and_for_ever(house: Town) -> None:
    (form,) = [form for form in form_list(house.phone.get("/formList")) if form.form_id == "note"]
    before = follow(house, form.path)
    with house.session() as session:
        row = lifecycle.get(session, house.project, "note")
        assert row.current_version is not None
        assert row.current_version.xml == before
        lifecycle.set_state(session, row, "closing", actor_id=1)
    assert follow(house, form.path) == before


def test_an_archived_project_offers_no_form_and_serves_what_is_on_phones(house: Town) -> None:
    def listed() -> set[str]:
        return {form.form_id for form in form_list(house.phone.get("/formList"))}

    def archive(*, archived: bool) -> None:
        with house.session() as session:
            projects.change(session, projects.get(session, house.project), {"archived": archived}, by=1)

    before = listed()
    (form,) = [form for form in form_list(house.phone.get("/formList")) if form.form_id == "check"]
    assert form.manifest is not None
    xml, manifest = follow(house, form.path), follow(house, form.manifest)
    archive(archived=True)
    assert listed() == set()
    assert house.phone.get("/formList").status_code == 200
    assert form_list(house.api("GET", f"/projects/{house.project}/formList")) == []
    assert (follow(house, form.path), follow(house, form.manifest)) == (xml, manifest)
    archive(archived=False)
    assert listed() == before == {"note", "enrol", "check"}


def test_the_manifest_lists_every_file_with_the_hash_of_its_bytes(shared: Town) -> None:
    shared.enrol()
    for form_id in ("check", "enrol"):
        files = files_of(shared, shared.phone, form_id)
        assert files
        for file in files.values():
            assert md5(follow(shared, file.path)) == file.md5


def test_an_entity_list_is_marked_named_by_its_generation_and_has_an_integrity_address(shared: Town) -> None:
    made = shared.enrol()
    lists = files_of(shared, shared.phone, "check")
    assert lists.keys() == {"households.csv"}
    file = lists["households.csv"]
    assert file.type == "entityList"
    assert "g=" in file.path
    assert file.integrity is not None
    unknown = "8d5c1a3e-4b0f-4f6e-9a51-0a0f3d0c9b11"
    answer = shared.client.get(f"{file.integrity}?id={made.household},{unknown}&{DEVICE}")
    assert answer.content_type == "text/xml; charset=utf-8"
    assert f'<entity id="{made.household}"><deleted>false</deleted></entity>' in answer.text
    areas = files_of(shared, shared.phone, "enrol")["areas.csv"]
    assert (areas.type, areas.integrity) == (None, None)


def test_an_integrity_address_takes_every_entity_that_a_phone_made_in_a_month(shared: Town) -> None:
    file = files_of(shared, shared.phone, "check")["households.csv"]
    ids = ",".join(f"8d5c1a3e-4b0f-4f6e-9a51-{number:012x}" for number in range(1000))
    answer = shared.client.get(f"{file.integrity}?id={ids}&{DEVICE}")
    assert answer.status_code == 200
    assert len(answer.data) < 200_000


def test_an_entity_list_has_the_columns_that_collect_needs(shared: Town) -> None:
    made = shared.enrol()
    file = files_of(shared, shared.phone, "check")["households.csv"]
    header, *rows = follow(shared, file.path).decode().splitlines()
    assert header.split(",")[:3] == ["name", "label", "__version"]
    (row,) = [row for row in rows if row.startswith(made.household)]
    assert row.split(",")[1:3] == [f"A1-014 · {made.household[-5:]}", "1"]


def test_the_address_of_an_old_generation_stays_readable(shared: Town) -> None:
    first = shared.enrol()
    old = files_of(shared, shared.phone, "check")["households.csv"]
    before = follow(shared, old.path)
    second = shared.enrol()
    new = files_of(shared, shared.phone, "check")["households.csv"]
    assert new.path != old.path
    assert second.household in follow(shared, new.path).decode()
    assert follow(shared, old.path) == before
    assert first.household in before.decode()


POLLED = ("/formList", "/forms/note.xml", "/forms/check/manifest", "/forms/check/attachments/households.csv")


@pytest.mark.parametrize("path", POLLED)
def test_what_phones_poll_has_an_etag_and_answers_304_without_a_body(shared: Town, path: str) -> None:
    first = shared.phone.get(path)
    tag = first.headers["ETag"]
    assert tag.startswith('"')
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        again = shared.phone.get(path, **{"If-None-Match": known})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
        assert again.headers["X-OpenRosa-Version"] == "1.0"
    other = shared.phone.get(path, **{"If-None-Match": '"0123"'})
    assert (other.status_code, other.data) == (200, first.data)


def test_a_changed_list_has_another_etag(shared: Town) -> None:
    for path in ("/forms/check/manifest", "/forms/check/attachments/households.csv"):
        tag = shared.phone.get(path).headers["ETag"]
        shared.enrol()
        changed = shared.phone.get(path, **{"If-None-Match": tag})
        assert changed.status_code == 200
        assert changed.headers["ETag"] != tag


@pytest.mark.parametrize("path", [*POLLED, "/forms/enrol/attachments/areas.csv"])
def test_every_get_takes_a_device_id_and_does_without(shared: Town, path: str) -> None:
    with_id = shared.client.get(f"{shared.phone.base}{path}?{DEVICE}")
    without = shared.client.get(f"{shared.phone.base}{path}")
    strange = shared.client.get(f"{shared.phone.base}{path}?deviceID=%00%F0%9F%98%80{'x' * 3000}")
    assert [answer.status_code for answer in (with_id, without, strange)] == [200, 200, 200]
    assert with_id.data == without.data == strange.data


def test_a_strange_device_id_never_makes_a_submission_fail(shared: Town) -> None:
    from tests.support import multipart

    for device in ("%00", "%F0%9F%98%80", "%FF", "x" * 3000):
        answer = shared.client.post(
            f"{shared.phone.base}/submission?deviceID={device}",
            data=multipart.submission(note().encode()),
            content_type=multipart.CONTENT_TYPE,
        )
        assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("form_id", ["no_such", "%00", "..%2F..", "%F0%9F%98%80", "a%2Fb", "x" * 2000])
@pytest.mark.parametrize("rest", [".xml", "/manifest", "/attachments/areas.csv"])
def test_a_form_that_is_not_there_is_not_found(shared: Town, form_id: str, rest: str) -> None:
    answer = shared.phone.get(f"/forms/{form_id}{rest}")
    assert answer.status_code == 404
    assert answer.headers["X-OpenRosa-Version"] == "1.0"


@pytest.mark.parametrize("name", ["none.csv", "%00", "..%2F..%2Fetc%2Fpasswd", "%F0%9F%98%80.csv"])
def test_a_file_that_is_not_there_is_not_found(shared: Town, name: str) -> None:
    assert shared.phone.get(f"/forms/check/attachments/{name}").status_code == 404


def test_a_list_that_cannot_be_made_is_an_error_and_never_empty(house: Town) -> None:
    from sqlalchemy import text

    with house.session() as session:
        session.execute(text("ALTER TABLE form_version RENAME TO form_version_away"))
    answer = house.phone.get("/formList")
    assert answer.status_code in (500, 503)
    assert b"xforms" not in answer.data.replace(b"openrosa.org", b"")
    assert answer.headers["X-OpenRosa-Version"] == "1.0"


@pytest.fixture
def drafted(house: Town) -> Phone:
    """Somebody who tries out a new draft of the visit form by its test token."""
    sheet = xlsx(
        """
        type    | name    | label::English (en)
        text    | village | Which village?
        integer | shops   | How many shops?
        image   | photo   | A photo
        select_one_from_file households.csv | household | Which household?
        """,
        settings="""
        form_id | form_title | version | default_language
        check   | Visit      | 2       | English (en)
        """,
    )
    examined = lifecycle.Upload(sheet, "form.xlsx").examined()
    with house.session() as session:
        form = lifecycle.get(session, house.project, "check")
        lifecycle.set_draft(session, house.services, form, examined, 1, ignore_warnings=True)
        token = lifecycle.draft_token(house.services, form)
    assert token is not None

    class Tester(Phone):
        @property
        def base(self) -> str:
            return f"/v1/test/{self.token}/projects/{self.project_id}/forms/check/draft"

    return Tester(house, house.project, token, 0)


def test_a_draft_has_its_own_list_form_manifest_and_files(house: Town, drafted: Phone) -> None:
    made = house.enrol()
    (form,) = form_list(drafted.get("/formList"))
    assert (form.form_id, form.version) == ("check", "2")
    assert form.path == f"{drafted.base}.xml"
    xml = follow(house, form.path)
    assert md5(xml) == form.md5
    assert b"shops" in xml
    assert form.manifest == f"{drafted.base}/manifest"
    (file,) = manifest(house.client.get(form.manifest)).values()
    assert file.path.startswith(f"{drafted.base}/attachments/households.csv")
    assert file.type == "entityList"
    assert made.household in follow(house, file.path).decode()


def test_a_draft_of_any_form_id_is_fetched_at_the_addresses_that_its_list_gives(house: Town) -> None:
    odd = "水 表#1?"
    sheet = xlsx(
        """
        type    | name    | label::English (en)
        text    | village | Which village?
        select_one_from_file households.csv | household | Which household?
        """,
        settings=f"""
        form_id | form_title | version | default_language
        {odd}   | Odd        | 1       | English (en)
        """,
    )
    created = house.api(
        "POST",
        f"/projects/{house.project}/forms?ignoreWarnings=true",
        data=sheet,
        content_type=XLSX,
    )
    assert created.status_code == 200, created.text
    path = f"/projects/{house.project}/forms/{quote(odd, safe='')}/draft"
    token = house.api("GET", path).json["draftToken"]
    (form,) = form_list(house.client.get(f"/v1/test/{token}{path}/formList"))
    assert md5(follow(house, form.path)) == form.md5
    (file,) = manifest(house.client.get(form.manifest)).values()
    assert follow(house, file.path)


def test_a_draft_s_list_has_an_integrity_address_that_tells_of_its_own_lists_alone(
    house: Town, drafted: Phone
) -> None:
    made = house.enrol()
    (file,) = manifest(drafted.get("/manifest")).values()
    assert file.integrity == f"{drafted.base}/datasets/households/integrity"
    answer = house.client.get(f"{file.integrity}?id={made.household}&{DEVICE}")
    assert f'<entity id="{made.household}"><deleted>false</deleted></entity>' in answer.text
    with house.session() as session:
        session.add(Dataset(project_id=house.project, name="wells", created_at=utcnow()))
    refused(drafted.get("/datasets/wells/integrity"), "404.7")
    refused(drafted.get("/datasets/nowhere/integrity"), "404.7")


def test_a_draft_takes_submissions_that_stay_apart_from_real_ones(house: Town, drafted: Phone) -> None:
    from tests.support.house import instance

    head = house.client.head(f"{drafted.base}/submission?{DEVICE}")
    assert head.status_code == 204
    own = "uuid:5e1f1a52-2c4f-4a3e-8d0e-6f1c6f0b1a77"
    household = house.enrol().household
    body = f"<village>Alder</village><shops>2</shops><household>{household}</household>"
    answer = drafted.send(instance("check", body, version="2", instance_id=own))
    assert answer.status_code == 201, answer.text
    stored = house.submission(own)
    assert stored is not None
    assert stored.draft
    assert not stored.projected
    live = house.phone.send(instance("check", f"<household>{household}</household>", instance_id=own))
    assert live.status_code == 201


def test_a_draft_s_token_opens_nothing_else_and_ends_with_the_draft(house: Town, drafted: Phone) -> None:
    other = drafted.base.replace("/forms/check/", "/forms/note/")
    for path in (f"{other}/formList", f"{other}.xml"):
        assert house.client.get(path).status_code == 404
    assert house.client.get(f"/v1/key/{drafted.token}/projects/{house.project}/formList").status_code == 403
    with house.session() as session:
        form = lifecycle.get(session, house.project, "check")
        lifecycle.publish(session, house.services, form, actor_id=1, announce=announce)
    assert drafted.get("/formList").status_code == 404


def test_a_person_reads_and_sends_with_basic_over_this_machine(shared: Town) -> None:
    base = f"/v1/projects/{shared.project}"
    answer = shared.client.get(f"{base}/formList?{DEVICE}", auth=ADMIN)
    forms = form_list(answer)
    assert [form.form_id for form in forms] == ["note", "enrol", "check"]
    for form in forms:
        got = shared.client.get(form.path, auth=ADMIN)
        assert md5(got.data) == form.md5
        if form.manifest is not None:
            for file in manifest(shared.client.get(form.manifest, auth=ADMIN)).values():
                assert md5(shared.client.get(file.path, auth=ADMIN).data) == file.md5
    assert shared.client.head(f"{base}/submission?{DEVICE}", auth=ADMIN).status_code == 204


def test_nobody_is_asked_to_sign_in_and_a_password_over_plain_http_from_afar_is_refused(shared: Town) -> None:
    base = f"/v1/projects/{shared.project}"
    nobody = shared.client.get(f"{base}/formList")
    assert nobody.status_code == 401
    assert nobody.headers["WWW-Authenticate"].startswith("Basic ")
    wrong = shared.client.get(f"{base}/formList", auth=(ADMIN[0], "wrong password"))
    assert wrong.status_code == 401
    afar = shared.client.get(f"{base}/formList", auth=ADMIN, environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert (afar.status_code, afar.headers["X-Fieldfare-Code"]) == (401, "401.3")
