"""Reading an uploaded spreadsheet safely, and giving it back with protection or comments."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import openpyxl
import pytest
import xlwt
from openpyxl.styles import Font, PatternFill

from server.forms.workbook import MAX_UNPACKED, Place, Workbook, WorkbookError, read
from server.forms.workbook.edit import with_comments, with_protection

SURVEY = [
    ["type", "name", "label::English (en)", None, "required"],
    ["integer", "rooms", "Rooms", None, True],
    [],
    ["text", "q2", 1.0, "no heading", None],
]
CSV = b'survey,,,\n,type,name,label\n,text,a,"two\nlines"\n,text,b,=B\nsettings,,,\n,form_title,,\n,T,,\n'


def xlsx(survey: Sequence[Sequence[object]] = SURVEY, **sheets: Sequence[Sequence[object]]) -> bytes:
    """A spreadsheet with a survey sheet and the sheets given."""
    book = openpyxl.Workbook()
    for name, rows in {"survey": survey, **sheets}.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.remove(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls(rows: Sequence[Sequence[object]] = SURVEY) -> bytes:
    """The same in the old format."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("survey")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(number, column, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes, *, packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The same ZIP with one part more, or another in its place."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", packed) as new:
        for info in old.infolist():
            if info.filename != name:
                new.writestr(info.filename, old.read(info))
        new.writestr(name, content)
    return out.getvalue()


def refusal(data: bytes, filename: str = "") -> str:
    """The key with which a file is refused."""
    with pytest.raises(WorkbookError) as caught:
        read(data, filename)
    return caught.value.key


def cells(book: Workbook, sheet: str = "survey") -> list[tuple[int, dict[str, str]]]:
    """Rows with their texts."""
    return [
        (row.number, {key: cell.text for key, cell in row.cells.items()}) for row in book.sheets[sheet].rows
    ]


# --- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("data", "kind"), [(xlsx(), "xlsx"), (xls(), "xls")])
def test_rows_keep_their_numbers_cells_their_references_and_numbers_their_plain_spelling(
    data: bytes, kind: str
) -> None:
    book = read(data)
    assert book.kind == kind
    assert cells(book) == [
        (2, {"type": "integer", "name": "rooms", "label::English (en)": "Rooms", "required": "TRUE"}),
        (4, {"type": "text", "name": "q2", "label::English (en)": "1"}),
    ]
    sheet = book.sheets["survey"]
    assert sheet.header == ["type", "name", "label::English (en)", "required"]
    assert sheet.rows[0].cells["required"].ref == "E2"
    assert sheet.place(sheet.rows[1], "label::English (en)") == Place("survey", 4, "C", "label::English (en)")
    assert sheet.place(sheet.rows[1], "label::English (en)").ref == "C4"


def test_a_csv_has_its_sheets_one_under_the_other() -> None:
    book = read(CSV)
    assert book.kind == "csv"
    assert cells(book) == [
        (3, {"type": "text", "name": "a", "label": "two\nlines"}),
        (4, {"type": "text", "name": "b", "label": "=B"}),
    ]
    assert cells(book, "settings") == [(7, {"form_title": "T"})]
    assert book.sheets["survey"].place(3, "label").ref == "D3"


def test_a_csv_with_a_byte_order_mark_is_read() -> None:
    assert cells(read(b"\xef\xbb\xbf" + CSV)) == cells(read(CSV))


def test_a_markdown_table_is_read() -> None:
    book = read(b"| survey |\n| | type | name | label |\n| | text | q | a \\| b |\n")
    assert cells(book) == [(3, {"type": "text", "name": "q", "label": "a | b"})]


def test_sheets_are_found_in_any_case_and_a_lone_sheet_is_the_survey() -> None:
    assert read(xlsx(Settings=[["form_id"], ["x"]])).sheets["settings"].rows[0].text("form_id") == "x"
    lone = openpyxl.Workbook()
    lone.worksheets[0].title = "Sheet1"
    lone.worksheets[0].append(["type", "name"])
    lone.worksheets[0].append(["text", "q"])
    out = io.BytesIO()
    lone.save(out)
    survey = read(out.getvalue()).survey
    assert survey is not None
    assert survey.rows[0].text("name") == "q"
    assert read(xlsx(notes=[["a"]])).survey is not None


