"""What a form's designer is told: where, what, and what to do about it, in the words of one table (words.py).

Rooms give codes and arguments; doors choose the language. Knows nothing of who tells what, or when.
"""

from server.forms.notices.nearest import Nearest, listed, nearest
from server.forms.notices.notice import XFORM, Level, Notice, bounded, fill, from_json, hinders, told_in
from server.forms.notices.sheet_words import ARGUMENTS
from server.forms.notices.words import TABLE, Words

__all__ = [
    "ARGUMENTS",
    "TABLE",
    "XFORM",
    "Level",
    "Nearest",
    "Notice",
    "Words",
    "bounded",
    "fill",
    "from_json",
    "hinders",
    "listed",
    "nearest",
    "told_in",
]
