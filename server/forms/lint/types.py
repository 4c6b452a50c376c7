"""The question types of an XLSForm in every spelling that pyxform takes, and what a type cell says.

Data and the reading of one cell. A test holds the list against pyxform's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

USUAL = (
    "text", "integer", "decimal", "date", "time", "dateTime", "geopoint", "geotrace", "geoshape", "image", "photo", "audio", "video",
    "file", "note", "calculate", "hidden", "barcode", "range", "rank", "acknowledge", "begin group", "end group",
    "begin repeat", "end repeat", "start", "end", "today", "deviceid", "username", "audit", "xml-external", "csv-external",
    "select_one", "select_multiple", "select_one_from_file", "select_multiple_from_file", "start-geopoint",
    "background-geopoint", "background-audio",
)  # fmt: skip
"""Those to propose where a type is misspelled."""

SHOWN = frozenset({
    "acknowledge", "audio", "barcode", "date", "date time", "dateTime", "datetime", "decimal", "file", "geopoint", "geoshape",
    "geotrace", "gps", "image", "int", "integer", "location", "note", "number of days in last month",
    "number of days in last six months", "number of days in last year", "osm", "percentage", "phone number", "photo",
    "range", "string", "text", "time", "trigger", "video",
    *(f"add {one} prompt" for one in ("acknowledge", "audio", "barcode", "date", "date time", "dateTime", "decimal", "file",
                                      "image", "integer", "location", "note", "photo", "text", "video")),
    *(f"q {one}" for one in ("acknowledge", "audio", "barcode", "date", "date time", "dateTime", "decimal", "geopoint",
                             "geoshape", "geotrace", "image", "int", "location", "note", "picture", "string", "video")),
})  # fmt: skip
"""Types that Collect shows as a question: they need a label, a hint or a picture."""

SILENT = frozenset({
    "add calculate prompt", "audit", "background-audio", "background-geopoint", "calculate", "csv-external", "device id",
    "deviceid", "email", "end", "end time", "get device id", "get end time", "get phone number", "get sim id",
    "get start time", "get subscriber id", "get today", "hidden", "imei", "phonenumber", "q calculate", "sim id",
    "simserial", "start", "start time", "start-geopoint", "subscriber id", "subscriberid", "today", "uri:deviceid",
    "uri:email", "uri:phonenumber", "uri:simserial", "uri:subscriberid", "uri:username", "username", "xml-external",
})  # fmt: skip
"""Types that are filled without asking."""

BARE_SELECTS = frozenset({
    "add select multiple prompt using", "add select one prompt using", "q select", "q select1", "rank", "select all that apply",
    "select all that apply from", "select multiple from", "select multiple using", "select one", "select one external",
    "select one using", "select_one", "select_multiple", "select1", "select one from", "select_one_external",
    "select_one_from_file", "select_multiple_from_file", "select one from file", "select multiple from file",
})  # fmt: skip
"""Selects written without their list."""

SETTINGS = frozenset({"form_title", "set_form_title", "form_id", "set_form_id", "prefix"})
"""Settings that may stand in the survey sheet, as types."""

_SELECT = re.compile(
    r"(?P<command>add select one prompt using|add select multiple prompt using|select all that apply from|select one from"
    r"|select1|select_one|select one|select_multiple|select all that apply|select_one_external|select_one_from_file"
    r"|select_multiple_from_file|select one from file|select multiple from file|rank)"
    r" (?P<list>\S+)(?P<other> (?:or specify other|or_other|or other))?"
)
_MANY = frozenset(
    {
        "add select multiple prompt using",
        "select all that apply from",
        "select_multiple",
        "select all that apply",
    }
)
_BEGIN = re.compile(r"begin[ _](?P<kind>group|lgroup|repeat|loop|looped group)(?: (?:over )?(?P<list>\S+))?")
_END = re.compile(r"end[ _](?P<kind>group|lgroup|repeat|loop|looped group)")
_CONTROL: dict[str, Literal["group", "repeat", "loop"]] = {
    "group": "group", "lgroup": "repeat", "repeat": "repeat", "looped group": "repeat", "loop": "loop",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Type:
    """A type cell read. `kind`: begin, end, select, shown, silent, setting, bare (a select without a list), unknown."""

    kind: str
    control: str = ""
    list_name: str = ""
    command: str = ""
    many: bool = False
    other: bool = False


_SPACED = re.compile(
    r"(?P<command>select_one_from_file|select_multiple_from_file|select_one|select_multiple|rank) (?P<list>\S+(?: \S+)+)"
)


def spaced_list(written: str) -> tuple[str, str]:
    """Of a select whose list or file is named with a space in it: that name, and the type as it can be written."""
    match = _SPACED.fullmatch(written)
    return (match["list"], f"{match['command']} {match['list'].replace(' ', '_')}") if match else ("", "")


def read_type(written: str) -> Type:
    """What a type cell says; the text has its blanks folded."""
    if written in SETTINGS:
        return Type("setting")
    if match := _BEGIN.fullmatch(written):
        return Type("begin", _CONTROL[match["kind"]], list_name=match["list"] or "")
    if match := _END.fullmatch(written):
        return Type("end", _CONTROL[match["kind"]])
    if match := _SELECT.fullmatch(written):
        command = match["command"]
        return Type("select", "", match["list"], command, command in _MANY, bool(match["other"]))
    if written in BARE_SELECTS:
        return Type("bare")
    if written in SHOWN or re.search(r"osm \S+", written):
        return Type("shown")
    return Type("silent" if written in SILENT else "unknown")
