"""Makes a `FormModel` of a form's XML: primary instance, binds, body, lists and entity blocks joined by path.

Accepts what pyxform emits and Collect opens; what a phone would refuse to open is a `FormError`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator, Mapping

from lxml import etree

from . import safexml
from .body import LISTS, Control, has_external_itemsets, is_action, read_body, resolve
from .entities import declarations
from .errors import FormError
from .lists import Lists
from .model import Action, Bind, BodyNode, Field, FormAttachment, FormModel, Submission
from .safexml import line_of, local, namespace
from .schema import SchemaField, Skeleton, central_fields
from .text import file_name
from .types import canonical
from .words import JR, Words, children, content, first

MAX_BYTES = 32 * 1024 * 1024
MAX_NODES = 2_000_000

ORX = "http://openrosa.org/xforms"
ENTITIES = "http://www.opendatakit.org/xforms/entities"
_EV_EVENT = "{http://www.w3.org/2001/xml-events}event"

_MEDIA_TYPES = {"image": "image", "big-image": "image", "audio": "audio", "video": "video"}
_PULLDATA = re.compile(r"\bpulldata\(\s*(?:'([^']+)'|\"([^\"]+)\")")
_SEARCH = re.compile(r"\bsearch\s*\(\s*(?:'([^']+)'|\"([^\"]+)\")")
_BIND_LOGIC = ("relevant", "required", "constraint", "readonly", "calculate")
_BIND_KNOWN = frozenset({"nodeset", "ref", "id", "type", *_BIND_LOGIC})


def build(xml: bytes) -> FormModel:
    """Reads a form definition. Raises `FormError`."""
    html = safexml.parse(xml, FormError, max_bytes=MAX_BYTES, max_nodes=MAX_NODES)
    if local(str(html.tag)) != "html":
        raise FormError("not_xform", {"element": local(str(html.tag))[:80]}, line=line_of(html))
    head = first(html, "head")
    model = first(head, "model") if head is not None else None
    if head is None or model is None:
        raise FormError("no_model")
    instance = first(model, "instance")
    data = next(iter(instance), None) if instance is not None else None
    if data is None:
        raise FormError("no_instance", line=line_of(model))
    form_id = data.get("id")
    if not form_id:
        raise FormError("no_form_id", line=line_of(data))

    body = first(html, "body")
    words = Words(first(model, "itext"))
    lists = Lists(model, words)
    skeleton = _skeleton(data)
    root = f"/{skeleton.name}"
    binds, bind_ids = _binds(model, root, words)
    controls = read_body(body, root, words, lists, bind_ids) if body is not None else []
    by_control: dict[str, Control] = {}
    for control in (one for top in controls for one in top.walk()):
        if control.path is not None:
            by_control.setdefault(control.path, control)
    fields = {field.path: field for field in _fields(skeleton, root, (), binds, by_control)}
    for path, control in by_control.items():
        if path not in fields and path != root:
            raise FormError("question_without_node", {"path": path}, path=path, line=control.line)

    title = first(head, "title")
    actions = tuple(_actions(model, body, root))
    entities_version = model.get(f"{{{ENTITIES}}}entities-version") or ""
    submission = first(model, "submission")
    return FormModel(
        form_id=form_id,
        version=data.get("version") or data.get(f"{{{ORX}}}version") or "",
        title=content(title) if title is not None else "",
        root=skeleton.name,
        namespace=namespace(str(data.tag)),
        words=words,
        languages=words.languages,
        default_language=words.default,
        entities_version=entities_version,
        submission=_submission(submission),
        binds=binds,
        instances=lists.instances,
        actions=actions,
        body=tuple(_body_nodes(controls, fields)),
        expected=_expected(lists, words, skeleton, model, body),
        declared=declarations(skeleton, binds, fields, actions, entities_version),
        by_path=fields,
        central_fields=_schema(skeleton, model, by_control),
    )


def _skeleton(element: etree._Element) -> Skeleton:
    tag = str(element.tag)
    prefix = f"{element.prefix}:" if element.prefix else ""
    node = Skeleton(prefix + local(tag), local(tag))
    _grow(node, element)
    return node


def _grow(node: Skeleton, element: etree._Element) -> None:
    """Adds an element to the skeleton's node of its name. A template's defaults come first, as in the document."""
    for name, value in element.attrib.items():
        node.attributes.setdefault(local(str(name)), str(value))
    text = (element.text or "").strip()
    if text and len(element) == 0 and not node.default:
        node.default = text
    for child in element:
        tag = str(child.tag)
        name = local(tag)
        known = node.children.get(name)
        if known is None:
            known = node.children[name] = Skeleton(f"{child.prefix}:{name}" if child.prefix else name, name)
        _grow(known, child)


def _binds(model: etree._Element, root: str, words: Words) -> tuple[dict[str, Bind], dict[str, str]]:
    binds: dict[str, Bind] = {}
    ids: dict[str, str] = {}
    for element in children(model, "bind"):
        nodeset = element.get("nodeset") or element.get("ref")
        if not nodeset:
            continue
        path = resolve(nodeset, root)
        if id_ := element.get("id"):
            ids[id_] = path
        bind = _bind(path, element, words)
        binds[path] = _joined(binds[path], bind) if path in binds else bind
    return binds, ids


def _joined(first_one: Bind, later: Bind) -> Bind:
    """Two binds of one node: what the later one says counts, as on the phone."""
    said = {one.name: getattr(later, one.name) for one in dataclasses.fields(Bind)}
    said = {name: value for name, value in said.items() if value is not None}
    return dataclasses.replace(first_one, **{**said, "extra": {**first_one.extra, **later.extra}})


def _bind(path: str, element: etree._Element, words: Words) -> Bind:
    logic = {name: (element.get(name) or "").strip() or None for name in _BIND_LOGIC}
    extra = {}
    for name, value in element.attrib.items():
        key = str(name)
        if key not in _BIND_KNOWN and namespace(key) not in (JR, ENTITIES):
            extra[key] = str(value)
    return Bind(
        path,
        type=element.get("type"),
        **logic,
        constraint_msg=words.message(element.get(f"{{{JR}}}constraintMsg")),
        required_msg=words.message(element.get(f"{{{JR}}}requiredMsg")),
        preload=element.get(f"{{{JR}}}preload") or extra.pop("preload", None),
        preload_params=element.get(f"{{{JR}}}preloadParams") or extra.pop("preloadParams", None),
        saveto=element.get(f"{{{ENTITIES}}}saveto") or extra.pop("saveto", None),
        extra=extra,
    )


def _fields(
    node: Skeleton,
    path: str,
    repeats: tuple[str, ...],
    binds: Mapping[str, Bind],
    controls: Mapping[str, Control],
) -> Iterator[Field]:
    for child in node.children.values():
        here = f"{path}/{child.name}"
        control = controls.get(here)
        bind = binds.get(here)
        around = repeats
        if control is not None and control.kind == "repeat":
            around = (*repeats, here)
        yield _field(child, here, around, bind, control)
        yield from _fields(child, here, around, binds, controls)


def _field(
    node: Skeleton, path: str, repeats: tuple[str, ...], bind: Bind | None, control: Control | None
) -> Field:
    type_ = _type(node, path, bind, control)
    plain = Field(path, node.name, type_, bind=bind, repeats=repeats, default=node.default)
    if control is None:
        return plain
    return dataclasses.replace(
        plain,
        control=control.kind,
        label=control.label,
        hint=control.hint,
        choices=control.choices,
        itemset=control.itemset,
        range=control.range,
        repeat=control.repeat,
        media_type=control.media_type,
        appearance=control.appearance,
        attributes=control.attributes,
    )


def _type(node: Skeleton, path: str, bind: Bind | None, control: Control | None) -> str:
    kind = control.kind if control is not None else None
    if kind == "repeat":
        return "repeat"
    if node.children or kind == "group" or path.endswith("/meta/entity"):
        return "structure"
    if kind in LISTS:
        return str(kind)
    return "binary" if kind == "upload" else canonical(bind.type if bind else None)


def _body_nodes(controls: Iterable[Control], fields: Mapping[str, Field]) -> Iterator[BodyNode]:
    for control in controls:
        yield BodyNode(
            control.kind,
            control.label,
            fields.get(control.path or ""),
            control.appearance,
            tuple(_body_nodes(control.children, fields)),
        )


def _schema(
    skeleton: Skeleton, model: etree._Element, controls: Mapping[str, Control]
) -> tuple[SchemaField, ...]:
    types: dict[str, str] = {}
    for element in children(model, "bind"):
        nodeset, type_ = element.get("nodeset"), element.get("type")
        if nodeset and type_ is not None:
            absolute = nodeset if nodeset.startswith("/") else f"/{skeleton.tag}/{nodeset}"
            types.setdefault(absolute, type_ or "unknown")
    return central_fields(
        skeleton,
        types,
        {path for path, control in controls.items() if control.kind == "repeat"},
        {path for path, control in controls.items() if control.kind == "select"},
    )


def _actions(model: etree._Element, body: etree._Element | None, root: str) -> Iterator[Action]:
    elements = list(model)
    if body is not None:
        elements.extend(one for one in body.iter() if is_action(one))
    for element in elements:
        if is_action(element) and (reference := element.get("ref")):
            yield Action(
                local(str(element.tag)),
                resolve(reference, root),
                tuple((element.get("event") or element.get(_EV_EVENT) or "").split()),
                element.get("value"),
                (element.text or "").strip(),
            )


def _submission(element: etree._Element | None) -> Submission:
    if element is None:
        return Submission()
    return Submission(
        element.get("action"),
        element.get("base64RsaPublicKey"),
        element.get(f"{{{ORX}}}auto-send"),
        element.get(f"{{{ORX}}}auto-delete"),
    )


def _expected(
    lists: Lists, words: Words, skeleton: Skeleton, model: etree._Element, body: etree._Element | None
) -> tuple[FormAttachment, ...]:
    """Central's list and order, and the first arguments of pulldata() where the form declares no instance for them."""
    found: dict[FormAttachment, None] = {}
    for instance in lists.instances.values():
        if instance.file:
            found[FormAttachment(instance.file, "file")] = None
    for form, uri in words.media():
        if form in _MEDIA_TYPES and (name := file_name(uri)):
            found[FormAttachment(name, _MEDIA_TYPES[form])] = None
    for default in _defaults(skeleton):
        if default.startswith("jr://images/") and (name := file_name(default)):
            found[FormAttachment(name, "image")] = None
    if body is not None:
        if has_external_itemsets(body):
            found[FormAttachment("itemsets.csv", "file")] = None
        for element in body.iter():
            if local(str(element.tag)) in ("select", "select1"):
                _add_csv(found, _SEARCH.search(element.get("appearance") or ""))
    for bind in children(model, "bind"):
        for value in bind.attrib.values():
            for match in _PULLDATA.finditer(str(value)):
                _add_csv(found, match)
    return tuple(found)


def _add_csv(found: dict[FormAttachment, None], match: re.Match[str] | None) -> None:
    name = (match[1] or match[2]) if match else ""
    if name and name == name.strip():  # Collect finds no file whose name begins or ends with a blank
        found[FormAttachment(name if name.endswith(".csv") else f"{name}.csv", "file")] = None


def _defaults(node: Skeleton) -> Iterator[str]:
    yield node.default
    for child in node.children.values():
        yield from _defaults(child)
