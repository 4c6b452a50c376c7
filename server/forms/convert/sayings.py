"""pyxform's codes and sentences, each with our notice, and the column and question that it is about.

Data only: how a row or a cell is found from it is said.py's. A sentence that stands here nowhere is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Saying:
    """Our notice of one thing that pyxform says. `about`: the column's meaning; `sheet`: where its row is not known to be of
    the survey; `of`: which of its arguments is the name of the question, where it names no row; `args`: what it leaves out."""

    code: str
    about: str = ""
    sheet: str = ""
    of: str = ""
    args: Mapping[str, str] = field(default_factory=dict)


def _parameter(code: str, **args: str) -> Saying:
    return Saying(code, "parameters", "survey", args=args)


CODED: Mapping[str, Saying] = {
    "PYREF_001": Saying("name.reference_form"),
    "PYREF_002": Saying("name.reference_form"),
    "PYREF_003": Saying("name.unknown"),
    "PYREF_004": Saying("name.ambiguous"),
    "NAMES_001": Saying("name.duplicate"),
    "NAMES_002": Saying("name.case_only"),
    "NAMES_003": Saying("name.root"),
    "NAMES_004": Saying("name.repeat_duplicate"),
    "NAMES_005": Saying("name.meta"),
    "NAMES_006": Saying("choices.no_name"),
    "NAMES_007": Saying("choices.duplicate"),
    "NAMES_008": Saying("name.invalid"),
    "NAMES_009": Saying("name.invalid"),
    "NAMES_010": Saying("entity.underscores"),
    "NAMES_011": Saying("entity.period"),
    "NAMES_012": Saying("entity.reserved"),
    "NAMES_013": Saying("sheet.similar"),
    "NAMES_014": Saying("entity.twice", "list_name", "entities"),
    "NAMES_015": Saying("entity.no_name", "list_name", "entities"),
    "LABEL_001": Saying("choices.no_label"),
    "SURVEY_001": Saying("group.no_begin"),
    "SURVEY_002": Saying("group.no_end"),
    "SURVEY_003": _parameter("parameters.one_of", name="incremental", known="true"),
    "SURVEY_004": _parameter("parameters.form"),
    "SURVEY_005": _parameter("parameters.unknown"),
    "SURVEY_006": _parameter("parameters.reference_geometry"),
    "SURVEY_007": _parameter("parameters.number", name="capture-accuracy"),
    "SURVEY_008": _parameter("parameters.number", name="warning-accuracy"),
    "SURVEY_009": _parameter("parameters.one_of", name="allow-mock-accuracy", known="true, false"),
    "RANGE_001": _parameter("parameters.number"),
    "RANGE_002": _parameter("parameters.zero"),
    "RANGE_003": _parameter("parameters.range_larger"),
    "RANGE_004": _parameter("parameters.range_multiple"),
    "RANGE_005": _parameter("parameters.range_outside"),
    "RANGE_006": _parameter("parameters.labels_unknown"),
    "RANGE_007": _parameter("parameters.labels_ends"),
    "RANGE_008": _parameter("parameters.range_appearance"),
    "RANGE_009": _parameter("parameters.labels_number"),
    "RANGE_010": _parameter("parameters.labels_outside"),
    "RANGE_011": _parameter("parameters.labels_outside"),
    "RANGE_012": _parameter("parameters.labels_ends"),
    "ENTITY_001": Saying("entity.no_sheet", "save_to"),
    "ENTITY_002": Saying("entity.saved_twice", "save_to"),
    "ENTITY_003": Saying("entity.group", "save_to"),
    "ENTITY_004": Saying("entity.list_unknown", "save_to"),
    "ENTITY_005": Saying("entity.no_label", "label", "entities"),
    "ENTITY_006": Saying("entity.no_update_if", "update_if", "entities"),
    "ENTITY_007": Saying("entity.no_id", "entity_id", "entities"),
    "ENTITY_008": Saying("entity.which_list", "save_to"),
    "ENTITY_009": Saying("entity.one_each", "list_name", "entities"),
    "ENTITY_011": Saying("entity.scope", "save_to"),
    "ENTITY_012": Saying("entity.scope", "list_name", "entities"),
    "ENTITY_013": Saying("entity.hashes", "save_to"),
    "HEADER_001": Saying("header.absent"),
    "HEADER_002": Saying("header.same"),
    "HEADER_004": Saying("header.space"),
    "HEADER_005": Saying("header.unknown", sheet="entities"),
}
"""pyxform's codes; all of them but those of faults inside it."""

