"""A photo store that cannot be used: a first start names setting, bucket and cause; a later one goes on without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import func, select

from server.accounts import users
from server.cli_base import running
from server.db import db
from server.forms.models import Project
from server.settings import SettingError, Settings
from server.start import first_start
from tests.support.served import free_port


def started(settings: Settings) -> list[str]:
    with running(settings) as (_, services):
        lines = list(first_start(db.session(), services, lan=False))
        db.session.remove()
    return lines


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that has none, whoever runs this."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)


def in_s3(data: Path, bucket: str, *, sample: bool = True) -> Settings:
    """Settings with photos in a bucket of a service that nobody runs."""
    endpoint = f"http://127.0.0.1:{free_port()}"
    return Settings.load(
        {}, data=data, media_url=f"s3://{bucket}/photos", s3_endpoint=endpoint, sample=sample
    )


@pytest.mark.parametrize(
    ("bucket", "secret", "cause"),
    [
        ("field-photos", "", "no credentials"),
        ("field-photos", "an invented secret", "does not answer"),
        ("Field Photos", "an invented secret", "no buckets of such a name"),
    ],
)
def test_a_first_start_says_why_the_bucket_cannot_be_used_and_makes_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    no_credentials: None,
    bucket: str,
    secret: str,
    cause: str,
) -> None:
    if secret:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "invented")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    settings = in_s3(tmp_path / "data", bucket)
    with pytest.raises(SettingError) as refused:
        started(settings)
    said = str(refused.value)
    assert said.startswith(f"FIELDFARE_MEDIA_URL: photos cannot be stored in s3://{bucket}/photos")
    assert cause in said
    assert "invented" not in said
    with running(settings):
        assert db.session().scalar(select(func.count()).select_from(Project)) == 0
        db.session.remove()


def test_a_later_start_goes_on_without_its_bucket_and_says_so(tmp_path: Path, no_credentials: None) -> None:
    settings = Settings.load({}, data=tmp_path / "data")
    with running(settings):
        ada = users.create(db.session(), email="ada@example.org", password="a long invented one", by=None)
        users.make_admin(db.session(), ada)
        db.session().commit()
        db.session.remove()
    lines = started(in_s3(settings.data, "field-photos", sample=False))
    assert lines[0].startswith("Warning: FIELDFARE_MEDIA_URL: photos cannot be stored in s3://field-photos")
    assert any("Fieldfare is at" in line for line in lines)
