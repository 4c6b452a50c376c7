"""Spreadsheets through pyxform: what it says arrives at the cell that it means, and nothing it does outlives its bounds."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from server.forms.convert import convert as converted
from server.forms.convert import converter as convert
from server.forms.notices import Level, Notice
from server.forms.workbook import read
from tests.forms.desk import said, xlsx


def notices_of(data: bytes) -> tuple[Notice, ...]:
    return converted(read(data, "form.xlsx")).notices


def villages(count: int) -> bytes:
    """A form with one question and a choice list of so many rows."""
    choices = "".join(f",v,c{number},Village {number}\n" for number in range(count))
    return f"survey\n,type,name,label\n,select_one v,a,Which?\nchoices\n,list_name,name,label\n{choices}".encode()


def test_a_spreadsheet_becomes_an_xform_with_the_id_and_version_of_its_settings() -> None:
    data = xlsx(
        "type | name | label\ntext | remark | Anything else?", settings="form_id | version\nvisit | 7"
    )
    result = converted(read(data))
    assert result.notices == ()
    assert result.xml is not None
    assert b'<data id="visit" version="7">' in result.xml


def test_a_spreadsheet_without_an_id_takes_the_fallback() -> None:
    book = read(xlsx("type | name | label\ntext | remark | Anything else?"))
    first, second = converted(book, id_fallback="from_the_header"), converted(book)
    assert b'id="from_the_header"' in (first.xml or b"")
    assert b'id="data"' in (second.xml or b"")


def test_an_unknown_name_is_told_at_its_cell_with_the_nearest_one() -> None:
    (notice,) = notices_of(
        xlsx(
            "type | name | label | relevant\ninteger | house_size | Rooms |\n\ntext | why | Why? | ${hoose_size} > 1"
        )
    )
    assert (notice.place.sheet, notice.place.row, notice.place.column) == ("survey", 4, "D")  # type: ignore[union-attr]
    assert notice.message == "relevant names ${hoose_size}; did you mean ${house_size}?"
    assert notice.fix == "Write ${house_size}, if that is the question meant."


CASES: list[tuple[str, str, dict[str, str], list[tuple[str, str]]]] = [
    (
        "a name twice",
        "type | name | label\ntext | a | A\ntext | a | B",
        {},
        [("survey!B3", "name.duplicate")],
    ),
    (
        "a name with a space",
        "type | name | label\ntext | my name | A",
        {},
        [("survey!B2", "name.invalid")],
    ),
    (
        "an unknown type, in both rows that have it",
        "type | name | label\ntxt | a | A\nnote | b | B\ntxt | c | C",
        {},
        [("survey!A2", "type.unknown_near"), ("survey!A4", "type.unknown_near")],
    ),
    (
        "a list that is not there",
        "type | name | label\nselect_one waters | a | A",
        {"choices": "list_name | name | label\nwater | x | X"},
        [("survey!A2", "choices.list_unknown_near")],
    ),
    (
        "a select without any list",
        "type | name | label\nselect_one water | a | A",
        {},
        [("", "choices.no_sheet")],
    ),
    (
        "a choice twice",
        "type | name | label\nselect_one water | a | A",
        {"choices": "list_name | label | name\nwater | X | x\nwater | Y | x"},
        [("choices!C3", "choices.duplicate")],
    ),
    (
        "a group that is never closed",
        "type | name | label\nbegin group | g | G\ntext | a | A",
        {},
        [("survey!2", "group.no_end")],
    ),
    (
        "an end too many",
        "type | name | label\ntext | a | A\nend group | |",
        {},
        [("survey!3", "group.no_begin")],
    ),
    (
        "a broken reference",
        "type | name | label | constraint\ninteger | a | A | . > ${b\ninteger | b | B |",
        {},
        [("survey!D2", "name.reference_form")],
    ),
    (
        "an entity that lacks its label",
        "type | name | label\ntext | a | A",
        {"entities": "list_name\ntrees"},
        [("entities!2", "entity.no_label")],
    ),
    (
        "a label in one of two languages that names nothing",
        "type | name | label::English (en) | label::French (fr)\ntext | a | A | B ${q}",
        {},
        [("survey!D2", "name.unknown")],
    ),
    (
        "a parameter that is no number",
        "type | name | label | parameters\nrange | a | A | start=x end=5 step=1",
        {},
        [("survey!D2", "parameters.number")],
    ),
]


@pytest.mark.parametrize(
    ("survey", "sheets", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_34_each_error_names_sheet_and_row_and_the_column_where_it_is_known(
    survey: str, sheets: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    notices = notices_of(xlsx(survey, **sheets))
    assert said(notices) == expected
    assert all(notice.level is Level.ERROR and notice.fix for notice in notices)


def test_a_warning_comes_with_the_form() -> None:
    result = converted(read(xlsx("type | name | label\nimage | photo | The roof")))
    assert result.xml is not None
    assert [(str(one.level), *said([one])[0]) for one in result.notices] == [
        ("warning", "survey!2", "image.max_pixels")
    ]


def test_rows_of_a_csv_are_counted_in_the_file() -> None:
    text = "settings\n,form_id\n,visit\n\nsurvey\n,type,name,label,relevant\n,text,a,A,\n,text,b,B,${c}\n"
    notices = converted(read(text.encode(), "form.csv")).notices
    assert said(notices) == [("survey!E8", "name.unknown")]


def test_38_an_unknown_name_in_a_calculation_is_told_at_its_cell() -> None:
    notices = notices_of(xlsx("type | name | label | calculation\ncalculate | twice | | ${size} * 2"))
    assert said(notices) == [("survey!D2", "name.unknown")]


def test_39_a_choice_list_of_100000_rows_is_converted_within_the_limits() -> None:
    result = converted(read(villages(100_000)))
    assert result.notices == ()
    assert (result.xml or b"").count(b"<item>") == 100_000


def test_a_child_that_was_killed_is_started_again() -> None:
    data = xlsx("type | name | label\ntext | first | A")
    assert notices_of(data) == ()
    process = convert._child._process
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    again = converted(read(xlsx("type | name | label\ntext | second | A")))
    assert again.xml is not None
    assert again.notices == ()


def test_a_conversion_that_takes_too_long_is_stopped_and_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert, "SECONDS", 0.0)
    (notice,) = notices_of(xlsx("type | name | label\ntext | slow | A"))
    assert notice.code == "pyxform.too_slow"
    monkeypatch.undo()
    assert notices_of(xlsx("type | name | label\ntext | slow | A")) == ()


def test_a_conversion_that_needs_too_much_memory_ends_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    data = villages(50_000)
    monkeypatch.setattr(convert, "MEMORY", 120 * 1024 * 1024)
    assert [one.code for one in notices_of(data)] == ["pyxform.too_much_memory"]
    monkeypatch.undo()
    assert notices_of(data) == ()


def test_a_conversion_that_burns_too_much_time_ends_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    data = villages(200_000)
    monkeypatch.setattr(convert, "CPU_SECONDS", 1)
    assert [one.code for one in notices_of(data)] == ["pyxform.too_slow"]


def test_conversions_from_many_threads_do_not_mix_their_answers() -> None:
    found: dict[int, bool] = {}

    def work(number: int) -> None:
        result = converted(
            read(xlsx(f"type | name | label\ntext | t{number} | A", settings=f"form_id\nf{number}"))
        )
        found[number] = f'<data id="f{number}"><t{number}/>'.encode() in (result.xml or b"")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == dict.fromkeys(range(8), True)
