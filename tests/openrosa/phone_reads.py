"""A phone's own parsers: what Collect makes of a form list and a manifest (Kxml2OpenRosaResponseParser)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml import etree
from werkzeug.test import TestResponse

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
MD5 = re.compile(r"md5:[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Listed:
    """A form of a list."""

    form_id: str
    name: str
    version: str
    md5: str
    path: str
    manifest: str | None


@dataclass(frozen=True, slots=True)
class File:
    """A file of a manifest."""

    name: str
    md5: str
    path: str
    type: str | None
    integrity: str | None


def path_of(url: str) -> str:
    """The address's path and query on this server."""
    parts = urlsplit(url)
    assert parts.scheme in ("http", "https")
    assert parts.netloc
    return parts.path + (f"?{parts.query}" if parts.query else "")


def checked(answer: TestResponse) -> etree._Element:
    """The document of an answer with what every OpenRosa answer has."""
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "text/xml; charset=utf-8"
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    return etree.fromstring(answer.data)


def form_list(answer: TestResponse) -> list[Listed]:
    """The forms; the app drops a list of which one form lacks id, name or address."""
    root = checked(answer)
    assert root.tag == f"{LIST}xforms"
    return [_listed(node) for node in root]


def _listed(node: etree._Element) -> Listed:
    assert node.tag == f"{LIST}xform"
    given = {str(child.tag).removeprefix(LIST): child.text or "" for child in node}
    assert given["formID"]
    assert given["name"]
    assert MD5.fullmatch(given["hash"])
    manifest = path_of(given["manifestUrl"]) if "manifestUrl" in given else None
    return Listed(
        given["formID"],
        given["name"],
        given["version"],
        given["hash"].removeprefix("md5:"),
        path_of(given["downloadUrl"]),
        manifest,
    )


def manifest(answer: TestResponse) -> dict[str, File]:
    """The files by name."""
    root = checked(answer)
    assert root.tag == f"{MANIFEST}manifest"
    files = {}
    for node in root:
        assert node.tag == f"{MANIFEST}mediaFile"
        given = {str(child.tag).removeprefix(MANIFEST): child.text or "" for child in node}
        assert MD5.fullmatch(given["hash"])
        integrity = path_of(given["integrityUrl"]) if "integrityUrl" in given else None
        name = given["filename"]
        md5 = given["hash"].removeprefix("md5:")
        files[name] = File(name, md5, path_of(given["downloadUrl"]), node.get("type"), integrity)
        assert unquote(urlsplit(given["downloadUrl"]).path).endswith(name)
    return files
