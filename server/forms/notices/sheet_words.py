"""The words of what the converter finds in a sheet beside the common faults: parameters, entity lists, headings.

Data only, part of the table in words.py: each code with its message and its fix.
"""

from __future__ import annotations

SHEET_WORDS: dict[str, tuple[str, str]] = {
    # parameters
    "parameters.integer": (
        "The parameter {name} needs a whole number, 0 or more.",
        "Write {name}= and the number behind it, without a unit or blanks.",
    ),
    "parameters.number": (
        "The parameter {name} needs a number.",
        "Write {name}= and the number behind it, with a point and without a unit.",
    ),
    "parameters.zero": ("The parameter {name} must not be 0.", "Write another number, or leave {name} out."),
    "parameters.one_of": (
        "The parameter {name} does not know this value.",
        "Write one of these behind {name}=: {known}. Or leave {name} out.",
    ),
    "parameters.form": (
        "The parameters cannot be read.",
        "Write them as name=value, with a blank between two and none inside: start=0 end=10.",
    ),
    "parameters.unknown": (
        "This question type does not have the parameter {rejected}.",
        "It has these: {accepted}. Correct the spelling, or take it out.",
    ),
    "parameters.column": (
        "The parameter {name} does not name a column of a list.",
        "Write behind {name}= the heading of a column of the file, as it stands there.",
    ),
    "parameters.reference_geometry": (
        "The parameter reference-geometry names no list and no repeat.",
        "Write the name of a choice list, of a file without its ending, or ${{name}} of a repeat.",
    ),
    "parameters.not_below": (
        "The parameter {name} is smaller than {other}.",
        "Make {name} at least as large as {other}.",
    ),
    "parameters.audit_location": (
        "Of the audit's three location parameters some are missing.",
        "Take all three out: positions are not recorded in the background.",
    ),
    "parameters.seed": (
        "The parameter seed needs a number or a question.",
        "Write a number behind seed=, or ${{name}} of a question that holds one.",
    ),
    "parameters.seed_alone": (
        "The parameter seed stands without randomize=true.",
        "Add randomize=true, or take seed out.",
    ),
    "parameters.app": (
        "The parameter app does not name an Android app.",
        "Write the app's package as in org.example.camera: letters, digits and _, parts with points between.",
    ),
    "parameters.range_larger": (
        "The parameter {name} is larger than the range from start to end.",
        "Write a smaller {name}, or move start and end apart.",
    ),
    "parameters.range_multiple": (
        "The parameter {name} is not a multiple of step.",
        "Write step itself, twice step, three times step and so on.",
    ),
    "parameters.range_outside": (
        "The parameter {name} is not between start and end.",
        "Write a number from start to end.",
    ),
    "parameters.range_appearance": (
        "This range's appearance has no ticks, placeholder or labels of ticks.",
        "Empty the appearance (or write vertical or no-ticks), or take tick_interval, placeholder and tick_labelset out.",
    ),
    "parameters.labels_unknown": (
        "The parameter tick_labelset names no list of the sheet choices.",
        "Write the list_name of a list that stands there.",
    ),
    "parameters.labels_ends": (
        "Without ticks a range labels its two ends alone.",
        "Give the list of tick_labelset two choices, named like start and end.",
    ),
    "parameters.labels_number": (
        "In the list of tick_labelset a choice's name is not a number.",
        "Write under name the number whose tick gets the label.",
    ),
    "parameters.labels_outside": (
        "In the list of tick_labelset a choice's name is not one of the range's steps.",
        "Write under name numbers from start to end, each a whole number of steps from start.",
    ),
    # types, names, labels
    "type.list_space": (
        "“{list}” has a space in it, and a list's or a file's name can have none.",
        "Write {near}, and name the list or the file so as well.",
    ),
    "type.file_ending": (
        "“{file}” is not the name of a list that phones can read.",
        "Give the file's whole name with one ending: .csv, .geojson or .xml.",
    ),
    "type.old": (
        "Phones newer than Android 10 do not tell their {type}.",
        "Delete the row, or use deviceid.",
    ),
    "type.background_point": (
        "A background-geopoint records positions unseen.",
        "Use one geopoint question at the visit.",
    ),
    "name.audit": ("An audit cannot have this name.", "Empty the cell, or write audit."),
    "row.disabled": (
        "The column disabled is no longer part of the standard.",
        "Delete the row; or write false() under relevant while it is not to be asked.",
    ),
    "label.big_image": (
        "“{name}” has a big image and no image.",
        "Write a file's name in the column media::image too.",
    ),
    "label.media_type": (
        "There is no kind of media “{type}”.",
        "Use the columns media::image, media::audio or media::video.",
    ),
    "trigger.unseen": (
        "“{name}” is not shown, so nothing can begin when it is answered.",
        "Write under trigger a question that is asked.",
    ),
    # choices
    "choices.no_external_sheet": (
        "The form has a select_one_external and no sheet called external_choices.",
        "Add the sheet, with the columns list_name, name and label.",
    ),
    "choices.external_filter": (
        "A select_one_external is made for lists that are filtered.",
        "Write a choice_filter, or use select_one_from_file.",
    ),
    "choices.other_list": (
        "or_other needs a list of the sheet choices.",
        "Take or_other out and add the choice “other” to the file, or move the list to the sheet choices.",
    ),
    "choices.other_translated": (
        "or_other makes a choice and a question that are not translated.",
        "Take or_other out, add the choice “other” to the list, and ask for it in a row of its own.",
    ),
    "choices.table_filter": (
        "Selects in a group with the appearance table-list have no choice_filter.",
        "Empty the cell, or take table-list out of the group's appearance.",
    ),
    "choices.table_lists": (
        "The selects of a group with the appearance table-list use two lists, {first} and {second}.",
        "Let all of them use one list, or move this question out of the group.",
    ),
    "choices.search_file": (
        "“{name}” chooses from a file and uses search() as well.",
        "Empty the appearance: a select from a file searches its file by itself.",
    ),
    "choices.search_mixed": (
        "“{name}” uses search() on the list {list}, which other questions use without it.",
        "Give it a list of its own.",
    ),
    "choices.same_name": (
        "Two different lists are both called {name}.",
        "Rename the file or the choice list: phones know a list by its name alone.",
    ),
    # the sheet entities
    "entity.no_sheet": (
        "save_to is filled, and there is no sheet entities.",
        "Add the sheet entities with list_name and label, or empty the cell.",
    ),
    "entity.saved_twice": (
        "The property “{saveto}” is filled by row {other_row} already.",
        "Write another name, or empty one of the two cells.",
    ),
    "entity.group": (
        "A group or a repeat has no answer that could be saved.",
        "Empty the cell, and write save_to in the rows of questions.",
    ),
    "entity.list_unknown": (
        "The sheet entities has no list “{dataset}”.",
        "Correct what stands before the #, or add the list there.",
    ),
    "entity.no_label": (
        "The list “{dataset}” gets new entries, and they have no label.",
        "Write under label what the entry is called, as in ${{name}}.",
    ),
    "entity.no_update_if": (
        "The list “{dataset}” has create_if and entity_id, and no update_if.",
        "Write under update_if when an entry is changed; to make new ones alone, empty entity_id.",
    ),
    "entity.no_id": (
        "The list “{dataset}” has update_if and no entity_id.",
        "Write under entity_id whose entry is changed, as in ${{name}}; to make new ones, use create_if.",
    ),
    "entity.which_list": (
        "The form has several entity lists, and this save_to does not say which.",
        "Write the list before it with a # between, as in trees#height.",
    ),
    "entity.one_each": (
        "Two entity lists belong to the same group or repeat: this one and that of row {other_row}.",
        "Let each list use questions of a group or repeat of its own.",
    ),
    "entity.scope": (
        "The entity list “{dataset}” uses questions of two places of which neither lies in the other.",
        "Copy one of the values with a calculate into the group or repeat of the others, and use that.",
    ),
    "entity.hashes": (
        "save_to has more than one #.",
        "Write the list, one #, and the property: trees#height.",
    ),
    "entity.underscores": ("This name begins with two underscores.", "Begin it with a letter."),
    "entity.period": ("This name has a point in it.", "Write _ instead of the point."),
    "entity.reserved": (
        "“name” and “label” are the list's own and cannot be saved to.",
        "Write another property, or fill label in the sheet entities.",
    ),
    "entity.twice": ("This list stands twice in the sheet entities.", "Delete one of the two rows."),
    "entity.not_read": (
        "This form changes what is on the list {name} and does not read the list: a phone cannot know what it changes.",
        "Ask with select_one_from_file {name}.csv, or write a row of type csv-external with the name {name} in the survey.",
    ),
    "entity.no_name": ("This row has no list.", "Write the list's name under list_name."),
    # headings, settings
    "header.absent": (
        "The sheet {sheet_name} has no column “{column}”.",
        "Write {column} as a heading in row 1; without headings nothing can be read.",
    ),
    "header.same": (
        "The columns “{other}” and “{column}” mean the same.",
        "Keep one of them.",
    ),
    "header.space": (
        "A heading of the sheet choices is empty or has a space in it: “{column}”.",
        "Write it with _ instead of the space, or delete the column.",
    ),
    "header.unknown": (
        "The sheet {sheet} does not know the column “{header}”.",
        "Use list_name, label, entity_id, create_if, update_if and repeat alone.",
    ),
    "header.unknown_near": (
        "The sheet {sheet} does not know the column “{header}”; did you mean {near}?",
        "Write {near}, if that is the column meant.",
    ),
    "sheet.similar": (
        "There is no sheet {sheet}, and one of nearly that name: {candidates}.",
        "Call it {sheet}, if it is meant; if not, write _ before its name.",
    ),
    "setting.no_form_id": (
        "The settings name no form_id: the form's id is “{value}”.",
        "Write a form_id of its own in the sheet settings: two forms of one project cannot have the same.",
    ),
    "setting.two_ids": ("The form's id stands in two columns, form_id and id_string.", "Keep form_id."),
    "setting.instance_id": (
        "An encrypted form cannot leave its instanceID out.",
        "Empty omit_instanceID, or public_key.",
    ),
    # defaults and words that are no expressions
    "default.type": (
        "The default “{value}” is not what a question of type {type} takes: phones begin without it.",
        "Write a value of that type, or empty the cell.",
    ),
    "default.choice": (
        "The default “{value}” is no choice of this question.",
        "Write the name of a choice, as under name in the sheet choices.",
    ),
    "logic.word": (
        "{header} reads “{word}” as the name of an answer, and there is none of that name here.",
        "For a question's answer write ${{name}}, for a text '{word}' in quotes, for a number its digits.",
    ),
    "logic.word_near": (
        "{header} reads “{word}” as the name of an answer, and there is none of that name here; did you mean ${{{near}}}?",
        "Write ${{{near}}} for that question's answer, or '{word}' in quotes for a text.",
    ),
    "logic.yes": (
        "{header} is “{word}”, which is neither yes nor an expression.",
        "Write yes, or leave the cell empty; or write when it is so, as in ${{name}} = 'a'.",
    ),
    "logic.unfinished": (
        "{header} ends before it is complete: a phone would stop there.",
        "Write what belongs behind the last sign, or delete that sign.",
    ),
}
"""Code -> message and fix."""

ARGUMENTS = frozenset(
    {
        "a whole number (integer)",
        "a number (decimal or integer)",
        "yes or no (select_one)",
        "text",
        "one code (select_one)",
        "codes (select_multiple)",
        "a photo (image)",
        "a point (geopoint)",
        "a day (date)",
        "the id of one of a list (select_one_from_file)",
        "an area's code (select_one_from_file areas.csv)",
        "a day or a time (date or dateTime)",
        "a file",
        "a group",
        "list entry's label",
        "visit's name",
    }
)
"""What notices put into their sentences in words: translated like these."""