def test_a_heading_that_stands_twice_hides_no_cell() -> None:
    book = read(xlsx([["type", "label", "label"], ["text", "one", "two"]]))
    assert cells(book) == [(2, {"type": "text", "label": "one", "label (again)": "two"})]


def test_row_32_macros_are_ignored_and_the_designer_is_told() -> None:
    book = read(with_part(xlsx(), "xl/vbaProject.bin", b"macro"))
    assert book.kind == "xlsm"
    assert [notice.key for notice in book.notices] == ["workbook.macros_ignored"]
    assert len(book.sheets["survey"].rows) == 2


def test_row_33_external_links_are_ignored_and_the_designer_is_told() -> None:
    book = read(with_part(xlsx(), "xl/externalLinks/externalLink1.xml", b"<externalLink/>"))
    assert [(notice.key, notice.args) for notice in book.notices] == [
        ("workbook.external_links_ignored", {"count": 1})
    ]


# --- refusing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "workbook.empty"),
        (b"  \n", "workbook.empty"),
        (b"%PDF-1.7 something", "workbook.not_a_spreadsheet"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "workbook.not_a_spreadsheet"),
        (b"<html><body>,,,,</body></html>", "workbook.not_a_spreadsheet"),
        (b"just words, and more", "workbook.not_a_spreadsheet"),
        (b"choices,,\n,list_name,name\n,a,b\n", "workbook.no_survey_sheet"),
        ("survey,,\n,type,name\n".encode("utf-16"), "workbook.encoding"),
        (b"PK\x03\x04 broken", "workbook.damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "workbook.damaged"),
    ],
)
def test_row_32_what_is_no_spreadsheet_is_refused_by_name(data: bytes, key: str) -> None:
    assert refusal(data) == key


def test_row_32_a_csv_in_another_encoding_is_told_apart_from_no_spreadsheet() -> None:
    data = "survey,,\n,type,name,label\n,text,a,民族\n".encode("gb18030")
    assert refusal(data, "form.csv") == "workbook.encoding"
    assert refusal(data, "form.bin") == "workbook.not_a_spreadsheet"


def test_row_32_a_password_is_told() -> None:
    encrypted = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )
    assert refusal(encrypted) == "workbook.password"


def test_other_office_files_are_refused_by_name() -> None:
    def archive(*names: str) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            for name in names:
                made.writestr(name, b"x")
        return out.getvalue()

    assert refusal(archive("mimetype", "content.xml")) == "workbook.ods"
    assert refusal(archive("xl/workbook.bin")) == "workbook.xlsb"
    assert refusal(archive("word/document.xml")) == "workbook.not_a_spreadsheet"


def test_row_33_a_zip_bomb_is_refused_before_it_is_parsed() -> None:
    bomb = with_part(xlsx(), "xl/worksheets/sheet1.xml", b"<x>" + b" " * (MAX_UNPACKED + 10))
    assert len(bomb) < 1_000_000
    assert refusal(bomb) == "workbook.too_large"
    dense = with_part(xlsx(), "xl/sharedStrings.xml", b"<sst>" + b" " * (8 * 1024 * 1024))
    assert refusal(dense) == "workbook.too_large"


def test_row_33_two_far_corners_are_refused_before_a_rectangle_is_made_of_them() -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
        b"</sheetData></worksheet>"
    )
    assert refusal(with_part(xlsx(), "xl/worksheets/sheet1.xml", sheet)) == "workbook.too_large"


def test_a_part_with_a_dtd_is_refused() -> None:
    entity = b'<!DOCTYPE x [<!ENTITY a "b">]><sst>&a;</sst>'
    assert refusal(with_part(xlsx(), "xl/sharedStrings.xml", entity)) == "workbook.damaged"


