"""A submission's XML as a tree: everything that the engine accepts is read by the one parser, and written as UTF-8."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server.xforms import InstanceError, parse_instance, xmltree

ROOT = Path(__file__).resolve().parent.parent.parent
PARSES = re.compile(r"\betree\.(fromstring|parse|iterparse|XML|XMLParser|HTML)\b|\bxml\.(etree|dom)\b")

BODY = '<d id="f"><a>\xe9</a><meta><instanceID>uuid:1</instanceID></meta></d>'
SPELLINGS = [
    BODY.encode(),
    f"\n<?xml version='1.0'?>{BODY}".encode(),
    f"<?xml version='1.0' encoding='latin-1'?>{BODY}".encode("latin-1"),
    f"<?xml version='1.0' encoding='UTF-16'?>{BODY}".encode("utf-16"),
    BODY.encode("utf-16-le"),
    BODY.encode("utf-16-be"),
    f"\ufeff<?xml version='1.0' encoding='utf-8'?>{BODY}".encode(),
]


@pytest.mark.parametrize("xml", SPELLINGS)
def test_every_spelling_that_is_accepted_is_read_and_written_alike(xml: bytes) -> None:
    parse_instance(xml)
    written = xmltree.write(xmltree.read(xml))
    assert written == f"<?xml version='1.0' encoding='utf-8'?>\n{BODY}".encode()
    assert xmltree.write(xmltree.read(written)) == written


def test_comments_and_instructions_are_gone_and_text_around_them_is_one() -> None:
    root = xmltree.read(b'<d id="f"><!--w--><a>1<!--x-->2<?y z?><![CDATA[3]]></a></d>')
    assert [xmltree.name(one) for one in root] == ["a"]
    assert xmltree.text(root[0]) == "123"


def test_what_stands_between_elements_is_no_answer() -> None:
    root = xmltree.read(b"<d>x<a>1</a>y<b/></d>")
    assert [xmltree.text(one) for one in (root, *root)] == ["", "1", ""]


def test_children_are_found_by_name_in_any_namespace_and_new_ones_take_it_on() -> None:
    root = xmltree.read(b'<x:d xmlns:x="urn:x"><x:a>1</x:a><b/><a>2</a></x:d>')
    assert [xmltree.text(one) for one in xmltree.named(root, "a")] == ["1", "2"]
    second = xmltree.child(root, "a", 2)
    assert second is not None
    assert xmltree.text(second) == "2"
    assert xmltree.child(root, "a", 3) is None
    assert (xmltree.new("c", root).tag, xmltree.new("c", second).tag) == ("{urn:x}c", "c")


def test_a_document_type_is_refused_here_as_at_the_door() -> None:
    with pytest.raises(InstanceError) as refused:
        xmltree.read(b'<!DOCTYPE d [<!ENTITY e "x">]><d id="f">&e;</d>')
    assert refused.value.key == "dtd"


def test_no_other_place_of_the_product_makes_a_tree_of_xml() -> None:
    files = [file for folder in ("server", "media") for file in (ROOT / folder).rglob("*.py")]
    parsers = {str(file.relative_to(ROOT)) for file in files if PARSES.search(file.read_text("utf-8"))}
    assert parsers == {"server/xforms/safexml.py"}
