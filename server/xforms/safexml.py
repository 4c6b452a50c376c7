"""Reads XML from strangers: bounded in bytes, nodes and depth, without DTD, entities or network.

Both doors of the engine (form definitions and instances) come through here. Knows nothing of XForms.
"""

from __future__ import annotations

import codecs
import re
from typing import cast

from lxml import etree

from .errors import Scalar, XFormsError

MAX_DEPTH = 100
"""Levels of elements. libxml2 itself stops at 256; no form nests a tenth of this."""

_MARKUP_PER_NODE = (
    2  # an element with text spends two '<': only past twice the bound are there too many for sure
)

# Declared encodings that real clients write. A codec of Python's outside this list (rot13, idna, …) is no text
# encoding, and a rare one is not worth a guess about somebody's answers.
_ENCODINGS = re.compile(
    r"(utf-?(8|16|16le|16be|16-le|16-be)|us-ascii|ascii|iso-?8859-\d{1,2}|latin-?1|windows-125\d|cp125\d|gb2312|gbk"
    r"|gb18030|big5(-hkscs)?|shift_jis|euc-jp|euc-kr|koi8-r|koi8-u)$",
    re.IGNORECASE,
)
_DECLARATION = re.compile(
    rb"<\?xml\s[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9._\-]{1,40})[\"'][^>]{0,100}\?>"
)
_DECLARATION_HEAD = re.compile(r"\s*<\?xml\s[^>]{0,300}\?>")

# libxml2's error numbers (xmlerror.h).
_ERR_CHARACTER = 9
_ERR_BYTES = 81
_ERR_LIMIT = 114


def parse(xml: bytes, error: type[XFormsError], *, max_bytes: int, max_nodes: int) -> etree._Element:
    """The root element. Comments and processing instructions are gone, CDATA is text.

    Raises `error` with one of the keys empty, too_large, encoding, characters, dtd, too_deep, malformed. Depth below
    libxml2's own bound of 256 is for the caller, who walks the tree anyway (`MAX_DEPTH`).
    """
    if len(xml) > max_bytes:
        raise error("too_large")
    utf8 = _as_utf8(xml, error)
    if not utf8.strip():
        raise error("empty")
    if b"\0" in utf8:
        raise error("characters")
    if utf8.count(b"<") > _MARKUP_PER_NODE * max_nodes:
        raise error("too_large")
    if _has_doctype(utf8):
        raise error("dtd")
    try:
        root = etree.fromstring(utf8, _parser())
    except etree.XMLSyntaxError as fault:
        raise _refusal(fault, error) from None
    except (ValueError, LookupError):
        raise error("malformed", {"line": 0}) from None
    if getattr(root.getroottree().docinfo, "doctype", ""):  # the scan above is ours, this is libxml2's word
        raise error("dtd")
    return root


def _parser() -> etree.XMLParser:
    # One a call: an XMLParser holds a lock and an error log, and 64 threads parse at once. It costs microseconds.
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def _refusal(fault: etree.XMLSyntaxError, error: type[XFormsError]) -> XFormsError:
    where: dict[str, Scalar] = {"line": fault.lineno or 0}
    code = getattr(fault, "code", None)
    if code == _ERR_LIMIT:
        return error("too_deep", {"limit": MAX_DEPTH}) if "depth" in str(fault.msg) else error("too_large")
    if code == _ERR_CHARACTER:
        return error("characters", where)
    if code == _ERR_BYTES:
        return error("encoding", where)
    return error("malformed", where)


def _as_utf8(xml: bytes, error: type[XFormsError]) -> bytes:
    """UTF-8 bytes without a byte order mark, and without a declaration that would contradict them."""
    declared = _DECLARATION.match(xml[:400])
    if xml[:3] == codecs.BOM_UTF8:
        return _checked(xml[3:], error)
    if xml[:1] in (b"<", b"") and xml[1:2] != b"\0" and declared is None:
        return xml  # UTF-8 by default, checked by libxml2
    if xml[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return _decoded(xml, "utf-16", error)
    if xml[:4] == b"<\0?\0" or xml[:2] == b"<\0":
        return _decoded(xml, "utf-16-le", error)
    if xml[:2] == b"\0<":
        return _decoded(xml, "utf-16-be", error)
    if declared is None:
        return xml.lstrip()  # white space before the root is legal, and harmless before a declaration
    name = declared[1].decode("ascii")
    if name.lower() in ("utf-8", "utf8"):
        return xml
    if name.lower().replace("_", "-").startswith(("utf-16", "utf16", "ucs")):
        raise error("encoding", {"declared": name})  # the declaration itself was read as single bytes
    return _decoded(xml, name, error)


def _checked(xml: bytes, error: type[XFormsError]) -> bytes:
    declared = _DECLARATION.match(xml[:400])
    if declared and declared[1].lower() not in (b"utf-8", b"utf8"):
        raise error("encoding", {"declared": declared[1].decode("ascii")})
    return xml


def _decoded(xml: bytes, name: str, error: type[XFormsError]) -> bytes:
    if not _ENCODINGS.match(name):
        raise error("encoding", {"declared": name})
    try:
        text = xml.decode(name)
        utf8 = text.removeprefix("\ufeff").encode("utf-8")
    except (UnicodeError, LookupError):
        raise error("encoding", {"declared": name}) from None
    head = _DECLARATION_HEAD.match(text[:400].removeprefix("\ufeff"))
    if head is None:
        return utf8
    declared = _DECLARATION.match(utf8.lstrip()[:400])
    if declared and name.startswith("utf-16") and not declared[1].lower().startswith(b"utf-16"):
        raise error("encoding", {"declared": declared[1].decode("ascii")})
    return utf8[len(head[0].encode("utf-8")) :]


def _has_doctype(xml: bytes) -> bool:
    """Whether the prolog holds a document type declaration. Linear: each step begins after the last."""
    at = 0
    while True:
        at = xml.find(b"<", at)
        if at < 0:
            return False
        if xml.startswith(b"<?", at):
            end = xml.find(b"?>", at + 2)
        elif xml.startswith(b"<!--", at):
            end = xml.find(b"-->", at + 4)
        else:
            return xml[at : at + 9].upper() == b"<!DOCTYPE"
        if end < 0:
            return False
        at = end


def line_of(element: etree._Element) -> int:
    """The XML line on which an element begins."""
    return cast(int | None, element.sourceline) or 0


def local(tag: str) -> str:
    """`name` of lxml's `{namespace}name`."""
    return tag.rpartition("}")[2] if tag[:1] == "{" else tag


def namespace(tag: str) -> str:
    """`namespace` of lxml's `{namespace}name`, empty where there is none."""
    return tag[1:].partition("}")[0] if tag[:1] == "{" else ""
