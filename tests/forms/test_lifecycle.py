"""A form from its first upload to the bin and back, on both databases."""

from __future__ import annotations

import hashlib

import pytest
from sqlalchemy import select

from server import problems
from server.accounts.models import Actor, Assignment, Phone
from server.db import utcnow
from server.forms import attachments, catalogue, lifecycle
from server.forms.models import FormVersion, FormVersionColumn
from server.problems import Problem, ProblemError
from server.xforms.model import FormModel
from tests.forms.desk import HOUSEHOLDS, Desk, form, looked_at

FIRST = form("type | name | label\ninteger | rooms | Rooms\ntext | remark | Anything else?", version="1")
SECOND = form(
    "type | name | label\ninteger | rooms | Rooms in use\ntext | remark | Anything else?", version="2"
)


def raises(problem: Problem) -> pytest.RaisesExc[ProblemError]:
    return pytest.RaisesExc(ProblemError, check=lambda error: error.problem is problem)


def test_an_upload_becomes_a_draft_with_a_token_of_its_own(desk: Desk) -> None:
    made = desk.create(FIRST)
    assert made.current_version is None
    assert made.draft_version is not None
    assert (made.xml_form_id, made.state, made.draft_version.version) == ("visit", "open", "1")
    token = lifecycle.draft_token(desk.services, made)
    assert token is not None
    assert len(token) == 64
    assert lifecycle.by_draft_token(desk.session, desk.services, token) is made
    assert token.encode() not in (made.draft_token_sealed or b"")


def test_publishing_fixes_the_bytes_and_closes_the_drafts_door(desk: Desk) -> None:
    made = desk.create(FIRST)
    token = lifecycle.draft_token(desk.services, made) or ""
    published = desk.publish(made)
    assert made.current_version is published.version
    assert made.draft_version is None
    assert lifecycle.by_draft_token(desk.session, desk.services, token) is None
    assert published.version.md5 == hashlib.md5(published.version.xml).hexdigest()
    assert published.version.xml == looked_at(FIRST).xml
    assert published.first
    assert desk.announced == [published]


def test_the_next_version_stands_beside_the_first(desk: Desk) -> None:
    made = desk.create(FIRST, publish=True)
    first = made.current_version
    assert first is not None
    before = first.xml
    draft = desk.draft(made, SECOND)
    assert made.current_version is first
    published = desk.publish(made)
    assert published.version is draft
    assert published.previous is first
    assert not published.first
    assert [one.version for one in lifecycle.versions(desk.session, made)] == ["2", "1"]
    assert lifecycle.version_of(desk.session, made, "1").xml == before


def test_the_bytes_of_a_published_version_cannot_be_changed(desk: Desk) -> None:
    made = desk.create(FIRST, publish=True)
    assert made.current_version is not None
    desk.session.commit()
    made.current_version.xml = b"<another/>"
    with pytest.raises(ValueError, match="a published version never changes: xml"):
        desk.session.flush()


def test_36_the_same_version_again_is_refused_and_another_can_be_given(desk: Desk) -> None:
    made = desk.create(FIRST, publish=True)
    first = made.current_version
    desk.draft(made, FIRST)
    with raises(problems.VERSION_TAKEN):
        desk.publish(made)
    assert made.current_version is first
    published = desk.publish(made, version="1 (mended)")
    assert FormModel.from_xml(published.version.xml).version == "1 (mended)"
    assert [one.version for one in lifecycle.versions(desk.session, made)] == ["1 (mended)", "1"]


def test_36_a_version_of_a_deleted_form_of_the_same_id_counts_too(desk: Desk) -> None:
    lifecycle.delete(desk.session, desk.create(FIRST, publish=True), actor_id=desk.actor_id)
    with raises(problems.VERSION_TAKEN):
        desk.create(FIRST, publish=True)


def test_37_a_field_that_changes_its_type_is_refused_at_its_cell(desk: Desk) -> None:
    made = desk.create(FIRST, publish=True)
    with pytest.raises(ProblemError) as caught:
        desk.draft(
            made,
            form("type | name | label\ntext | rooms | Rooms\ntext | remark | Anything else?", version="2"),
        )
    assert caught.value.problem is problems.FIELD_TYPE_CONFLICT
    assert (caught.value.details["path"], caught.value.details["type"]) == ("/rooms", "int")
    (notice,) = caught.value.details["notices"]
    assert (notice["sheet"], notice["row"], notice["column"]) == ("survey", 2, "A")
    assert made.draft_version is None


