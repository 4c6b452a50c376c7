"""Judges a form: every question read in every language, against the lists and the structural signs.

A plain function from questions to verdicts. Knows no database, no upload and no page.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from server.forms.dignity import structure
from server.forms.dignity.csvlists import columns_of, with_lists
from server.forms.dignity.lists import Pattern, Rule, WordList, languages_read, list_for, rules
from server.forms.dignity.normalise import NAMED, name_words, plain
from server.forms.dignity.reading import Reading, Text, read, unread_languages
from server.forms.dignity.verdicts import PROTECT, Answer, Judgement, Verdict, Words
from server.forms.questions import Question, Questions
from server.forms.workbook import Place

# Types that hold no answer of a person: they are judged by structure alone.
_SILENT = frozenset(
    {"start", "end", "today", "deviceid", "audit", "geopoint", "geotrace", "geoshape", "start-geopoint"}
)
_SHORT_NAME_LABEL = 4  # words; a longer label in a language that was read says itself what is asked


def judge(questions: Questions, *, extra_lists: Mapping[str, bytes] | None = None) -> Judgement:
    """Every verdict on a form, in its order.

    `extra_lists` are the choice CSVs that the form names, by file name, as far as they have been uploaded. A contact
    that the household consented to (`bind::hh:column` ending in `.contact`) and an answer already protected get no
    `told`; nothing softens a refusal.
    """
    lists = dict(extra_lists or {})
    household = questions.writes_to_household
    verdicts: list[Verdict] = []
    for question in with_lists(questions.questions, lists):
        found = [*structure.signs(question), *_in_words(question), *_in_name(question)]
        verdicts += _one_a_rule(found, question, household)
    verdicts += structure.rosters(questions, verdicts)
    verdicts += _in_columns(lists)
    return Judgement(tuple(verdicts), unread_languages(questions, languages_read()))


# --- words ----------------------------------------------------------------------------------------------------------


def _in_words(question: Question) -> Iterator[structure.Sign]:
    if question.type in _SILENT:
        return
    reading = read(question, _holds_a_name)
    for text in reading.texts:
        words = list_for(text.script)
        if words is not None:
            for sentence in text.sentences:
                yield from _patterns_in(sentence, text, question, words, reading.whole(text.script))
    for script in ("latin", "han", "arabic"):
        words = list_for(script)
        if words is not None:
            yield from _choice_sets(question, words, reading)


def _patterns_in(
    sentence: str, text: Text, question: Question, words: WordList, whole: str
) -> Iterator[structure.Sign]:
    asked = words.not_asked.sub(" ", sentence) if words.not_asked else sentence
    if not asked.strip():
        return
    if question.type in {"note", "acknowledge"} and not (words.asks and words.asks.search(asked)):
        return  # a note that tells something asks nothing
    for pattern in words.patterns:
        if text.kind == "choice" and not pattern.in_choices:
            continue
        if not _fits(pattern.rule, pattern, question) or (pattern.only and text.kind not in pattern.only):
            continue
        seen = _allowed_taken_out(asked, pattern.rule, words)
        match = pattern.text.search(seen)
        if match and not _softened(pattern, f"{seen} {text.context}", whole):
            yield structure.Sign(
                pattern.rule,
                text.place or question.place,
                text.language,
                match[0].strip().replace(NAMED, "(name)"),
                pattern.id,
            )


def _softened(pattern: Pattern, sentence: str, whole: str) -> bool:
    """Whether the context makes it another question: a word in the sentence, a word missing or present in the whole."""
    return (
        any(one.search(sentence) for one in pattern.unless)
        or any(one.search(whole) for one in pattern.not_with)
        or not all(one.search(whole) for one in pattern.also)
    )


def _allowed_taken_out(sentence: str, rule: Rule, words: WordList) -> str:
    for allow in words.allows:
        if allow.rules is None or rule.id in allow.rules:
            sentence = allow.text.sub(" ", sentence)
    return sentence


def _fits(rule: Rule, pattern: Pattern | None, question: Question) -> bool:
    kind = "select_from_file" if question.choice_file else question.type
    if pattern is not None and pattern.types is not None:
        return kind in pattern.types
    return rule.types is None or kind in rule.types


def _choice_sets(question: Question, words: WordList, reading: Reading) -> Iterator[structure.Sign]:
    for one in words.choice_sets:
        found: dict[str, tuple[Place, str]] = {}
        for choice in question.choices:
            for written in (*choice.labels.values(), choice.name.replace("_", " ")):
                match = one.terms.search(plain(written))
                if match:
                    found.setdefault(match[0], (choice.place, written))
                    break
        if len(found) >= one.least and not any(
            unless.search(reading.whole(words.script)) for unless in one.unless
        ):
            place, written = next(iter(found.values()))
            yield structure.Sign(one.rule, place, words.language, written, one.id)


# --- names ----------------------------------------------------------------------------------------------------------


def _in_name(question: Question) -> Iterator[structure.Sign]:
    """The question's own name, the entity property it is saved to, and columns a calculation looks up."""
    if question.type in _SILENT:
        return
    places = question.places
    yield from _name_signs(question.name, question, places.get("name") or question.place)
    if question.save_to and question.save_to != question.name:
        yield from _name_signs(question.save_to, question, places.get("save_to") or question.place)
    for literal in re.findall(r"'([^']{2,60})'|\"([^\"]{2,60})\"", question.calculation):
        yield from _name_signs("".join(literal), question, places.get("calculation") or question.place)


