"""Random texts that match a regular expression of the simple kind that forms use in constraints."""

import re
import string
from random import Random
from re import _constants as codes  # type: ignore[attr-defined]  # the parser of `re` has no public name
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

ANY = string.ascii_letters + string.digits + " -"
CATEGORIES = {
    codes.CATEGORY_DIGIT: string.digits,
    codes.CATEGORY_WORD: string.ascii_letters + string.digits + "_",
    codes.CATEGORY_SPACE: " ",
}


def text_matching(pattern: str, rng: Random) -> str:
    """One text that the whole of `pattern` matches; repetitions without an end stop four past their least.

    Raises ValueError for what forms do not use: looking around, back references.
    """
    return "".join(_some(item, rng) for item in parser.parse(pattern))


def _some(item: tuple[Any, Any], rng: Random) -> str:
    code, value = item
    if code == codes.LITERAL:
        return chr(value)
    if code == codes.ANY:
        return rng.choice(ANY)
    if code == codes.IN:
        return rng.choice(_class(value))
    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
        least, most, inner = value
        times = rng.randint(least, most if most != codes.MAXREPEAT else least + 4)
        return "".join(_some(part, rng) for _ in range(times) for part in inner)
    if code == codes.SUBPATTERN:
        return "".join(_some(part, rng) for part in value[-1])
    if code == codes.BRANCH:
        return "".join(_some(part, rng) for part in rng.choice(value[1]))
    if code == codes.AT:
        return ""
    raise ValueError(f"{code} is not among what this can make up")


def _class(parts: list[tuple[Any, Any]]) -> str:
    """The letters of a [character class]; a negated one is taken out of the ordinary letters."""
    negated = parts[0][0] == codes.NEGATE
    letters = "".join(_letters(part) for part in parts if part[0] != codes.NEGATE)
    if negated:
        return "".join(letter for letter in ANY if not re.match(f"[{re.escape(letters)}]", letter))
    return letters


def _letters(part: tuple[Any, Any]) -> str:
    code, value = part
    if code == codes.LITERAL:
        return chr(value)
    if code == codes.RANGE:
        first, last = value
        return "".join(map(chr, range(first, min(last, first + 500) + 1)))
    if code == codes.CATEGORY and value in CATEGORIES:
        return CATEGORIES[value]
    raise ValueError(f"{code} {value} is not among what this can make up")
