"""The words of what is found in a form beyond its sheet: the form as a whole, its logic, its mapping, its files.

Data only, part of the table in words.py: each code with its message and its fix.
"""

from __future__ import annotations

FORM_WORDS: dict[str, tuple[str, str]] = {
    # the form as a whole
    "form.id_slash": (
        "The form id “{value}” has a / in it.",
        "Write it without: its name becomes part of addresses.",
    ),
    "form.id_long": ("The form id is longer than {limit} characters.", "Choose a shorter one."),
    "form.id_control": (
        "The form id has characters that cannot be shown.",
        "Write it anew, with letters and digits.",
    ),
    "form.id_empty": ("The form has no id.", "Write a form_id in the sheet settings."),
    "form.version_long": (
        "The version is longer than {limit} characters.",
        "Choose a shorter one, as in 2026112401.",
    ),
    "form.path_long": (
        "The names of this question and the groups around it make more than {limit} characters.",
        "Shorten them, or nest less deeply.",
    ),
    "form.file_name": (
        "A file of the form has a name that cannot be used: {name}.",
        "Use letters, digits, _, - and a dot, {limit} characters at most.",
    ),
    "form.entity_name": ("The name “{name}” is longer than {limit} characters.", "Choose a shorter one."),
    "form.submission_url": (
        "The form names another server (submission_url): phones would send their visits there.",
        "Delete the setting submission_url. Visits come to this server by themselves.",
    ),
    "form.encrypted_mapping": (
        "An encrypted form cannot write to tables or entity lists: this server could not read its answers.",
        "Take out the setting public_key, or the columns and the sheet that write. This server encrypts all it stores.",
    ),
    "form.entity_old": (
        "The form's entities follow the specification {version}, which phones cannot use without a connection.",
        "Convert the spreadsheet with this server: it writes 2024.1.",
    ),
    "label.typed": (
        "The {what} shows what is typed in “{name}”. It would put people's words on every phone.",
        "Make it of place, phone and serial alone: choices, the area's code, numbers, the date.",
    ),
    "label.point": (
        "The {what} shows the point “{name}”. It would put exact places on every phone.",
        "Take the point out of it; the area's code says enough.",
    ),
    "field.gone": (
        "“{path}” was asked before and is not in this version.",
        "Earlier answers stay as they are. Bring the question back if this was not meant.",
    ),
    "field.renamed": (
        "“{path}” is called “{new}” in this version.",
        "Its earlier answers stay under the old name, as of another question. Give it the old name back if this was not meant.",
    ),
    "field.type_changed": (
        "“{path}” was of type {old} before and is {new} now.",
        "Give the question another name: answers of one name keep one type.",
    ),
    "choice.gone": (
        "The choice “{name}” of “{path}” was offered before and is not now.",
        "Earlier answers stay as they are.",
    ),
    "logic.circular": (
        "“{name}” is calculated from itself: {chain}.",
        "Take one of these calculations out of the circle.",
    ),
    "logic.function_unknown": (
        "No phone knows the function {function}(): it would stop there.",
        "Use a function of the XLSForm reference.",
    ),
    "logic.function_unknown_near": (
        "No phone knows the function {function}(): it would stop there. Did you mean {near}()?",
        "Write {near}(), if that is the function meant.",
    ),
    "logic.node_unknown": (
        "{header} reads {node}, and the form has no such node.",
        "Write the path of a node that the form has, from its root.",
    ),
    "logic.node_unknown_near": (
        "{header} reads {node}, and the form has no such node; did you mean {near}?",
        "Write {near}, if that is the node meant.",
    ),
    "logic.arguments": (
        "Arguments of {name}() in {header}: {given}, and it takes {wanted}. A phone would stop there.",
        "Give the function as many as it takes, with commas between.",
    ),
    "logic.unsupported": ("No phone understands {what} in {header}.", "Write the expression without it."),
    "logic.list_unknown": (
        "{header} reads the list {name}, and the form has none of that name.",
        "Name a list that the form has.",
    ),
    "logic.needs_question": (
        "{name}() in {header} needs a question there, not a value.",
        "Give it a question's name.",
    ),
    "logic.syntax": (
        "{header} cannot be read from “{rest}” on: a phone would stop there.",
        "Look there for a sign, a comma or a name too many or too few.",
    ),
    "logic.stops": (
        "{header} gives {name}() what it cannot work with ({given}): a phone would stop there.",
        "Give the function what it is made for, or name a question that holds it.",
    ),
    "logic.stops_date": (
        "{header} gives {name}() “{given}”, which is no date: a phone would stop there.",
        "Write the date as in '2026-11-24', or name a question of type date.",
    ),
    "logic.stops_format": (
        "{name}() in {header} has the format “{given}”, which no phone knows: it would stop there.",
        "Use %Y %y %m %n %b %d %e %a %H %h %M %S %3 alone, and %% for a percent sign.",
    ),
    "logic.stops_pattern": (
        "{name}() in {header} has “{given}”, which is no pattern: a phone would stop there.",
        "Close every ( and [ in it; write a \\ before a sign that stands for itself.",
    ),
    "logic.stops_points": (
        "{header} gives {name}() “{given}”, which is no point: a phone would stop there.",
        "Name a question of type geopoint, geotrace or geoshape, or write points as in '12.5 3.25; 12.6 3.25'.",
    ),
    "logic.stops_digest": (
        "{name}() in {header} has “{given}”, which no phone knows: it would stop there.",
        "Use MD5, SHA-1, SHA-256, SHA-384 or SHA-512, and hex or base64 after it.",
    ),
    "logic.stops_property": (
        "{header} asks a phone for “{given}”, which none has: it would stop there.",
        "Use property('deviceid'), or leave it out.",
    ),
    "logic.repeated": (
        "{header} takes “{name}” for one value, and each repetition of “{repeat}” has its own: a phone stops at the second.",
        "Write sum(${{{name}}}) or join(', ', ${{{name}}}) for all, indexed-repeat(${{{name}}}, ${{{repeat}}}, 1) for one, "
        "or move this into the repeat. A repeat_count of 1 keeps it to one.",
    ),
    "logic.never_relevant": (
        "No answer makes this relevant: it will never be asked.",
        "Look at what it is compared with: is it the name of a choice?",
    ),
    "logic.unreachable": (
        "This will never be asked: the group {group} around it is never relevant.",
        "Mend what makes the group relevant.",
    ),
    "logic.refuses_every_choice": (
        "The constraint allows none of the choices.",
        "Compare with names of choices, not with their labels.",
    ),
    "logic.endless_repeat": (
        "The repeat's count depends on the repeat itself: each repetition would ask for one more.",
        "Count something outside the repeat.",
    ),
    # mapping to the monitoring tables
    "hh.no_namespace": (
        "The column {header} needs the setting namespaces.",
        'Add to the sheet settings a column namespaces with the value hh="urn:fieldfare:household".',
    ),
    "hh.namespace_wrong": (
        "The setting namespaces gives hh another meaning, or our name another prefix.",
        'Write hh="urn:fieldfare:household".',
    ),
    "hh.header_unknown": (
        "There is no column {header}.",
        "Use bind::hh:column, bind::hh:table or bind::hh:protect.",
    ),
    "hh.header_unknown_near": (
        "There is no column {header}; did you mean {near}?",
        "Write {near}, if that is what was meant.",
    ),
    "map.form": ("“{value}” is not written as table.column.", "Write it as in water.source."),
    "map.table_unknown": ("There is no table “{table}”.", "Use one of: {known}."),
    "map.table_unknown_near": (
        "There is no table “{table}”; did you mean {near}?",
        "Write {near}, if that is the table meant.",
    ),
    "map.column_unknown": ("The table {table} has no column “{column}”.", "Use one of: {known}."),
    "map.column_unknown_near": (
        "The table {table} has no column “{column}”; did you mean {table}.{near}?",
        "Write {table}.{near}, if that is the column meant.",
    ),
    "map.column_closed": (
        "{column} takes no answers: the server writes it.",
        "Take the mapping out, or choose another column.",
    ),
    "map.column_retired": (
        "{column} is retired: it keeps its data and takes no new forms.",
        "Choose the column that took its place.",
    ),
    "map.type": (
        "{column} takes {expected}, and this question is {type}.",
        "Change the question's type, or map it to another column.",
    ),
    "map.code_unknown": ("{column} does not know the code “{name}”.", "Use its codes: {known}."),
    "map.code_unknown_near": (
        "{column} does not know the code “{name}”; did you mean {near}?",
        "Write {near}, if that is the code meant.",
    ),
    "map.codes_outside": (
        "{column} takes only its own codes, and this question chooses from a file.",
        "Put the codes on the sheet choices.",
    ),
    "map.codes_open": (
        "{column} takes only its own codes, and this {type} can hold anything.",
        "Calculate one of its codes: {known}.",
    ),
    "map.twice": (
        "{column} is filled by another question of this form already ({other}).",
        "Map each column once.",
    ),
    "map.repeat_column": (
        "{column} has one value a visit, and this question is asked again and again.",
        "Move the question out of the repeat.",
    ),
    "map.repeat_table": (
        "{column} is a row of its own each time, and the repeat does not say of which table.",
        "Write {table} under bind::hh:table in the row “begin repeat”.",
    ),
    "map.row_outside": (
        "{column} is a row of its own each time, and this question is asked once.",
        "Put the question into a repeat with bind::hh:table = {table}.",
    ),
    "map.row_table": (
        "In this repeat only columns of {table} can be filled, not {column}.",
        "Map it to a column of {table}, or move it out.",
    ),
    "map.table_not_repeat": (
        "bind::hh:table stands on something that is not a repeat.",
        "Write it in the row “begin repeat”.",
    ),
    "map.table_single": (
        "{table} has one row a visit: a repeat cannot fill it.",
        "Use a table with many rows: {known}.",
    ),
    "map.on_group": (
        "A group has no answer that could be written to {column}.",
        "Write bind::hh:column in the row of a question.",
    ),
    "map.no_key": (
        "The form writes to tables and does not say about whom.",
        "Add an entities sheet with the list households or facilities, or map one question to household.id, facility.id or area.code.",
    ),
    "map.two_keys": ("The form names its household, facility or area twice: {keys}.", "Keep one of them."),
    "map.key_place": ("The key cannot be asked inside a repeat.", "Ask it once, outside."),
    "map.wrong_key": (
        "{column} belongs to one {needs}, and this form is about one {kind}.",
        "Map it in a form about one {needs}, or change the form's key.",
    ),
    "map.protect_value": ("bind::hh:protect is “{value}”.", "Write yes, or leave the cell empty."),
    "map.entity_many": (
        "A form that writes to tables has one entity block for {dataset}; here are {count}.",
        "Keep one of them, outside of repeats.",
    ),
    # attachments
    "csv.encoding": (
        "{name} is not UTF-8 (it may be GBK, as some spreadsheet programs save).",
        "Save it as “CSV UTF-8”, then upload it again.",
    ),
    "csv.no_table": (
        "{name} is no list: it holds a web page, a workbook or another kind of file.",
        "Save the list as “CSV UTF-8” and upload that. What was there before stays.",
    ),
    "csv.same_name": (
        "In {name} names in the column “{column}” stand more than once ({count}): {names}.",
        "Give each row a name of its own: answers with the same name cannot be told apart.",
    ),
    "csv.utf16": ("{name} is UTF-16 text.", "Save it as “CSV UTF-8”, then upload it again."),
    "csv.bom": (
        "{name} begins with a byte order mark.",
        "Phones read it all the same; nothing needs to be done.",
    ),
    "csv.separator": (
        "{name} separates its columns by “{found}”, and phones expect a comma.",
        "Save it with commas, then upload it again.",
    ),
    "csv.empty": (
        "{name} has no heading row.",
        "Write column names in the first line: name,label for a choice list.",
    ),
    "csv.no_column": (
        "{name} has no column “{column}”, which the form reads.",
        "Add the column, or name in the column parameters the one to use.",
    ),
    "csv.ragged": (
        "Line {line} of {name} has {got} cells, and the heading {expected}.",
        "Put texts with a comma into double quotes.",
    ),
    "csv.broken": (
        "Line {line} of {name} cannot be read.",
        "Look for a quote that is never closed, or save the list again.",
    ),
    "csv.duplicate": ("{name} has the column “{column}” twice.", "Rename one of them."),
    "attachment.expected": (
        "The form expects the file {name} beside it.",
        "Upload it to the draft, or publish the form that makes the list of its name: phones cannot open the form without it.",
    ),
    "attachment.missing": (
        "The form expects the file {name}, which is not here yet.",
        "Upload it to the draft before phones fetch the form.",
    ),
}
"""Code -> message and fix."""
