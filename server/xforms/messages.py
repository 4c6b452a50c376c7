"""Every key that the engine says, with its sentence in English: the source of the catalogues of other languages.

Chooses no language and knows no reader. A test holds that no key is missing here and none stands unused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

MESSAGES: Final[Mapping[str, str]] = {
    # A submission that cannot be read (InstanceError).
    "instance.empty": "The submission is empty. Send the form again.",
    "instance.malformed": "The submission is not well-formed XML (line {line}).",
    "instance.encoding": "The submission is not in the encoding that it declares. Save it as UTF-8.",
    "instance.characters": "The submission holds control characters, which XML does not allow.",
    "instance.dtd": "The submission declares a document type, which is not allowed.",
    "instance.too_large": "The submission's XML is too large.",
    "instance.too_deep": "The submission nests elements deeper than {limit} levels.",
    "instance.no_form_id": "The submission does not name its form: its first element has no id.",
    # A form definition that cannot be used (FormError).
    "form.empty": "The form is empty.",
    "form.malformed": "The form is not well-formed XML (line {line}).",
    "form.encoding": "The form is not in the encoding that it declares. Save it as UTF-8.",
    "form.characters": "The form holds control characters, which XML does not allow.",
    "form.dtd": "The form declares a document type, which is not allowed.",
    "form.too_large": "The form is too large.",
    "form.too_deep": "The form nests elements too deeply.",
    "form.not_xform": "This is no XForm: it begins with <{element}>, not with <h:html>.",
    "form.no_model": "The form has no model.",
    "form.no_instance": "The form has no primary instance.",
    "form.no_form_id": "The form has no form_id.",
    "form.question_without_node": "A question stands at {path}, but the form has no such node.",
    "form.question_without_reference": "A question (<{control}>) does not say which node its answer goes to.",
    "form.select_without_choices": "The question at {path} has no choices.",
    "form.choice_without_label": "A choice has no label.",
    "form.text_missing": "The text {text} is missing in the form's default language {language}.",
    # Findings.
    "type.int": "This is not a whole number.",
    "type.int_range": "This whole number is too large for its type.",
    "type.decimal": "This is not a number.",
    "type.decimal_comma": "This number is written with a comma; a point is needed.",
    "type.boolean": "This is neither true nor false.",
    "type.date": "This is not a date (YYYY-MM-DD).",
    "type.time": "This is not a time (HH:MM).",
    "type.dateTime": "This is not a date with a time.",
    "type.geopoint": "This is not a point (latitude, longitude, altitude, accuracy).",
    "type.geopoint_comma": "This point is written with commas; decimal points are needed.",
    "type.latitude": "The latitude is not between -90 and 90 degrees.",
    "type.longitude": "The longitude is not between -180 and 180 degrees.",
    "type.geotrace": "This is not a line of at least two points.",
    "type.geoshape": "This is not a shape of at least three points.",
    "type.geoshape_open": "This shape does not end where it begins.",
    "choice.unknown": "This is not one of the question's choices.",
    "choice.ranked_twice": "A choice is ranked more than once.",
    "choice.not_in_list": "This is not in the list {list}.",
    "range.limits": "This is not between {low} and {high}.",
    "range.step": "From {start} on only every step of {step} can be chosen.",
    "unknown.node": "The form has no such question.",
    "unknown.duplicate": "This question was answered more than once.",
    "attachment.missing": "The file that this answer names has not arrived.",
    "evidence.null_island": "The point lies at 0° north, 0° east: no place was measured.",
    "budget.repeat_rows": "There are {rows} repetitions, more than {limit}.",
    "budget.findings": "There are more than {limit} findings; the others are not listed.",
}