def test_37_a_field_that_disappeared_may_not_come_back_with_another_type(desk: Desk) -> None:
    made = desk.create(FIRST, publish=True)
    desk.draft(
        made, form("type | name | label\ntext | remark | Anything else?", version="2"), ignore_warnings=True
    )
    desk.publish(made)
    with raises(problems.FIELD_TYPE_CONFLICT):
        desk.draft(
            made, form("type | name | label\ntext | rooms | Rooms\ntext | remark | Anything?", version="3")
        )


def test_37_a_field_that_disappears_is_told_once_and_then_allowed(desk: Desk) -> None:
    made = desk.create(FIRST, publish=True)
    shorter = form("type | name | label\ntext | remark | Anything else?", version="2")
    with pytest.raises(ProblemError) as caught:
        desk.draft(made, shorter)
    assert caught.value.problem is problems.XLSFORM_WARNINGS
    assert [(one["code"], one["path"]) for one in caught.value.details["notices"]] == [
        ("field.gone", "/rooms")
    ]
    (warned,) = caught.value.details["warnings"]["workflowWarnings"]
    assert (warned["type"], warned["details"]) == ("structureChanged", ["rooms"])
    assert caught.value.details["warnings"]["xlsFormWarnings"] == []
    draft = desk.draft(made, shorter, ignore_warnings=True)
    assert [one["code"] for one in draft.notices] == ["field.gone"]


def test_an_id_is_used_once_in_a_project_and_free_again_after_deletion(desk: Desk) -> None:
    made = desk.create(FIRST)
    with raises(problems.NOT_UNIQUE):
        desk.create(SECOND)
    lifecycle.delete(desk.session, made, actor_id=desk.actor_id)
    again = desk.create(SECOND)
    assert again.id != made.id
    with raises(problems.NOT_UNIQUE):
        lifecycle.restore(desk.session, made, actor_id=desk.actor_id)


def test_a_draft_of_another_form_is_refused(desk: Desk) -> None:
    made = desk.create(FIRST)
    with raises(problems.UNEXPECTED_VALUE):
        desk.draft(made, form("type | name | label\ntext | a | A", form_id="another"))


def test_what_is_refused_stores_nothing(desk: Desk) -> None:
    with raises(problems.FORM_REFUSED):
        desk.create(form("type | name | label\ntext | belief | What is your religion?"), ignore_warnings=True)
    assert lifecycle.of_project(desk.session, desk.project_id) == []
    assert desk.session.scalars(select(FormVersion)).all() == []


def test_a_draft_can_be_a_copy_of_what_is_published(desk: Desk) -> None:
    made = desk.create(FIRST)
    with raises(problems.NOT_PUBLISHED):
        desk.draft(made, None)
    desk.publish(made)
    draft = desk.draft(made, None)
    assert made.current_version is not None
    assert (draft.xml, draft.sheet) == (made.current_version.xml, made.current_version.sheet)
    assert draft.id != made.current_version.id


def test_a_draft_is_thrown_away_only_where_something_is_published(desk: Desk) -> None:
    made = desk.create(FIRST)
    with raises(problems.NOT_PUBLISHED):
        lifecycle.delete_draft(desk.session, made, actor_id=desk.actor_id)
    desk.publish(made)
    desk.draft(made, SECOND)
    lifecycle.delete_draft(desk.session, made, actor_id=desk.actor_id)
    assert made.draft_version is None
    with raises(problems.NOT_FOUND):
        desk.publish(made)


def test_a_replaced_draft_keeps_its_token_and_its_files(desk: Desk) -> None:
    survey = "type | name | label\nselect_one_from_file trees.csv | tree | Which?"
    made = desk.create(form(survey))
    token = lifecycle.draft_token(desk.services, made)
    desk.put(made, "trees.csv", b"name,label\nelm,Elm\n")
    second = desk.draft(made, form(survey + "\ntext | remark | Anything else?"))
    assert lifecycle.draft_token(desk.services, made) == token
    assert attachments.get(desk.session, second, "trees.csv").source == "file"
    published = desk.publish(made)
    third = desk.draft(made, form(survey, version="2"), ignore_warnings=True)
    both = [attachments.get(desk.session, version, "trees.csv") for version in (published.version, third)]
    assert both[0].file_id == both[1].file_id
    assert both[0].file_id is not None


