"""Reading a submission's XML: what a server must know of it, and what it must refuse (bad-inputs rows 3-8, 14, 28)."""

from __future__ import annotations

import pytest

from server.xforms import Instance, InstanceError, Node, parse_instance
from tests.xforms.forms import instance


def refusal(xml: bytes) -> InstanceError:
    with pytest.raises(InstanceError) as refused:
        parse_instance(xml)
    return refused.value


def test_form_id_version_and_ids_are_read() -> None:
    read = instance(
        """<a>1</a><meta><instanceID>uuid:2</instanceID><deprecatedID>uuid:1</deprecatedID>
        <instanceName>Ada</instanceName></meta>""",
        attributes='id="visit" version="2026-11"',
    )
    assert (read.form_id, read.version) == ("visit", "2026-11")
    assert (read.instance_id, read.deprecated_id, read.instance_name) == ("uuid:2", "uuid:1", "Ada")
    assert not read.encrypted


@pytest.mark.parametrize(
    "xml",
    [
        b'<d id="f"><meta><instanceID>uuid:1</instanceID></meta></d>',
        b'<d id="f" xmlns:orx="http://openrosa.org/xforms"><orx:meta><orx:instanceID>uuid:1</orx:instanceID></orx:meta></d>',
        b'<d id="f"><meta xmlns="http://openrosa.org/xforms"><instanceID>uuid:1</instanceID></meta></d>',
        b'<d id="f" xmlns="http://example.org/ns"><meta><instanceID> uuid:1\n</instanceID></meta></d>',
        b'<x:d id="f" xmlns:x="urn:x"><x:meta><x:instanceID>uuid:1</x:instanceID></x:meta></x:d>',
        b'<d id="f"><instanceID>uuid:1</instanceID></d>',
    ],
)
def test_the_instance_id_is_found_in_any_namespace_that_clients_use(xml: bytes) -> None:
    assert parse_instance(xml).instance_id == "uuid:1"


def test_row_14_an_instance_without_instance_id_is_read_and_has_none() -> None:
    assert instance("<a/><meta/>").instance_id is None
    assert instance("<meta><instanceID> </instanceID></meta>").instance_id is None


def test_a_version_in_the_openrosa_namespace_counts() -> None:
    read = parse_instance(b'<d id="f" xmlns:orx="http://openrosa.org/xforms" orx:version="3"/>')
    assert read.version == "3"


def test_an_instance_without_version_has_the_empty_one() -> None:
    assert parse_instance(b'<d id="f"/>').version == ""


def test_a_root_without_id_is_refused() -> None:
    assert refusal(b"<data/>").key == "no_form_id"
    assert refusal(b'<data id=" "/>').key == "no_form_id"


@pytest.mark.parametrize("xml", [b"", b" \n ", b"\xef\xbb\xbf"])
def test_row_3_empty_xml_is_refused_as_empty(xml: bytes) -> None:
    assert refusal(xml).key == "empty"


@pytest.mark.parametrize(
    "xml",
    [
        b"<data",
        b"<data>",
        b"hello",
        b'<data id="f"/><data id="f"/>',
        b'<data id="f" id="g"/>',
        b'<data id="f">&nbsp;</data>',
        b'<data id="f"><undeclared:a/></data>',
        b'{"id": "f"}',
    ],
)
def test_row_4_malformed_xml_is_refused_with_its_line(xml: bytes) -> None:
    error = refusal(xml)
    assert error.key == "malformed"
    assert error.message.key == "instance.malformed"
    assert error.arguments["line"] == 1


BILLION = b'<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><d id="f">&b;</d>'


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE d><d id="f"/>',
        b'<?xml version="1.0"?>\n<!-- a comment -->\n<!DOCTYPE d SYSTEM "http://example.org/d.dtd"><d id="f"/>',
        b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d id="f">&x;</d>',
        BILLION,
        BILLION.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + BILLION,
    ],
)
def test_row_5_a_document_type_is_refused_whatever_it_declares(xml: bytes) -> None:
    assert refusal(xml).key == "dtd"


def test_an_answer_may_speak_of_document_types() -> None:
    assert instance("<a><![CDATA[<!DOCTYPE html>]]></a>").root.children[0].text == "<!DOCTYPE html>"


@pytest.mark.parametrize("depth", [101, 300, 200_000])
def test_row_6_nesting_without_end_is_refused(depth: int) -> None:
    assert refusal(b'<d id="f">' + b"<a>" * depth + b"</a>" * depth + b"</d>").key == "too_deep"


def test_nesting_up_to_the_bound_is_read() -> None:
    assert parse_instance(b'<d id="f">' + b"<a>" * 99 + b"</a>" * 99 + b"</d>").form_id == "f"


def test_row_7_eleven_mebibytes_are_refused_and_ten_are_not() -> None:
    assert refusal(b'<d id="f"><a>' + b"x" * (11 * 1024 * 1024) + b"</a></d>").key == "too_large"
    nearly = b'<d id="f">' + b"<a>" + b"x" * 5_000_000 + b"</a><b>" + b"y" * 5_000_000 + b"</b></d>"
    assert len(parse_instance(nearly).root.children) == 2


def test_more_elements_than_any_form_has_are_refused_before_they_take_memory() -> None:
    assert refusal(b'<d id="f">' + b"<b/>" * 900_000 + b"</d>").key == "too_large"


