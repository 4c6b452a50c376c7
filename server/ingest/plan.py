"""What a form version asks of ingest: its model (kept by forms/catalogue.py), its compiled mapping, its protected answers.

Kept once a process by version id and MD5: what a version holds never changes, so nothing kept is ever stale.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.forms.catalogue import form_model
from server.forms.models import FormVersion
from server.hot import Hot
from server.households.mapping import FormPlan, form_plan
from server.xforms import FormModel

KEPT = 200
"""Plans kept a process, the least used forgotten first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A form version, ready to take submissions. `mapping` None: it writes to no table."""

    form_version_id: int
    model: FormModel
    mapping: FormPlan | None
    protected: frozenset[str]
    household_form: bool
    loose: frozenset[str]  # paths of mapped nodes whose own checks let pass what their column may not take

    @property
    def name_path(self) -> str:
        """Where the instance's name stands."""
        return f"/{self.model.root}/meta/instanceName"

    @property
    def names_protected(self) -> bool:
        """Whether the name of an instance is none to list: the form calculates it from a protected answer; or a form about a
        household calculates none, and somebody wrote one."""
        return self.name_path in self.protected or (
            self.household_form and self.model.field(self.name_path) is None
        )


_plans: OrderedDict[tuple[int, str], Plan] = OrderedDict()
_lock = Lock()
_MD5 = Hot(select(FormVersion.md5).where(FormVersion.id == bindparam("id")))


def plan_of(session: Session, form_version_id: int, md5: str | None = None) -> Plan:
    """The plan of a form version, whose MD5 may be known already."""
    md5 = md5 or str(_MD5.scalar(session.connection(), {"id": form_version_id}))
    with _lock:
        if (form_version_id, md5) in _plans:
            _plans.move_to_end((form_version_id, md5))
            return _plans[form_version_id, md5]
    query = select(FormVersion.mapping, FormVersion.protected, FormVersion.household_form)
    row = session.execute(query.where(FormVersion.id == form_version_id)).one()
    mapping = None if row.mapping is None else form_plan(row.mapping)
    model = form_model(session, form_version_id)
    plan = Plan(
        form_version_id,
        model,
        mapping,
        frozenset(row.protected),
        row.household_form,
        frozenset() if mapping is None else frozenset(_loose(model, mapping)),
    )
    with _lock:
        _plans[form_version_id, md5] = plan
        while len(_plans) > KEPT:
            _plans.popitem(last=False)
    return plan


def _loose(model: FormModel, mapping: FormPlan) -> Iterator[str]:
    """Calculations, and choices of files: what a question takes fits its column, as was checked at upload; whole numbers
    but for their size."""
    for part in mapping.parts:
        for slot in part.slots:
            field = model.field(slot.path)
            if field is None or field.control is None or field.itemset is not None or slot.column.type == "i":
                yield slot.path
