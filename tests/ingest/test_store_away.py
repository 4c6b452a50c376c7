"""While S3 is away: phones get their forms and files, a visit is durably kept or refused with 503, and nothing is half."""

from __future__ import annotations

from tests.openrosa.phone_reads import form_list, manifest
from tests.support.answers import refused
from tests.support.fixtures import MakeTown
from tests.support.house import XLSX, Phone, xlsx
from tests.support.photos import jpeg
from tests.support.town import Town, new_id, note
from tests.tools.s3 import S3

PICTURE = jpeg(77)


def on_s3(make_town: MakeTown, s3: S3) -> Town:
    """A town whose photos lie in S3."""
    return make_town(media_url=s3.url, s3_endpoint=s3.endpoint)


def objects(s3: S3) -> int:
    """How many objects the test's bucket holds."""
    return int(s3.client().list_objects_v2(Bucket=s3.bucket)["KeyCount"])


def test_photos_go_to_s3_and_come_back_whole(make_town: MakeTown, s3: S3) -> None:
    town, own = on_s3(make_town, s3), new_id()
    large = jpeg(1) + bytes(12_000_000)
    answer = town.phone.send(
        note("<photo>a.jpg</photo><view>b.jpg</view>", instance_id=own), {"a.jpg": large, "b.jpg": jpeg(2)}
    )
    assert answer.status_code == 201
    assert (town.photo(own, "a.jpg"), town.photo(own, "b.jpg")) == (large, jpeg(2))
    assert objects(s3) == 2
    assert not [path for path in (town.services.settings.data / "media").rglob("*") if path.is_file()]


def test_a_visit_with_a_photo_is_refused_with_503_and_whole_when_sent_again(
    make_town: MakeTown, s3: S3
) -> None:
    town, own = on_s3(make_town, s3), new_id()
    xml = note("<photo>a.jpg</photo>", instance_id=own)
    for photo in (jpeg(1), jpeg(1) + bytes(12_000_000)):
        with town.untouched(), s3.away():
            refused(town.phone.send(xml, {"a.jpg": photo}), "503.60")
        assert town.submission(own) is None
    assert objects(s3) == 0
    assert town.phone.send(xml, {"a.jpg": jpeg(1)}).status_code == 201
    assert town.photo(own, "a.jpg") == jpeg(1)


def test_what_went_ahead_of_a_refused_visit_is_taken_out_of_s3_again(make_town: MakeTown, s3: S3) -> None:
    town = on_s3(make_town, s3)
    files = {f"{number}.jpg": jpeg(number) + bytes(3_000_000 * number) for number in range(1, 5)}
    with town.untouched():
        refused(town.phone.send(note().replace('id="note"', 'id="nothing"'), files), "404.1")
    town.services.store.close()
    assert objects(s3) == 0
    own = new_id()
    assert town.phone.send(note(instance_id=own), files).status_code == 201
    assert {name: town.photo(own, name) for name in files} == files
    assert objects(s3) == len(files)


def test_the_rest_of_a_split_visit_is_refused_and_the_first_part_stays(make_town: MakeTown, s3: S3) -> None:
    town, own = on_s3(make_town, s3), new_id()
    xml = note("<photo>a.jpg</photo><view>b.jpg</view>", instance_id=own)
    assert town.phone.send(xml, {"a.jpg": jpeg(1)}, incomplete=True).status_code == 201
    with town.untouched(), s3.away():
        refused(town.phone.send(xml, {"b.jpg": jpeg(2)}), "503.60")
    assert town.files(own) == {"a.jpg": True, "b.jpg": False}
    assert town.phone.send(xml, {"b.jpg": jpeg(2)}).status_code == 201
    assert town.files(own) == {"a.jpg": True, "b.jpg": True}


def test_a_visit_without_photos_is_taken(make_town: MakeTown, s3: S3) -> None:
    town = on_s3(make_town, s3)
    with s3.away():
        made = town.enrol(water="borehole", needs=["clinic"])
    assert [row["household_id"] for row in town.rows("water")] == [made.household]


GUIDE = xlsx(
    """
    type | name | label::English (en) | media::image::English (en)
    text | well | Which well is it?   | well.jpg
    """,
    settings="""
    form_id | form_title | version | default_language
    guide   | Wells      | 1       | English (en)
    """,
)


def with_picture(town: Town) -> None:
    """Publish a form with a picture in a question, and give it to the phone."""
    forms = f"/projects/{town.project}/forms"
    steps = (
        ("POST", f"{forms}?ignoreWarnings=true", {"data": GUIDE, "content_type": XLSX}),
        (
            "POST",
            f"{forms}/guide/draft/attachments/well.jpg",
            {"data": PICTURE, "content_type": "image/jpeg"},
        ),
        ("POST", f"{forms}/guide/draft/publish", {}),
        ("POST", f"{forms}/guide/assignments/app-user/{town.phone.actor_id}", {}),
    )
    for method, path, given in steps:
        answer = town.api(method, path, **given)
        assert answer.status_code == 200, answer.text


def test_forms_lists_and_files_are_served_all_the_while(make_town: MakeTown, s3: S3) -> None:
    town = on_s3(make_town, s3)
    with_picture(town)
    made = town.enrol()
    with s3.away():
        everything = read_all(town, town.phone)
    endings = {path.rpartition("/")[2]: content for path, content in everything.items()}
    assert made.household.encode() in endings["households.csv"]
    assert b"Millbrook" in endings["areas.csv"]
    assert b"h:html" in endings["note.xml"]
    assert endings["well.jpg"] == PICTURE


def read_all(town: Town, phone: Phone) -> dict[str, bytes]:
    """Everything that a phone fetches, by address without its query."""
    found: dict[str, bytes] = {}
    for form in form_list(phone.get("/formList")):
        paths = [form.path]
        if form.manifest is not None:
            paths += [file.path for file in manifest(town.client.get(form.manifest)).values()]
        for path in paths:
            answer = town.client.get(path)
            assert answer.status_code == 200, answer.text
            found[path.partition("?")[0]] = answer.data
    return found
