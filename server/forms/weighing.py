"""What publishing needs to know before its transaction begins: dignity over the draft with its lists, and its model.

Seconds for a large list, so nothing is open meanwhile. In the transaction `Weighed.fits` says whether it is still that draft.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server import problems
from server.forms import attachments, catalogue
from server.forms.examine import Examination, rules
from server.forms.models import FormVersion
from server.forms.notices import Level
from server.forms.version import with_version
from server.xforms.model import FormModel


@dataclass(frozen=True, slots=True)
class Read:
    """A draft as it was read: its version's name, its bytes and model, the choice lists beside it by file name."""

    version: str
    xml: bytes
    model: FormModel
    lists: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A draft that may be published, and what it is published as: another version's name makes other bytes."""

    read: Read
    version: str
    xml: bytes
    model: FormModel

    def fits(self, session: Session, draft: FormVersion) -> bool:
        """Whether this is what was weighed: the same bytes, the same choice lists beside them."""
        lists = {name: attachments.md5(data) for name, data in self.read.lists.items()}
        return (
            draft.md5 == attachments.md5(self.read.xml)
            and attachments.choice_sums(session, draft.id) == lists
        )


def read(session: Session, draft: FormVersion) -> Read:
    """A draft that is there."""
    lists = attachments.choice_lists(session, draft.id)
    return Read(draft.version, draft.xml, catalogue.model_of(session, draft), lists)


def ahead(examined: Examination, carried: Mapping[str, bytes] | None = None) -> Read:
    """The draft that an upload which `Examination.check` lets pass will be; `carried`: `attachments.carried_lists`."""
    assert examined.xml is not None
    assert examined.model is not None
    lists = dict(carried or {})
    if examined.itemsets is not None:
        lists[attachments.ITEMSETS] = examined.itemsets
    return Read(examined.version, examined.xml, examined.model, lists)


def weigh(draft: Read, version: str | None = None) -> Weighed:
    """Dignity once more, with every choice list that is there by now; `version`: under which name it is published.

    Raises `FORM_REFUSED`.
    """
    judged = rules.judged_xform(draft.xml, draft.lists)
    refused = [one.as_json() for one in judged.notices if one.level is Level.REFUSED]
    if refused:
        raise problems.FORM_REFUSED(count=len(refused), findings=refused)
    if version is None or version == draft.version:
        return Weighed(draft, draft.version, draft.xml, draft.model)
    xml = with_version(draft.xml, version)
    return Weighed(draft, version, xml, FormModel.from_xml(xml))
