"""Form models by version, built once a process: a version's bytes never change, so neither does its model.

The one place where ingest, exports and pages get a form's fields and labels from.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server import problems
from server.forms.models import FormVersion
from server.xforms.model import Field, FormModel
from server.xforms.text import Text

KEPT = 200
"""Models kept in a process, the least used forgotten first."""

_models: OrderedDict[tuple[int, str], FormModel] = OrderedDict()
_lock = threading.Lock()


def form_model(session: Session, form_version_id: int) -> FormModel:
    """The model of a version. Raises `NOT_FOUND` where there is no such version.

    Kept under the version's id and its bytes' MD5, so that processes with more than one database never mix them up.
    """
    md5 = session.scalar(select(FormVersion.md5).where(FormVersion.id == form_version_id))
    if md5 is None:
        raise problems.NOT_FOUND()
    return _model(session, form_version_id, md5)


def model_of(session: Session, version: FormVersion) -> FormModel:
    """The model of a version whose row is at hand: no query where the model is kept."""
    return _model(session, version.id, version.md5)


def _model(session: Session, form_version_id: int, md5: str) -> FormModel:
    key = (form_version_id, md5)
    with _lock:
        model = _models.get(key)
        if model is not None:
            _models.move_to_end(key)
            return model
    xml = session.execute(select(FormVersion.xml).where(FormVersion.id == form_version_id)).scalar_one()
    return keep(form_version_id, md5, FormModel.from_xml(xml))


def keep(form_version_id: int, md5: str, model: FormModel) -> FormModel:
    """Keep a model that was built just now; returns the one that is kept."""
    with _lock:
        model = _models.setdefault((form_version_id, md5), model)
        _models.move_to_end((form_version_id, md5))
        while len(_models) > KEPT:
            _models.popitem(last=False)
    return model


def fields(session: Session, form_version_id: int) -> Sequence[Field]:
    """Every node of a version's primary instance, in document order, groups before what they hold."""
    return form_model(session, form_version_id).fields()


def labels(session: Session, form_version_id: int) -> dict[str, Text]:
    """Labels by path, of the nodes that have one; `Text.in_(language)` gives the words."""
    return {one.path: one.label for one in fields(session, form_version_id) if one.label}
