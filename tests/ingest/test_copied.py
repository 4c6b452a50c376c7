"""A copied database and media folder show no contact, no exact point, no protected answer, no photo, and open no phone."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

import psycopg
import pytest
from PIL import Image

from server.forms import lifecycle
from tests.support.house import ADMIN, XLSX, instance, xlsx
from tests.support.town import HH, Town, enrolment, new_id

CONTACT = "kiosk by the ferry, ask for line 0711-4455"
LATER_CONTACT = "neighbour at 0733-9988-12"
SECRET = "we hide the seed grain under the loom"
LATITUDE, LONGITUDE = 31.2304567, 121.4737891
POINT = f"{LATITUDE} {LONGITUDE} 17.25 4.75"
MARK = b"a photo's own words 4d1c"

PRIVATE = xlsx(
    """
    type     | name    | label::English (en)         | bind::hh:protect
    text     | village | Which village is it?        |
    text     | story   | What should nobody read?    | yes
    geopoint | hidden  | Where is it?                | yes
    begin_repeat | more | More                       |
    text     | detail  | And what else?              | yes
    end_repeat | more  |                             |
    """,
    settings=f"""
    form_id | form_title | version | default_language | namespaces
    private | Private    | 1       | English (en)     | {HH}
    """,
)


def photo() -> bytes:
    """A photo that carries words and the exact place."""
    exif = Image.Exif()
    exif.get_ifd(0x8825).update({1: "N", 2: (31.0, 13.0, 49.64412), 3: "E", 4: (121.0, 28.0, 25.64076)})
    exif[0x010E] = MARK.decode()
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "olive").save(out, "JPEG", exif=exif, comment=MARK)
    return out.getvalue()


@pytest.fixture(scope="module")
def lived_in(shared: Town) -> Town:
    """A town in which everything happened that writes: visits, an edit, a hold, decisions, jobs, lists, a draft."""
    forms = f"/projects/{shared.project}/forms"
    for method, path, given in (
        ("POST", f"{forms}?publish=true&ignoreWarnings=true", {"data": PRIVATE, "content_type": XLSX}),
        ("POST", f"{forms}/private/assignments/app-user/{shared.phone.actor_id}", {}),
    ):
        answer = shared.api(method, path, **given)
        assert answer.status_code == 200, answer.text
    made = shared.enrol(
        dwelling=POINT, contact=CONTACT, water="borehole", photo="a.jpg", files={"a.jpg": photo()}
    )
    edit = enrolment(
        household=made.household,
        deprecated=made.instance_id,
        dwelling=POINT,
        contact=LATER_CONTACT,
        action='create="1" update="1"',
    )
    assert shared.phone.send(edit.xml).status_code == 201
    held = shared.enrol(dwelling=POINT, contact=CONTACT, minutes="many")
    assert shared.decide(held.instance_id, "approved").status_code == 200
    assert shared.decide(held.instance_id, "rejected").status_code == 200
    shared.visit(made.household, water="surface")
    own = new_id()
    body = (
        f"<village>Alder</village><story>{SECRET}</story><hidden>{POINT}</hidden>"
        f"<more><detail>{SECRET} too</detail></more>"
    )
    assert shared.phone.send(instance("private", body, instance_id=own)).status_code == 201
    assert shared.answers(own)["story"] == SECRET
    shared.work()
    for phone in (shared.phone, shared.line("north")):
        listed = phone.get("/forms/check/attachments/households.csv")
        assert made.household in listed.text
        assert str(LATITUDE) not in listed.text
    with shared.session() as session:
        lifecycle.set_draft(session, shared.services, lifecycle.get(session, shared.project, "note"), None, 1)
    return shared


def files_of(house: Town) -> Iterator[tuple[str, bytes]]:
    """The bytes of every file in the data folder but the keys, which are documented as what must not lie with them."""
    data = house.services.settings.data
    for path in sorted(data.rglob("*")):
        if path.is_file() and path.name not in ("fieldfare.key", "secret.key", "town.json"):
            yield str(path.relative_to(data)), path.read_bytes()


def tables_of(url: str) -> Iterator[tuple[str, bytes]]:
    """Every table of a PostgreSQL database, byte for byte as the server holds its values."""
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (name,) in names:
            with connection.cursor().copy(f'COPY "{name}" TO STDOUT (FORMAT binary)') as copy:
                yield name, b"".join(bytes(piece) for piece in copy)


def stolen(house: Town) -> dict[str, bytes]:
    """All that a thief of the data has."""
    found = dict(files_of(house))
    settings = house.services.settings
    if not settings.is_sqlite:
        found |= dict(tables_of(settings.database))
    return found


def forms_of(number: float) -> list[bytes]:
    """How an exact coordinate could stand in bytes."""
    texts = [f"{number:.{places}f}".encode() for places in (3, 5, 7)]
    return [*texts, struct.pack("<d", number), struct.pack(">d", number)]


def test_the_bytes_of_database_and_media_show_nothing_protected(lived_in: Town) -> None:
    copies = stolen(lived_in)
    whole = sum(len(content) for content in copies.values())
    assert whole > 50_000
    assert any(b"Alder" in content for content in copies.values())  # what is not protected can be read
    hidden = [
        CONTACT,
        LATER_CONTACT,
        SECRET,
        "0711-4455",
        "0733-9988",
        "seed grain",
        "ferry",
        POINT,
        "17.25 4.75",
    ]
    patterns = [text.encode() for text in hidden] + [MARK, photo()[:200], photo()[-200:]]
    patterns += [*forms_of(LATITUDE), *forms_of(LONGITUDE)]
    patterns += [text.encode("utf-16-le") for text in (CONTACT, SECRET)]
    for name, content in copies.items():
        for pattern in patterns:
            assert pattern not in content, (name, pattern)


def test_the_bytes_open_no_phone_no_session_and_no_draft(lived_in: Town) -> None:
    copies = stolen(lived_in)
    with lived_in.session() as session:
        draft = lifecycle.draft_token(lived_in.services, lifecycle.get(session, lived_in.project, "note"))
    assert draft is not None
    tokens = [lived_in.token, draft, ADMIN[1], *(line["token"] for line in lived_in.lines.values())]
    for name, content in copies.items():
        for token in tokens:
            assert token.encode() not in content, name


def test_the_write_ahead_log_is_among_what_was_read(lived_in: Town) -> None:
    names = {name for name, _ in files_of(lived_in)}
    assert any(name.startswith("media/") for name in names)
    if lived_in.services.settings.is_sqlite:
        assert {"fieldfare.sqlite3", "fieldfare.sqlite3-wal"} <= names
        assert dict(files_of(lived_in))["fieldfare.sqlite3-wal"]
    else:
        assert {name for name, _ in tables_of(lived_in.services.settings.database)} >= {
            "ledger",
            "submission_version",
        }