def test_a_damaged_part_is_refused() -> None:
    assert (
        refusal(with_part(xlsx(), "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row"))
        == "workbook.damaged"
    )
    assert refusal(xlsx()[:-200]) == "workbook.damaged"


# --- giving back --------------------------------------------------------------------------------------------------


def test_protection_adds_its_column_and_the_namespace_and_leaves_the_rest() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(notes=[["keep me"]], settings=[["form_id"], ["f"]])))
    book["survey"]["B2"].font = Font(bold=True)
    book["survey"]["B2"].fill = PatternFill("solid", fgColor="FFEEAA")
    book["survey"].column_dimensions["C"].width = 44
    out = io.BytesIO()
    book.save(out)
    given = with_protection(out.getvalue(), "xlsx", [4])
    assert cells(read(given))[1][1]["bind::hh:protect"] == "yes"
    assert "bind::hh:protect" not in cells(read(given))[0][1]
    assert cells(read(given), "settings") == [
        (2, {"form_id": "f", "namespaces": 'hh="urn:fieldfare:household"'})
    ]
    again = openpyxl.load_workbook(io.BytesIO(given))
    assert again["survey"]["B2"].font.bold
    assert again["survey"]["B2"].fill.fgColor.rgb == "00FFEEAA"
    assert again["survey"].column_dimensions["C"].width == 44
    assert again["notes"]["A1"].value == "keep me"


def test_protection_once_more_changes_neither_column_nor_namespace() -> None:
    once = with_protection(xlsx(), "xlsx", [2])
    twice = read(with_protection(once, "xlsx", [2, 4]))
    assert twice.sheets["survey"].header.count("bind::hh:protect") == 1
    assert [row["bind::hh:protect"] for _, row in cells(twice)] == ["yes", "yes"]
    assert cells(twice, "settings") == [(2, {"namespaces": 'hh="urn:fieldfare:household"'})]


def test_protection_keeps_other_namespaces() -> None:
    given = with_protection(xlsx(settings=[["namespaces"], ['esri="http://esri.com/xforms"']]), "xlsx", [2])
    (row,) = cells(read(given), "settings")
    assert row[1]["namespaces"] == 'esri="http://esri.com/xforms" hh="urn:fieldfare:household"'


def test_protection_of_an_xls_or_a_csv_comes_back_as_xlsx() -> None:
    old = read(with_protection(xls(), "xls", [4]))
    assert old.kind == "xlsx"
    assert [(number, "bind::hh:protect" in row) for number, row in cells(old)] == [(2, False), (4, True)]
    text = read(with_protection(CSV, "csv", [4]))
    assert [row.get("bind::hh:protect") for _, row in cells(text)] == [None, "yes"]
    assert cells(text)[1][1]["label"] == "=B"  # a text that looks like a formula stays a text


def test_protection_gives_back_the_values_that_formulas_showed() -> None:
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>type</t></is></c><c r="B1" t="inlineStr"><is><t>name</t></is></c></row>'
        b'<row r="2"><c r="A2" t="inlineStr"><is><t>text</t></is></c><c r="B2" t="str"><f>"a"&amp;"b"</f><v>ab</v></c></row>'
        b"</sheetData></worksheet>"
    )
    given = with_protection(with_part(xlsx(), "xl/worksheets/sheet1.xml", sheet), "xlsx", [2])
    assert cells(read(given))[0][1]["name"] == "ab"


def test_protection_of_a_row_that_is_not_there_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no such rows"):
        with_protection(xlsx(), "xlsx", [3])


def test_comments_stand_in_their_cells_and_join() -> None:
    given = with_comments(xlsx(), [("survey", 4, "C", "first"), ("Survey", 4, "C", "second")])
    comment = openpyxl.load_workbook(io.BytesIO(given))["survey"]["C4"].comment
    assert comment is not None
    assert comment.text == "first\n\nsecond"
    assert cells(read(given)) == cells(read(xlsx()))
