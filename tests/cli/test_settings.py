"""Settings that cannot be used stop the start with a sentence that names them, whatever they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import main
from server.settings import SettingError, Settings


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LANGUAGE", "xx", "en, zh or ar"),
        ("LANGUAGE", "EN", "en, zh or ar"),
        ("PORT", "eighty", "a whole number"),
        ("PORT", "0", "from 1 to 65535"),
        ("PORT", "70000", "from 1 to 65535"),
        ("WORKERS", "-1", "0 or more"),
        ("THREADS", "0", "1 or more"),
        ("TRUSTED_PROXIES", "-1", "0 or more"),
        ("MAX_UPLOAD", "0", "1 or more"),
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING, ERROR or CRITICAL"),
        ("MEDIA_URL", "ftp://photos", "s3://bucket/prefix"),
        ("MEDIA_URL", "s3://", "s3://bucket/prefix"),
        ("MEDIA_URL", "file://photos", "s3://bucket/prefix"),
        ("S3_ENDPOINT", "s3.example.org", "http:// or https://"),
        ("DATABASE_URL", "mysql://user@host/name", "postgresql+psycopg://"),
        ("DATABASE_URL", "no address at all", "postgresql+psycopg://"),
        ("PUBLIC_URL", "survey.example.org", "http:// or https://"),
        ("TIMEZONE", "Mars/Olympus", "no time zone"),
        ("TIMEZONE", "Asia", "no time zone"),
        ("SAMPLE", "perhaps", "1 or 0"),
        ("ADMIN_EMAIL", "ada@example.org", "FIELDFARE_ADMIN_PASSWORD"),
        ("ADMIN_PASSWORD", "a long invented one", "FIELDFARE_ADMIN_EMAIL"),
        ("ADMIN_PASSWORD", "short", "FIELDFARE_ADMIN_EMAIL"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_what_it_takes(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingError) as refused:
        Settings.load({f"FIELDFARE_{name}": value})
    said = str(refused.value)
    assert f"FIELDFARE_{name}" in said
    assert words in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LANGUAGE", "ar"),
        ("PORT", "65535"),
        ("LOG_LEVEL", "debug"),
        ("MEDIA_URL", "file:"),
        ("MEDIA_URL", "file:photos"),
        ("MEDIA_URL", "file:///srv/photos"),
        ("MEDIA_URL", "s3://bucket"),
        ("MEDIA_URL", "s3://bucket/prefix"),
        ("DATABASE_URL", "postgresql+psycopg://user:word@host/name"),
        ("DATABASE_URL", "sqlite:////srv/fieldfare.sqlite3"),
    ],
)
def test_what_the_documentation_names_is_taken(name: str, value: str) -> None:
    assert str(getattr(Settings.load({f"FIELDFARE_{name}": value}), name.lower())) == value


def test_a_settings_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "fieldfare.toml").write_text("port 80", "utf-8")
    with pytest.raises(SettingError, match=r"fieldfare\.toml"):
        Settings.load({}, data=tmp_path)


def test_a_settings_file_with_a_name_that_is_no_setting_is_refused_with_it(tmp_path: Path) -> None:
    (tmp_path / "fieldfare.toml").write_text('pulbic_url = "https://survey.example.org"', "utf-8")
    with pytest.raises(SettingError, match=r"fieldfare\.toml: pulbic_url"):
        Settings.load({}, data=tmp_path)


def test_a_command_ends_with_that_sentence_and_status_1(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        main, ["--data", str(tmp_path / "data"), "migrate"], env={"FIELDFARE_LANGUAGE": "xx"}
    )
    assert done.exit_code == 1
    assert done.output == "Error: FIELDFARE_LANGUAGE: 'xx' is not one of en, zh or ar.\n"
    assert not (tmp_path / "data").exists()
