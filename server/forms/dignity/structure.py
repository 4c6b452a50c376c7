"""Signs that need no words: recordings in the background, number patterns of identity documents, rosters of names.

Looks at types, parameters, constraints and groups; the lists look at what is said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from server.forms.dignity.lists import Rule, rules
from server.forms.dignity.normalise import plain
from server.forms.dignity.verdicts import PROTECT, Verdict, Words
from server.forms.questions import Group, Question, Questions
from server.forms.workbook import Place

_PHONE_IDENTITY = {"phonenumber", "subscriberid", "simserial", "email", "username"}
_PROPERTY = re.compile(
    r"property\(\s*['\"](?:uri:)?(phonenumber|subscriberid|simserial|email|username)['\"]\s*\)", re.IGNORECASE
)
_AUDIT_LOCATION = ("location-priority", "location-min-interval", "location-max-age")
# Lengths of national numbers: Aadhaar 12, CNIC and Thai 13, Egyptian 14, old Chinese 15; 18 is Chinese or Algerian.
_ID_LENGTHS = {12, 13, 14, 15, 16, 18}
_DIGITS = re.compile(r"(?:\\d|\[0-9\]|\[[1-9]-9\]|[0-9](?![0-9]*\}))(?:\{(\d{1,2})\})?")
_LENGTH = re.compile(r"string-length\(\s*(?:\.|\$\{[^}]+\}|[\w/]+)\s*\)\s*=\s*(\d{1,2})(?!\d)")
_CHINESE_ID = re.compile(
    r"(?:\\d|\[0-9\])\{17\}\s*[\[(](?:\\d|0-9)[|]?[xX]|\{1[67]\}\(\\d\|[xX]\|?|\{3\}\[?[0-9dxX\\|-]*[xX]"
)
# Other things that are written with as many digits.
_OTHER_NUMBERS = re.compile(
    r"phone|mobile|\btel\b|contact|account|serial|barcode|bar code|\bqr\b|meter|sample|specimen|batch|receipt|voucher|"
    r"\bgps\b|plus code|area|village|ward|district|cluster|enumeration|facility|school|clinic|device|imei|sensor|"
    r"census|building|parcel|plot|asset|station|credit code|household|dwelling|form number|registration of|"
    r"电话|手机|账号|条码|条形码|二维码|表号|电表|水表|样品|批号|区划|编码|代码|信用代码|机构|设备|编号|户号|"
    r"هاتف|جوال|موبايل|حساب|تسلسلي|باركود|عداد|عينه|رمز|المنطقه|القريه|المنشاه|الجهاز"
)


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of one rule, with its place; a verdict is made of it in judge.py."""

    rule: Rule
    place: Place
    language: str | None
    matched: str
    pattern: str


def signs(question: Question) -> Iterator[Sign]:
    """Signs of one question's type, parameters, appearance, calculation and constraint."""
    here = question.places.get("type") or question.place
    kinds = rules()
    if question.type == "background-audio":
        yield Sign(kinds["background_audio"], here, None, question.type, "structure.background-audio")
    if question.type == "background-geopoint":
        yield Sign(kinds["background_location"], here, None, question.type, "structure.background-geopoint")
    if question.type == "audit":
        for parameter in _AUDIT_LOCATION:
            if parameter in question.parameters:
                place = question.places.get("parameters") or here
                yield Sign(kinds["background_location"], place, None, parameter, "structure.audit-location")
                break
    if question.type in _PHONE_IDENTITY:
        yield Sign(kinds["phone_identity"], here, None, question.type, "structure.phone-identity")
    asked = _PROPERTY.search(f"{question.calculation} {question.default}")
    if asked:
        place = question.places.get("calculation") or here
        yield Sign(kinds["phone_identity"], place, None, asked[0], "structure.property")
    if question.type == "image" and re.search(r"\b(?:new-front|selfie)\b", question.appearance):
        place = question.places.get("appearance") or here
        yield Sign(kinds["faces"], place, None, question.appearance, "structure.front-camera")
    yield from _identity_numbers(question)


def _identity_numbers(question: Question) -> Iterator[Sign]:
    if not question.constraint or question.type not in {
        "text",
        "integer",
        "decimal",
        "barcode",
        "calculate",
        "hidden",
    }:
        return
    place = question.places.get("constraint") or question.place
    rule = rules()["identity_document"]
    if _CHINESE_ID.search(question.constraint):
        yield Sign(rule, place, None, question.constraint, "structure.chinese-id")
        return
    lengths = {int(length) for length in _LENGTH.findall(question.constraint)} | set(
        _regex_lengths(question.constraint)
    )
    words = plain(
        " ".join([*question.labels.values(), *question.hints.values(), question.name.replace("_", " ")])
    )
    if lengths & _ID_LENGTHS and not _OTHER_NUMBERS.search(words):
        yield Sign(rule, place, None, question.constraint, "structure.id-length")


def _regex_lengths(constraint: str) -> Iterator[int]:
    """How many digits a `regex(., '…')` of nothing but digits takes, where that is one number."""
    for _, pattern in re.findall(r"regex\(\s*[^,]+,\s*(['\"])(.*?)\1\s*\)", constraint):
        bare = pattern.strip("^$")
        if bare and _DIGITS.sub("", bare) == "":
            yield sum(int(match[1] or 1) for match in _DIGITS.finditer(bare))


def rosters(form: Questions, verdicts: Sequence[Verdict]) -> Iterator[Verdict]:
    """A repeat with a person's name in it is a roster of named members: told once, at the repeat."""
    names = {verdict.question for verdict in verdicts if verdict.rule == "dignity.person_name"}
    protected = {question.name for question in form.questions if question.protected}
    seen: set[str] = set()
    for question in form.questions:
        repeat = next((group for group in reversed(question.groups) if group.repeat), None)
        if repeat is None or question.name not in names or repeat.name in seen:
            continue
        seen.add(repeat.name)
        if form.writes_to_household or question.name not in protected:
            yield _roster(repeat, question, form.writes_to_household)


def _roster(repeat: Group, question: Question, household: bool) -> Verdict:
    place = next((place for key, place in repeat.places.items() if key.startswith("label")), None)
    args = {"question": repeat.name, "matched": question.name}
    return Verdict(
        answer="refused_here" if household else "told",
        rule="dignity.roster",
        place=place or repeat.places.get("name") or question.place,
        question=repeat.name,
        language=None,
        matched=question.name,
        pattern="structure.roster",
        reason=Words("reason.roster", args),
        instead=Words("instead.roster", args) if household else PROTECT,
        offer_protection=not household,
    )
