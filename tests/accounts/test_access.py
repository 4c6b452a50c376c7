"""Access: what an actor may do where."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from server.accounts import users
from server.accounts.access import Access, access_of
from server.accounts.models import ActorArea, Assignment, Grant
from server.accounts.roles import BY_SYSTEM, Verb
from server.areas.models import Area
from server.db import utcnow
from server.forms.models import Form, Project
from server.problems import FORBIDDEN, ProblemError


def somebody(session: Session, *assignments: tuple[str, int | None, int | None]) -> Access:
    user = users.create(
        session, email=f"p{utcnow().timestamp()}@example.org", password="a long password", by=None
    )
    for role, project_id, form_id in assignments:
        session.add(Assignment(actor_id=user.actor_id, role=role, project_id=project_id, form_id=form_id))
    session.flush()
    access = access_of(session, user.actor_id)
    assert access is not None
    return access


def test_a_role_on_the_site_counts_in_every_project_and_form(session: Session, form: Form) -> None:
    admin = somebody(session, ("admin", None, None))
    assert admin.may(Verb.USER_CREATE)
    assert admin.may(Verb.FORM_DELETE, form.project_id, form.id)
    assert admin.projects(Verb.PROJECT_READ) is None


def test_a_role_in_a_project_counts_there_and_nowhere_else(
    session: Session, project: Project, form: Form
) -> None:
    viewer = somebody(session, ("viewer", project.id, None))
    assert viewer.may(Verb.SUBMISSION_LIST, project.id)
    assert viewer.may(Verb.SUBMISSION_LIST, project.id, form.id)
    assert not viewer.may(Verb.SUBMISSION_LIST, project.id + 1)
    assert not viewer.may(Verb.SUBMISSION_LIST)
    assert viewer.projects(Verb.PROJECT_READ) == {project.id}


def test_a_role_on_one_form_opens_no_other_and_not_the_project(session: Session, form: Form) -> None:
    phone = somebody(session, ("app-user", form.project_id, form.id))
    assert phone.may(Verb.SUBMISSION_CREATE, form.project_id, form.id)
    assert not phone.may(Verb.SUBMISSION_CREATE, form.project_id, form.id + 1)
    assert not phone.may(Verb.PROJECT_READ, form.project_id)
    assert phone.forms(Verb.OPEN_FORM_READ, form.project_id) == {form.id}
    assert phone.projects(Verb.PROJECT_READ) == frozenset()


def test_who_may_list_all_forms_may_list_the_open_ones(session: Session, project: Project) -> None:
    viewer = somebody(session, ("viewer", project.id, None))
    assert viewer.may(Verb.OPEN_FORM_LIST, project.id)
    assert viewer.forms(Verb.OPEN_FORM_LIST, project.id) is None


def test_what_one_may_not_is_refused_as_forbidden(session: Session, project: Project) -> None:
    viewer = somebody(session, ("viewer", project.id, None))
    viewer.require(Verb.FORM_READ, project.id)
    with pytest.raises(ProblemError) as refused:
        viewer.require(Verb.FORM_UPDATE, project.id)
    assert refused.value.problem is FORBIDDEN


def test_a_single_verb_can_be_given_beside_a_role(session: Session, project: Project) -> None:
    access = somebody(session, ("supervisor", project.id, None))
    assert not access.may(Verb.PROTECTED_READ, project.id)
    session.add(Grant(actor_id=access.actor_id, project_id=project.id, verb=Verb.PROTECTED_READ))
    session.flush()
    again = access_of(session, access.actor_id)
    assert again is not None
    assert again.may(Verb.PROTECTED_READ, project.id)
    assert not again.may(Verb.PROTECTED_READ, project.id + 1)


def test_nobody_gives_a_role_that_holds_more_than_they_have(session: Session, project: Project) -> None:
    manager = somebody(session, ("manager", project.id, None))
    assert manager.may_assign(BY_SYSTEM["supervisor"], project.id)
    assert manager.may_assign(BY_SYSTEM["app-user"], project.id)
    assert not manager.may_assign(BY_SYSTEM["admin"], project.id)
    assert not manager.may_assign(BY_SYSTEM["viewer"])


def test_access_carries_areas_and_is_made_by_four_queries(session: Session, project: Project) -> None:
    access = somebody(session, ("supervisor", project.id, None))
    area = Area(code="A1", name="Lower Ford", level="village", path="/1/", created_at=utcnow())
    session.add(area)
    session.flush()
    session.add(ActorArea(actor_id=access.actor_id, area_id=area.id))
    session.flush()
    statements: list[str] = []
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    again = access_of(session, access.actor_id)
    assert again is not None
    assert again.areas == (area.id,)
    assert len(statements) == 4


def test_a_removed_person_has_no_access(session: Session) -> None:
    access = somebody(session, ("formfill", None, None))
    users.remove(session, users.get(session, access.actor_id), by=None)
    session.flush()
    assert access_of(session, access.actor_id) is None
