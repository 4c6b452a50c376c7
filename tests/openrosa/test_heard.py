"""When a phone was last heard of: every call of its counts, and hardly any of them writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, update
from werkzeug.test import TestResponse

from server.accounts.models import Phone as PhoneRow
from server.db import db, utcnow
from tests.support.house import Phone
from tests.support.town import Town, new_id, note

CALLS: dict[str, Callable[[Phone], TestResponse]] = {
    "sends": lambda phone: phone.send(note()),
    "sends again": lambda phone: phone.send(note(instance_id="uuid:sent-before")),
    "sends what is refused": lambda phone: phone.send(note(version="2031")),
    "sends what is no visit": lambda phone: phone.house.client.post(f"{phone.base}/submission", data=b"x"),
    "asks before it sends": lambda phone: phone.house.client.head(f"{phone.base}/submission"),
    "asks for the list": lambda phone: phone.get("/formList"),
    "asks for a form": lambda phone: phone.get("/forms/note.xml"),
    "asks for a manifest": lambda phone: phone.get("/forms/check/manifest"),
    "asks for a file": lambda phone: phone.get("/forms/check/attachments/households.csv"),
    "asks which entities are gone": lambda phone: phone.get("/datasets/households/integrity?id=x"),
    "asks for a form that is not there": lambda phone: phone.get("/forms/none.xml"),
}


def heard(house: Town) -> datetime | None:
    with house.session() as session:
        found: datetime | None = session.get(PhoneRow, house.phone.actor_id).last_seen_at
        return found


def set_heard(house: Town, at: datetime | None) -> None:
    with house.session() as session:
        own = update(PhoneRow).where(PhoneRow.actor_id == house.phone.actor_id)
        session.execute(own.values(last_seen_at=at))


@pytest.mark.parametrize("call", CALLS)
def test_whatever_a_phone_asks_or_sends_it_was_heard_of(shared: Town, call: str) -> None:
    shared.phone.send(note(instance_id="uuid:sent-before"))
    set_heard(shared, None)
    before = utcnow()
    CALLS[call](shared.phone)
    at = heard(shared)
    assert at is not None
    assert before <= at <= utcnow()


@pytest.mark.parametrize("call", CALLS)
def test_within_a_minute_nothing_is_written_of_it(shared: Town, call: str) -> None:
    shared.phone.send(note(instance_id="uuid:sent-before"))
    lately = utcnow() - timedelta(seconds=40)
    set_heard(shared, lately)
    if call == "asks for a form":
        shared.phone.get("/forms/note.xml")  # which version a phone has is noted beside it
        set_heard(shared, lately)
    CALLS[call](shared.phone)
    assert heard(shared) == lately


def test_a_phone_revoked_right_after_it_sent_says_when_it_was_heard_of(house: Town) -> None:
    assert house.phone.send(note(instance_id=new_id())).status_code == 201
    at = heard(house)
    assert at is not None
    removed = house.api("DELETE", f"/projects/{house.project}/app-users/{house.phone.actor_id}").json
    assert removed["lastSeenAt"] == at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_who_has_no_phone_s_token_is_heard_of_by_nobody(shared: Town) -> None:
    set_heard(shared, None)
    shared.client.get(f"/v1/key/{'x' * 64}/projects/{shared.project}/formList")
    assert heard(shared) is None


def test_when_phones_sent_last_is_said_without_reading_who_did_what(shared: Town) -> None:
    for _ in range(2):
        own = new_id()
        assert shared.phone.send(note(instance_id=own)).status_code == 201
    read: list[str] = []
    with shared.app.app_context():
        engine = db.engines["read"]
    at = f"/projects/{shared.project}/app-users"

    def note_it(connection: object, cursor: object, statement: str, *_: object) -> None:
        read.append(statement)

    event.listen(engine, "before_cursor_execute", note_it)
    listed = shared.api("GET", at, headers={"X-Extended-Metadata": "true"}).json
    event.remove(engine, "before_cursor_execute", note_it)
    used = {one["id"]: one["lastUsed"] for one in listed}
    assert used[shared.phone.actor_id] == shared.api("GET", shared.at(own)).json["createdAt"]
    assert read
    assert not [statement for statement in read if "FROM audit" in statement]
