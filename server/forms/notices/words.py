"""The words of notices: one table, like problems.py. English here is the gettext id; each has its fix in words.

Written in three files: here, sheet_words.py and form_words.py. Data only; what is told when, whoever makes the notice decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from server.forms.notices.form_words import FORM_WORDS
from server.forms.notices.sheet_words import SHEET_WORDS


@dataclass(frozen=True, slots=True)
class Words:
    """English message and fix with {placeholders}: the gettext ids of their translations."""

    message: str
    fix: str = ""


TABLE: dict[str, Words] = {
    "convert.first_fault": Words(
        "Reading the sheet could not come to its end: more may show once these are mended.",
        "Mend them, then upload the sheet again.",
    ),
    # the file
    "file.unreadable": Words(
        "The file {name} cannot be read: {reason}.", "Check the path and whether you may read it."
    ),
    "file.no_form": Words(
        "The folder {name} holds no form.", "Give a form's file, or a folder with some: {endings}."
    ),
    "workbook.empty": Words(
        "The file is empty.", "Choose the file again; it may not have been saved to the end."
    ),
    "workbook.not_a_spreadsheet": Words(
        "The file is neither a spreadsheet nor an XForm.", "Save the form as .xlsx and upload that file."
    ),
    "workbook.password": Words(
        "The spreadsheet is protected by a password.",
        "Take the password off (save it without one), then upload it again.",
    ),
    "workbook.too_large": Words(
        "The spreadsheet unpacks to more than a form can hold.",
        "Move long choice lists into a .csv file beside the form, and delete empty formatted rows and columns.",
    ),
    "workbook.damaged": Words(
        "The spreadsheet is damaged and cannot be opened.",
        "Open it in a spreadsheet program, save it again as .xlsx, upload that.",
    ),
    "workbook.xlsb": Words(
        "The file is an Excel binary workbook (.xlsb).", "Save it as .xlsx, then upload it again."
    ),
    "workbook.ods": Words(
        "The file is an OpenDocument spreadsheet.", "Save it as .xlsx, then upload it again."
    ),
    "workbook.encoding": Words(
        "The text of the file is not UTF-8.", "Save it as “CSV UTF-8”, or as .xlsx, then upload it again."
    ),
    "workbook.no_survey_sheet": Words(
        "The spreadsheet has no sheet called survey.", "Name the sheet with the questions “survey”."
    ),
    "workbook.macros_ignored": Words("The workbook holds macros. They were left out and never run."),
    "workbook.external_links_ignored": Words(
        "The workbook links to other files. The values last saved were used.",
        "Paste values instead of links if they may be old.",
    ),
    "header.duplicate": Words("Two columns are both called “{header}”.", "Rename or delete one of them."),
    "cell.control": Words(
        "This cell holds a character that cannot be shown.", "Write the cell's text anew, without pasting."
    ),
    # pyxform's own, reworded where they are common
    "pyxform.other": Words(
        "{text}",
        "Look in the spreadsheet for what the sentence names, write it in another way, and upload the file again.",
    ),
    "pyxform.cell": Words("{text}", "Write this cell in another way, then upload the file again."),
    "pyxform.crashed": Words(
        "The converter stopped on this spreadsheet ({kind}).",
        "Take the newest changes out until it passes, and tell the administrator which one stopped it.",
    ),
    "pyxform.too_slow": Words(
        "Converting this spreadsheet took too long and was stopped.",
        "Shorten expressions that name very many questions, and move long choice lists into a .csv file.",
    ),
    "pyxform.too_much_memory": Words(
        "Converting this spreadsheet needed too much memory and was stopped.",
        "Move long choice lists into a .csv file beside the form.",
    ),
    "name.unknown": Words(
        "{header} names ${{{name}}}, and no question is called so.",
        "Write the name of a question of the survey sheet.",
    ),
    "name.unknown_near": Words(
        "{header} names ${{{name}}}; did you mean ${{{near}}}?",
        "Write ${{{near}}}, if that is the question meant.",
    ),
    "survey.no_sheet": Words(
        "The spreadsheet has no sheet called survey. Its sheets are: {known}.",
        "Name the sheet with the questions “survey”.",
    ),
    "survey.no_sheet_near": Words(
        "The spreadsheet has no sheet called survey; is it the sheet “{near}”?",
        "Name the sheet with the questions “survey”.",
    ),
    "survey.empty": Words(
        "The sheet {sheet} asks nothing: below its headings there is no question.",
        "Write each question in a row of its own, with type, name and label.",
    ),
    "header.missing": Words(
        "The sheet {sheet} has no column “{column}”. Its columns are: {known}.",
        "Write {column} as the heading of that column, in row 1.",
    ),
    "header.missing_near": Words(
        "The sheet {sheet} has no column “{column}”; is it the column “{near}”?",
        "Write {column} as its heading, if that is the column meant.",
    ),
    "expression.bracket": Words(
        "{header} has a “{mark}” without its partner: no phone can open the form.",
        "Add the bracket that is missing, or delete this one.",
    ),
    "expression.quote": Words(
        "{header} has a quote ({mark}) that is never closed: no phone can open the form.",
        "Close it with the same kind of quote.",
    ),
    "name.ambiguous": Words(
        "{header} names ${{{name}}}, and more than one question is called so.",
        "Give each of those questions a name of its own.",
    ),
    "name.reference_form": Words(
        "A reference in {header} is not written as ${{name}}.", "Write ${{, the question's name, and }}."
    ),
    "name.duplicate": Words(
        "“{name}” stands twice in the same group.", "Give one of the two questions another name."
    ),
    "name.case_only": Words(
        "“{name}” differs from another name by capital letters alone.",
        "Choose names that differ more: some programs read both as one.",
    ),
    "name.repeat_duplicate": Words(
        "Another repeat is called “{name}” already.", "Give each repeat a name of its own."
    ),
    "name.root": Words("A repeat cannot be called like the form's root.", "Choose another name."),
    "name.meta": Words("The name “meta” belongs to the form itself.", "Choose another name."),
    "name.missing": Words(
        "This row has no name.",
        "Write a short name of letters and digits in the column name: answers are stored under it.",
    ),
    "name.invalid": Words(
        "This name cannot be used.",
        "Begin it with a letter or _, then use letters, digits, _, - and . only: no spaces.",
    ),
    "type.unknown": Words(
        "There is no question type “{type}”.",
        "Use a type such as text, integer, select_one list, date, geopoint.",
    ),
    "type.unknown_near": Words(
        "There is no question type “{type}”; did you mean {near}?", "Write {near}, if that is the type meant."
    ),
    "type.no_list": Words(
        "“{type}” does not say from which list.",
        "Write the name of a list of the sheet choices behind it, as in “select_one water”.",
    ),
    "type.missing": Words(
        "This row has a name or a label and no type.", "Say in the column type what kind of question it is."
    ),
    "row.skipped": Words(
        "This row has neither type, name nor label: it was left out.",
        "Delete it, or put notes on a sheet of their own.",
    ),
    "calculation.missing": Words(
        "This calculation is empty.", "Write in the column calculation what is calculated."
    ),
    "choices.no_sheet": Words(
        "The form has select questions and no sheet called choices.",
        "Add the sheet, with the columns list_name, name and label.",
    ),
    "choices.empty": Words(
        "The form has select questions, and the sheet choices holds no choice.",
        "Write the choices there, in the columns list_name, name and label.",
    ),
    "choices.external_unknown": Words(
        "The sheet external_choices has no list “{list}”. Its lists are: {known}.",
        "Add the list, or write the name of one that exists.",
    ),
    "choices.external_unknown_near": Words(
        "The sheet external_choices has no list “{list}”; did you mean {near}?",
        "Write {near}, if that is the list meant.",
    ),
    "choices.other_filter": Words(
        "or_other and a choice_filter cannot stand in one row.",
        "Take or_other out and add the choice “other” to the list, or empty this cell.",
    ),
    "choices.space": Words(
        "The choice name “{name}” has a space in it, and more than one choice of this list can be picked.",
        "Write it with _ instead of the space.",
    ),
    "choices.unused": Words(
        "No question uses the choice list “{list}”.", "Delete its rows, or name it in the type of a question."
    ),
    "choices.list_unknown": Words(
        "The sheet choices has no list “{list}”. Its lists are: {known}.",
        "Add the list, or write the name of one that exists.",
    ),
    "choices.list_unknown_near": Words(
        "The sheet choices has no list “{list}”; did you mean {near}?",
        "Write {near}, if that is the list meant.",
    ),
    "choices.no_name": Words(
        "This choice has no name.", "Write a short name of letters and digits: it is what is stored."
    ),
    "choices.duplicate": Words(
        "This choice's name stands twice in its list.",
        "Give one of the two another name; or write yes under allow_choice_duplicates in the sheet settings.",
    ),
    "choices.no_label": Words("This choice has no label.", "Write what the enumerator should read."),
    "group.no_end": Words("The {type} “{name}” is never closed.", "Add a row “end {type}” where it ends."),
    "group.not_closed_before": Words(
        "The {type} “{name}” is not closed before the “{end}” of row {end_row}.",
        "Add a row “end {type}” where it ends, above row {end_row}.",
    ),
    "group.no_begin": Words(
        "This “end {type}” closes nothing.", "Delete the row, or add the “begin {type}” that is missing."
    ),
    "group.no_label": Words(
        "This group has no label.", "Add one, or leave it: it is shown without a heading."
    ),
    "label.missing": Words(
        "The question “{name}” has no label: there is nothing to ask.",
        "Write in the column label what the enumerator should read.",
    ),
    "image.max_pixels": Words(
        "Photos are sent at full size.",
        "Write max-pixels=1600 in the column parameters: visits are sent faster and cost less data.",
    ),
    "language.column_missing": Words(
        "The language {language} lacks the column {column}.", "Add the column, or the phone shows “-” there."
    ),
    "language.text_missing": Words(
        "The {column} is not translated into {language}.",
        "Write it, or the phone shows “-” there.",
    ),
    "language.no_code": Words(
        "These languages have no code: {languages}.",
        "Write them as in “label::English (en)”, so that phones find them.",
    ),
    "notices.more": Words(
        "{count} more places like the last: {message}", "Mend those that are shown; the others follow."
    ),
    **{code: Words(message, fix) for code, (message, fix) in {**SHEET_WORDS, **FORM_WORDS}.items()},
}
"""Every notice by its code, for the pages, the translations and the docs."""
