"""What follows from one changed answer is what JavaRosa makes of the same change in the same instance."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from random import Random
from typing import TYPE_CHECKING

import pytest

from server.ingest.check import told_time
from server.review.rewriting import rewritten
from server.xforms import Context, FormModel, parse_instance, record, value_at, walk
from tests.forms_shipped.shipped import NAMES
from tests.tools.filler import candidates, fill
from tests.tools.javarosa import Verdict
from tests.xforms.test_phone import case

if TYPE_CHECKING:
    from tests.tools.javarosa import Form, JavaRosa, Question


def answers(model: FormModel, xml: bytes) -> dict[str, str]:
    """What an instance says, by path: its answers that are not empty, but for when the form ended."""
    own = {model.preload("timestamp", "end"), f"/{model.root}/meta/instanceID"}
    said = walk(model, record(model, parse_instance(xml)))
    return {path: value for path, _, value in said if value and path not in own}


def changed(phone: Form, rng: Random, deciding: set[str]) -> Question | None:
    """Answer one question that decides something otherwise, as the phone lets it pass; None where none takes another."""
    every = [
        one
        for one in phone.questions(lambda repeat, there: False)
        if not one.read_only and one.kind != "upload"
    ]
    rng.shuffle(every)
    every.sort(key=lambda one: one.path not in deciding)
    for one in every[:12]:
        before = phone.value(one.path)
        for text in islice(candidates(one, rng), 20):
            if text != before and one.answer(text) is Verdict.OK and phone.value(one.path) != before:
                for _ in phone.questions(lambda repeat, there: False):
                    pass  # rows that a count asks for are made on the way
                return one
    return None


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", NAMES)
def test_one_changed_answer_is_followed_as_on_the_phone(javarosa: JavaRosa, name: str, seed: int) -> None:
    given, rng = case(name), Random(seed)
    phone = javarosa.load(given.xform, given.lists)
    model = FormModel.from_xml(given.xform.encode())
    came = fill(phone, rng, max_repeats=3, hints=given.hints)
    deciding = {place.path for logic in model.program.of_relevance.values() for place in logic.notes.places}
    question = changed(phone, rng, deciding)
    assert question is not None
    after = phone.finish()
    value = value_at(record(model, parse_instance(after)), question.path) or ""
    told = Context(lists=given, now=told_time(model, parse_instance(came), datetime.now(UTC)))
    rows: list[str] = []
    while True:
        made = rewritten(came, model, {question.path: value}, told, rows=rows)
        if not made.rows:
            break
        rows += made.rows
    assert answers(model, made.xml) == answers(model, after), question.path
