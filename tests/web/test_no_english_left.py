"""Every page of the sample project in Chinese and in Arabic: no English word stands in what a reader sees, data apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

from server import sample
from server.accounts import users
from server.accounts.models import Actor
from server.areas.models import Area
from server.db import db
from server.forms.models import Form, FormVersion, Project
from server.households.tables import TABLES, Household
from server.ingest.models import Submission
from server.web.look import LOOK
from server.words import LANGUAGES
from tests.support.house import House, make_app
from tests.web.desk import Desk, phone_in, sign_in

SAME_IN_EVERY_LANGUAGE = frozenset(
    {
        *("Fieldfare", "Python", "ODK", "Collect", "QR", "API"),  # what these are called everywhere
        *("XForm", "XLSForm", "XML", "CSV", "XLSX", "GeoJSON", "WKT", "geoshape"),  # formats
        *(
            "SQLAlchemy",
            "SQLite",
            "PostgreSQL",
            "AWS",
            "Bearer",
            "cookie",
            "cookies",
        ),  # of a server's settings
        *("JMP", "MTF", "FIES", "coli"),  # instruments that the figures follow, and a bacterium
        *(
            "form_id",
            "boundary",
            "facility_history",
            "household_history",
        ),  # names in spreadsheets and databases
        *("en", "zh", "ar"),  # languages, as a setting takes them
    }
)
"""Words in Latin letters that a Chinese or Arabic page may say. Longer than one letter: E. coli, W1, A4 are no words."""

DATA = frozenset({"code", "pre", "bdi", "kbd", "textarea", "script", "style"})
"""Elements for what is not the page's own: names and answers (bdi), codes, keys, what somebody typed. So are elements with dir=auto (of a
direction that is not known), in another language (a phone's card, the names of languages), or of the class `code`."""

TOKENS = re.compile(r"`[^`]+`|[!-~]*(?:[/:@<][!-~]|-\*)[!-~]*|FIELDFARE_\w+|[\w-]+\.(?:key|csv)")
"""What to type as it stands (`serve --lan`), addresses, names of files and of settings."""

READ = ("title", "aria-label", "placeholder", "alt")

VOID = frozenset({"meta", "link", "input", "br", "hr", "img"})


@dataclass
class Seen(HTMLParser):
    """What a reader of one page sees or hears, without what is marked as data."""

    language: str
    texts: list[str] = field(default_factory=list)
    _open: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element; what it says in attributes is seen too."""
        has = dict(attrs)
        data = (
            any(data for _tag, data in self._open)
            or tag in DATA
            or has.get("dir") == "auto"
            or "code" in (has.get("class") or "").split()
            or (tag != "html" and has.get("lang") not in (None, self.language))
        )
        if not data:
            self.texts += [str(has[name]) for name in READ if has.get(name)]
        if tag not in VOID:
            self._open.append((tag, data))

    def handle_endtag(self, tag: str) -> None:
        """Close an element, and those within it that have no end of their own."""
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Words between tags."""
        if not any(data for _tag, data in self._open):
            self.texts.append(data)


@dataclass(frozen=True, slots=True)
class Sample:
    """The sample project with a phone: its pages, and the names that are in its data, longest first."""

    house: House
    pages: tuple[str, ...]
    names: tuple[str, ...]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Made once: nobody changes it but for the reader's language."""
    house = House(make_app(tmp_path_factory.mktemp("sample"))).admin()
    with house.app.app_context():
        project = sample.make(db.session(), house.services)
    house.work()
    phone = phone_in(house, project, "Phone 7", ())
    with house.session() as session:
        visits = [one.id for one in session.query(Submission).order_by(Submission.id)]
        codes = [one.code for one in session.query(Household).order_by(Household.code)]
        forms = session.query(FormVersion).all()
        names = {sample.NAME, LOOK.long_name, *(form.title for form in forms)}
        names |= {
            part for form in forms for part in form.title.split(" · ")
        }  # of a title in several scripts one is shown
        names |= {one.display_name for one in session.query(Actor)}
        names |= {area.name for area in session.query(Area)}
        names |= {said for code, name in LANGUAGES.items() for said in (name, f"{name} ({code})")}
        xml_ids = [form.xml_form_id for form in session.query(Form)]
    within = (
        *("", "/settings", "/people", "/visits", "/visits?view=gallery", "/visits?view=map", "/forms"),
        *(f"/visits/{visit}" for visit in visits),
        f"/visits/{visits[0]}/edit",
        *(f"/forms/{xml_id}" for xml_id in xml_ids),
        *("/phones", "/phones/new", "/phones/cards", f"/phones/{phone.actor_id}"),
        *("/households", f"/households/{codes[0]}", f"/households/{codes[0]}/copy"),
        *("/tables", *(f"/tables/{table}{rows}" for table in TABLES for rows in ("", "?history=1"))),
    )
    pages = (
        *("/", "/projects/new", "/areas", "/people", "/people/1", "/people/new", "/audit", "/system", "/me"),
        *("/system/look", "/nowhere"),
        *(f"/p/{project}{page}" for page in within),
    )
    return Sample(house, pages, tuple(sorted(names, key=len, reverse=True)))


@pytest.mark.parametrize("language", ["zh", "ar"])
def test_no_page_of_the_sample_project_says_an_english_word(samples: Sample, language: str) -> None:
    with samples.house.session() as session:
        users.change(session, users.get(session, 1), language=language, by=None)
    desk = sign_in(samples.house)
    left = {
        page: found for page in samples.pages if (found := sorted(english(desk, page, language, samples)))
    }
    assert left == {}


def test_the_sample_is_named_in_the_language_of_the_installation(tmp_path: Path) -> None:
    house = House(make_app(tmp_path, language="ar"))
    with house.app.app_context():
        project = sample.make(db.session(), house.services)
    with house.session() as session:
        assert session.get_one(Project, project).name == "ألدرمير (مثال)"
        assert {one.display_name for one in session.query(Actor)} == {"مثال"}


def test_the_walk_would_find_a_page_in_english(samples: Sample) -> None:
    with samples.house.session() as session:
        users.change(session, users.get(session, 1), language="en", by=None)
    found = set(english(sign_in(samples.house), "/audit", "zh", samples))
    assert "Who: Who did what" in found


@pytest.mark.parametrize("language", ["zh", "ar"])
def test_nobody_signs_in_over_english_words(samples: Sample, language: str) -> None:
    desk = Desk(samples.house.app.test_client())
    assert sorted(english(desk, "/sign-in", language, samples)) == []


def english(desk: Desk, page: str, language: str, samples: Sample) -> Iterator[str]:
    """The words in Latin letters of a page, each with the text that it stands in."""
    answer = desk.client.get(page, headers={"Accept-Language": language})
    assert answer.status_code == (404 if page == "/nowhere" else 200)
    seen = Seen(language)
    seen.feed(answer.text)
    for text in seen.texts:
        own = text
        for name in samples.names:
            own = own.replace(name, "")
        own = TOKENS.sub("", own)
        for word in re.findall(r"[A-Za-z][A-Za-z_-]+", own):
            if word not in SAME_IN_EVERY_LANGUAGE and not re.fullmatch(r"[A-Z]\d+", word):
                yield f"{word}: {text.strip()[:100]}"
