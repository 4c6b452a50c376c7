"""What tests of the forms room write with: spreadsheets from lines of text, and a designer who uploads them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.accounts.models import Audit
from server.forms import attachments, lifecycle
from server.forms.examine import Examination, examine
from server.forms.lifecycle import Published, Upload
from server.forms.models import Form, FormVersion
from server.forms.notices import Notice
from server.services import Services

HH = 'hh="urn:fieldfare:household"'
HOUSEHOLDS = "list_name | entity_id | label\nhouseholds | ${household} | concat(${area}, ' ', ${code})"


def table(text: str) -> list[list[str | None]]:
    """Rows of cells from lines separated by `|`; an empty line is an empty row."""
    lines = text.strip("\n").splitlines()
    return [[cell.strip() or None for cell in line.split("|")] if line.strip() else [] for line in lines]


def xlsx(
    survey: str | Sequence[Sequence[str | None]], **sheets: str | Sequence[Sequence[str | None]]
) -> bytes:
    """A spreadsheet of these sheets: `survey`, `choices`, `settings`, `entities`."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, content in {"survey": survey, **sheets}.items():
        sheet = book.create_sheet(name)
        for number, row in enumerate(table(content) if isinstance(content, str) else content, start=1):
            for column, value in enumerate(row, start=1):
                if value is not None:
                    sheet.cell(number, column, value).data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def form(survey: str, *, form_id: str = "visit", version: str = "1", **sheets: str) -> bytes:
    """A spreadsheet with settings."""
    sheets.setdefault("settings", f"form_id | version | namespaces\n{form_id} | {version} | {HH}")
    return xlsx(survey, **sheets)


def looked_at(data: bytes, filename: str = "form.xlsx") -> Examination:
    """The examination of an upload."""
    return examine(data, filename)


def said(notices: Iterable[Notice]) -> list[tuple[str, str]]:
    """Each notice as (`sheet!ref`, code)."""
    return [(f"{one.place.sheet}!{one.place.ref}" if one.place else "", one.code) for one in notices]


def one(examined: Examination, code: str) -> Notice:
    """The only notice of this code."""
    found = [notice for notice in examined.notices if notice.code == code]
    assert len(found) == 1, said(examined.notices)
    return found[0]


def put_file(
    session: Session, services: Services, form: Form, name: str, content: bytes, actor_id: int | None
) -> attachments.Put:
    """Put a file beside the form's draft, as a door does."""
    looked = attachments.look(services, attachments.expected(session, form, name), content)
    return attachments.put(session, form, looked, actor_id=actor_id)


@dataclass
class Desk:
    """A designer's desk: uploads, publishes, and remembers what the entity lists were told."""

    session: Session
    services: Services
    project_id: int
    actor_id: int
    announced: list[Published] = field(default_factory=list)

    def announce(self, _: Session, published: Published) -> None:
        self.announced.append(published)

    def create(self, data: bytes, *, publish: bool = False, ignore_warnings: bool = False) -> Form:
        return lifecycle.create(
            self.session,
            self.services,
            self.project_id,
            Upload(data, "form.xlsx"),
            self.actor_id,
            announce=self.announce,
            publish=publish,
            ignore_warnings=ignore_warnings,
        )

    def draft(self, form: Form, data: bytes | None, *, ignore_warnings: bool = False) -> FormVersion:
        upload = Upload(data, "form.xlsx") if data is not None else None
        return lifecycle.set_draft(
            self.session, self.services, form, upload, self.actor_id, ignore_warnings=ignore_warnings
        )

    def put(self, form: Form, name: str, content: bytes) -> attachments.Put:
        return put_file(self.session, self.services, form, name, content, self.actor_id)

    def publish(self, form: Form, version: str | None = None) -> Published:
        return lifecycle.publish(
            self.session, self.services, form, actor_id=self.actor_id, announce=self.announce, version=version
        )

    def audits(self, action: str) -> list[Audit]:
        """What the log says of an act."""
        self.session.flush()
        return list(self.session.scalars(select(Audit).where(Audit.action == action).order_by(Audit.id)))
