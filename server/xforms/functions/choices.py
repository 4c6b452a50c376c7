"""Functions of selected choices and their labels (specification, 'Select and list functions')."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..body import resolve
from ..findings import Source
from ..model import Itemset
from ..plan import Row
from ..tables import Table
from ..xpath.compile import Code, Compiler, Here, Notes
from ..xpath.faults import EvaluationFault, XPathFault
from ..xpath.lists import list_instance
from ..xpath.state import At, Run, State
from ..xpath.tree import Call, String
from ..xpath.values import Value, java_int, to_int, to_text
from .core import arity, builder, plain


@plain("vv", "selected", "is-selected")
def selected(answer: Any, name: Any) -> bool:
    """Whether a name is among those selected. Only texts can be asked for."""
    if not isinstance(name, str) or not isinstance(answer, str):
        raise EvaluationFault("not_string")
    return f" {name.strip()} " in f" {answer} "


@plain("v", "count-selected")
def count_selected(answer: Any) -> float:
    return float(len(_names(answer)))


@plain("vv", "selected-at")
def selected_at(answer: Any, index: Any) -> str:
    """By a 0-based index; '' outside."""
    names = _names(answer)
    at = java_int(to_int(index))
    return names[at] if 0 <= at < len(names) else ""


def _names(answer: Any) -> list[str]:
    if not isinstance(answer, str):
        raise EvaluationFault("not_string")
    return [one for one in answer.split(" ") if one]


@builder("jr:choice-name")
def choice_name(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """The label of a choice of the question whose path is given as a text, in the reader's language."""
    arity(call, 2, 2)
    value = compiler.compile(call.args[0], here, notes).run
    reference = call.args[1]
    if not isinstance(reference, String):
        raise XPathFault("not_a_path", {"name": call.name}, at=call.at)
    path = reference.value.strip()
    field = compiler.model.field(resolve(path, here.place.path))
    if field is None:
        raise XPathFault("unknown_reference", {"path": path[:200]}, at=reference.at)
    if len(compiler.model.languages) > 1:
        notes.sources.add(Source.PHONE)  # which language it showed is the phone's
    labels = {choice.name: choice.label for choice in field.choices}
    itemset = field.itemset
    if itemset is not None and itemset.external and itemset.instance is not None:
        return _from_list(list_instance(compiler, itemset.instance, notes, call.at), itemset, value)
    dynamic = itemset is not None and itemset.instance is None

    def run(st: State, row: Row, at: At | None) -> Value:
        if dynamic:
            raise EvaluationFault("list_unknown")
        label = labels.get(to_text(value(st, row, at)))
        return label.in_(st.properties.get("language")) if label is not None else ""

    return Code(run)


@builder("jr:itext")
def itext(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """A text of the form's dictionary by its id, in the reader's language; what JavaRosa says where that is not there."""
    arity(call, 1, 1)
    id_ = compiler.compile(call.args[0], here, notes).run
    words = compiler.model.words
    if not words.languages:
        # a phone has nothing to look in, and stops
        raise XPathFault("unknown_function", {"name": call.name}, at=call.at)
    if len(compiler.model.languages) > 1:
        notes.sources.add(Source.PHONE)  # which language it showed is the phone's

    def run(st: State, row: Row, at: At | None) -> Value:
        name = to_text(id_(st, row, at))
        text = words.text(name)
        if not any("" in forms for forms in text.values.values()):
            return f"[itext:{name}]"
        return text.in_(st.properties.get("language"))

    return Code(run)


def _from_list(table_of: Callable[[State], Table], itemset: Itemset, value: Run) -> Code:
    def run(st: State, row: Row, at: At | None) -> Value:
        found = table_of(st).where(("root", "item"), itemset.value_ref, to_text(value(st, row, at)))
        return (found[0].get(itemset.label_ref) or "") if found else ""

    return Code(run)
