"""What phones poll, after each change that they must see: at once, and in every process."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event, select
from werkzeug.test import Client

from server import create_app
from server.accounts import assignments, phones
from server.accounts.models import Actor
from server.accounts.models import Phone as PhoneRow
from server.accounts.roles import BY_SYSTEM
from server.areas.models import Area
from server.db import db
from server.forms import lifecycle
from server.forms.models import Form, Project
from server.ingest.announce import announce
from server.ingest.areas import take_areas
from tests.forms.desk import put_file
from tests.openrosa.phone_reads import form_list
from tests.support import town as ground
from tests.support.house import House, xlsx
from tests.support.town import Town, close

LIST = "/formList"
VISIT = "/forms/check/manifest"
ENROL = "/forms/enrol/manifest"
TREES = "/forms/trees/manifest"

ORCHARD = xlsx(
    """
    type                             | name | label::English (en)
    select_one_from_file trees.csv   | tree | Which tree is it?
    """,
    settings="""
    form_id | form_title | version | default_language
    trees   | Trees      | 1       | English (en)
    """,
)

Change = Callable[[Town, Any], object]
"""A change made in a session of the town's, which commits it."""


@pytest.fixture
def orchard(house: Town) -> Town:
    """The town, with a form whose choices lie in a file."""
    with house.session() as session:
        form = lifecycle.create(
            session,
            house.services,
            house.project,
            lifecycle.Upload(ORCHARD, "form.xlsx"),
            1,
            announce=announce,
        )
        put_file(session, house.services, form, "trees.csv", b"name,label\noak,Oak\n", 1)
        lifecycle.publish(session, house.services, form, actor_id=1, announce=announce)
        phones.give_form(session, phone_of(session, house), form.id, by=1)
    return house


@pytest.fixture
def processes(orchard: Town) -> Iterator[tuple[Client, Client]]:
    """Clients of two processes on one database."""
    # Python 3.11 fails in compiling werkzeug's rules where a connection that an earlier test left is collected meanwhile.
    gc.collect()
    other = create_app(orchard.services.settings)
    yield orchard.client, other.test_client()
    close(House(other))


def form_of(session: Any, house: Town, form_id: str = "check") -> Form:
    return lifecycle.get(session, house.project, form_id)


def phone_of(session: Any, house: Town) -> PhoneRow:
    return session.get_one(PhoneRow, house.phone.actor_id)  # type: ignore[no-any-return]  # the fixture's session is untyped


def publish(house: Town, session: Any) -> None:
    form = form_of(session, house)
    lifecycle.set_draft(session, house.services, form, None, 1)
    lifecycle.publish(session, house.services, form, actor_id=1, announce=announce, version="2")


def publish_another_file(house: Town, session: Any) -> None:
    form = form_of(session, house, "trees")
    lifecycle.set_draft(session, house.services, form, None, 1)
    put_file(session, house.services, form, "trees.csv", b"name,label\nelm,Elm\n", 1)
    lifecycle.publish(session, house.services, form, actor_id=1, announce=announce, version="2")


def close_form(house: Town, session: Any) -> None:
    lifecycle.set_state(session, form_of(session, house), "closing", actor_id=1)


def delete(house: Town, session: Any) -> None:
    lifecycle.delete(session, form_of(session, house), actor_id=1)


def take_the_form_away(house: Town, session: Any) -> None:
    actor = session.get_one(Actor, house.phone.actor_id)
    assignments.take(session, actor, BY_SYSTEM[phones.ROLE], house.project, form_of(session, house).id, by=1)


def another_language(house: Town, session: Any) -> None:
    phones.change(session, phone_of(session, house), language="zh", by=1)


def other_areas(house: Town, session: Any) -> None:
    area = session.scalars(select(Area.id).where(Area.code == "B2")).one()
    phones.change(session, phone_of(session, house), areas=[area], by=1)


def a_new_area(house: Town, session: Any) -> None:
    take_areas(session, house.services, b"code,name,parent,level\nC3,Ashdown,,district\n", actor_id=1)


def exact_points(house: Town, session: Any) -> None:
    session.get_one(Project, house.project).exact_points = True


def enrol(house: Town, session: Any) -> None:
    house.enrol(dwelling="51.507412 -2.251234 12 4")


def rename_the_phone(house: Town, session: Any) -> None:
    phones.change(session, phone_of(session, house), name="Another name", by=1)


def new_draft(house: Town, session: Any) -> None:
    form = form_of(session, house)
    lifecycle.set_draft(
        session, house.services, form, lifecycle.Upload(ground.CHECK, "form.xlsx"), 1, ignore_warnings=True
    )


CHANGES: dict[str, tuple[str, Change]] = {
    "a version is published": (LIST, publish),
    "a form begins to close": (LIST, close_form),
    "a form is deleted": (LIST, delete),
    "a form is taken from the phone": (LIST, take_the_form_away),
    "a file is replaced": (TREES, publish_another_file),
    "an entity list changes": (VISIT, enrol),
    "the phone's areas change": (VISIT, other_areas),
    "the project lets exact points out": (VISIT, exact_points),
    "an area is added": (ENROL, a_new_area),
    "the phone's language changes": (ENROL, another_language),
    "the phone's areas change, for its list of areas": (ENROL, other_areas),
}


