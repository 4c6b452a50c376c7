"""A form's questions as people read them: labels, hints, messages and choices in every language, each with its place.

Made from a spreadsheet or from an XForm; what is asked is judged elsewhere (dignity, lint), never here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from server.forms.workbook import Place, Row, Sheet, Workbook

Texts = dict[str, str]  # language -> text; language is a code (`en`), a name, or DEFAULT
DEFAULT = "default"

PROTECTS = frozenset({"yes", "true", "true()", "1"})
"""What `bind::hh:protect` says, in small letters, where an answer is protected."""

# Tables whose rows hang on a facility, an area or a request, or on whatever key the form has (mapping.md).
_NOT_A_HOUSEHOLD_KEY = frozenset(
    {"facility", "inspection", "facility_issue", "village_service", "help_request", "area", "visit", "shock"}
)


@dataclass(frozen=True, slots=True)
class ChoiceText:
    """One choice: its name (the stored value) and labels. `places` has `name` and `label:<lang>`."""

    name: str
    labels: Texts
    place: Place
    places: dict[str, Place] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Group:
    """A group or repeat around questions. `table` is its `bind::hh:table`, where a repeat writes rows."""

    name: str
    repeat: bool
    labels: Texts
    places: dict[str, Place]
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question, note, calculation or piece of metadata.

    `type` is XLSForm's name in its plain spelling (`text`, `select_one`, `image`, `background-audio`, …). `places`
    is keyed `name`, `type`, `label:en`, `hint:zh`, `guidance:…`, `constraint_message:…`, `required_message:…`,
    `constraint`, `calculation`, `parameters`, `save_to`, …; in an XForm a place names the node instead of a cell.
    """

    name: str
    type: str
    labels: Texts = field(default_factory=dict)
    hints: Texts = field(default_factory=dict)
    guidance: Texts = field(default_factory=dict)
    constraint_messages: Texts = field(default_factory=dict)
    required_messages: Texts = field(default_factory=dict)
    choices: tuple[ChoiceText, ...] = ()
    choice_file: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    appearance: str = ""
    calculation: str = ""
    constraint: str = ""
    relevant: str = ""
    default: str = ""
    groups: tuple[Group, ...] = ()
    places: dict[str, Place] = field(default_factory=dict)
    mapped: str | None = None
    protected: bool = False
    save_to: str | None = None

    @property
    def place(self) -> Place:
        """Where it is best pointed at: its first label, else its name, else its type."""
        labels = (place for key, place in self.places.items() if key.startswith("label"))
        return next(labels, self.places.get("name") or self.places.get("type") or Place("survey"))


@dataclass(frozen=True, slots=True)
class Questions:
    """All of a form: questions in order, groups, languages in the order met, the settings sheet, entity lists."""

    questions: tuple[Question, ...]
    languages: tuple[str, ...]
    settings: dict[str, str]
    groups: tuple[Group, ...] = ()
    datasets: tuple[str, ...] = ()

    @property
    def writes_to_household(self) -> bool:
        """Whether the form's key is a household (mapping.md, 'Which household, facility or area')."""
        mapped = {question.mapped for question in self.questions if question.mapped}
        if "households" in self.datasets or any(column.startswith("household.") for column in mapped):
            return True
        tables = {column.partition(".")[0] for column in mapped} | {g.table for g in self.groups if g.table}
        return bool(tables - _NOT_A_HOUSEHOLD_KEY) and not tables & {"facility", "area"}

    def named(self, name: str) -> Question | None:
        """The first question of that name."""
        return next((question for question in self.questions if question.name == name), None)


# --- headings and types ---------------------------------------------------------------------------------------------

