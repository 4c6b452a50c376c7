"""Bad inputs, row 62: the key file missing or another one's. The server refuses to start, says why, and harms nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from server import create_app
from server.cli import main
from server.keys import KeyTrouble, new_master_key, write_key_file
from tests.support.photos import jpeg
from tests.support.town import Town, close, new_id, note


def fingerprint(data: Path) -> dict[str, str]:
    """What lies in a data folder: names and contents (SQLite's own working files aside)."""
    return {
        str(path.relative_to(data)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in data.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


def refuses(house: Town, words: str) -> None:
    """The server does not start, names the key file, and leaves everything as it was."""
    settings = house.services.settings
    close(house)
    before = fingerprint(settings.data)
    with pytest.raises(KeyTrouble) as trouble:
        create_app(settings)
    assert words in str(trouble.value)
    assert "fieldfare.key" in str(trouble.value)
    assert "Nothing was changed" in str(trouble.value)
    assert fingerprint(settings.data) == before


@pytest.fixture
def used(house: Town) -> tuple[Town, str]:
    """A town with a visit in it, and the visit's instanceID."""
    own = new_id()
    xml = note("<photo>a.jpg</photo>", instance_id=own)
    assert house.phone.send(xml, {"a.jpg": jpeg(1)}).status_code == 201
    return house, own


def test_row_62_without_its_key_file_the_server_refuses_to_start(used: tuple[Town, str]) -> None:
    house, own = used
    key = house.services.settings.key_path
    kept = key.read_bytes()
    key.unlink()
    refuses(house, "is not there")
    assert not key.exists()  # none is made in its place
    key.write_bytes(kept)
    again = Town(create_app(house.services.settings), house.token, project=house.project, lines=house.lines)
    assert again.photo(own, "a.jpg") == jpeg(1)
    assert again.phone.send(note()).status_code == 201


def test_row_62_with_another_installation_s_key_file_the_server_refuses_to_start(
    used: tuple[Town, str],
) -> None:
    house, own = used
    key = house.services.settings.key_path
    kept = key.read_bytes()
    write_key_file(key, dict([new_master_key()]))
    other = key.read_bytes()
    refuses(house, "another installation's")
    assert key.read_bytes() == other
    key.write_bytes(kept)
    again = Town(create_app(house.services.settings), house.token, project=house.project, lines=house.lines)
    assert again.photo(own, "a.jpg") == jpeg(1)


def test_row_62_with_a_damaged_key_file_the_server_refuses_to_start(house: Town) -> None:
    key = house.services.settings.key_path
    for content in (b"", b"{}", b"not json", b'{"keys": {"m1": "AAAA"}}', b"\xff\xfe"):
        key.write_bytes(content)
        refuses(house, "is not a key file")
        assert key.read_bytes() == content


def test_row_62_the_command_says_so_in_one_sentence_and_ends_with_1(tmp_path: Path) -> None:
    data = tmp_path / "data"
    run = CliRunner()
    made = run.invoke(
        main, ["--data", str(data), "user", "add", "ada@example.org", "--password", "long enough it is"]
    )
    assert made.exit_code == 0, made.output
    (data / "fieldfare.key").unlink()
    before = fingerprint(data)
    ended = run.invoke(main, ["--data", str(data), "serve", "--port", "1"])
    assert ended.exit_code == 1
    assert "fieldfare.key is not there" in ended.output
    assert "Traceback" not in ended.output
    assert fingerprint(data) == before