def polled(client: Client, house: Town, path: str, tag: str = "") -> tuple[int, str, bytes]:
    answer = client.get(f"{house.phone.base}{path}", headers={"If-None-Match": tag})
    return answer.status_code, answer.headers.get("ETag", ""), answer.data


@pytest.mark.parametrize("what", CHANGES)
def test_the_next_poll_of_every_process_shows_a_change(
    orchard: Town, processes: tuple[Client, Client], what: str
) -> None:
    path, change = CHANGES[what]
    if path == VISIT:
        orchard.enrol(dwelling="51.507412 -2.251234 12 4")
    before = {polled(client, orchard, path) for client in processes}
    assert len(before) == 1
    ((status, tag, _),) = before
    assert status == 200
    assert {polled(client, orchard, path, tag) for client in processes} == {(304, tag, b"")}
    with orchard.session() as session:
        change(orchard, session)
    after = {polled(client, orchard, path, tag) for client in processes}
    assert len(after) == 1
    assert after != before
    ((status, changed, _),) = after
    assert status == 200
    assert changed != tag


def test_what_a_change_undone_leaves_is_the_first_answer_again(
    orchard: Town, processes: tuple[Client, Client]
) -> None:
    before = {polled(client, orchard, LIST) for client in processes}
    for state, same in (("closing", False), ("open", True)):
        with orchard.session() as session:
            lifecycle.set_state(session, form_of(session, orchard), state, actor_id=1)
        assert ({polled(client, orchard, LIST) for client in processes} == before) is same


@pytest.mark.parametrize("change", [rename_the_phone, new_draft])
@pytest.mark.parametrize("path", [LIST, VISIT])
def test_a_change_that_is_not_the_phones_business_changes_no_answer(
    orchard: Town, processes: tuple[Client, Client], path: str, change: Change
) -> None:
    _, tag, _ = polled(processes[0], orchard, path)
    with orchard.session() as session:
        change(orchard, session)
    assert {polled(client, orchard, path, tag) for client in processes} == {(304, tag, b"")}


@pytest.mark.parametrize("path", [LIST, VISIT])
def test_a_revoked_phone_is_refused_at_its_next_poll_by_every_process(
    orchard: Town, processes: tuple[Client, Client], path: str
) -> None:
    tags = [polled(client, orchard, path)[1] for client in processes]
    with orchard.session() as session:
        phones.revoke(session, phone_of(session, orchard), by=1)
    assert [polled(client, orchard, path, tag)[0] for client, tag in zip(processes, tags, strict=True)] == [
        403,
        403,
    ]


@pytest.mark.parametrize(("change", "status"), [(delete, 404), (take_the_form_away, 403)])
def test_the_manifest_of_a_form_that_a_phone_lost_is_refused_though_it_was_just_given(
    orchard: Town, processes: tuple[Client, Client], change: Change, status: int
) -> None:
    tags = [polled(client, orchard, VISIT)[1] for client in processes]
    with orchard.session() as session:
        change(orchard, session)
    given = [polled(client, orchard, VISIT, tag)[0] for client, tag in zip(processes, tags, strict=True)]
    assert given == [status, status]


def test_phones_get_each_their_own_answer_at_their_own_address(shared: Town) -> None:
    for _ in range(2):  # the second time out of what is kept
        for name in ("all", "none", "north"):
            phone = shared.line(name)
            got = phone.get(LIST)
            assert all(form.path.startswith(phone.base) for form in form_list(got))
        assert form_list(shared.line("none").get(LIST)) == []
        elsewhere = shared.client.get(f"{shared.phone.base}{LIST}", headers={"Host": "village.example"})
        assert b"//village.example/" in elsewhere.data
        assert b"//village.example/" not in shared.phone.get(LIST).data


def test_a_token_opens_no_other_project_though_its_own_list_is_kept(shared: Town) -> None:
    assert shared.phone.get(LIST).status_code == 200
    for path in (LIST, VISIT):
        other = f"/v1/key/{shared.phone.token}/projects/{shared.elsewhere}{path}"
        assert shared.client.get(other).status_code == 403


@pytest.mark.parametrize("path", [LIST, VISIT, ENROL])
def test_a_poll_asks_the_database_once_and_begins_nothing(orchard: Town, path: str) -> None:
    orchard.phone.get(path)
    asked: list[str] = []
    with orchard.app.app_context():
        engine = db.engines["read"]
    event.listen(engine, "begin", lambda connection: asked.append("begin"))
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    event.listen(engine, "checkout", lambda *args: asked.append("connection"))
    assert orchard.phone.get(path).status_code == 200
    assert asked == ["connection"]  # what `hot` runs passes by these hooks