def _name_signs(name: str, question: Question, place: Place) -> Iterator[structure.Sign]:
    words = list_for("name")
    written = name_words(name)
    for pattern in words.patterns if words else ():
        if not _fits(pattern.rule, pattern, question):
            continue
        if pattern.rule.answer == "household" and not _label_leaves_open(question):
            continue
        match = pattern.text.search(written)
        label = " ".join(plain(text) for text in question.labels.values())
        if match and not any(one.search(written) or one.search(label) for one in pattern.unless):
            yield structure.Sign(pattern.rule, place, None, match[0].strip(), pattern.id)


def _label_leaves_open(question: Question) -> bool:
    """Whether no label in a language with a list says at length what is asked."""
    readable = languages_read() | {"default"}
    texts = [plain(text) for language, text in question.labels.items() if language in readable]
    return all(len(text.split()) <= _SHORT_NAME_LABEL and len(text) <= 40 for text in texts)


def _holds_a_name(name: str) -> bool:
    words = list_for("name")
    written = name_words(name)
    return bool(words) and any(
        pattern.rule.id == "person_name"
        and pattern.text.search(written)
        and not any(one.search(written) for one in pattern.unless)
        for pattern in (words.patterns if words else ())
    )


def _in_columns(lists: Mapping[str, bytes]) -> Iterator[Verdict]:
    """Headings of uploaded lists: a column `national_id` would put such numbers on every phone."""
    words = list_for("name")
    for file, column, place in columns_of(lists):
        written = name_words(column)
        for pattern in words.patterns if words else ():
            match = pattern.text.search(written)
            if (
                pattern.rule.answer == "refused"
                and match
                and not any(one.search(written) for one in pattern.unless)
            ):
                yield _verdict(
                    structure.Sign(pattern.rule, place, None, column, pattern.id), file, "refused", False
                )


# --- from signs to verdicts -----------------------------------------------------------------------------------------


def _one_a_rule(found: list[structure.Sign], question: Question, household: bool) -> Iterator[Verdict]:
    """The first sign of each rule, in the rules' order; a contact asked with consent is no sign.

    `household`: whether the form writes to one.
    """
    signs: dict[str, structure.Sign] = {}
    for sign in found:
        signs.setdefault(sign.rule.id, sign)
    consented = bool(question.mapped) and str(question.mapped).endswith(".contact")
    for rule in rules().values():
        if rule.id not in signs or (consented and rule.id == "phone_number"):
            continue
        sign = signs[rule.id]
        if rule.id == "person_name" and sign.pattern.endswith(".bare") and question.mapped:
            continue  # `Name` alone, mapped: it is the name of a facility, for no column holds a person's
        if rule.answer == "refused":
            yield _verdict(sign, question.name, "refused", False)
        elif rule.answer == "household" and household:
            yield _verdict(sign, question.name, "refused_here", False)
        elif not question.protected:
            offer = rule.answer == "household" or rule.id == "phone_identity"
            told = _verdict(sign, question.name, "told", offer)
            yield replace(told, instead=PROTECT) if rule.answer == "household" else told


def _verdict(sign: structure.Sign, question: str, answer: Answer, offer: bool) -> Verdict:
    args = {"question": question, "matched": sign.matched}
    return Verdict(
        answer=answer,
        rule=f"dignity.{sign.rule.id}",
        place=sign.place,
        question=question,
        language=sign.language,
        matched=sign.matched,
        pattern=sign.pattern,
        reason=Words(f"reason.{sign.rule.id}", args),
        instead=Words(f"instead.{sign.rule.id}", args),
        offer_protection=offer,
    )