def test_the_phones_that_want_new_forms_get_the_first_version_and_no_second_time(desk: Desk) -> None:
    wanting, other = (
        Actor(type="field_key", display_name=name, created_at=utcnow()) for name in ("Phone 1", "Phone 2")
    )
    desk.session.add_all([wanting, other])
    desk.session.flush()
    for number, actor in enumerate((wanting, other)):
        desk.session.add(
            Phone(
                actor_id=actor.id,
                project_id=desk.project_id,
                token_mac=bytes([number]) * 32,
                new_forms=actor is wanting,
            )
        )
    made = desk.create(FIRST, publish=True)
    desk.draft(made, SECOND)
    desk.publish(made)
    given = desk.session.scalars(select(Assignment).where(Assignment.form_id == made.id)).all()
    assert [(one.actor_id, one.role, one.project_id) for one in given] == [
        (wanting.id, "app-user", desk.project_id)
    ]


def test_a_form_is_closed_opened_deleted_and_restored_and_the_log_says_so(desk: Desk) -> None:
    made = desk.create(FIRST, publish=True)
    for state in ("closing", "closed", "open"):
        assert lifecycle.set_state(desk.session, made, state, actor_id=desk.actor_id).state == state
    with raises(problems.UNEXPECTED_VALUE):
        lifecycle.set_state(desk.session, made, "ajar", actor_id=desk.actor_id)
    lifecycle.delete(desk.session, made, actor_id=desk.actor_id)
    with raises(problems.NOT_FOUND):
        lifecycle.get(desk.session, desk.project_id, "visit")
    assert lifecycle.of_project(desk.session, desk.project_id, deleted=True) == [made]
    lifecycle.restore(
        desk.session, lifecycle.in_bin(desk.session, desk.project_id, made.id), actor_id=desk.actor_id
    )
    assert lifecycle.get(desk.session, desk.project_id, "visit") is made
    acts = (
        "form.create",
        "form.update.draft.set",
        "form.update.publish",
        "form.update",
        "form.delete",
        "form.restore",
    )
    assert [len(desk.audits(act)) for act in acts] == [1, 1, 1, 3, 1, 1]
    assert {(one.actor_id, one.actee, one.project_id) for act in acts for one in desk.audits(act)} == {
        (desk.actor_id, f"form:{made.id}", desk.project_id)
    }


def test_the_log_names_languages_that_were_not_read(desk: Desk) -> None:
    desk.create(
        form("type | name | label::English (en) | label::Swahili (sw)\ntext | remark | More? | Kuna lingine?")
    )
    (act,) = desk.audits("form.update.draft.set")
    assert act.details is not None
    assert act.details["languagesNotRead"] == ["sw"]


def test_a_version_keeps_its_mapping_and_the_columns_that_it_asks(desk: Desk) -> None:
    survey = """type | name | label | calculation | bind::hh:column
select_one_from_file households.csv | household | Which? | |
select_one_from_file areas.csv | area | Where? | | household.area
calculate | code | | 'K1' |
integer | minutes | How many minutes? | | water.round_trip
geopoint | point | Here | | visit.point"""
    made = desk.create(form(survey, entities=HOUSEHOLDS), publish=True)
    version = made.current_version
    assert version is not None
    assert version.mapping is not None
    assert version.mapping["key"]["kind"] == "household"
    assert (version.household_form, version.entity_related, version.has_media) == (True, True, True)
    assert version.protected == ["/data/point"]
    asked = desk.session.scalars(
        select(FormVersionColumn).where(FormVersionColumn.form_version_id == version.id)
    )
    assert {(one.table_name, one.column_name, one.path) for one in asked} == {
        ("water", "round_trip", "/data/minutes"),
        ("visit", "point", "/data/point"),
    }


def test_models_are_built_once_and_never_mixed_up(desk: Desk) -> None:
    made = desk.create(FIRST, publish=True)
    assert made.current_version_id is not None
    model = catalogue.form_model(desk.session, made.current_version_id)
    assert catalogue.form_model(desk.session, made.current_version_id) is model
    draft = desk.draft(made, SECOND)
    assert catalogue.labels(desk.session, draft.id)["/data/rooms"].in_() == "Rooms in use"
    assert catalogue.labels(desk.session, made.current_version_id)["/data/rooms"].in_() == "Rooms"
    with raises(problems.NOT_FOUND):
        catalogue.form_model(desk.session, 10**9)
