"""Rules of this house for a form as a whole: its id, where it sends, encryption, labels, dignity.

Pure: a form's model, what it maps, and the words it asks in; never a database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from server.forms.dignity import judge
from server.forms.mapping import Compiled
from server.forms.notices import Level, Notice
from server.forms.questions import Questions, from_workbook
from server.forms.questions.xform import from_xform
from server.forms.references import assigned, references
from server.forms.workbook import Workbook
from server.forms.workbook.places import Places
from server.xforms.errors import FormError
from server.xforms.model import Field, FormModel
from server.xforms.types import TypeFault, parse

NO_ID = "setting.no_form_id"
MAX_ID = 255
MAX_VERSION = 255
MAX_NAME = 255
MAX_PATH = 1000

_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_POINTS = frozenset({"geopoint", "geotrace", "geoshape"})


def look(model: FormModel, compiled: Compiled, places: Places | None) -> Iterator[Notice]:
    """Everything that the house asks of a form beyond what makes it a form."""
    yield from _identity(model, places)
    yield from _lengths(model, places)
    yield from _defaults(model, places)
    if model.submission_url:
        place = places.setting("submission_url") if places else None
        yield Notice(Level.ERROR, "form.submission_url", place)
    if model.encrypted and (compiled.mapping is not None or compiled.asked or model.entities()):
        place = places.setting("public_key") if places else None
        yield Notice(Level.ERROR, "form.encrypted_mapping", place)
    if compiled.household_form:
        yield from _labels(model, places)


def _identity(model: FormModel, places: Places | None) -> Iterator[Notice]:
    """A form id stands in addresses; spaces, quotes and any language are fine there, a slash is not."""
    place = places.setting("form_id") if places else None
    if places is not None and not places.sets("form_id", "set_form_id", "id_string"):
        yield Notice(Level.WARNING, NO_ID, place, {"value": model.form_id[:80]})
    if not model.form_id.strip():
        yield Notice(Level.ERROR, "form.id_empty", place)
    if "/" in model.form_id:
        yield Notice(Level.ERROR, "form.id_slash", place, {"value": model.form_id[:80]})
    if _UNSEEN.search(model.form_id):
        yield Notice(Level.ERROR, "form.id_control", place)
    if len(model.form_id) > MAX_ID:
        yield Notice(Level.ERROR, "form.id_long", place, {"limit": MAX_ID})
    if len(model.version) > MAX_VERSION:
        yield Notice(
            Level.ERROR,
            "form.version_long",
            places.setting("version") if places else None,
            {"limit": MAX_VERSION},
        )


def _lengths(model: FormModel, places: Places | None) -> Iterator[Notice]:
    """Names that a database column, a file system or a phone could not hold."""
    for one in model.fields():
        if len(one.path) > MAX_PATH:
            yield Notice(
                Level.ERROR,
                "form.path_long",
                places.at(one.path, "name") if places else None,
                {"limit": MAX_PATH},
                one.path,
            )
    for name, _ in model.attachments():
        if len(name) > MAX_NAME or "\\" in name or _UNSEEN.search(name):
            yield Notice(Level.ERROR, "form.file_name", None, {"name": name[:80], "limit": MAX_NAME})
    for block in model.entities():
        for name in (block.dataset, *block.saveto.values()):
            if len(name) > MAX_NAME:
                place = places.entity(block.dataset, "list_name") if places else None
                yield Notice(
                    Level.ERROR, "form.entity_name", place, {"name": name[:80], "limit": MAX_NAME}, block.path
                )


def _defaults(model: FormModel, places: Places | None) -> Iterator[Notice]:
    """Written defaults that a phone drops because they are not of their type, and choices that there are not."""
    for one in model.fields():
        value = one.default.strip()
        if not value or not one.is_leaf or one.control is None or (one.bind and one.bind.calculate):
            continue
        args = {"value": value[:30], "type": _WRITTEN.get(one.type, one.type)}
        place = places.at(one.path, "default") if places else None
        if one.choices and not one.has_search:
            names = {choice.name for choice in one.choices}
            if not names.issuperset([value] if one.type == "select1" else value.split()):
                yield Notice(Level.WARNING, "default.choice", place, {"value": value[:30]}, one.path)
        elif one.itemset is None:
            try:
                parse(one.type, value)
            except TypeFault:
                yield Notice(Level.WARNING, "default.type", place, args, one.path)


_WRITTEN = {"int": "integer", "string": "text"}
"""Types as a sheet writes them, where they are called otherwise in an XForm."""


# --- labels ---------------------------------------------------------------------------------------------------------


class _Source(NamedTuple):
    """An expression that becomes a label: where it is evaluated, its text, what it makes."""

    path: str
    expression: str
    what: str
    setting: bool


def _labels(model: FormModel, places: Places | None) -> Iterator[Notice]:
    """In a household form the entity's label and the instance's name show no typed text and no point (decisions, Labels)."""
    for source in _sources(model):
        for one in _reached(model, source):
            yield _label_notice(source, one, model, places)
    for block in model.entities():
        label = model.field(f"{block.path}/label")
        if label is not None and label.control is not None:
            yield _label_notice(_Source(label.path, "", "list entry's label", False), label, model, places)


def _sources(model: FormModel) -> Iterator[_Source]:
    for block in model.entities():
        if block.label:
            yield _Source(f"{block.path}/label", block.label, "list entry's label", False)
    if model.instance_name:
        yield _Source(f"/{model.root}/meta/instanceName", model.instance_name, "visit's name", True)


def _reached(model: FormModel, source: _Source) -> list[Field]:
    """Typed texts and points that the expression names, through calculations and actions, each once."""
    waiting = list(references(source.expression, source.path))
    seen: set[str] = set()
    found: list[Field] = []
    sources = assigned(model)
    while waiting:
        path = waiting.pop()
        one = model.field(path)
        if path in seen or one is None:
            continue
        seen.add(path)
        if (one.type == "string" and one.control in ("input", "secret")) or one.type in _POINTS:
            found.append(one)
            continue
        for expression in sources.get(path, ()):
            waiting += references(expression, path)
    return found


def _label_notice(source: _Source, one: Field, model: FormModel, places: Places | None) -> Notice:
    place = None
    if places:
        dataset = next(
            (block.dataset for block in model.entities() if source.path.startswith(f"{block.path}/")), ""
        )
        place = places.setting("instance_name") if source.setting else places.entity(dataset, "label")
    code = "label.typed" if one.type == "string" else "label.point"
    return Notice(Level.ERROR, code, place, {"what": source.what, "name": one.name}, one.path)


# --- dignity --------------------------------------------------------------------------------------------------------


class Judged(NamedTuple):
    """What dignity says, as notices, and the languages that it has no word list for."""

    notices: tuple[Notice, ...] = ()
    unread: tuple[str, ...] = ()


def judged_book(book: Workbook) -> Judged:
    """What dignity says of a spreadsheet, each at its cell; also where pyxform finds no form in it."""
    return _judged(from_workbook(book), {})


def judged_xform(xml: bytes, lists: Mapping[str, bytes] | None = None) -> Judged:
    """What dignity says of an XForm and the choice CSVs beside it; nothing where it cannot be read (said elsewhere)."""
    try:
        return _judged(from_xform(xml), lists or {})
    except FormError:
        return Judged()


def _judged(questions: Questions, lists: Mapping[str, bytes]) -> Judged:
    """Verdicts as notices: refusals that nothing overrides, and warnings with the offer to protect the answer."""
    judgement = judge(questions, extra_lists=lists)
    notices = []
    for verdict in judgement:
        level = Level.WARNING if verdict.answer == "told" else Level.REFUSED
        asked = questions.named(verdict.question)
        row = asked.places["type"].row if asked and "type" in asked.places else None
        args: dict[str, str | int] = {
            **verdict.reason.args,
            **(verdict.instead.args if verdict.instead else {}),
            "question": verdict.question,
            "matched": verdict.matched,
            "answer": verdict.answer,
            "reason": verdict.reason.key,
            "instead": verdict.instead.key if verdict.instead else "",
        }
        if verdict.offer_protection and row:
            args["protect_row"] = row  # the survey row that one click on the upload page protects
        notices.append(Notice(level, verdict.rule, verdict.place, args))
    return Judged(tuple(notices), judgement.unread)
