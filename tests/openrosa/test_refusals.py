"""What an enumerator reads when a visit is refused: what happened, that it stays on the phone, what to do."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from sqlalchemy.exc import OperationalError

from server import problems
from server.accounts import phones
from server.accounts.models import Phone as PhoneRow
from server.forms import lifecycle
from server.openrosa import door
from server.openrosa.refusals import HAPPENED, STAYS, TO_DO, refusal
from server.problems import TABLE, Problem
from server.words import LANGUAGES, say
from tests.support.answers import refused
from tests.support.fixtures import MakeTown
from tests.support.house import Phone, instance
from tests.support.photos import jpeg
from tests.support.town import Town, new_id, note

DIALOG = 300
"""Letters that Collect's dialog shows without scrolling on a small phone."""

DETAILS = {
    "deprecatedId": "uuid:6a0f9b5e-2a53-4f0f-8d39-7d6a8d1c2b10",
    "formVersion": "2031010100",
    "name": "1731234567890.jpg",
    "limit": 1000,
    "minutes": 15,
    "reason": problems.Sentence("It is empty."),
}


@pytest.mark.parametrize("row", TABLE.values(), ids=lambda row: row.name)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_says_once_that_the_visit_stays_and_is_short(row: Problem, language: str) -> None:
    said = refusal(language, row(**DETAILS))
    assert said.count(say(language, STAYS)) == 1
    assert said.lower().count(" on the phone") == (language == "en")
    happened, _, to_do = said.partition(say(language, STAYS))
    assert happened.strip()
    assert to_do.strip()
    assert len(said) <= DIALOG, said


def test_what_is_said_to_enumerators_alone_belongs_to_problems_that_there_are() -> None:
    assert HAPPENED.keys() | TO_DO.keys() <= TABLE.keys()


def _unknown_form(house: Town) -> Phone:
    with house.session() as session:
        lifecycle.delete(session, lifecycle.get(session, house.project, "note"), actor_id=1)
    return house.phone


def _closed(house: Town) -> Phone:
    with house.session() as session:
        lifecycle.set_state(session, lifecycle.get(session, house.project, "note"), "closed", actor_id=1)
    return house.phone


def _archived(house: Town) -> Phone:
    assert house.api("PATCH", f"/projects/{house.project}", json={"archived": True}).status_code == 200
    return house.phone


def _revoked(house: Town) -> Phone:
    with house.session() as session:
        row = session.query(PhoneRow).filter_by(actor_id=house.phone.actor_id).one()
        phones.revoke(session, row, by=1)
    return house.phone


@pytest.mark.parametrize(
    ("prepare", "code", "says"),
    [
        (_unknown_form, "404.1", "This form is not on this server, or not any more."),
        (_closed, "409.2", "This form takes no visits at present."),
        (_archived, "409.2", "This form takes no visits at present."),
        (_revoked, "403.61", "This phone's access was withdrawn or is not known."),
        (lambda house: house.line("none"), "403.1", "You may not send visits with this form."),
    ],
)
def test_a_form_or_phone_that_may_not_any_more_is_told_why(
    house: Town, prepare: Callable[[Town], Phone], code: str, says: str
) -> None:
    phone = prepare(house)
    answer = refused(phone.send(note()), code)
    assert answer.startswith(f"{says} {STAYS} ")
    assert "supervisor" in answer


@pytest.mark.parametrize(
    ("xml", "files", "code", "says"),
    [
        (instance("elsewhere", ""), {}, "404.1", "This form is not on this server, or not any more."),
        (note(version="2031"), {}, "404.6", "The form has no version “2031” here."),
        (note(deprecated="uuid:gone"), {}, "404.5", "The visit that this one replaces is not here"),
        (note(instance_id="uuid:1", deprecated="uuid:1"), {}, "400.71", "An edit cannot replace itself."),
        ('<data id="note" version="1"/>', {}, "400.62", "The form data has no instanceID"),
        ("<data", {}, "400.61", "The form data cannot be read."),
        (note(), {"../x.jpg": b"x"}, "400.63", "A file's name cannot be used"),
        (note(), [("a.jpg", b"x"), ("a.jpg", b"y")], "400.75", "The visit brings two files of one name"),
        (note("x" * 10_500_000), {}, "413.61", "The form data is larger than 10 MB."),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 8 else "",
)
@pytest.mark.parametrize("language", ["all", "zh", "ar"])
def test_a_visit_that_cannot_be_taken_is_explained_in_the_phone_s_language(
    shared: Town, language: str, xml: str, files: dict[str, bytes], code: str, says: str
) -> None:
    told = refused(shared.line(language).send(xml, files), code)
    spoken = "en" if language == "all" else language
    gap = "" if spoken == "zh" else " "
    assert f"{gap}{say(spoken, STAYS)}{gap}{say(spoken, 'Tell your supervisor.')}" in told
    assert spoken != "zh" or "。 " not in told
    assert (spoken == "en") == told.startswith(says)


def test_a_file_that_is_too_large_is_named(make_town: MakeTown) -> None:
    house = make_town(max_upload=1_000_000)
    told = refused(
        house.phone.send(note("<photo>a.jpg</photo>"), {"a.jpg": jpeg(1) + bytes(1_000_000)}), "413.60"
    )
    assert told == f"The file a.jpg is larger than this server takes (1 MB). {STAYS} Tell your supervisor."


def test_one_minute_is_said_as_one_and_two_in_each_language_s_own_way() -> None:
    one, two = problems.TOO_MANY_TRIES(minutes=1), problems.TOO_MANY_TRIES(minutes=2)
    assert refusal("en", one).startswith("Too many tries to sign in: wait one minute. ")
    assert refusal("en", two).startswith("Too many tries to sign in: wait 2 minutes. ")
    assert refusal("ar", one).startswith("محاولات دخول كثيرة: انتظر دقيقة واحدة. ")
    assert refusal("zh", two).startswith("登录尝试次数过多：请等待 2 分钟。")


def test_what_is_no_visit_at_all_is_said_to_have_come_broken(shared: Town) -> None:
    for body, kind in ((b"x", "text/plain"), (b"--b\r\nhalf", "multipart/form-data; boundary=b")):
        answer = shared.client.post(f"{shared.phone.base}/submission", data=body, content_type=kind)
        assert refused(answer, "400.39").startswith(f"The visit did not arrive whole. {STAYS} Send it again")


@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [
        (OSError(28, "No space left on device"), "507.60", "The server has no room left."),
        (OSError(24, "Too many open files"), "503.60", "The server cannot store visits at the moment."),
        (OperationalError("", {}, Exception()), "503.61", "The server cannot store visits at the moment."),
        (RuntimeError("a fault"), "500.1", "Something went wrong on the server."),
    ],
)
def test_trouble_of_the_server_s_own_is_said_with_when_to_send_again(
    shared: Town, monkeypatch: pytest.MonkeyPatch, fault: Exception, code: str, says: str
) -> None:
    def broken(*_: object) -> None:
        raise fault

    where = (os, "fsync") if code == "507.60" else (door, "receive")
    with shared.untouched(), monkeypatch.context() as patched:
        patched.setattr(*where, broken)
        photo = {"a.jpg": jpeg(91)} if code == "507.60" else {}
        told = refused(shared.phone.send(note("<photo>a.jpg</photo>", instance_id=new_id()), photo), code)
    assert told.startswith(f"{says} {STAYS} ")
    assert "again later" in told
