"""What takes long with forms and areas is done before a transaction begins: others store meanwhile, through every door."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from server import problems
from server.areas import sheet
from server.db import db, reading
from server.forms import attachments, drafts, lifecycle, weighing
from server.forms.examine import csvfile, examination, rules
from server.ingest.announce import announce
from tests.forms.test_lifecycle import raises
from tests.support.house import XLSX, xlsx
from tests.support.town import Town, note
from tests.web.desk import sign_in

SURVEY = """
type | name | label::English (en)
select_one_from_file wells.csv | q | Which well?
{more}
"""
WELLS = b"name,label\nn1,By the ford\nn2,On the hill\n"
SQUARE = 'code,name,boundary\nC3,Ashdown,"POLYGON((1 1,2 1,2 2,1 2,1 1))"\n'

Watch = Callable[..., list[tuple[int, int]]]


def form(version: str = "1", more: str = "") -> bytes:
    settings = f"form_id | form_title | version\nwells | Wells | {version}"
    return xlsx(SURVEY.format(more=more), settings=settings)


@pytest.fixture
def watch(house: Town, monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Watch a step: each time it is taken, how many connections write, and what becomes of a phone's visit just then."""

    def watched(place: Any, name: str) -> list[tuple[int, int]]:
        step, seen = getattr(place, name), []

        def taken(*args: Any, **kwargs: Any) -> Any:
            with ThreadPoolExecutor(1) as elsewhere:  # in this thread it would be a part of this request
                seen.append(
                    (writers(house.app), elsewhere.submit(house.phone.send, note()).result().status_code)
                )
            return step(*args, **kwargs)

        monkeypatch.setattr(place, name, taken)
        return seen

    return watched


def writers(app: Flask) -> int:
    with app.app_context():
        return db.engines[None].pool.checkedout()  # type: ignore[attr-defined]  # of the pools that we use


def uploaded(house: Town, content: bytes, *, publish: bool = False, to: str = "forms") -> None:
    query = "ignoreWarnings=true" + ("&publish=true" if publish else "")
    at = f"/projects/{house.project}/{to}?{query}"
    answer = house.api("POST", at, data=content, content_type=XLSX)
    assert answer.status_code == 200, answer.text


def put(house: Town, content: bytes = WELLS) -> None:
    at = f"/projects/{house.project}/forms/wells/draft/attachments/wells.csv"
    answer = house.api("POST", at, data=content, content_type="text/csv")
    assert answer.status_code == 200, answer.text


def published(house: Town, query: str = "") -> None:
    answer = house.api("POST", f"/projects/{house.project}/forms/wells/draft/publish{query}")
    assert answer.status_code == 200, answer.text


def only_between(seen: list[tuple[int, int]]) -> bool:
    """Whether the step was taken, and each time while nothing of ours wrote and visits were stored."""
    return set(seen) == {(0, 201)}


def test_a_form_is_converted_and_judged_before_the_transaction(house: Town, watch: Watch) -> None:
    converted, judged = watch(examination, "converted"), watch(rules, "judge")
    uploaded(house, form())
    uploaded(house, form("2"), publish=True, to="forms/wells/draft")
    assert only_between(converted)
    assert only_between(judged)


def test_a_form_that_is_published_at_once_is_weighed_before_the_transaction(
    house: Town, watch: Watch
) -> None:
    judged = watch(rules, "judge")
    uploaded(house, form(), publish=True)
    assert len(judged) == 2
    assert only_between(judged)


def test_a_draft_is_compared_with_earlier_versions_before_the_transaction(house: Town, watch: Watch) -> None:
    uploaded(house, form(), publish=True)
    compared = watch(drafts.diff, "against_earlier")
    uploaded(house, form("2"), to="forms/wells/draft")
    assert only_between(compared)


def test_a_choice_list_is_looked_at_before_the_transaction(house: Town, watch: Watch) -> None:
    uploaded(house, form())
    looked, judged = watch(csvfile, "look"), watch(rules, "judge")
    put(house)
    assert only_between(looked)
    assert only_between(judged)


