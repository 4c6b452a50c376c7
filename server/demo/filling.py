"""From answers to the XML that a phone would send: the form gives order and nesting, the scenario which nodes are relevant.

Evaluates nothing: a node that the scenario does not name was not relevant, and is left out as JavaRosa leaves it out. Notes,
which hold nothing, are left out too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from server.xforms import FormModel
from server.xforms.model import Field

Answer = str | Sequence["Answers"]
"""'' is asked and left empty; a repeat's answer is its rows."""

Answers = Mapping[str, Answer]
"""Answers by the question's name."""


@dataclass(frozen=True, slots=True)
class Entity:
    """The entity block: `label` only where the form calculates one. Versions as the phone's list had them."""

    uuid: str
    create: bool | None = None
    base_version: int | None = None
    label: str | None = None


def fill(
    model: FormModel, answers: Answers, *, instance_id: str, instance_name: str, entity: Entity | None
) -> bytes:
    """An instance of the form, as JavaRosa writes one. Raises KeyError for an answer to what the form does not ask."""
    children = _children(model)
    unknown = set(answers) - {field.name for fields in children.values() for field in fields}
    if unknown:
        raise KeyError(f"{model.form_id} does not ask {sorted(unknown)}")
    root = f"/{model.root}"
    inner = "".join(_written(children, root, answers))
    name = f"<instanceName>{escape(instance_name)}</instanceName>" if instance_name else ""
    meta = f"<meta>{_block(model, entity)}<instanceID>{escape(instance_id)}</instanceID>{name}</meta>"
    head = f"<{model.root} id={quoteattr(model.form_id)} version={quoteattr(model.version)}"
    spaces = 'xmlns:orx="http://openrosa.org/xforms" xmlns:jr="http://openrosa.org/javarosa"'
    text = f"<?xml version='1.0' encoding='UTF-8' ?>{head} {spaces}>{inner}{meta}</{model.root}>"
    return text.encode()


def _block(model: FormModel, entity: Entity | None) -> str:
    if entity is None:
        return ""
    attributes = f'dataset="{model.entities()[0].dataset}"'
    if entity.create is not None:
        attributes += f' create="{int(entity.create)}"'
    else:
        attributes += f' update="1" baseVersion="{entity.base_version}" trunkVersion="" branchId=""'
    label = "" if entity.label is None else f"<label>{escape(entity.label)}</label>"
    return f'<entity {attributes} id="{entity.uuid}">{label}</entity>'


@lru_cache(maxsize=16)
def _children(model: FormModel) -> Mapping[str, tuple[Field, ...]]:
    """The nodes below each path, in the form's order; metadata left out."""
    below: dict[str, list[Field]] = {}
    for field in model.fields():
        below.setdefault(field.path.rpartition("/")[0], []).append(field)
    meta = f"/{model.root}/meta"
    return {
        path: tuple(field for field in fields if field.path != meta)
        for path, fields in below.items()
        if not path.startswith(meta)
    }


def _written(children: Mapping[str, tuple[Field, ...]], path: str, answers: Answers) -> list[str]:
    out: list[str] = []
    for field in children.get(path, ()):
        answer = answers.get(field.name)
        if field.type == "structure":
            inner = "".join(_written(children, field.path, answers))
            if inner:
                out.append(f"<{field.name}>{inner}</{field.name}>")
        elif field.type == "repeat":
            for row in answer or ():
                assert not isinstance(row, str)  # a repeat's answers are rows
                out.append(f"<{field.name}>{''.join(_written(children, field.path, row))}</{field.name}>")
        elif isinstance(answer, str):
            out.append(f"<{field.name}>{escape(answer)}</{field.name}>")
    return out