@pytest.mark.parametrize(
    "xml",
    [
        '<?xml version="1.0" encoding="UTF-16"?><d id="é"/>'.encode("utf-16"),
        '<d id="é"/>'.encode("utf-16"),
        '<d id="é"/>'.encode("utf-16-le"),
        '<d id="é"/>'.encode("utf-16-be"),
        '<?xml version="1.0" encoding="utf-8"?><d id="é"/>'.encode("utf-8-sig"),
        '<?xml version="1.0" encoding="ISO-8859-1"?><d id="é"/>'.encode("latin-1"),
        '<?xml version="1.0" encoding="windows-1252"?><d id="é"/>'.encode("cp1252"),
        '\n  <d id="é"/>'.encode(),
        '<?xml version="1.0" standalone="yes"?><d id="é"/>'.encode(),
    ],
)
def test_row_8_encodings_with_and_without_mark_are_read(xml: bytes) -> None:
    assert parse_instance(xml).form_id == "é"


@pytest.mark.parametrize(
    "xml",
    [
        '<?xml version="1.0" encoding="utf-8"?><d id="é"/>'.encode("latin-1"),
        '<?xml version="1.0" encoding="utf-8"?><d id="中"/>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="utf-16"?><d id="f"/>',
        b'<?xml version="1.0" encoding="klingon"?><d id="f"/>',
        b'<?xml version="1.0" encoding="rot13"?><q vq="s"/>',
        '<?xml version="1.0" encoding="latin-1"?><d id="é"/>'.encode("utf-8-sig"),
        b'<d id="f"><a>\xff\xfe</a></d>',
    ],
)
def test_row_8_a_wrong_declared_encoding_is_refused(xml: bytes) -> None:
    assert refusal(xml).key == "encoding"


@pytest.mark.parametrize("character", [b"\0", b"\x01", b"\x0b", b"&#0;", b"&#1;", b"&#xFFFE;"])
def test_row_8_nul_and_control_characters_are_refused(character: bytes) -> None:
    assert refusal(b'<d id="f"><a>' + character + b"</a></d>").key == "characters"


def test_unicode_of_any_kind_is_kept_as_it_came() -> None:
    words = "\u202eآب 水 🚰\u200f e\u0301 "
    assert instance(f"<a>{words}</a>").root.children[0].text == words


def test_comments_and_instructions_do_not_cut_an_answer() -> None:
    assert instance("<a>one<!-- x --> two<?pi?> three</a>").root.children[0].text == "one two three"


def entity_of(read: Instance) -> tuple[object, ...]:
    (block,) = read.entities
    return (
        block.path,
        block.dataset,
        block.id,
        block.create,
        block.update,
        block.base_version,
        block.trunk_version,
        block.branch_id,
        block.label,
    )


def test_an_entity_block_is_read_as_sent() -> None:
    read = instance(
        """<meta><entity xmlns="http://www.opendatakit.org/xforms/entities" dataset="households" id="e1" update="1"
        baseVersion="2" trunkVersion="1" branchId="b"><label>Near the well</label></entity></meta>"""
    )
    assert entity_of(read) == (
        "/data/meta/entity",
        "households",
        "e1",
        False,
        True,
        "2",
        "1",
        "b",
        "Near the well",
    )


@pytest.mark.parametrize(
    ("create", "asked"), [("1", True), ("true", True), ("", False), ("false", False), ("TRUE", False)]
)
def test_only_1_and_true_ask_for_an_entity(create: str, asked: bool) -> None:
    read = instance(f'<meta><entity dataset="trees" id="e" create="{create}"/></meta>')
    assert read.entities[0].create is asked
    assert read.entities[0].label is None


def test_entity_blocks_in_repeats_are_all_read() -> None:
    tree = '<tree><meta><entity dataset="trees" id="{}" create="1"><label/></entity></meta></tree>'
    read = instance(tree.format("e1") + tree.format("e2"))
    assert [(block.path, block.id) for block in read.entities] == [
        ("/data/tree/meta/entity", "e1"),
        ("/data/tree/meta/entity", "e2"),
    ]


def test_an_encrypted_submission_is_known_by_its_envelope() -> None:
    read = parse_instance(
        b"""<data id="f" version="1" encrypted="yes" xmlns="http://opendatakit.org/submissions">
        <base64EncryptedKey>KEY=</base64EncryptedKey>
        <orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>uuid:1</orx:instanceID></orx:meta>
        <media><file>a.jpg.enc</file></media><media><file>b.jpg.enc</file></media>
        <encryptedXmlFile>submission.xml.enc</encryptedXmlFile>
        <base64EncryptedElementSignature>SIG=</base64EncryptedElementSignature></data>"""
    )
    assert read.encrypted
    assert read.encryption is not None
    assert read.encryption.media_files == ("a.jpg.enc", "b.jpg.enc")
    assert (read.encryption.key, read.encryption.xml_file, read.encryption.signature) == (
        "KEY=",
        "submission.xml.enc",
        "SIG=",
    )
    assert read.instance_id == "uuid:1"


def test_a_node_does_not_show_its_answer_in_logs() -> None:
    assert "secret" not in repr(Node("phone", "secret", []))
