"""Reads Markdown as far as the tests of docs need: words in code, fenced blocks, headings, links. Knows nothing of the product."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from tests.docs.writing import DOCS, ROOT

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
"""Every page for readers."""

DEPLOY = sorted((ROOT / "deploy").iterdir())

_FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)


def text_of(page: Path) -> str:
    """A page's text."""
    return page.read_text("utf-8")


def name_of(page: Path) -> str:
    """A page as tests name it."""
    return str(page.relative_to(ROOT))


def blocks(page: Path, kind: str) -> list[str]:
    """The fenced blocks of a kind (`sql`, `json`; empty: shell or anything)."""
    return [found["body"] for found in _FENCE.finditer(text_of(page)) if found["kind"] == kind]


def spans(page: Path) -> Iterator[str]:
    """Words in code: spans, and the lines of fenced blocks without a kind, continued ones joined."""
    text = text_of(page)
    for block in _FENCE.finditer(text):
        if not block["kind"]:
            yield from (
                line.strip() for line in block["body"].replace("\\\n", " ").splitlines() if line.strip()
            )
    yield from _SPAN.findall(_FENCE.sub("", text).replace("\n", " "))


def links(page: Path) -> list[str]:
    """Where a page's links and pictures lead."""
    return [one or other for one, other in _LINK.findall(_FENCE.sub("", text_of(page)))]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(text_of(page)))
    return {heading.strip().replace(" ", "-") for heading in plain}
