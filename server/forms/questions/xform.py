"""The questions of an XForm (ODK XForms specification), read for their words and their structure alone.

Uploaded XForms are judged by the same rules as spreadsheets; evaluating a form is `xforms`' work, not this file's.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from server.forms.questions import (
    DEFAULT,
    PROTECTS,
    ChoiceText,
    Group,
    Question,
    Questions,
    Texts,
    language_code,
)
from server.forms.workbook import Place
from server.xforms import safexml
from server.xforms.errors import FormError

_XF = "{http://www.w3.org/2002/xforms}"
_H = "{http://www.w3.org/1999/xhtml}"
_JR = "{http://openrosa.org/javarosa}"
_ODK = "{http://www.opendatakit.org/xforms}"
_ENTITIES = "{http://www.opendatakit.org/xforms/entities}"
_HH = "{urn:fieldfare:household}"

_CONTROLS = {"input", "select", "select1", "upload", "trigger", "range", "rank", "secret"}
_TYPES = {"string": "text", "int": "integer", "boolean": "text", "long": "integer"}
_MAX_DEPTH = safexml.MAX_DEPTH
_MAX_BYTES = 20 * 1024 * 1024
_MAX_NODES = 1_000_000


@dataclass(slots=True)
class _Reading:
    """What the model says, by path: texts in each language, binds, inline lists and files."""

    itext: dict[str, dict[str, Texts]] = field(default_factory=dict)  # id -> form ('' or 'guidance') -> texts
    binds: dict[str, etree._Element] = field(default_factory=dict)
    lists: dict[str, list[etree._Element]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def from_xform(xml: bytes) -> Questions:
    """The questions of an XForm. Raises `FormError` where it is not one, has a DTD or is too large."""
    root = safexml.parse(xml, FormError, max_bytes=_MAX_BYTES, max_nodes=_MAX_NODES)
    model = root.find(f"{_H}head/{_XF}model")
    if model is None:
        raise FormError("not_xform")
    reading = _read_model(model)
    body = root.find(f"{_H}body")
    asked = list(_walk(body, reading, (), 0)) if body is not None else []
    seen = {path for path, item in asked if isinstance(item, Question)}
    groups = tuple(item for _, item in asked if isinstance(item, Group))
    questions = [item for _, item in asked if isinstance(item, Question)]
    questions += _unasked(model, reading, seen)
    questions += _actions(root)
    languages = tuple(dict.fromkeys(language for question in questions for language in question.labels))
    entities = (node for node in model.iter() if safexml.local(str(node.tag)) == "entity")
    datasets = tuple(
        dict.fromkeys(str(entity.get("dataset")) for entity in entities if entity.get("dataset"))
    )
    title = root.findtext(f"{_H}head/{_H}title") or ""
    submission = model.find(f"{_XF}submission")
    settings = {"form_title": title}
    if submission is not None and submission.get("action"):
        settings["submission_url"] = str(submission.get("action"))
    return Questions(tuple(questions), languages, settings, groups, datasets)


# --- the model ------------------------------------------------------------------------------------------------------


def _read_model(model: etree._Element) -> _Reading:
    reading = _Reading()
    for translation in model.iterfind(f"{_XF}itext/{_XF}translation"):
        language = language_code(str(translation.get("lang") or DEFAULT))
        for text in translation.iterfind(f"{_XF}text"):
            for value in text.iterfind(f"{_XF}value"):
                form = str(value.get("form") or "")
                words = _words(value)
                if (
                    form in ("", "guidance", "long", "short") and words != "-"
                ):  # pyxform's mark for 'no translation'
                    kept = "guidance" if form == "guidance" else ""
                    texts = reading.itext.setdefault(str(text.get("id")), {}).setdefault(kept, {})
                    texts[language] = f"{texts.get(language, '')} {words}".strip()
    for bind in model.iterfind(f"{_XF}bind"):
        reading.binds[str(bind.get("nodeset"))] = bind
    for instance in model.iterfind(f"{_XF}instance"):
        key, src = str(instance.get("id") or ""), instance.get("src")
        if src:
            reading.files[key] = str(src).rpartition("/")[2]
        elif key:
            reading.lists[key] = [item for top in instance for item in top]
    return reading


def _words(element: etree._Element) -> str:
    """Text of a label, `<output value="/data/name"/>` written as `${name}`."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            if child.tag == f"{_XF}output":
                parts.append(
                    "${" + str(child.get("value") or child.get("ref") or "").strip().rpartition("/")[2] + "}"
                )
            else:
                parts.append(_words(child))
        parts.append(child.tail or "")
    return "".join(parts).strip()


