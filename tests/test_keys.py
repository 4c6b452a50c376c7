"""The key file and what it opens: rotation at any instant, the sheet for the safe, a ring that is another installation's."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from server import keys, keysheet
from server.keys import DataKey, KeyTrouble, open_keyring, read_key_file, rotate, write_key_file


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    DataKey.__table__.create(engine)  # type: ignore[attr-defined]  # a Table, by declaration
    with Session(engine) as opened:
        yield opened


def test_the_first_start_makes_a_key_file_that_its_owner_alone_reads(
    session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "keys" / "fieldfare.key"
    ring = open_keyring(session, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert ring.open(ring.seal(b"an answer", "here"), "here") == b"an answer"


def test_a_sealed_value_opens_in_its_own_place_only_and_unchanged_only(
    session: Session, tmp_path: Path
) -> None:
    ring = open_keyring(session, tmp_path / "key")
    box = ring.seal(b"an answer", "household.contact")
    with pytest.raises(KeyTrouble):
        ring.open(box, "household.dwelling")
    for at in range(len(box)):
        with pytest.raises(KeyTrouble):
            ring.open(box[:at] + bytes([box[at] ^ 1]) + box[at + 1 :], "household.contact")


def test_rotation_wraps_again_and_what_was_sealed_before_still_opens(
    session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "key"
    ring = open_keyring(session, path)
    box, mac = ring.seal(b"an answer", "here"), ring.mac("blob", b"content")
    old = read_key_file(path)
    name = rotate(session, path)
    new = read_key_file(path)
    assert list(new.keys) == [name]
    assert set(new.keys).isdisjoint(old.keys)
    again = open_keyring(session, path)
    assert again.open(box, "here") == b"an answer"
    assert again.mac("blob", b"content") == mac


def test_a_stop_between_the_steps_of_a_rotation_leaves_something_that_opens(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key"
    box = open_keyring(session, path).seal(b"an answer", "here")
    written = []

    def stop_at_the_second(to: Path, content: dict[str, bytes]) -> keys.MasterKeys:
        written.append(content)
        if len(written) == 2:
            raise KeyboardInterrupt
        return write_key_file(to, content)

    monkeypatch.setattr(keys, "write_key_file", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        rotate(session, path)
    session.rollback()
    assert open_keyring(session, path).open(box, "here") == b"an answer"


def test_the_old_key_opens_nothing_after_a_rotation(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "key"
    open_keyring(session, path)
    old = path.read_text()
    rotate(session, path)
    path.write_text(old)
    with pytest.raises(KeyTrouble, match="another installation"):
        open_keyring(session, path)


@pytest.mark.parametrize(
    "content", ["", "{}", "not json", json.dumps({"keys": {"m1": "c2hvcnQ="}}), '{"keys": []}']
)
def test_a_file_that_is_no_key_file_is_named_and_left_as_it_is(
    session: Session, tmp_path: Path, content: str
) -> None:
    path = tmp_path / "key"
    open_keyring(session, path)
    path.write_text(content)
    with pytest.raises(KeyTrouble, match="not a key file"):
        open_keyring(session, path)
    assert path.read_text() == content


def test_the_sheet_can_be_typed_back_and_says_where_it_was_typed_wrongly(
    session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "key"
    open_keyring(session, path)
    masters = read_key_file(path)
    key = masters.keys[masters.current]
    groups = keysheet.letters(key)
    page = keysheet.sheet(masters, masters.current)
    assert all(group in page for group in groups)
    assert keysheet.key_of(" ".join(groups).lower()) == key
    wrong = list(groups)
    wrong[3] = "AAAA" if wrong[3] != "AAAA" else "BBBB"
    with pytest.raises(ValueError, match="typed wrongly"):
        keysheet.key_of(" ".join(wrong))