def test_a_large_file_is_stored_before_the_transaction(house: Town, watch: Watch) -> None:
    uploaded(house, form())
    stored = watch(attachments, "store_bytes")
    put(house, b"name,label\n" + b"".join(b"n%d,%s\n" % (n, b"By the ford " * 10_000) for n in range(20)))
    assert only_between(stored)


@pytest.mark.parametrize("query", ["", "?version=1b"])
def test_a_draft_is_weighed_before_the_transaction_that_publishes_it(
    house: Town, watch: Watch, query: str
) -> None:
    uploaded(house, form())
    put(house)
    judged, rewritten = watch(rules, "judge"), watch(weighing, "with_version")
    published(house, query)
    assert only_between(judged)
    assert only_between(rewritten) is bool(query)


def test_pages_do_the_same(house: Town, watch: Watch) -> None:
    desk = sign_in(house)
    uploaded(house, form())
    watched = [watch(rules, "judge"), watch(csvfile, "look"), watch(sheet, "read_boundary")]
    at = f"/p/{house.project}/forms/wells"
    for path, data in (
        (f"{at}/files/wells.csv", {"file": (io.BytesIO(WELLS), "wells.csv")}),
        (f"{at}/publish", {"version": "1b"}),
        (f"{at}/draft", {"file": (io.BytesIO(form("2", "text | more | More?")), "wells.xlsx")}),
        ("/areas", {"file": (io.BytesIO(SQUARE.encode()), "areas.csv")}),
    ):
        assert desk.post(path, **data).status_code == 303, path
    assert [only_between(one) for one in watched] == [True, True, True]


def test_a_sheet_of_areas_is_read_before_the_transaction(house: Town, watch: Watch) -> None:
    read = watch(sheet, "read_boundary")
    answer = house.api("POST", "/monitoring/areas", data=SQUARE.encode(), content_type="text/csv")
    assert answer.json == {"created": 1, "updated": 0, "unchanged": 0}
    assert only_between(read)


def test_what_was_looked_at_for_another_draft_is_not_put(house: Town) -> None:
    uploaded(house, form())
    with house.app.app_context(), reading(db.session()) as session:
        expected = attachments.expected(session, lifecycle.get(session, house.project, "wells"), "wells.csv")
    looked = attachments.look(house.services, expected, WELLS)
    uploaded(house, form("1", "text | more | More?"), to="forms/wells/draft")
    with raises(problems.DRAFT_CHANGED), house.session() as session:
        attachments.put(session, lifecycle.get(session, house.project, "wells"), looked, actor_id=None)


@pytest.mark.parametrize("change", ["its list", "its draft"])
def test_what_changed_since_it_was_weighed_is_not_published(house: Town, change: str) -> None:
    uploaded(house, form())
    put(house)
    with house.app.app_context(), reading(db.session()) as session:
        found = lifecycle.get(session, house.project, "wells")
        read = weighing.read(session, lifecycle.draft_of(found))
    weighed = weighing.weigh(read)
    if change == "its list":
        put(house, WELLS + b"n3,Under the oak\n")
    else:
        uploaded(house, form("1", "text | more | More?"), to="forms/wells/draft")
    with raises(problems.DRAFT_CHANGED), house.session() as session:
        lifecycle.publish(
            session,
            house.services,
            lifecycle.get(session, house.project, "wells"),
            actor_id=None,
            announce=announce,
            weighed=weighed,
        )
    published(house)


def test_a_draft_compared_before_another_version_was_published_is_not_taken(house: Town) -> None:
    uploaded(house, form(), publish=True)
    examined = lifecycle.Upload(form("3", "text | more | More?"), "form.xlsx").examined()
    with house.app.app_context(), reading(db.session()) as session:
        compared = lifecycle.prepared(session, lifecycle.get(session, house.project, "wells"), examined)
    uploaded(house, form("2"), to="forms/wells/draft")
    published(house)
    with raises(problems.DRAFT_CHANGED), house.session() as session:
        found = lifecycle.get(session, house.project, "wells")
        lifecycle.set_draft(session, house.services, found, compared, None, ignore_warnings=True)
