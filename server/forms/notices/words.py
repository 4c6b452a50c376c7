"""The words of notices: one table, like problems.py. English here is the gettext id; each has its fix in words.

Data only; what is told when is decided by whoever makes the notice.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    # the form as a whole
    "form.id_slash": Words(
        "The form id “{value}” has a / in it.", "Write it without: its name becomes part of addresses."
    ),
    "form.id_long": Words("The form id is longer than {limit} characters.", "Choose a shorter one."),
    "form.id_control": Words(
        "The form id has characters that cannot be shown.", "Write it anew, with letters and digits."
    ),
    "form.id_empty": Words("The form has no id.", "Write a form_id in the sheet settings."),
    "form.version_long": Words(
        "The version is longer than {limit} characters.", "Choose a shorter one, as in 2026112401."
    ),
    "form.path_long": Words(
        "The names of this question and the groups around it make more than {limit} characters.",
        "Shorten them, or nest less deeply.",
    ),
    "form.file_name": Words(
        "A file of the form has a name that cannot be used: {name}.",
        "Use letters, digits, _, - and a dot, {limit} characters at most.",
    ),
    "form.entity_name": Words(
        "The name “{name}” is longer than {limit} characters.", "Choose a shorter one."
    ),
    "form.submission_url": Words(
        "The form names another server (submission_url): phones would send their visits there.",
        "Delete the setting submission_url. Visits come to this server by themselves.",
    ),
    "form.encrypted_mapping": Words(
        "An encrypted form cannot write to tables or entity lists: this server could not read its answers.",
        "Take out the setting public_key, or the columns and the sheet that write. This server encrypts all it stores.",
    ),
    "form.entity_old": Words(
        "The form's entities follow the specification {version}, which phones cannot use without a connection.",
        "Convert the spreadsheet with this server: it writes 2024.1.",
    ),
    "label.typed": Words(
        "The {what} shows what is typed in “{name}”. It would put people's words on every phone.",
        "Make it of place, phone and serial alone: choices, the area's code, numbers, the date.",
    ),
    "label.point": Words(
        "The {what} shows the point “{name}”. It would put exact places on every phone.",
        "Take the point out of it; the area's code says enough.",
    ),
    "field.gone": Words(
        "“{path}” was asked before and is not in this version.",
        "Earlier answers stay as they are. Bring the question back if this was not meant.",
    ),
    "field.type_changed": Words(
        "“{path}” was of type {old} before and is {new} now.",
        "Give the question another name: answers of one name keep one type.",
    ),
    "choice.gone": Words(
        "The choice “{name}” of “{path}” was offered before and is not now.",
        "Earlier answers stay as they are.",
    ),
    "logic.circular": Words(
        "“{name}” is calculated from itself: {chain}.", "Take one of these calculations out of the circle."
    ),
    "logic.function_unknown": Words(
        "No phone knows the function {function}(): it would stop there.",
        "Use a function of the XLSForm reference.",
    ),
    "logic.function_unknown_near": Words(
        "No phone knows the function {function}(): it would stop there. Did you mean {near}()?",
        "Write {near}(), if that is the function meant.",
    ),
    "logic.node_unknown": Words(
        "{header} reads {node}, and the form has no such node.",
        "Write the path of a node that the form has, from its root.",
    ),
    "logic.node_unknown_near": Words(
        "{header} reads {node}, and the form has no such node; did you mean {near}?",
        "Write {near}, if that is the node meant.",
    ),
    "logic.arguments": Words(
        "Arguments of {name}() in {header}: {given}, and it takes {wanted}. A phone would stop there.",
        "Give the function as many as it takes, with commas between.",
    ),
    "logic.unsupported": Words(
        "No phone understands {what} in {header}.", "Write the expression without it."
    ),
    "logic.list_unknown": Words(
        "{header} reads the list {name}, and the form has none of that name.",
        "Name a list that the form has.",
    ),
    "logic.needs_question": Words(
        "{name}() in {header} needs a question there, not a value.", "Give it a question's name."
    ),
    "logic.syntax": Words(
        "{header} cannot be read from “{rest}” on: a phone would stop there.",
        "Look there for a sign, a comma or a name too many or too few.",
    ),
    "logic.stops": Words(
        "{header} gives {name}() what it cannot work with ({given}): a phone would stop there.",
        "Give the function what it is made for, or name a question that holds it.",
    ),
    "logic.stops_date": Words(
        "{header} gives {name}() “{given}”, which is no date: a phone would stop there.",
        "Write the date as in '2026-11-24', or name a question of type date.",
    ),
    "logic.stops_format": Words(
        "{name}() in {header} has the format “{given}”, which no phone knows: it would stop there.",
        "Use %Y %y %m %n %b %d %e %a %H %h %M %S %3 alone, and %% for a percent sign.",
    ),
    "logic.stops_pattern": Words(
        "{name}() in {header} has “{given}”, which is no pattern: a phone would stop there.",
        "Close every ( and [ in it; write a \\ before a sign that stands for itself.",
    ),
    "logic.stops_points": Words(
        "{header} gives {name}() “{given}”, which is no point: a phone would stop there.",
        "Name a question of type geopoint, geotrace or geoshape, or write points as in '12.5 3.25; 12.6 3.25'.",
    ),
    "logic.stops_digest": Words(
        "{name}() in {header} has “{given}”, which no phone knows: it would stop there.",
        "Use MD5, SHA-1, SHA-256, SHA-384 or SHA-512, and hex or base64 after it.",
    ),
    "logic.stops_property": Words(
        "{header} asks a phone for “{given}”, which none has: it would stop there.",
        "Use property('deviceid'), or leave it out.",
    ),
    "logic.never_relevant": Words(
        "No answer makes this relevant: it will never be asked.",
        "Look at what it is compared with: is it the name of a choice?",
    ),
    "logic.unreachable": Words(
        "This will never be asked: the group {group} around it is never relevant.",
        "Mend what makes the group relevant.",
    ),
    "logic.refuses_every_choice": Words(
        "The constraint allows none of the choices.", "Compare with names of choices, not with their labels."
    ),
    "logic.endless_repeat": Words(
        "The repeat's count depends on the repeat itself: each repetition would ask for one more.",
        "Count something outside the repeat.",
    ),
    # mapping to the monitoring tables
    "hh.no_namespace": Words(
        "The column {header} needs the setting namespaces.",
        'Add to the sheet settings a column namespaces with the value hh="urn:fieldfare:household".',
    ),
    "hh.namespace_wrong": Words(
        "The setting namespaces gives hh another meaning, or our name another prefix.",
        'Write hh="urn:fieldfare:household".',
    ),
    "hh.header_unknown": Words(
        "There is no column {header}.", "Use bind::hh:column, bind::hh:table or bind::hh:protect."
    ),
    "hh.header_unknown_near": Words(
        "There is no column {header}; did you mean {near}?", "Write {near}, if that is what was meant."
    ),
    "map.form": Words("“{value}” is not written as table.column.", "Write it as in water.source."),
    "map.table_unknown": Words("There is no table “{table}”.", "Use one of: {known}."),
    "map.table_unknown_near": Words(
        "There is no table “{table}”; did you mean {near}?", "Write {near}, if that is the table meant."
    ),
    "map.column_unknown": Words("The table {table} has no column “{column}”.", "Use one of: {known}."),
    "map.column_unknown_near": Words(
        "The table {table} has no column “{column}”; did you mean {table}.{near}?",
        "Write {table}.{near}, if that is the column meant.",
    ),
    "map.column_closed": Words(
        "{column} takes no answers: the server writes it.",
        "Take the mapping out, or choose another column.",
    ),
    "map.column_retired": Words(
        "{column} is retired: it keeps its data and takes no new forms.",
        "Choose the column that took its place.",
    ),
    "map.type": Words(
        "{column} takes {expected}, and this question is {type}.",
        "Change the question's type, or map it to another column.",
    ),
    "map.code_unknown": Words("{column} does not know the code “{name}”.", "Use its codes: {known}."),
    "map.code_unknown_near": Words(
        "{column} does not know the code “{name}”; did you mean {near}?",
        "Write {near}, if that is the code meant.",
    ),
    "map.codes_outside": Words(
        "{column} takes only its own codes, and this question chooses from a file.",
        "Put the codes on the sheet choices.",
    ),
    "map.codes_open": Words(
        "{column} takes only its own codes, and this {type} can hold anything.",
        "Calculate one of its codes: {known}.",
    ),
    "map.twice": Words(
        "{column} is filled by another question of this form already ({other}).", "Map each column once."
    ),
    "map.repeat_column": Words(
        "{column} has one value a visit, and this question is asked again and again.",
        "Move the question out of the repeat.",
    ),
    "map.repeat_table": Words(
        "{column} is a row of its own each time, and the repeat does not say of which table.",
        "Write {table} under bind::hh:table in the row “begin repeat”.",
    ),
    "map.row_outside": Words(
        "{column} is a row of its own each time, and this question is asked once.",
        "Put the question into a repeat with bind::hh:table = {table}.",
    ),
    "map.row_table": Words(
        "In this repeat only columns of {table} can be filled, not {column}.",
        "Map it to a column of {table}, or move it out.",
    ),
    "map.table_not_repeat": Words(
        "bind::hh:table stands on something that is not a repeat.", "Write it in the row “begin repeat”."
    ),
    "map.table_single": Words(
        "{table} has one row a visit: a repeat cannot fill it.", "Use a table with many rows: {known}."
    ),
    "map.on_group": Words(
        "A group has no answer that could be written to {column}.",
        "Write bind::hh:column in the row of a question.",
    ),
    "map.no_key": Words(
        "The form writes to tables and does not say about whom.",
        "Add an entities sheet with the list households or facilities, or map one question to household.id, facility.id or area.code.",
    ),
    "map.two_keys": Words(
        "The form names its household, facility or area twice: {keys}.", "Keep one of them."
    ),
    "map.key_place": Words("The key cannot be asked inside a repeat.", "Ask it once, outside."),
    "map.wrong_key": Words(
        "{column} belongs to one {needs}, and this form is about one {kind}.",
        "Map it in a form about one {needs}, or change the form's key.",
    ),
    "map.protect_value": Words("bind::hh:protect is “{value}”.", "Write yes, or leave the cell empty."),
    "map.entity_many": Words(
        "A form that writes to tables has one entity block for {dataset}; here are {count}.",
        "Keep one of them, outside of repeats.",
    ),
    # attachments
    "csv.encoding": Words(
        "{name} is not UTF-8 (it may be GBK, as some spreadsheet programs save).",
        "Save it as “CSV UTF-8”, then upload it again.",
    ),
    "csv.utf16": Words("{name} is UTF-16 text.", "Save it as “CSV UTF-8”, then upload it again."),
    "csv.bom": Words(
        "{name} begins with a byte order mark.", "Phones read it all the same; nothing needs to be done."
    ),
    "csv.separator": Words(
        "{name} separates its columns by “{found}”, and phones expect a comma.",
        "Save it with commas, then upload it again.",
    ),
    "csv.empty": Words(
        "{name} has no heading row.", "Write column names in the first line: name,label for a choice list."
    ),
    "csv.no_column": Words(
        "{name} has no column “{column}”, which the form reads.",
        "Add the column, or name in the column parameters the one to use.",
    ),
    "csv.ragged": Words(
        "Line {line} of {name} has {got} cells, and the heading {expected}.",
        "Put texts with a comma into double quotes.",
    ),
    "csv.broken": Words(
        "Line {line} of {name} cannot be read.",
        "Look for a quote that is never closed, or save the list again.",
    ),
    "csv.duplicate": Words("{name} has the column “{column}” twice.", "Rename one of them."),
    "attachment.expected": Words(
        "The form expects the file {name} beside it.",
        "Upload it to the draft, or publish the form that makes the list of its name: phones cannot open the form without it.",
    ),
    "attachment.missing": Words(
        "The form expects the file {name}, which is not here yet.",
        "Upload it to the draft before phones fetch the form.",
    ),
    **{code: Words(message, fix) for code, (message, fix) in SHEET_WORDS.items()},
}
"""Every notice by its code, for the pages, the translations and the docs."""
