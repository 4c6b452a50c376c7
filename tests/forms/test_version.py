"""The version attribute is rewritten, and not one other byte."""

from __future__ import annotations

import pytest

from server.forms.version import with_version
from server.xforms.model import FormModel
from tests.forms.desk import form, looked_at


def xml_of(version: str) -> bytes:
    xml = looked_at(form("type | name | label\ntext | a | A > B", version=version)).xml
    assert xml is not None
    return xml


@pytest.mark.parametrize("new", ["2", "", "a & b < c > d \"e\" 'f'", "二〇二六", "line\nbreak"])
def test_a_version_is_replaced_in_its_attribute_alone(new: str) -> None:
    before = xml_of("1")
    after = with_version(before, new)
    assert FormModel.from_xml(after).version == new
    start = before.index(b'version="1"', before.index(b"<instance>"))
    assert after[:start] == before[:start]
    assert after.endswith(before[start + len(b'version="1"') :])


def test_a_form_without_a_version_gets_the_attribute() -> None:
    before = xml_of("1").replace(b'<data id="visit" version="1">', b'<data id="visit">')
    after = with_version(before, "3")
    assert after == before.replace(b'<data id="visit">', b'<data version="3" id="visit">')
    assert FormModel.from_xml(after).version == "3"


def test_attributes_in_quotes_of_both_kinds_and_a_bracket_inside_are_read_rightly() -> None:
    before = xml_of("1").replace(
        b'id="visit" version="1"', b"note='a > b version=\"9\"' id=\"visit\"\n  version = '1'"
    )
    after = with_version(before, "5")
    assert b"note='a > b version=\"9\"'" in after
    assert FormModel.from_xml(after).version == "5"


def test_a_byte_order_mark_and_a_comment_before_the_root_do_no_harm() -> None:
    before = b"\xef\xbb\xbf" + xml_of("1").replace(
        b"<h:html", b"<!-- <instance><data version='8'/></instance> --><h:html", 1
    )
    after = with_version(before, "6")
    assert after.startswith(b"\xef\xbb\xbf")
    assert b"<data version='8'/>" in after
    assert FormModel.from_xml(after).version == "6"
