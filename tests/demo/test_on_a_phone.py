"""What the demo writes is what JavaRosa, the engine inside ODK Collect, makes of the same answers: node by node."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from random import Random

import pytest
from lxml import etree

from server.demo.enrolment import enrolment
from server.demo.facilities import CALLED, facility, inspection, registration
from server.demo.filling import fill
from server.demo.homes import Home, home
from server.demo.phone import Listed, Told
from server.demo.region import aldermere
from server.demo.visit import Photos, Story, finished, visit
from server.xforms import FormModel
from tests.forms_shipped.shipped import MILL, xform
from tests.tools.javarosa import Form, JavaRosa, Verdict

ZONE = timezone(timedelta(hours=6))
VILLAGE = aldermere().at("village")[0]

OWN = {"/data/start", "/data/end", "/data/deviceid", "/data/meta/instanceID"}
"""Nodes in which two fillings of a form differ by their nature."""

REPEATS = ("need", "shock", "issue")
DATASETS = {
    "household_enrolment": "households",
    "household_visit": "households",
    "facility_register": "facilities",
    "facility_inspection": "facilities",
}
LISTED = {
    "households": "area status code next_visit_due last_visit_on water_source sanitation_facility floor roof wall electricity_source",
    "facilities": "area kind condition working next_inspection_due",
}


def leaves(xml: bytes) -> dict[str, str]:
    """Answers that are not empty, by path with positions on repeats; attributes of the entity among them."""
    found: dict[str, str] = {}

    def walk(element: etree._Element, path: str) -> None:
        counts: dict[str, int] = {}
        for name, value in element.attrib.items():
            if element.tag == "entity" and value:
                found[f"{path}/@{name!s}"] = str(value)
        for child in element:
            tag = etree.QName(child).localname
            counts[tag] = counts.get(tag, 0) + 1
            at = f"{path}/{tag}[{counts[tag]}]" if tag in REPEATS else f"{path}/{tag}"
            if len(child) or tag == "entity":
                walk(child, at)
            elif child.text:
                found[at] = child.text

    walk(etree.fromstring(xml), "/data")
    return found


def sheet(*rows: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def lists(row: Listed | None, dataset: str) -> dict[str, bytes | Path]:
    """The lists as the phone had them, with the one row that the form looks at."""
    places = aldermere().places
    files: dict[str, bytes | Path] = {
        "areas.csv": sheet(
            ["name", "label", "parent", "level"], *([p.code, p.name, p.parent, p.level] for p in places)
        )
    }
    for name, columns in LISTED.items():
        header = ["name", "label", "__version", *columns.split()]
        rows = []
        if row is not None and name == dataset:
            rows = [[row.uuid, row.label, str(row.version), *(row.data.get(c, "") for c in columns.split())]]
        files[f"{name}.csv"] = sheet(header, *rows)
    return files


def refill(form: Form, said: dict[str, str]) -> bytes:
    """Give the engine the same answers, question by question, and let it do the rest."""
    form.set("/data/today", said["/data/today"])
    for question in form.questions():
        if not question.read_only and question.kind != "trigger":
            assert question.answer(said.get(question.path, "")) is Verdict.OK, question.path
    assert form.first_problem() is None
    return form.finish()


def told(minutes: int = 31) -> Told:
    """A form opened at a quarter past nine."""
    return Told(datetime(2026, 5, 4, 9, 15, 7, tzinfo=ZONE), minutes, "collect:test", "uuid:" + MILL)


def same(javarosa: JavaRosa, name: str, xml: bytes, row: Listed | None = None) -> None:
    """Assert that the engine, given the same answers, sends the same."""
    said = leaves(xml)
    form = javarosa.load(xform(name)[0], lists(row, DATASETS[name]))
    made = leaves(with_id(refill(form, said), said["/data/meta/entity/@id"]))
    assert comparable(made) == comparable(said)


@cache
def model(name: str) -> FormModel:
    return FormModel.from_xml(xform(name)[0].encode())


def household(it: Home, **more: str) -> Listed:
    """A household's row in the list."""
    data = {
        "area": it.village.code,
        "status": "active",
        "code": "A1-001-0001K",
        "next_visit_due": "2026-01-02",
    }
    return Listed(it.uuid, 2, f"{it.village.name} · {it.uuid[-4:].upper()}", data | more)


@pytest.mark.parametrize("outcome", ["completed", "refused", "nobody_home"])
@pytest.mark.parametrize("seed", range(3))
def test_an_enrolment_is_what_a_phone_sends(seed: int, outcome: str, javarosa: JavaRosa) -> None:
    rng = Random(seed)
    it = home(rng, VILLAGE, "Northmere")
    xml = enrolment(
        model("household_enrolment"), told(), it, rng, outcome=outcome, photo="1.jpg" if seed else None
    )
    same(javarosa, "household_enrolment", xml)