def _texts(element: etree._Element | None, reading: _Reading, form: str = "") -> Texts:
    if element is None:
        return {}
    referred = re.fullmatch(r"\s*jr:itext\(\s*'([^']+)'\s*\)\s*", str(element.get("ref") or ""))
    if referred:
        return dict(reading.itext.get(referred[1], {}).get(form, {}))
    words = _words(element)
    return {DEFAULT: words} if words and not form else {}


def _message(bind: etree._Element | None, attribute: str, reading: _Reading) -> Texts:
    text = str(bind.get(f"{_JR}{attribute}") or "") if bind is not None else ""
    referred = re.fullmatch(r"jr:itext\(\s*'([^']+)'\s*\)", text)
    if referred:
        return dict(reading.itext.get(referred[1], {}).get("", {}))
    return {DEFAULT: text} if text else {}


# --- the body -------------------------------------------------------------------------------------------------------


def _walk(
    parent: etree._Element, reading: _Reading, groups: tuple[Group, ...], depth: int
) -> Iterator[tuple[str, Question | Group]]:
    if depth > _MAX_DEPTH:
        raise FormError("too_deep")
    for element in parent:
        tag = etree.QName(element).localname
        path = str(element.get("ref") or element.get("nodeset") or element.get("bind") or "")
        if tag in ("group", "repeat"):
            bind = reading.binds.get(path)
            labels = _texts(element.find(f"{_XF}label"), reading)
            group = Group(
                path.rpartition("/")[2],
                tag == "repeat",
                labels,
                {f"label:{language}": _place(element, path) for language in labels}
                | {"name": _place(element, path)},
                (bind.get(f"{_HH}table") if bind is not None else None),
            )
            yield path, group
            yield from _walk(element, reading, (*groups, group), depth + 1)
        elif tag in _CONTROLS and path:
            yield path, _control(element, tag, path, reading, groups)


def _control(
    element: etree._Element, tag: str, path: str, reading: _Reading, groups: tuple[Group, ...]
) -> Question:
    bind = reading.binds.get(path)
    choices, file = _choices(element, reading)
    question = _bound(path, bind, reading, element)
    label, hint = element.find(f"{_XF}label"), element.find(f"{_XF}hint")
    labels, hints = _texts(label, reading), _texts(hint, reading)
    here = _place(element, path)
    return replace(
        question,
        type=_type_of(tag, element, bind),
        labels=labels,
        hints=hints,
        guidance=_texts(hint, reading, "guidance"),
        choices=choices,
        choice_file=file,
        appearance=str(element.get("appearance") or ""),
        groups=groups,
        places={f"label:{language}": here for language in labels}
        | {f"hint:{language}": here for language in hints}
        | question.places
        | {"type": here},
    )


def _type_of(tag: str, element: etree._Element, bind: etree._Element | None) -> str:
    bound = str(bind.get("type") or "string") if bind is not None else "string"
    if tag == "upload":
        return {"image": "image", "audio": "audio", "video": "video"}.get(
            str(element.get("mediatype") or "").partition("/")[0], "file"
        )
    if tag in ("select", "select1", "rank", "trigger", "range"):
        return {"select": "select_multiple", "select1": "select_one", "trigger": "acknowledge"}.get(tag, tag)
    readonly = bind is not None and str(bind.get("readonly") or "") == "true()" and not bind.get("calculate")
    if readonly and bound == "string":
        return "note"
    return _TYPES.get(bound, bound)


def _choices(element: etree._Element, reading: _Reading) -> tuple[tuple[ChoiceText, ...], str | None]:
    items = list(element.iterfind(f"{_XF}item"))
    itemset = element.find(f"{_XF}itemset")
    file = None
    if itemset is not None:
        key = re.search(r"instance\(\s*['\"]([^'\"]+)['\"]\s*\)", str(itemset.get("nodeset") or ""))
        items = reading.lists.get(key[1], []) if key else []
        file = reading.files.get(key[1]) if key else None
    return tuple(_choice(item, reading) for item in items), file


