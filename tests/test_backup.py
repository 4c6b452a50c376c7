"""A backup and its way back, as commands: whole, without the key, into an empty folder only."""

from __future__ import annotations

import tarfile
from pathlib import Path

from click.testing import CliRunner, Result

from server.cli import main


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(data), *words], env={"FIELDFARE_SAMPLE": "0"})


def test_what_was_backed_up_comes_back_and_the_key_was_not_in_it(tmp_path: Path) -> None:
    data, packed, empty = tmp_path / "data", tmp_path / "backup.tar", tmp_path / "empty"
    assert run(data, "migrate").exit_code == 0
    made = run(data, "user", "add", "ada@example.org", "--password", "a long invented password")
    assert made.exit_code == 0, made.output
    done = run(data, "backup", str(packed))
    assert done.exit_code == 0, done.output
    assert "worth nothing" in done.output
    key = (data / "fieldfare.key").read_bytes()
    with tarfile.open(packed) as content:
        assert not [name for name in content.getnames() if "key" in name]
        assert key not in packed.read_bytes()
    assert run(empty, "restore", str(packed)).exit_code == 0
    refused = run(empty, "check")
    assert refused.exit_code == 1
    assert "key file" in refused.output
    (empty / "fieldfare.key").write_bytes(key)
    whole = run(empty, "check")
    assert whole.exit_code == 0, whole.output
    link = run(empty, "user", "reset-link", "ada@example.org")
    assert "/password/" in link.output


def test_a_restore_never_overwrites_a_database(tmp_path: Path) -> None:
    data, packed = tmp_path / "data", tmp_path / "backup.tar"
    assert run(data, "migrate").exit_code == 0
    assert run(data, "backup", str(packed)).exit_code == 0
    refused = run(data, "restore", str(packed))
    assert refused.exit_code == 1
    assert "empty folder" in refused.output


def test_a_file_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.tar"
    other.write_bytes(b"nothing of the kind")
    refused = run(tmp_path / "data", "restore", str(other))
    assert refused.exit_code == 1
    assert not (tmp_path / "data" / "fieldfare.sqlite3").exists()
