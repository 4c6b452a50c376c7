"""Choice lists that lie in CSV attachments, read so that their labels are judged like any others.

Reads bytes and gives choices with places; knows nothing of storage.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from openpyxl.utils import get_column_letter

from server.forms.questions import DEFAULT, ChoiceText, Question, language_code
from server.forms.workbook import Place

MAX_DISTINCT = 20_000  # labels read of one list; what betrays a question stands in a handful of choices


def with_lists(questions: Sequence[Question], lists: Mapping[str, bytes]) -> Iterator[Question]:
    """The questions, those that choose from an uploaded CSV with its rows as choices."""
    for question in questions:
        data = lists.get(question.choice_file or "")
        if data is None:
            yield question
        else:
            label = question.parameters.get("label", "label")
            value = question.parameters.get("value", "name")
            yield replace(question, choices=tuple(_choices(question.choice_file or "", data, label, value)))


def columns_of(lists: Mapping[str, bytes]) -> Iterator[tuple[str, str, Place]]:
    """(file, column, place) of every heading of every list."""
    for file, data in lists.items():
        header = next(iter(_records(data)), [])
        for index, column in enumerate(header, start=1):
            if column.strip():
                yield file, column.strip(), Place(file, 1, get_column_letter(index), column.strip())


def _choices(file: str, data: bytes, label: str, value: str) -> Iterator[ChoiceText]:
    records = _records(data)
    header = [column.strip() for column in next(records, [])]
    labels = {
        index: language_code(column.partition("::")[2]) if "::" in column else DEFAULT
        for index, column in enumerate(header)
        if column == label or column.partition("::")[0] == label
    }
    names = [index for index, column in enumerate(header) if column == value]
    seen: set[tuple[str, ...]] = set()
    for number, record in enumerate(records, start=2):
        texts = {
            index: record[index].strip() for index in labels if index < len(record) and record[index].strip()
        }
        key = tuple(texts.values())
        if key in seen or len(seen) >= MAX_DISTINCT:
            continue
        seen.add(key)
        places = {
            f"label:{labels[index]}": Place(file, number, get_column_letter(index + 1), header[index])
            for index in texts
        }
        name = record[names[0]].strip() if names and names[0] < len(record) else ""
        place = next(iter(places.values()), Place(file, number))
        yield ChoiceText(name, {labels[index]: text for index, text in texts.items()}, place, places)


def _records(data: bytes) -> Iterator[list[str]]:
    """Rows of a CSV in UTF-8 (with or without a mark) or GB 18030, separated by commas, semicolons or tabs."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        return
