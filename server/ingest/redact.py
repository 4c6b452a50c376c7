"""What is seen of protected answers by who may not open them: points rounded in place, everything else left out.

decisions.md, 'Protected answers': latitude and longitude to 0.01 degrees (about a kilometre), altitude and accuracy dropped.
"""

from __future__ import annotations

from lxml import etree

from server.ingest.plan import Plan
from server.xforms import Record

POINTS = frozenset({"geopoint", "geotrace", "geoshape"})
DEGREES = 2
"""Decimals of a degree that are left."""


def rounded_points(text: str) -> str:
    """`lat lon altitude accuracy` (or several joined by `;`) with positions rounded and the rest dropped; '' where unreadable."""
    out = []
    for part in text.split(";"):
        numbers = part.split()
        if len(numbers) < 2:
            continue
        try:
            out.append(f"{round(float(numbers[0]), DEGREES):.2f} {round(float(numbers[1]), DEGREES):.2f}")
        except ValueError:
            return ""
    return "; ".join(out)


def redact_record(plan: Plan, hidden: Record) -> Record:
    """The part of protected answers that everybody sees: the same shape, points rounded, other answers gone."""
    return _redact(plan, hidden, f"/{plan.model.root}")


def _redact(plan: Plan, record: Record, at: str) -> Record:
    out: Record = {}
    for name, value in record.items():
        path = f"{at}/{name}"
        if isinstance(value, dict):
            out[name] = _redact(plan, value, path)
        elif isinstance(value, list):
            out[name] = [_redact(plan, row, path) for row in value]
        else:
            shown = _shown(plan, path, value)
            if shown:
                out[name] = shown
    return out


def _shown(plan: Plan, path: str, text: str) -> str:
    field = plan.model.field(path)
    return rounded_points(text) if field is not None and field.type in POINTS else ""


def redact_xml(plan: Plan, xml: bytes) -> bytes:
    """The XML with protected nodes rounded or emptied, everything else as it came."""
    root = etree.fromstring(
        xml, etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=False)
    )
    changed = False
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        path = _path(element)
        if path in plan.protected and element.text:
            for child in list(element):
                element.remove(child)
            element.text = _shown(plan, path, element.text)
            changed = True
    return etree.tostring(root, encoding="utf-8", xml_declaration=True) if changed else xml


def _path(element: etree._Element) -> str:
    names = [etree.QName(element).localname]
    names += [etree.QName(parent).localname for parent in element.iterancestors()]
    return "/" + "/".join(reversed(names))
