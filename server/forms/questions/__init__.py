"""A form's questions as people read them, from its spreadsheet (sheet.py) or from its XForm (xform.py).

What is asked is judged elsewhere (dignity, examine), never here.
"""

from server.forms.questions.sheet import (
    DEFAULT,
    PROTECTS,
    ChoiceText,
    Group,
    Question,
    Questions,
    Texts,
    from_workbook,
    language_code,
    plain_type,
)
from server.forms.questions.xform import from_xform

__all__ = [
    "DEFAULT",
    "PROTECTS",
    "ChoiceText",
    "Group",
    "Question",
    "Questions",
    "Texts",
    "from_workbook",
    "from_xform",
    "language_code",
    "plain_type",
]
