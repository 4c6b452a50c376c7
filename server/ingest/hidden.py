"""What an edit of redacted XML keeps: each protected node that still says what redaction shows of it gets its value back.

decisions.md, 'Protected answers'. The XML that comes out is what is stored (docs/decisions/edits-of-redacted-xml.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import problems
from server.accounts.models import Actor
from server.ingest.answers import raw_xml
from server.ingest.models import SubmissionVersion
from server.ingest.parcel import Parcel, Sender
from server.ingest.plan import Plan, plan_of
from server.ingest.redact import hides, shown
from server.services import Services
from server.xforms import xmltree
from server.xforms.xmltree import Element

Pair = tuple[Element, Element]

MOST_ROWS = 1000
"""Rows of a repeat from the first that an edit changed to the last: laying them side by side takes the square of that."""


def whole_edit(
    session: Session, services: Services, parcel: Parcel, sender: Sender, version_id: int
) -> bytes:
    """The XML of an edit of that version, with what its sender was not shown. A phone's is whole as it came: it was shown
    everything, and what it leaves empty is taken back (a contact, say). So is what the desk made from the XML as stored.
    Raises UNEXPECTED_VALUE as `with_hidden`."""
    if parcel.whole:
        return parcel.xml
    if parcel.replaces is None and (sender.device_id or _is_no_user(session, sender)):
        return parcel.xml
    query = select(SubmissionVersion.form_version_id).where(SubmissionVersion.id == version_id)
    plan = plan_of(session, session.scalars(query).one())
    return (
        with_hidden(plan, raw_xml(session, services, version_id), parcel.xml)
        if plan.protected
        else parcel.xml
    )


def _is_no_user(session: Session, sender: Sender) -> bool:
    return session.scalar(select(Actor.type).where(Actor.id == sender.actor_id)) != "user"


def with_hidden(plan: Plan, before: bytes, edit: bytes) -> bytes:
    """`edit` with the protected answers of `before` where it carries exactly what redaction shows of them.

    `plan` is that of the version `before`. Anything else that stands in a protected node is a new answer, and a node that
    was left out is an answer taken away. Rows of a repeat are matched by what everybody sees of them, in their order;
    as many changed rows in a place as there were, by position. Raises UNEXPECTED_VALUE where rows that hide something
    were both changed and left out in one place: nobody could say which is which.
    """
    old, new = xmltree.read(before), xmltree.read(edit)
    return xmltree.write(new) if _keep(plan, old, new, f"/{plan.model.root}") else edit


def _keep(plan: Plan, old: Element, new: Element, path: str) -> bool:
    """Give one node, or those below it, what was hidden; whether something changed."""
    if hides(plan, path):
        whole = xmltree.text(old)
        seen = shown(plan, path, whole)
        if len(new) or whole.strip() == seen or xmltree.text(new).strip() != seen:
            return False
        new.text = whole
        return True
    changed = False
    for name in dict.fromkeys(xmltree.name(one) for one in old):
        at = f"{path}/{name}"
        if not (hides(plan, at) or any(one.startswith(f"{at}/") for one in plan.protected)):
            continue
        pairs = _matched(plan, at, xmltree.named(old, name), xmltree.named(new, name))
        for one, other in pairs:
            changed = _keep(plan, one, other, at) or changed
    return changed


def _matched(plan: Plan, path: str, old: Sequence[Element], new: Sequence[Element]) -> Iterator[Pair]:
    """Rows of before beside those of now; a node that is no repeat beside itself."""
    if len(old) == len(new) == 1:
        yield old[0], new[0]
        return
    was, now = ([_seen(plan, one, path) for one in rows] for rows in (old, new))
    head = _alike(was, now)
    tail = _alike(was[head:][::-1], now[head:][::-1])
    yield from zip(old[:head], new[:head], strict=True)
    yield from zip(old[len(old) - tail :], new[len(new) - tail :], strict=True)
    old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    was, now = was[head : len(was) - tail], now[head : len(now) - tail]
    if max(len(old), len(new)) > MOST_ROWS and any(any(_hidden(plan, one, path)) for one in old):
        raise problems.UNEXPECTED_VALUE(
            field=path,
            value=f"{max(len(old), len(new))} rows",
            reason=f"rows with protected answers were changed more than {MOST_ROWS} rows apart: send that as two edits",
        )
    for what, i, j, k, n in SequenceMatcher(None, was, now, autojunk=False).get_opcodes():
        if what in ("insert", "delete"):
            continue
        if j - i == n - k:
            yield from zip(old[i:j], new[k:n], strict=True)
            continue
        hidden = {answer for one in old[i:j] for answer in _hidden(plan, one, path)}
        if any(answer in hidden for one in new[k:n] for answer in _protected(plan, one, path)):
            raise problems.UNEXPECTED_VALUE(
                field=path,
                value=f"{n - k} rows for {j - i}",
                reason="rows with protected answers were changed and left out in one place: send that as two edits",
            )


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """How many they begin with that are the same."""
    both = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in both if a != b), min(len(one), len(other)))


def _seen(plan: Plan, element: Element, path: str) -> str:
    """A row as everybody sees it, in one text, whether it came whole or redacted."""
    name, text = xmltree.name(element), xmltree.text(element).strip()
    if hides(plan, path):
        return f"<{name}>{shown(plan, path, text)}</>"
    below = (_seen(plan, one, f"{path}/{xmltree.name(one)}") for one in element)
    return f"<{name}>{text}{''.join(below)}</>"


def _protected(plan: Plan, element: Element, path: str) -> Iterator[tuple[str, str]]:
    """Path and text of each protected answer of a row."""
    if hides(plan, path):
        yield path, xmltree.text(element).strip()
        return
    for one in element:
        yield from _protected(plan, one, f"{path}/{xmltree.name(one)}")


def _hidden(plan: Plan, element: Element, path: str) -> Iterator[tuple[str, str]]:
    """The same, as redaction shows those that it changes."""
    for at, text in _protected(plan, element, path):
        if (seen := shown(plan, at, text)) != text:
            yield at, seen
