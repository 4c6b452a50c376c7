"""Rewrites the version attribute of a form's XML and not one other byte of it.

So that a draft can be published under another version, as Central's `?version=` does.
"""

from __future__ import annotations

import re
from xml.parsers import expat
from xml.sax.saxutils import escape

_XF = "http://www.w3.org/2002/xforms"
_ATTRIBUTE = re.compile(rb"""\s+([^\s=]+)\s*=\s*("[^"]*"|'[^']*')""")
_TAG_NAME = re.compile(rb"<[^\s/>]+")


def with_version(xml: bytes, version: str) -> bytes:
    """The same form with this version. `xml` was read as a form before: UTF-8, without a document type declaration."""
    start = _primary_root(xml)
    end = _tag_end(xml, start)
    value = b'"' + escape(version, {'"': "&quot;", "\n": "&#10;", "\t": "&#9;"}).encode() + b'"'
    tag = xml[start:end]
    name = _TAG_NAME.match(tag)
    assert name is not None
    for attribute in _ATTRIBUTE.finditer(tag, name.end()):
        if attribute[1] == b"version":
            tag = tag[: attribute.start(2)] + value + tag[attribute.end(2) :]
            break
    else:
        tag = name[0] + b" version=" + value + tag[name.end() :]
    return xml[:start] + tag + xml[end:]


def _primary_root(xml: bytes) -> int:
    """Where the start tag of the primary instance's root begins."""
    found: list[int] = []
    path: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")

    def begin(name: str, _: dict[str, str]) -> None:
        if not found and path[-1:] == [f"{_XF} instance"] and path[-2:-1] == [f"{_XF} model"]:
            found.append(parser.CurrentByteIndex)
        path.append(name)

    def end(_: str) -> None:
        path.pop()

    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    parser.Parse(xml, True)
    return found[0]


def _tag_end(xml: bytes, start: int) -> int:
    """Just past the `>` of a start tag: one inside a quoted value is not it."""
    quote = 0
    for at in range(start, len(xml)):
        byte = xml[at]
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in (0x22, 0x27):
            quote = byte
        elif byte == 0x3E:
            return at + 1
    return len(xml)