def _choice(item: etree._Element, reading: _Reading) -> ChoiceText:
    fields = {etree.QName(child).localname: child for child in item}
    key = (fields["itextId"].text or "").strip() if "itextId" in fields else ""
    labels = dict(reading.itext.get(key, {}).get("", {})) if key else _texts(fields.get("label"), reading)
    value = fields.get("value", fields.get("name"))
    name = (value.text or "").strip() if value is not None else ""
    place = _place(item, name)
    return ChoiceText(
        name, labels, place, {"name": place} | {f"label:{language}": place for language in labels}
    )


# --- what no question asks ------------------------------------------------------------------------------------------


def _bound(path: str, bind: etree._Element | None, reading: _Reading, element: etree._Element) -> Question:
    get = bind.get if bind is not None else (lambda _name: None)
    place = _place(bind if bind is not None else element, path)
    texts = {name: str(get(name) or "") for name in ("constraint", "calculate", "relevant")}
    return Question(
        name=path.rpartition("/")[2],
        type=_TYPES.get(str(get("type") or "string"), str(get("type") or "text")),
        constraint_messages=_message(bind, "constraintMsg", reading),
        required_messages=_message(bind, "requiredMsg", reading),
        calculation=texts["calculate"],
        constraint=texts["constraint"],
        relevant=texts["relevant"],
        places={"name": place, "calculation": place, "constraint": place, "save_to": place},
        mapped=str(get(f"{_HH}column")) if get(f"{_HH}column") else None,
        protected=str(get(f"{_HH}protect") or "").lower() in PROTECTS,
        save_to=str(get(f"{_ENTITIES}saveto")) if get(f"{_ENTITIES}saveto") else None,
    )


def _unasked(model: etree._Element, reading: _Reading, seen: set[str]) -> Iterator[Question]:
    """Calculations, metadata and hidden values: leaves of the primary instance that no control names."""
    primary = next((instance for instance in model.iterfind(f"{_XF}instance") if len(instance)), None)
    if primary is None:
        return
    top = primary[0]
    for node in top.iter():
        if len(node) or node is top:
            continue
        names = [etree.QName(step).localname for step in reversed([node, *node.iterancestors()])]
        path = "/" + "/".join(names[names.index(etree.QName(top).localname) :])
        if path in seen:
            continue
        seen.add(path)  # a repeat stands there twice: its template and its first row
        bind = reading.binds.get(path)
        question = _bound(path, bind, reading, node)
        preload = (
            (str(bind.get(f"{_JR}preload") or ""), str(bind.get(f"{_JR}preloadParams") or ""))
            if bind is not None
            else ("", "")
        )
        if question.name == "audit" and question.type == "binary":
            parameters = {
                etree.QName(name).localname: str(value)
                for name, value in (bind.attrib.items() if bind is not None else ())
                if str(name).startswith(_ODK)
            }
            yield replace(question, type="audit", parameters=parameters)
        elif preload[0] == "property":
            yield replace(question, type=preload[1].lower().rpartition(":")[2])
        else:
            yield replace(question, type="calculate" if question.calculation else "hidden")


def _actions(root: etree._Element) -> Iterator[Question]:
    """Recordings and points taken without a question: `odk:recordaudio`, `odk:setgeopoint` ('Actions')."""
    kinds = {f"{_ODK}recordaudio": "background-audio", f"{_ODK}setgeopoint": "background-geopoint"}
    for element in root.iter(*kinds):
        path = str(element.get("ref") or "")
        first_load = str(element.get("event") or "").split() == ["odk-instance-first-load"]
        kind = kinds[str(element.tag)]
        if kind == "background-geopoint" and first_load:
            kind = "start-geopoint"
        place = _place(element, path)
        yield Question(path.rpartition("/")[2], kind, places={"type": place, "name": place})


def _place(element: etree._Element, path: str) -> Place:
    line: object = element.sourceline
    return Place("xform", line if isinstance(line, int) else None, None, path or None)
