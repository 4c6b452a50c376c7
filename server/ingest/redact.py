"""What is seen of protected answers by who may not open them: points rounded in place, everything else left out.

decisions.md, 'Protected answers': latitude and longitude to 0.01 degrees (about a kilometre), altitude and accuracy dropped.
"""

from __future__ import annotations

import csv
import io
import re

from server.ingest.plan import Plan
from server.xforms import Record, xmltree
from server.xforms.xmltree import Element

POINTS = frozenset({"geopoint", "geotrace", "geoshape"})
DEGREES = 2
"""Decimals of a degree that are left."""

AUDIT = "audit.csv"
"""What phones call a form's log: where its enumerator was at each question, and with `track-changes` what was answered."""

_PLACES = ("latitude", "longitude", "accuracy")
_ANSWERS = ("old-value", "new-value")
_POSITION = re.compile(r"\[\d+\]")


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
            seen = shown(plan, path, value)
            if seen:
                out[name] = seen
    return out


def shown(plan: Plan, path: str, text: str) -> str:
    """What everybody sees of a protected answer: a point rounded, else nothing."""
    field = plan.model.field(path)
    return rounded_points(text) if field is not None and field.type in POINTS else ""


def hides(plan: Plan, path: str) -> bool:
    """Whether what a node holds is protected: an answer, or within a protected group what no question of the form is."""
    field = plan.model.field(path)
    if path == plan.name_path:
        return plan.names_protected
    if field is not None:
        return field.is_leaf and path in plan.protected
    while path := path.rpartition("/")[0]:
        if path in plan.protected:
            return True
    return False


def redact_xml(plan: Plan, xml: bytes) -> bytes:
    """The XML with protected nodes rounded or emptied and without comments and processing instructions, which nobody judged;
    as it came where the form protects nothing."""
    if not plan.protected:
        return xml
    root = xmltree.read(xml)
    _redact_below(plan, root, f"/{plan.model.root}")
    return xmltree.write(root)


def _redact_below(plan: Plan, element: Element, path: str) -> None:
    """The same for what stands below a node, whose path in the form is the same whatever the instance calls its root. Text
    beside the nodes of a group, and nodes within an answer, are nobody's answer: they go too."""
    field = plan.model.field(path)
    if field is not None and field.is_leaf:
        for child in list(element):
            element.remove(child)
        return
    element.text = _blank(element.text)
    for child in element:
        child.tail = _blank(child.tail)
        at = f"{path}/{xmltree.name(child)}"
        if hides(plan, at):
            child.attrib.clear()
            xmltree.fill(child, shown(plan, at, xmltree.text(child)))
        elif len(child) or plan.model.field(at) is not None:
            _redact_below(plan, child, at)


def _blank(text: str | None) -> str | None:
    return text if text is None or text.isspace() else None


def redact_audit(plan: Plan, content: bytes) -> bytes:
    """A form's log without places (where the form writes to a household) and without protected answers.

    An answer at a node that is no open question of the form goes too. Raises ValueError where this is no log that can be read.
    """
    reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    try:
        head = next(reader, [])
        if "node" not in head:
            raise ValueError("no log of a form")
        node = head.index("node")
        places = [at for at, name in enumerate(head) if name in _PLACES and plan.household_form]
        answers = [at for at, name in enumerate(head) if name in _ANSWERS]
        writer.writerow(head)
        for row in reader:
            if len(row) != len(head):
                raise ValueError("more or fewer cells than its head has")
            for at in places if _is_open(plan, _POSITION.sub("", row[node])) else [*places, *answers]:
                row[at] = ""
            writer.writerow(row)
    except csv.Error as error:
        raise ValueError("not CSV") from error
    return out.getvalue().encode()


def is_protected(plan: Plan, path: str | None) -> bool:
    """Whether the question at a path (positions and all) is a protected one."""
    return path is not None and _POSITION.sub("", path) in plan.protected


def _is_open(plan: Plan, path: str) -> bool:
    field = plan.model.field(path)
    return field is not None and field.is_leaf and path not in plan.protected
