"""The lists of questions in data/, as form questions: one line, one question.

`language | type | [rule |] question | choices; with; semicolons | hint=… | name=…`
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from server.forms.dignity import Judgement, judge
from server.forms.questions import ChoiceText, Question, Questions
from server.forms.workbook import Place

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a list; `rule` is empty for ordinary questions."""

    language: str
    type: str
    rule: str
    text: str
    hint: str = ""
    name: str = "q1"
    choices: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.language}: {self.text}"


def cases(file: str, *, with_rule: bool) -> list[Case]:
    """All cases of data/`file`.txt."""
    found = []
    for line in (DATA / f"{file}.txt").read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split(" | ")]
        rule = parts.pop(2) if with_rule else ""
        language, kind, text, *more = parts
        extra = {
            part.partition("=")[0]: part.partition("=")[2]
            for part in more
            if part.startswith(("hint=", "name="))
        }
        choices = next((part for part in more if not part.startswith(("hint=", "name="))), "")
        split = tuple(choice.strip() for choice in choices.split(";") if choice.strip())
        found.append(Case(language, kind, rule, text, extra.get("hint", ""), extra.get("name", "q1"), split))
    return found


def question(
    text: str,
    *,
    kind: str = "text",
    name: str = "q1",
    language: str = "en",
    hint: str = "",
    choices: tuple[str, ...] = (),
    **more: object,
) -> Question:
    """A question as `from_workbook` would give it, in row 2 of the survey sheet."""
    label, written = f"label::{language}", f"hint::{language}"
    places = {
        "type": Place("survey", 2, "A", "type"),
        "name": Place("survey", 2, "B", "name"),
        f"label:{language}": Place("survey", 2, "C", label),
        f"hint:{language}": Place("survey", 2, "D", written),
    }
    made = tuple(
        ChoiceText(f"c{row}", {language: choice}, Place("choices", row, "C", label))
        for row, choice in enumerate(choices, start=2)
    )
    labels = {language: text} if text else {}
    hints = {language: hint} if hint else {}
    return Question(name, kind, labels, hints, choices=made, places=places, **more)  # type: ignore[arg-type]  # any field


def judged(*questions: Question, household: bool = False, lists: dict[str, bytes] | None = None) -> Judgement:
    """The judgement on a form of these questions; `household`: one whose entity block writes households."""
    languages = tuple(dict.fromkeys(language for one in questions for language in one.labels))
    form = Questions(questions, languages, {}, datasets=("households",) if household else ())
    return judge(form, extra_lists=lists)


def judged_case(case: Case, *, household: bool = False, kind: str = "") -> Judgement:
    """The judgement on a form of that one question."""
    made = question(
        case.text,
        kind=kind or case.type,
        name=case.name,
        language=case.language,
        hint=case.hint,
        choices=case.choices,
    )
    return judged(made, household=household)


def answers(judgement: Judgement) -> set[str]:
    """The answers given."""
    return {verdict.answer for verdict in judgement}


def rules(judgement: Judgement) -> set[str]:
    """Short ids of the rules that spoke."""
    return {verdict.rule.removeprefix("dignity.") for verdict in judgement}
