"""What the server works out where a phone came to something else: shown beside what came. Stores nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from server.accounts.access import area_ids
from server.ingest.answers import raw_xml
from server.ingest.check import context
from server.ingest.models import FindingRow, Submission
from server.ingest.plan import Plan
from server.ingest.redact import hides
from server.review.visit import UNIT
from server.services import Services
from server.xforms import Rule, parse_instance, worked_out

DIFFERS = "calculation.differs"
"""The finding's message, whose words name what the server works out."""


def results(
    session: Session,
    services: Services,
    one: Submission,
    plan: Plan,
    findings: Sequence[FindingRow],
    *,
    protected: bool = False,
) -> Mapping[str, str]:
    """The server's own results by path, of those `findings` of a submission's current version that say they differ; without
    `protected` none that is a protected answer. Judged as at receipt: with the phone's clock and its lists."""
    asked = {
        row.path
        for row in findings
        if row.rule == str(Rule.CALCULATION) and row.message.get("key") == DIFFERS
    }
    if not asked or one.version_id is None:
        return {}
    instance = parse_instance(raw_xml(session, services, one.version_id))
    areas = area_ids(session, one.submitter_id)
    told = context(session, services, plan, instance, areas, one.created_at)
    found = worked_out(plan.model, instance, told)
    return {
        path: value
        for path, value in found.items()
        if path in asked and (protected or not hides(plan, UNIT.sub("", path)))
    }
