"""Functions of texts (specification, 'String functions')."""

from __future__ import annotations

import re
from typing import Any

import regex

from ..plan import Row
from ..xpath.compile import Code, Compiler, Here, Notes
from ..xpath.faults import EvaluationFault, OverBudget
from ..xpath.state import At, State, bounded
from ..xpath.tree import Call
from ..xpath.values import Value, java_int, to_text
from .core import arity, builder, itself, plain, spread

_SPACES = re.compile(r"[ \t\n\x0b\f\r]+")
_JAVA_TRIM = "".join(map(chr, range(33)))


@plain("v", "string")
def string(value: Any) -> str:
    return to_text(value)


@builder("concat")
def concat(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    values = spread(compiler, call, 0, here, notes)
    return Code(lambda st, row, at: bounded("".join(map(to_text, values(st, row, at)))))


@builder("join")
def join(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    arity(call, 1, None)
    between = compiler.compile(call.args[0], here, notes).run
    values = spread(compiler, call, 1, here, notes)
    return Code(
        lambda st, row, at: bounded(to_text(between(st, row, at)).join(map(to_text, values(st, row, at))))
    )


@plain("sii", "substr", least=2)
def substr(text: str, start: float, end: float | None = None) -> str:
    """From a 0-based index up to another; negative ones count from the end."""
    length = len(text)
    first = java_int(start)
    last = length if end is None else java_int(end)
    first, last = (one + length if one < 0 else one for one in (first, last))
    first, last = (min(max(0, one), length) for one in (first, last))
    return text[first:last] if first <= last else ""


@plain("ss", "substring-before")
def substring_before(text: str, part: str) -> str:
    at = text.find(part)
    return text[:at] if at >= 0 else ""


@plain("ss", "substring-after")
def substring_after(text: str, part: str) -> str:
    at = text.find(part)
    return text[at + len(part) :] if at >= 0 else ""


@plain("sss", "translate")
def translate(text: str, given: str, wanted: str) -> str:
    """Characters replaced by those at the same place of another text; removed where there is none."""
    table: dict[int, str | None] = {}
    for at, one in enumerate(given):
        table.setdefault(ord(one), wanted[at] if at < len(wanted) else None)
    return text.translate(table)


@plain("ss", "contains")
def contains(text: str, part: str) -> bool:
    return part in text


@plain("ss", "starts-with")
def starts_with(text: str, part: str) -> bool:
    return text.startswith(part)


@plain("ss", "ends-with")
def ends_with(text: str, part: str) -> bool:
    return text.endswith(part)


@builder("string-length", "normalize-space")
def of_itself(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """Of the argument, or of the context node where there is none."""
    arity(call, 0, 1)
    argument = call.args[0] if call.args else itself(call)
    run = compiler.compile(argument, here, notes).run
    if call.name == "string-length":
        return Code(lambda st, row, at: float(_utf16_length(to_text(run(st, row, at)))))
    return Code(lambda st, row, at: _SPACES.sub(" ", to_text(run(st, row, at)).strip(_JAVA_TRIM)))


def _utf16_length(text: str) -> int:
    """Java counts units of UTF-16: a character beyond the basic plane is two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@builder("regex")
def matches(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """Whether a whole text matches a pattern of Java's, within the time that a submission has for patterns."""
    arity(call, 2, 2)
    text, pattern = (compiler.compile(one, here, notes) for one in call.args)
    known = _pattern(pattern.constant) if isinstance(pattern.constant, str) else None
    of_text, of_pattern = text.run, pattern.run

    def run(st: State, row: Row, at: At | None) -> Value:
        made = known or _pattern(to_text(of_pattern(st, row, at)))
        if made is None:
            raise EvaluationFault("pattern")
        value = to_text(of_text(st, row, at))
        for seconds in (st.seconds / 4, st.seconds):  # the first may have been the machine's own pause
            try:
                return made.fullmatch(value, timeout=seconds) is not None
            except TimeoutError:
                continue
        raise OverBudget

    return Code(run)


_POSIX = {
    "Lower": "a-z", "Upper": "A-Z", "ASCII": r"\x00-\x7F", "Alpha": "a-zA-Z", "Digit": "0-9", "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-~", "Graph": "!-~", "Print": " -~", "Blank": r" \t", "Cntrl": r"\x00-\x1F\x7F",
    "XDigit": "0-9a-fA-F", "Space": r" \t\n\x0B\f\r",
}  # fmt: skip
_JAVA_CLASS = re.compile(r"\\p\{(" + "|".join(_POSIX) + r")\}")
_SHORT = {"d": "0-9", "w": "a-zA-Z0-9_", "s": r" \t\n\x0B\f\r"}
_PROPERTY = re.compile(r"\\[pP](?:\{(?!(?:" + "|".join(_POSIX) + r")\})|[A-Z])")
_NESTED = re.compile(r"\[(?:[^\]\\]|\\.)*?(?:\[|&&)")
_TIMES = re.compile(r"\{[0-9]+(?:,[0-9]*)?\}")
_NAMED = re.compile(r"\\[pPxN]\{[^}]*\}")
_MADE: dict[str, regex.Pattern[str] | None] = {}


def _pattern(source: str) -> regex.Pattern[str] | None:
    """Java's pattern as ours: ASCII classes unless a property of Unicode is named, `\\p{Alpha}` and the like,
    `[a-c&&[^b]]`, `\\Q…\\E`. None where it is no pattern."""
    if source in _MADE:
        return _MADE[source]
    if len(_MADE) > 2000:
        _MADE.clear()
    try:
        flags = regex.VERSION1 if _NESTED.search(source) else regex.VERSION0
        made = regex.compile(_translated(source), flags if _PROPERTY.search(source) else flags | regex.ASCII)
    except (regex.error, ValueError, RecursionError, OverflowError):  # ValueError: `(?u)`, which Java takes
        made = None
    _MADE[source] = made
    return made


def _translated(source: str) -> str:
    """Raises `regex.error` where Java would refuse what `regex` takes."""
    out: list[str] = []
    inside, at = 0, 0
    while at < len(source):
        match = _JAVA_CLASS.match(source, at)
        if match:
            out.append(_POSIX[match[1]] if inside else f"[{_POSIX[match[1]]}]")
            at = match.end()
            continue
        one = source[at]
        if source.startswith("\\Q", at):
            quoted, _, _ = source[at + 2 :].partition("\\E")
            out.append(regex.escape(quoted))
            at += len(quoted) + 4
            continue
        if one == "\\" and (short := _SHORT.get(source[at + 1 : at + 2])):
            out.append(short if inside else f"[{short}]")
            at += 2
            continue
        if one == "\\" and (named := _NAMED.match(source, at)):
            out.append(named[0])
            at = named.end()
            continue
        if one == "{" and not inside and not _TIMES.match(source, at):
            raise regex.error("a brace without a number")
        if one == "\\" and at + 1 < len(source):
            out.append(source[at : at + 2])
            at += 2
            continue
        if one == "[":
            inside += 1
        elif one == "]" and inside:
            inside -= 1
        out.append(one)
        at += 1
    return "".join(out)