@pytest.mark.parametrize("trouble", [None, "water", "storm", "power"])
@pytest.mark.parametrize("seed", range(5))
def test_an_interview_is_what_a_phone_sends(seed: int, trouble: str | None, javarosa: JavaRosa) -> None:
    rng = Random(seed)
    it = home(rng, VILLAGE, ("Northmere", "Windgate", "Seven Wells")[seed % 3])
    row = household(it, floor="tiles", water_source="cart", last_visit_on="2025-01-02")
    photos = Photos(
        "1.jpg" if seed % 2 else "", "2.jpg" if it.toilet != "none" else "", "3.jpg" if seed > 2 else ""
    )
    answers = visit(told(), it, row, Story(trouble=trouble), photos, rng)
    same(javarosa, "household_visit", finished(model("household_visit"), told(), row, answers, rng), row)


@pytest.mark.parametrize(
    ("story", "outcome"),
    [
        (Story(consent="no"), "refused"),
        (Story(consent="no", come_again=False), "refused"),
        (Story(arrival="nobody_home"), "nobody_home"),
        (Story(arrival="nobody_home", dwelling_seen="not_found"), "nobody_home"),
        (Story(arrival="moved_away", dwelling_seen="empty"), "moved_away"),
        (Story(arrival="unsafe", remark="Dogs < at the gate & no way round"), "unsafe"),
        (Story(stopped=True), "partial"),
    ],
)
def test_a_visit_that_ends_early_is_what_a_phone_sends(
    story: Story, outcome: str, javarosa: JavaRosa
) -> None:
    for filled_in in ({}, {"sanitation_facility": "none", "floor": "earth", "electricity_source": "grid"}):
        rng = Random(4)
        it = home(rng, VILLAGE, "Northmere")
        row = household(it, **filled_in)
        answers = visit(told(4), it, row, story, Photos(water="1.jpg"), rng)
        xml = finished(model("household_visit"), told(4), row, answers, rng)
        assert leaves(xml)["/data/outcome"] == outcome
        same(javarosa, "household_visit", xml, row)


@pytest.mark.parametrize("kind", sorted(CALLED))
def test_a_registration_and_an_inspection_are_what_a_phone_sends(kind: str, javarosa: JavaRosa) -> None:
    for seed, trouble in ((0, None), (1, {"water_point": "water", "power": "power"}.get(kind, "storm"))):
        rng = Random(seed)
        it = facility(rng, kind, VILLAGE, "Northmere", 2025)
        xml = registration(model("facility_register"), told(), it, trouble, rng, photo="1.jpg")
        same(javarosa, "facility_register", xml)
        label = leaves(xml)["/data/meta/entity/label"]
        due = "2026-03-01" if seed else "2027-03-01"
        data = {"area": VILLAGE.code, "kind": kind, "condition": "worn", "next_inspection_due": due}
        row = Listed(it.uuid, 1, label, data)
        photos = ("1.jpg", "", "3.jpg" if seed else "")
        xml = inspection(
            model("facility_inspection"), told(), it, row, trouble, rng, reached="reached", photos=photos
        )
        same(javarosa, "facility_inspection", xml, row)


def test_a_facility_that_could_not_be_reached_is_what_a_phone_sends(javarosa: JavaRosa) -> None:
    rng = Random(1)
    it = facility(rng, "clinic", VILLAGE, "Northmere", 2025)
    row = Listed(it.uuid, 1, "Northmere clinic (Clinic)", {"area": VILLAGE.code, "kind": "clinic"})
    xml = inspection(
        model("facility_inspection"), told(), it, row, None, rng, reached="unreachable", photos=("", "", "")
    )
    same(javarosa, "facility_inspection", xml, row)


def test_an_answer_to_what_the_form_does_not_ask_is_refused() -> None:
    with pytest.raises(KeyError, match="shoe_size"):
        fill(
            model("household_enrolment"),
            {"shoe_size": "44"},
            instance_id="uuid:x",
            instance_name="",
            entity=None,
        )


def with_id(xml: bytes, uuid: str) -> bytes:
    """The XML with this id instead of the one that the engine drew, and the serial that is made of it."""
    own = leaves(xml)["/data/meta/entity/@id"]
    text = xml.decode().replace(own, uuid)
    for old, new in (
        (f"· {own[-4:].upper()}", f"· {uuid[-4:].upper()}"),
        (f">{own[-4:].upper()}<", f">{uuid[-4:].upper()}<"),
    ):
        text = text.replace(old, new)
    return text.encode()


def comparable(found: dict[str, str]) -> dict[str, object]:
    """Without what is a filling's own; instants as such, since the engine stands in another zone."""
    return {
        path: datetime.fromisoformat(value) if path.endswith("/observed_at") else value
        for path, value in found.items()
        if path not in OWN
    }