_HEADINGS = {
    "caption": "label",
    "command": "type",
    "tag": "name",
    "value": "name",
    "list name": "list_name",
    "relevance": "relevant",
    "constraining_message": "constraint_message",
    "jr:constraintmsg": "constraint_message",
    "jr:requiredmsg": "required_message",
    "requiredmsg": "required_message",
    "calculate": "calculation",
    "guidance": "guidance_hint",
    "entities:saveto": "save_to",
}
_LANGUAGES = {
    "english": "en", "chinese": "zh", "中文": "zh", "汉语": "zh", "简体中文": "zh", "arabic": "ar", "العربية": "ar",
    "عربي": "ar", "french": "fr", "français": "fr", "spanish": "es", "español": "es", "portuguese": "pt",
    "russian": "ru", "swahili": "sw",
}  # fmt: skip
_SELECT = re.compile(
    r"(?P<kind>add select (?:one|multiple) prompt using|select[ _](?:one|multiple|all that apply)(?:[ _]from[ _]file)"
    r"|select_one_external|select[ _]?(?:one|1|multiple|all that apply)(?: from| using)?|rank|cascading[ _]select)"
    r"\s+(?P<list>.+?)(?:\s+or[ _](?:specify[ _])?other)?",
    re.IGNORECASE,
)
_BEGIN = re.compile(r"begin[ _](?P<kind>group|repeat|loop|lgroup|looped group)\b.*", re.IGNORECASE)
_END = re.compile(r"end[ _](?:group|repeat|loop|lgroup|looped group)\b.*", re.IGNORECASE)
_TYPES = {
    "string": "text", "int": "integer", "photo": "image", "picture": "image", "gps": "geopoint",
    "location": "geopoint", "datetime": "dateTime", "date time": "dateTime", "phone number": "phonenumber",
    "subscriber id": "subscriberid", "sim id": "simserial", "sim serial": "simserial", "imei": "deviceid",
    "device id": "deviceid", "start time": "start", "end time": "end", "trigger": "acknowledge",
    "select": "select_multiple", "select1": "select_one",
}  # fmt: skip


def language_code(name: str) -> str:
    """`English (en)` and `English` are `en`; `Chinese (zh-Hans)` is `zh`; an unknown name stays, in lower case."""
    name = name.strip()
    match = re.search(r"\(([A-Za-z]{2,3})(?:[-_][A-Za-z0-9-_]+)?\)\s*$", name)
    if match:
        return match[1].lower()
    plain = name.lower()
    if re.fullmatch(r"[a-z]{2}(?:[-_][a-z0-9]+)*", plain):
        return plain[:2]
    return _LANGUAGES.get(plain, plain or DEFAULT)


def plain_type(written: str) -> tuple[str, str | None]:
    """A type cell as (plain type, list or file it chooses from): pyxform's many spellings become one."""
    text = " ".join(written.split())
    match = _SELECT.fullmatch(text)
    if match:
        kind = match["kind"].lower()
        if kind == "rank":
            return "rank", match["list"]
        many = "multiple" in kind or "all that apply" in kind
        return ("select_multiple" if many else "select_one"), match["list"]
    word = re.sub(r"^(?:add |q |get |uri:)|(?: prompt)$", "", text.lower().replace("_", " ")).strip()
    word = re.sub(r" prompt$", "", word)
    return _TYPES.get(
        word, word.replace(" ", "-") if word.startswith(("background", "start geo")) else word
    ), None


@dataclass(frozen=True, slots=True)
class _Heading:
    """A column's meaning (`label`, `hint`, `bind::hh:column`, …) and the language it is written in."""

    meaning: str
    language: str = DEFAULT


def _heading(written: str, default_language: str) -> _Heading:
    parts = [
        part.strip() for part in (written.split("::") if "::" in written else re.split(r":(?! )", written))
    ]
    if "::" not in written and len(parts) > 1 and parts[0].lower() in {"jr", "hh", "orx", "odk", "entities"}:
        parts = [f"{parts[0]}:{parts[1]}", *parts[2:]]
    first = "_".join(parts[0].split()).lower()
    if first in {"bind", "control", "body", "instance"} and len(parts) > 1:
        inner = parts[1].lower()
        if first == "bind" and inner.startswith("hh:"):
            return _Heading(f"bind::{inner}")
        first, parts = inner, parts[1:]
    first = _HEADINGS.get(first, _HEADINGS.get(parts[0].lower(), first))
    if first == "media" and len(parts) > 1:
        return _Heading(f"media::{parts[1].lower()}")
    return _Heading(first, language_code("::".join(parts[1:])) if len(parts) > 1 else default_language)


# --- from a spreadsheet ---------------------------------------------------------------------------------------------


def from_workbook(workbook: Workbook) -> Questions:
    """The questions of a spreadsheet. Reads what pyxform would and complains of nothing: errors are pyxform's."""
    settings = _settings(workbook.sheets.get("settings"))
    default_language = (
        language_code(settings.get("default_language", "")) if settings.get("default_language") else DEFAULT
    )
    lists = dict(_choice_lists(workbook, default_language))
    survey = workbook.survey
    questions: list[Question] = []
    groups: list[Group] = []
    stack: list[Group] = []
    for row in survey.rows if survey else []:
        reading = _RowReading(survey or Sheet("survey", [], {}, []), row, default_language)
        written = reading.one("type")
        begin = _BEGIN.fullmatch(" ".join(written.split()))
        if begin:
            group = Group(
                reading.one("name"),
                begin["kind"].lower() != "group",
                reading.many("label"),
                reading.places,
                reading.one("bind::hh:table") or None,
            )
            groups.append(group)
            stack.append(group)
        elif _END.fullmatch(" ".join(written.split())):
            if stack:
                stack.pop()
        elif written:
            questions.append(_question(reading, written, lists, tuple(stack)))
    texts = [texts for question in questions for texts in (question.labels, question.hints)]
    languages = dict.fromkeys(
        language for one in [*texts, *(group.labels for group in groups)] for language in one
    )
    return Questions(tuple(questions), tuple(languages), settings, tuple(groups), _datasets(workbook))


