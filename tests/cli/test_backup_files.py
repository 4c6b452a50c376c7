"""What a backup leaves on the disk: written whole under its name or not at all, readable by its owner alone."""

from __future__ import annotations

import os
import resource
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main

PHOTO = "ab" * 32


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one file in its photo store."""
    folder = tmp_path / "data"
    assert run(folder, "migrate").exit_code == 0
    kept = folder / "media" / "ab" / "ab"
    kept.mkdir(parents=True)
    (kept / PHOTO).write_bytes(b"sealed")
    return folder


@pytest.fixture(autouse=True)
def everybody_may_read() -> Iterator[None]:
    """The usual umask, whatever this process has."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(data), *words], env={"FIELDFARE_SAMPLE": "0"})


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_backup_is_its_owner_s_alone_and_leaves_nothing_beside_it(data: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    done = run(data, "backup", str(tmp_path / "kept" / "monday.tar"))
    assert done.exit_code == 0, done.output
    assert os.listdir(tmp_path / "kept") == ["monday.tar"]
    assert mode(tmp_path / "kept" / "monday.tar") == 0o600
    with tarfile.open(tmp_path / "kept" / "monday.tar") as packed:
        assert {(one.mode, one.uid, one.uname) for one in packed} == {(0o600, 0, "")}


def test_a_file_that_is_there_is_written_over_only_with_force(data: Path, tmp_path: Path) -> None:
    there = tmp_path / "monday.tar"
    there.write_bytes(b"the only backup of last week")
    refused = run(data, "backup", str(there))
    assert refused.exit_code == 1
    assert str(there) in refused.output
    assert "--force" in refused.output
    assert there.read_bytes() == b"the only backup of last week"
    done = run(data, "backup", "--force", str(there))
    assert done.exit_code == 0, done.output
    assert tarfile.is_tarfile(there)
    assert mode(there) == 0o600
    assert sorted(os.listdir(tmp_path)) == ["data", "monday.tar"]


def test_a_backup_into_a_folder_that_is_not_there_is_one_sentence(data: Path, tmp_path: Path) -> None:
    done = run(data, "backup", str(tmp_path / "nowhere" / "monday.tar"))
    assert done.exit_code == 1
    assert done.output.startswith("Error: ")
    assert str(tmp_path / "nowhere") in done.output
    assert done.output.count("\n") == 1


def test_a_backup_that_breaks_off_leaves_the_old_one_and_nothing_half(data: Path, tmp_path: Path) -> None:
    there = tmp_path / "kept" / "monday.tar"
    there.parent.mkdir()
    there.write_bytes(b"the only backup of last week")
    os.truncate(data / "media" / "ab" / "ab" / PHOTO, 4_000_000)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, limits[1]))  # as a disk that is full half way
    try:
        broken = run(data, "backup", "--force", str(there))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert broken.exit_code == 1
    assert broken.output == f"Error: {there} cannot be written: File too large.\n"
    assert os.listdir(there.parent) == ["monday.tar"]
    assert there.read_bytes() == b"the only backup of last week"


def test_what_is_restored_is_its_owner_s_alone(data: Path, tmp_path: Path) -> None:
    assert run(data, "backup", str(tmp_path / "b.tar")).exit_code == 0
    anew = tmp_path / "new" / "data"
    done = run(anew, "restore", str(tmp_path / "b.tar"))
    assert done.exit_code == 0, done.output
    there = {str(path.relative_to(anew)): mode(path) for path in (anew, *anew.rglob("*"))}
    assert there == {
        ".": 0o700,
        "fieldfare.sqlite3": 0o600,
        "media": 0o700,
        "media/ab": 0o700,
        "media/ab/ab": 0o700,
        f"media/ab/ab/{PHOTO}": 0o600,
    }


def test_a_backup_cut_short_is_refused_and_leaves_the_folder_free(data: Path, tmp_path: Path) -> None:
    assert run(data, "backup", str(tmp_path / "b.tar")).exit_code == 0
    whole = (tmp_path / "b.tar").read_bytes()
    anew = tmp_path / "anew"
    with tarfile.open(tmp_path / "b.tar") as packed:
        photo = packed.getmember(f"media/ab/ab/{PHOTO}").offset
    for length in (
        len(whole) // 2,
        photo + 100,
        photo,
    ):  # the last one between two files, where tar itself sees no fault
        (tmp_path / "half.tar").write_bytes(whole[:length])
        refused = run(anew, "restore", str(tmp_path / "half.tar"))
        assert refused.exit_code == 1
        assert "half.tar" in refused.output
        assert list(anew.iterdir()) == []
    assert run(anew, "restore", str(tmp_path / "b.tar")).exit_code == 0


def test_a_restore_never_mixes_photos_with_those_of_another(data: Path, tmp_path: Path) -> None:
    assert run(data, "backup", str(tmp_path / "b.tar")).exit_code == 0
    (data / "fieldfare.sqlite3").unlink()
    refused = run(data, "restore", str(tmp_path / "b.tar"))
    assert refused.exit_code == 1
    assert "empty folder" in refused.output
    assert not (data / "fieldfare.sqlite3").exists()


def test_a_copy_before_an_upgrade_is_its_owner_s_alone(data: Path) -> None:
    from server.settings import Settings
    from server.upgrade import copy_first

    copy = copy_first(Settings.load({}, data=data))
    assert copy is not None
    assert mode(Path(copy)) == 0o600
