"""Every error a client can meet: code, HTTP status, message. One table; doors word it for their client.

Codes below .60 are ODK Central's, which its clients know; ours begin at .60. Raised as `PROBLEM(key=value)`; the words are in
the catalogue `server/translations` under the English text that stands here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

TABLE: dict[str, Problem] = {}
"""Every problem by its name, for the docs and their test."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of error. `code` is `status.number`; `words` is the English message with {placeholders}, `one` the same where
    what it counts is 1."""

    name: str
    code: str
    words: str
    keys: tuple[str, ...] = ()
    one: str = ""

    @property
    def status(self) -> int:
        """HTTP status: the number before the dot."""
        return int(self.code.split(".")[0])

    def __call__(self, **details: Any) -> ProblemError:
        return ProblemError(self, details)


@dataclass(slots=True)
class ProblemError(Exception):
    """A problem that has happened, with its details."""

    problem: Problem
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many things its sentence counts."""
        return int(self.details.get("count", self.details.get("minutes", 0)))

    @property
    def words(self) -> str:
        """The English message, filled."""
        single = self.problem.one and self.count == 1
        return (self.problem.one if single else self.problem.words).format_map(_Forgiving(self.details))

    def __str__(self) -> str:
        return f"{self.problem.code} {self.words}"


class _Forgiving(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


class Sentence(str):
    """A detail that is a sentence itself: English as it stands, and in the reader's language where a door words it."""

    text: str
    args: dict[str, Any]

    def __new__(cls, text: str, **args: Any) -> Sentence:
        made = super().__new__(cls, text.format_map(_Forgiving(args)))
        made.text, made.args = text, args
        return made


_SECRET = re.compile("pass|token|secret|^old$|^new$", re.IGNORECASE)


def shown(field: str, value: Any) -> Any:
    """What was given for a field, as a detail may hold it: short, no NUL, and nothing of what is secret."""
    if _SECRET.search(field):
        return "…"
    if isinstance(value, str):
        return value[:40].replace("\0", "\ufffd")
    text = json.dumps(value, ensure_ascii=False, default=str)
    return value if len(text) <= 100 else text[:100]


def _row(name: str, code: str, words: str, *keys: str, one: str = "") -> Problem:
    TABLE[name] = Problem(name, code, words, keys, one)
    return TABLE[name]


UNPARSEABLE = _row("UNPARSEABLE", "400.1", "The data could not be read as {format}.", "format", "rawLength")
MISSING_PARAMETER = _row("MISSING_PARAMETER", "400.2", "{field} is missing.", "field")
MISSING_PARAMETERS = _row(
    "MISSING_PARAMETERS", "400.3", "Something needed is missing: expected {expected}.", "expected", "got"
)
UNEXPECTED_ATTRIBUTE = _row("UNEXPECTED_ATTRIBUTE", "400.4", "{field} is not known here.", "field")
INVALID_HEADER = _row(
    "INVALID_HEADER",
    "400.6",
    "The header {field} has a value that cannot be used: {value}.",
    "field",
    "value",
)
MISSING_MULTIPART = _row(
    "MISSING_MULTIPART", "400.7", "The part {field} is missing from the request.", "field"
)
UNEXPECTED_VALUE = _row(
    "UNEXPECTED_VALUE", "400.8", "{field} cannot be {value}: {reason}.", "field", "value", "reason"
)
INVALID_TYPE = _row("INVALID_TYPE", "400.11", "{field} should be {expected}.", "field", "value", "expected")
NO_SUCH_KEY = _row(
    "NO_SUCH_KEY",
    "400.14",
    "{field} names something that does not exist: {value}.",
    "field",
    "value",
    "table",
)
XLSFORM_INVALID = _row(
    "XLSFORM_INVALID",
    "400.15",
    "The spreadsheet cannot become a form yet: {count} places to mend.",
    "error",
    "warnings",
    one="The spreadsheet cannot become a form yet: one place to mend.",
)
XLSFORM_WARNINGS = _row(
    "XLSFORM_WARNINGS",
    "400.16",
    "The form works, and {count} places deserve a look.",
    "warnings",
    one="The form works, and one place deserves a look.",
)
FIELD_TYPE_CONFLICT = _row(
    "FIELD_TYPE_CONFLICT", "400.17", "{path} was of type {type} before and cannot change it.", "path", "type"
)
EXPECTED_DEPRECATION = _row(
    "EXPECTED_DEPRECATION", "400.19", "An edit names the instance it replaces in deprecatedID."
)
PASSWORD_SHORT = _row("PASSWORD_SHORT", "400.21", "The password is too short: use at least 10 characters.")
INVALID_ENTITY_FORM = _row(
    "INVALID_ENTITY_FORM", "400.25", "The form's entity part cannot be used: {reason}.", "reason"
)
INVALID_ENTITY = _row("INVALID_ENTITY", "400.28", "The entity cannot be used: {reason}.", "reason")
REQUEST_TOO_LARGE = _row("REQUEST_TOO_LARGE", "400.36", "The request is too large.")
ENCODING = _row("ENCODING", "400.37", "The text's encoding cannot be read: send it as UTF-8.")
PASSWORD_LONG = _row("PASSWORD_LONG", "400.38", "The password is too long: use at most 72 characters.")
MULTIPART = _row(
    "MULTIPART", "400.39", "The request is not the multipart/form-data that a submission comes in."
)
INVALID_QUERY = _row(
    "INVALID_QUERY", "400.41", "The query cannot be used: {violationText}.", "paramSet", "violationText"
)
UNAUTHENTICATED = _row(
    "UNAUTHENTICATED", "401.2", "Please sign in: e-mail and password, or a valid token, are needed."
)
HTTPS_ONLY = _row("HTTPS_ONLY", "401.3", "A password may be sent over https only.")
FORBIDDEN = _row("FORBIDDEN", "403.1", "You may not do this. Ask an administrator or the project's manager.")
NOT_FOUND = _row("NOT_FOUND", "404.1", "There is nothing here, or you may not see it.")
DEPRECATED_UNKNOWN = _row(
    "DEPRECATED_UNKNOWN",
    "404.5",
    "The visit that this one replaces is not here ({deprecatedId}): it never came, or it was deleted.",
    "deprecatedId",
)
FORM_VERSION_UNKNOWN = _row(
    "FORM_VERSION_UNKNOWN",
    "404.6",
    "The form has no version “{formVersion}” here.",
    "formVersion",
)
DATASET_NOT_FOUND = _row(
    "DATASET_NOT_FOUND", "404.7", "There is no list called {datasetName}.", "datasetName"
)
UNACCEPTABLE = _row("UNACCEPTABLE", "406.1", "This can be given as {allowed} only.", "allowed")
XML_CONFLICT = _row(
    "XML_CONFLICT",
    "409.1",
    "Another visit with the same identity and other answers is already stored, and was kept as it is.",
)
FORM_NOT_OPEN = _row(
    "FORM_NOT_OPEN",
    "409.2",
    "This form takes no visits at present.",
)
NOT_UNIQUE = _row(
    "NOT_UNIQUE", "409.3", "There is one with this {fields} already: {values}.", "fields", "values"
)
VERSION_TAKEN = _row(
    "VERSION_TAKEN",
    "409.6",
    "The version “{version}” of {xmlFormId} was published before. Give the settings sheet another version.",
    "xmlFormId",
    "version",
)
NOT_PUBLISHED = _row("NOT_PUBLISHED", "409.7", "The form has no published version yet.")
INSTANCE_CONFLICT = _row("INSTANCE_CONFLICT", "409.8", "The instanceID of an edit may not change here.")
DEPRECATING_OLD = _row(
    "DEPRECATING_OLD",
    "409.9",
    "The visit was edited meanwhile: {deprecatedId} is not its newest version.",
    "deprecatedId",
)
DUPLICATE_SUBMISSION = _row(
    "DUPLICATE_SUBMISSION", "409.18", "This submission was deleted here. It was not stored again."
)
ENTITY_CONFLICT = _row(
    "ENTITY_CONFLICT",
    "409.15",
    "The entity changed meanwhile: version {current}, not {provided}.",
    "current",
    "provided",
)
UNKNOWN_TROUBLE = _row(
    "UNKNOWN_TROUBLE",
    "500.1",
    "Something went wrong here. Nothing was lost; try again, and tell the administrator the request's number.",
)
NOT_IMPLEMENTED = _row("NOT_IMPLEMENTED", "501.1", "{feature} is not offered by this server.", "feature")

XML_MISSING = _row("XML_MISSING", "400.76", "The submission has no form data (xml_submission_file).")
XML_UNREADABLE = _row(
    "XML_UNREADABLE",
    "400.61",
    "The form data cannot be read. {reason}",
    "reason",
)
INSTANCE_ID_MISSING = _row(
    "INSTANCE_ID_MISSING", "400.62", "The form data has no instanceID, by which a visit is known."
)
BAD_FILE_NAME = _row("BAD_FILE_NAME", "400.63", "A file's name cannot be used: {name}.", "name")
FORM_REFUSED = _row(
    "FORM_REFUSED",
    "400.64",
    "This form asks what may not be asked here: {count} questions. Nothing was stored.",
    "findings",
    one="This form asks what may not be asked here: one question. Nothing was stored.",
)
MAPPING_INVALID = _row(
    "MAPPING_INVALID",
    "400.65",
    "What the form writes to tables does not fit: {count} places to mend.",
    "findings",
    one="What the form writes to tables does not fit: one place to mend.",
)
NOT_A_SPREADSHEET = _row(
    "NOT_A_SPREADSHEET", "400.66", "This file cannot be opened as a spreadsheet: {reason}.", "reason"
)
NOT_AN_XFORM = _row("NOT_AN_XFORM", "400.67", "This file cannot be read as a form: {reason}.", "reason")
AREAS_INVALID = _row(
    "AREAS_INVALID", "400.68", "The list of areas cannot be taken: {reason}.", "reason", "row"
)
REASON_NEEDED = _row(
    "REASON_NEEDED", "400.69", "Opening this needs a reason (X-Reason), which is kept with your name."
)
FORM_ID_UNUSABLE = _row(
    "FORM_ID_UNUSABLE", "400.77", "The form id “{value}” cannot be used: {reason}.", "value", "reason"
)
CYCLE = _row("CYCLE", "400.71", "An edit cannot replace itself.")
ATTACHMENT_MISSING = _row(
    "ATTACHMENT_MISSING",
    "400.72",
    "The form still lacks files: {names}. Upload them to the draft, then publish.",
    "names",
)
PICTURE_UNREADABLE = _row(
    "PICTURE_UNREADABLE", "400.73", "This photo cannot be shown small. Open or download the original."
)
ATTACHMENT_INVALID = _row(
    "ATTACHMENT_INVALID", "400.74", "The file {name} cannot be used: {reason}", "name", "reason", "notices"
)
CSRF = _row("CSRF", "403.60", "The page is too old to act from. Load it again, then repeat.")
PHONE_UNKNOWN = _row(
    "PHONE_UNKNOWN",
    "403.61",
    "This phone's access was withdrawn or is not known. Your visits stay on the phone; ask your supervisor for a new QR code.",
)
PROTECTED = _row(
    "PROTECTED", "403.63", "This is a protected answer. A project manager can open it, with a reason."
)
ALREADY_MERGED = _row("ALREADY_MERGED", "409.62", "{code} was merged into another household already.", "code")
DRAFT_CHANGED = _row(
    "DRAFT_CHANGED", "409.64", "The form was changed meanwhile. Look at it again, then repeat."
)
STALE = _row("STALE", "409.61", "Somebody else decided meanwhile. Look again, then decide.")
LAST_ADMIN = _row(
    "LAST_ADMIN",
    "409.63",
    "{name} is the only administrator. Make somebody else administrator first.",
    "name",
)
FILE_TOO_LARGE = _row(
    "FILE_TOO_LARGE",
    "413.60",
    "The file {name} is larger than this server takes ({limit} MB).",
    "name",
    "limit",
)
XML_TOO_LARGE = _row("XML_TOO_LARGE", "413.61", "The form data is larger than 10 MB.")
TOO_MANY_TRIES = _row(
    "TOO_MANY_TRIES",
    "429.60",
    "Too many tries. Wait {minutes} minutes, then try again.",
    "minutes",
    one="Too many tries. Wait one minute, then try again.",
)
STORE_AWAY = _row(
    "STORE_AWAY",
    "503.60",
    "Photos cannot be stored or shown at the moment. Try again in a few minutes.",
)
DISK_FULL = _row(
    "DISK_FULL",
    "507.60",
    "The server has no room left. Nothing was stored; tell the administrator, and try again later.",
)
DATABASE_AWAY = _row(
    "DATABASE_AWAY",
    "503.61",
    "The database does not answer at the moment. Try again in a few minutes.",
)
BUSY = _row(
    "BUSY",
    "503.62",
    "Others were changing the same at this moment, so nothing was saved. Try again.",
)
PROPERTY_NOT_FOUND = _row("PROPERTY_NOT_FOUND", "400.23", "{property} is missing.", "property")
UNEXPECTED_PROPERTIES = _row(
    "UNEXPECTED_PROPERTIES", "400.33", "Only {expected} may stand here.", "expected", "actual"
)
FILE_TWICE = _row(
    "FILE_TWICE",
    "400.75",
    "The visit brings two files of one name: {name}.",
    "name",
)
