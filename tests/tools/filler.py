"""Fills a form at random as a person with a phone could: only answers that the engine lets pass.

Any form will do: answers come from the question's kind, from the numbers and patterns in its own constraint, and,
where a form wants what no chance finds, from a hint by the question's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random

from tests.tools.javarosa import Form, Question, Verdict
from tests.tools.patterns import text_matching

TRIES = 300
LEFT_EMPTY = 0.15
REPAIRS = 60
WORDS = (
    "well",
    "north side",
    "two houses",
    "near the ford",
    "井边",
    "بئر قديمة",
    "a & b <c>",
    "=1+1",
    "it's",
)

Hints = Mapping[str, Callable[[Random], str]]


class Stuck(AssertionError):
    """No answer was found that the engine accepts for a question that must have one."""


def fill(form: Form, rng: Random, *, max_repeats: int, hints: Hints | None = None) -> bytes:
    """Answer all that is asked, finalize, and give the XML that Collect would send.

    A repeat without a count of its own gets 1 to `max_repeats` instances. Questions that may be left empty are, now
    and then. `hints` maps a question's name to a function that makes an answer. Attachments are the non-empty values
    of upload nodes in the XML. Raises Stuck.
    """
    wanted: dict[tuple[str, int], bool] = {}

    def more(repeat: str, there: int) -> bool:
        # Decided once for each place, so that a second walk through the form does not grow it.
        return wanted.setdefault((repeat, there), there < max_repeats and rng.random() < 0.5)

    for question in form.questions(more):
        _answer(question, rng, hints or {})
    for _ in range(REPAIRS):
        problem = form.first_problem()
        if problem is None:
            return form.finish()
        # A later answer made an earlier one wrong, or opened a question behind us: answer it now, as a person would.
        _answer(problem[0], rng, hints or {}, must=True)
        for _ in form.questions(more):
            pass  # opening a list drops from its answer what the list no longer offers
    raise Stuck(f"answers contradict each other at {problem[0].path}: {problem[0].constraint}")


def _answer(question: Question, rng: Random, hints: Hints, *, must: bool = False) -> None:
    if question.read_only:
        return
    name = question.path.rpartition("/")[2]
    if name in hints:
        tries: Iterator[str] = (hints[name](rng) for _ in range(TRIES))
    elif not (question.required or must) and rng.random() < LEFT_EMPTY:
        tries = iter(("",))
    else:
        tries = islice(candidates(question, rng), TRIES)
    if any(question.answer(text) is Verdict.OK for text in tries):
        return
    if question.answer("") is not Verdict.OK:
        what = (
            f"choices {question.choices}"
            if question.kind in CHOOSERS
            else question.constraint or question.type
        )
        raise Stuck(f"{question.path} ({question.kind}): nothing fits {what}")


def candidates(question: Question, rng: Random) -> Iterator[str]:
    """Endless answers of the right kind, those that the constraint speaks of among them; ends where none exist."""
    if question.kind in CHOOSERS:
        while question.choices:
            yield CHOOSERS[question.kind](rng, question.choices)
    elif question.kind == "trigger":
        yield "OK"
    elif question.kind == "upload":
        while True:
            yield f"{rng.randrange(10**12):012d}.jpg"
    else:
        make = MAKERS.get(question.type, _text)
        numbers = [float(number) for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?", question.constraint)]
        patterns = re.findall(r"regex\(\s*\.\s*,\s*(?:'([^']*)'|\"([^\"]*)\")", question.constraint)
        while True:
            if patterns and rng.random() < 0.8:
                yield text_matching("".join(rng.choice(patterns)), rng)
            else:
                yield make(rng, numbers)


def _some(rng: Random, choices: tuple[str, ...]) -> str:
    return " ".join(rng.sample(choices, rng.randint(1, min(len(choices), 4))))


def _all_in_an_order(rng: Random, choices: tuple[str, ...]) -> str:
    return " ".join(rng.sample(choices, len(choices)))


def _integer(rng: Random, numbers: list[float]) -> str:
    if numbers and rng.random() < 0.6:
        low, high = min(numbers), max(numbers)
        return str(
            rng.choice([rng.randint(int(low), int(high)), int(rng.choice(numbers)) + rng.choice((-1, 0, 1))])
        )
    return str(rng.randint(0, 12) if rng.random() < 0.7 else rng.randint(0, 120))


def _decimal(rng: Random, numbers: list[float]) -> str:
    if numbers and rng.random() < 0.7:
        return f"{rng.uniform(min(numbers), max(numbers)):.{rng.randint(0, 3)}f}"
    return f"{rng.uniform(0, 100):.{rng.randint(0, 3)}f}"


def _moment(rng: Random) -> datetime:
    """Mostly lately, sometimes years ago or some weeks ahead."""
    now = datetime.now(UTC)
    days = rng.choice(
        (0, rng.uniform(0, 30), rng.uniform(0, 3 * 365), rng.uniform(0, 80 * 365), -rng.uniform(0, 60))
    )
    return now - timedelta(days=days)


def _date(rng: Random, _numbers: list[float]) -> str:
    return _moment(rng).date().isoformat()


def _time(rng: Random, _numbers: list[float]) -> str:
    return f"{rng.randrange(24):02d}:{rng.randrange(60):02d}:00.000Z"


def _date_time(rng: Random, _numbers: list[float]) -> str:
    return _moment(rng).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _point(rng: Random, _numbers: list[float] | None = None) -> str:
    latitude, longitude = rng.uniform(-60, 60), rng.uniform(-179, 179)
    return f"{latitude:.7f} {longitude:.7f} {rng.uniform(0, 900):.1f} {rng.uniform(2, 20):.1f}"


def _line(rng: Random, _numbers: list[float]) -> str:
    return "; ".join(_point(rng) for _ in range(rng.randint(2, 5)))


def _shape(rng: Random, _numbers: list[float]) -> str:
    points = [_point(rng) for _ in range(rng.randint(3, 5))]
    return "; ".join([*points, points[0]])


def _text(rng: Random, numbers: list[float]) -> str:
    if numbers and rng.random() < 0.3:  # a constraint on the length, or on digits
        return "".join(rng.choices("0123456789", k=int(rng.choice(numbers)) % 200))
    return " ".join(rng.sample(WORDS, rng.randint(1, 2)))


CHOOSERS: dict[str, Callable[[Random, tuple[str, ...]], str]] = {
    "select1": Random.choice,
    "range": Random.choice,
    "select": _some,
    "rank": _all_in_an_order,
}
MAKERS: dict[str, Callable[[Random, list[float]], str]] = {
    "int": _integer,
    "integer": _integer,
    "decimal": _decimal,
    "date": _date,
    "time": _time,
    "dateTime": _date_time,
    "geopoint": _point,
    "geotrace": _line,
    "geoshape": _shape,
}