SENTENCES: tuple[tuple[str, Saying], ...] = (
    # about a type, a name, a label
    (r"Unknown question type '(?P<type>.*)'\.", Saying("type.unknown", "type", "survey")),
    (
        r"List name not in (?:choices|columns) sheet: (?P<list>.*)",
        Saying("choices.list_unknown", "type", "survey"),
    ),
    (
        r"List name not in external choices sheet: (?P<list>.*)",
        Saying("choices.external_unknown", "type", "survey"),
    ),
    (r"There should be a choices sheet .*", Saying("choices.no_sheet")),
    (r"There should be an external_choices sheet .*", Saying("choices.no_external_sheet")),
    (r"Repeat loop without list name\.", Saying("type.no_list", "type", args={"type": "begin loop"})),
    (
        r"File name for '(?:\S+ )(?P<file>.*)' should end with one of .*",
        Saying("type.file_ending", "type", "survey"),
    ),
    (r"(?P<type>\S+) is no longer supported on most devices\..*", Saying("type.old", "type", "survey")),
    (
        r"select one external is only meant for filtered selects\.",
        Saying("choices.external_filter", "choice_filter"),
    ),
    (r"(?:Group|Repeat|Loop) has no label: .*", Saying("group.no_label")),
    (r"Question with no type\..*", Saying("type.missing")),
    (r"Row without name, text, or label .*", Saying("row.skipped")),
    (r"The 'disabled' column header is not part of .*", Saying("row.disabled", "disabled")),
    (r"Question or group with no name\.", Saying("name.missing", "name", "survey")),
    (r"Audits must always be named .*", Saying("name.audit", "name", "survey")),
    (
        r"The survey element named '(?P<name>.*)' has no label or hint\.",
        Saying("label.missing", "label", "survey", of="name"),
    ),
    (
        r"To use big-image, you must also specify an image for the survey element named (?P<name>.*)\.",
        Saying("label.big_image", "media::big-image", "survey", of="name"),
    ),
    (r"Media type: (?P<type>.*) not supported", Saying("label.media_type")),
    (r"Missing calculation\.", Saying("calculation.missing", "calculation", "survey")),
    (
        r"(?:.* )?There is no survey element named '(?P<name>.*)'\.",
        Saying("name.unknown", "", "survey", args={"header": "type"}),
    ),
    (
        r"(?:.* )?There are multiple survey elements named '(?P<name>.*)'\.",
        Saying("name.ambiguous", "", "survey", args={"header": "type"}),
    ),
    # about parameters
    (r"Use the max-pixels parameter .*", Saying("image.max_pixels", "parameters", "survey")),
    (r"(?:Parameter )?(?P<name>[\w-]+) must have an integer value\.", _parameter("parameters.integer")),
    (
        r"(?:Parameter )?(?P<name>[\w-]+) must be greater +than or equal to zero\.",
        _parameter("parameters.integer"),
    ),
    (
        r"(?P<name>[\w-]+) must be set to true or false: '.*' is an invalid value\.?",
        _parameter("parameters.one_of", known="true, false"),
    ),
    (r"(?P<name>[\w-]+) must be set to on-form-edit", _parameter("parameters.one_of", known="on-form-edit")),
    (
        r"Parameter (?P<name>location-priority) must be set to .*",
        _parameter("parameters.one_of", known="no-power, low-power, balanced, high-accuracy"),
    ),
    (
        r"Parameter (?P<name>location-max-age) must be greater than or equal to (?P<other>[\w-]+)\.",
        _parameter("parameters.not_below"),
    ),
    (
        r"To include location information in the audit, .* are required parameters\.",
        _parameter("parameters.audit_location"),
    ),
    (
        r"Invalid value for (?P<name>quality)\.",
        _parameter("parameters.one_of", known="voice-only, low, normal, external"),
    ),
    (r"seed value must be a number or a reference to another field\.", _parameter("parameters.seed")),
    (r"Parameters must include randomize=true to use a seed\.", _parameter("parameters.seed_alone")),
    (r"Parameter 'app' has an invalid Android package name - .*", _parameter("parameters.app")),
    # about choices and groups
    (
        r"Choice filter not supported with or_other\.",
        Saying("choices.other_filter", "choice_filter", "survey"),
    ),
    (
        r"Choice filter not supported for table-list appearance\.",
        Saying("choices.table_filter", "choice_filter", "survey"),
    ),
    (
        r"Please specify choices for this 'or other' question\.",
        Saying("choices.other_list", "type", "survey"),
    ),
    (
        r"This form uses or_other and translations, which is not recommended\..*",
        Saying("choices.other_translated"),
    ),
    (
        r"Badly formatted table list, list names don't match: (?P<first>.*) vs\. (?P<second>.*)",
        Saying("choices.table_lists", "type", "survey"),
    ),
    (
        r"Choice names with spaces cannot be added to multiple choice selects\. See \[(?P<name>.*)\] in \[.*\]",
        Saying("choices.space"),
    ),
    (
        r"Question '(?P<name>.*)' is a select from file type, using 'search\(\)'\..*",
        Saying("choices.search_file", "appearance", "survey", of="name"),
    ),
    (
        r"Question '(?P<name>.*)' uses 'search\(\)', and its select type references the choice list name '(?P<list>.*?)'\..*",
        Saying("choices.search_mixed", "appearance", "survey", of="name"),
    ),
    (
        r"The same instance id will be generated for different external instance source URIs\. .*"
        r"Instance name: '(?P<name>.*?)',.*",
        Saying("choices.same_name"),
    ),
    # about triggers
    (
        r"For 'background-geopoint' questions, the '(?P<column>calculation|trigger)' column must (?P<how>.*)\.",
        Saying("type.background_point", "type", "survey"),
    ),
    (
        r"The question \$\{(?P<name>.*)\} is not user-visible so it can't be used as a calculation trigger for question "
        r"\$\{(?P<other>.*)\}\.",
        Saying("trigger.unseen", "trigger", "survey", of="other"),
    ),
    # about a sheet, its headings, its settings
    (r"You must have a sheet named 'survey'\..*", Saying("survey.no_sheet")),
    (
        r"Invalid headers provided for sheet: '(?P<sheet>\w+)'\. One or more required column headers were not found: "
        r"'(?P<column>\w+)'.*",
        Saying("header.missing"),
    ),
    (
        r"When looking for a sheet named '(?P<sheet>\w+)', the following sheets with similar names were found: "
        r"(?P<candidates>.*?)\. .*",
        Saying("sheet.similar"),
    ),
    (
        r"The form_id and id_string column headers are both specified .*",
        Saying("setting.two_ids", "id_string", "settings"),
    ),
    (r"Survey cannot have an empty id_string", Saying("form.id_empty", "form_id", "settings")),
    (
        r"Cannot omit instanceID, it is required for encryption\.",
        Saying("setting.instance_id", "omit_instanceID", "settings"),
    ),
    (
        r"Language '(?P<language>.*)' is missing the (?P<sheet>\w+) (?P<column>[\w, -]+) columns?\.",
        Saying("language.column_missing"),
    ),
    (
        r"The following language declarations do not contain valid machine-readable codes: (?P<languages>[^.]*)\. .*",
        Saying("language.no_code"),
    ),
)
"""Sentences without a code, row and link taken off: a pattern, and what it is to us."""
