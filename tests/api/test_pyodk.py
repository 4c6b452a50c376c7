"""pyodk, unchanged, against a real server on a real port."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from pyodk.client import Client
from pyodk.errors import PyODKError
from werkzeug.serving import make_server

from tests.api.test_forms import FROM_FILE, workbook
from tests.support.house import ADMIN
from tests.support.photos import jpeg
from tests.support.town import Town, new_id, note


@pytest.fixture
def odk(house: Town, tmp_path: Path) -> Iterator[Client]:
    """A client signed in as the administrator, with its cache in the test's folder."""
    server = make_server("127.0.0.1", 0, house.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    config = tmp_path / "pyodk.toml"
    config.write_text(
        f'[central]\nbase_url = "http://127.0.0.1:{server.server_port}"\n'
        f'username = "{ADMIN[0]}"\npassword = "{ADMIN[1]}"\ndefault_project_id = {house.project}\n'
    )
    try:
        with Client(config_path=config, cache_path=tmp_path / "cache.toml") as client:
            yield client
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_pyodk_lists_projects_and_forms_and_reads_a_forms_xml(odk: Client, house: Town) -> None:
    assert {one.name for one in odk.projects.list()} == {"Aldermere", "Bexhill"}
    assert odk.projects.get().id == house.project
    assert {one.xmlFormId for one in odk.forms.list()} == {"note", "enrol", "check"}
    assert odk.forms.get("note").state == "open"
    assert odk.forms.get_xml("note").startswith("<?xml")


def test_pyodk_uploads_and_publishes_a_form_with_its_file_and_then_its_next_version(
    odk: Client, tmp_path: Path
) -> None:
    pumps = tmp_path / "pumps.csv"
    pumps.write_bytes(b"name,label\np1,Mill pump\n")
    made = odk.forms.create(workbook(rows=FROM_FILE), attachments=[pumps], form_id="water")
    assert (made.xmlFormId, made.version) == ("water", "1")
    assert odk.forms.get("water").publishedAt is not None
    odk.forms.update("water", definition=workbook(version="2", rows=FROM_FILE), attachments=[pumps])
    assert odk.forms.get("water").version == "2"
    odk.forms.update("water", attachments=[pumps], version_updater=lambda version: f"{version}.1")
    assert odk.forms.get("water").version == "2.1"


def test_pyodk_sends_lists_reads_edits_and_reviews_submissions(
    odk: Client, house: Town, tmp_path: Path
) -> None:
    photo = tmp_path / "well.jpg"
    photo.write_bytes(jpeg(1))
    own, second = new_id(), new_id()
    xml = note("<photo>well.jpg</photo>", instance_id=own)
    made = odk.submissions.create(xml, form_id="note", device_id="desk", attachments=[photo])
    assert made.instanceId == own
    assert made.attachments is not None
    assert [(one.name, one.exists) for one in made.attachments] == [("well.jpg", True)]
    assert [one.instanceId for one in odk.submissions.list(form_id="note")] == [own]
    assert odk.submissions.get(own, form_id="note").deviceId == "desk"

    path = f"projects/{house.project}/forms/note/submissions/{quote(own, safe='')}"
    assert odk.get(f"{path}.xml").text == xml
    assert odk.get(f"{path}/attachments/well.jpg").content == jpeg(1)

    odk.submissions.edit(
        own,
        note("<village>Beech</village>", instance_id=second, deprecated=own),
        form_id="note",
        comment="moved",
    )
    odk.submissions.review(own, "approved", form_id="note")
    assert odk.submissions.get(own, form_id="note").reviewState == "approved"
    assert [one.body for one in odk.submissions.list_comments(own, form_id="note")] == ["moved"]


def test_pyodk_makes_app_users_and_gives_them_forms(odk: Client) -> None:
    made = odk.projects.create_app_users(display_names=["Phone 11", "Phone 12"], forms=["note"])
    assert len(list(made)) == 2


def test_pyodk_quotes_our_words_when_we_refuse(odk: Client) -> None:
    with pytest.raises(PyODKError) as refused:
        odk.forms.get("nothing")
    assert "404.1" in str(refused.value)