class _RowReading:
    """One survey row, its cells under their meanings; remembers where each text stands."""

    def __init__(self, sheet: Sheet, row: Row, default_language: str) -> None:
        self.places: dict[str, Place] = {}
        self._texts: dict[str, Texts] = {}
        for header, cell in row.cells.items():
            heading = _heading(header, default_language)
            self._texts.setdefault(heading.meaning, {})[heading.language] = cell.text
            place = sheet.place(row, header)
            meaning = "guidance" if heading.meaning == "guidance_hint" else heading.meaning
            translated = meaning in {"label", "hint", "guidance", "constraint_message", "required_message"}
            self.places[f"{meaning}:{heading.language}" if translated else meaning] = place

    def many(self, meaning: str) -> Texts:
        return self._texts.get(meaning, {})

    def one(self, meaning: str) -> str:
        return next(iter(self._texts.get(meaning, {}).values()), "")


def _question(
    reading: _RowReading, written: str, lists: Mapping[str, tuple[ChoiceText, ...]], groups: tuple[Group, ...]
) -> Question:
    kind, source = plain_type(written)
    return Question(
        name=reading.one("name") or reading.one("list_name") or (kind if not source else ""),
        type=kind,
        labels=reading.many("label"),
        hints=reading.many("hint"),
        guidance=reading.many("guidance_hint"),
        constraint_messages=reading.many("constraint_message"),
        required_messages=reading.many("required_message"),
        choices=lists.get(source or "", ()),
        choice_file=source
        if source and re.search(r"\.(?:csv|xml|geojson)$", source, re.IGNORECASE)
        else None,
        parameters=_parameters(reading.one("parameters")),
        appearance=reading.one("appearance"),
        calculation=reading.one("calculation"),
        constraint=reading.one("constraint"),
        relevant=reading.one("relevant"),
        default=reading.one("default"),
        groups=groups,
        places=reading.places,
        mapped=reading.one("bind::hh:column") or None,
        protected=reading.one("bind::hh:protect").lower() in PROTECTS,
        save_to=reading.one("save_to") or None,
    )


def _parameters(text: str) -> dict[str, str]:
    """`location-priority=balanced;location-min-interval=60` by any of the separators pyxform takes."""
    return {
        key.strip().lower(): value.strip()
        for key, _, value in (
            part.partition("=") for part in re.split(r"[;,\s]+", re.sub(r"\s*=\s*", "=", text))
        )
        if key.strip()
    }


def _choice_lists(workbook: Workbook, default_language: str) -> Iterator[tuple[str, tuple[ChoiceText, ...]]]:
    lists: dict[str, list[ChoiceText]] = {}
    for name in ("choices", "external_choices"):
        sheet = workbook.sheets.get(name)
        headings = {header: _heading(header, default_language) for header in (sheet.header if sheet else [])}
        for row in sheet.rows if sheet else []:
            texts: dict[str, str] = {}
            labels: Texts = {}
            places: dict[str, Place] = {}
            for header, cell in row.cells.items():
                heading = headings[header]
                if heading.meaning == "label":
                    labels[heading.language] = cell.text
                    places[f"label:{heading.language}"] = sheet.place(row, header) if sheet else Place(name)
                else:
                    texts.setdefault(heading.meaning, cell.text)
                    places.setdefault(heading.meaning, sheet.place(row, header) if sheet else Place(name))
            place = next(
                (p for key, p in places.items() if key.startswith("label:")), places.get("name", Place(name))
            )
            choice = ChoiceText(texts.get("name", ""), labels, place, places)
            lists.setdefault(texts.get("list_name", ""), []).append(choice)
    yield from ((name, tuple(choices)) for name, choices in lists.items())


def _settings(sheet: Sheet | None) -> dict[str, str]:
    if sheet is None or not sheet.rows:
        return {}
    return {"_".join(header.split()).lower(): cell.text for header, cell in sheet.rows[0].cells.items()}


def _datasets(workbook: Workbook) -> tuple[str, ...]:
    sheet = workbook.sheets.get("entities")
    rows = sheet.rows if sheet else []
    return tuple(
        dict.fromkeys(name for row in rows if (name := row.text("list_name", "dataset", "list name")))
    )
