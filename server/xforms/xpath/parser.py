"""From an expression's text to its tree, or to a fault that says where and why.

Follows JavaRosa where it is narrower or wider than XPath 1.0: no `//`, no variables, no unions, no axes beyond child,
attribute, self and parent, no filters but on instance() and current(); operators need no blanks around them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .faults import XPathFault
from .tree import Axis, Binary, Call, Expr, Negative, Number, Origin, Path, Step, String

MAX_DEPTH = 100
"""Levels of brackets and arguments. A form that needs more is a mistake; Python's own stack is the other limit."""
MAX_LENGTH = 200_000

_TOKEN = re.compile(
    r"""[ \n\t\f\r]*(?:
      (?P<num>[0-9]+\.?[0-9]*|\.[0-9]+)
    | (?P<str>'[^']*'|"[^"]*")
    | (?P<name>[^\W\d][\w.\-]*(?::[^\W\d][\w.\-]*)?)
    | (?P<op>!=|<=|>=|//|::|\.\.|[=<>+\-*|/\[\]().@,$])
    )""",
    re.VERBOSE,
)
_WORD = re.compile(r"[ \n\t\f\r]*(and|or|div|mod)")
_BLANK = re.compile(r"[ \n\t\f\r]*")

_ENDS_VALUE = frozenset({"]", ")", ".", ".."})
"""Tokens after which an operator may stand, beside names, numbers and strings."""

_PRECEDENCE = {
    "or": 1, "and": 2, "=": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4, "+": 5, "-": 5, "*": 6, "div": 6, "mod": 6,
}  # fmt: skip
_NODE_TESTS = frozenset({"node", "text", "comment", "processing-instruction"})


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # num, str, name, op (a word such as `and` where an operator is due), end
    text: str
    at: int


def parse(text: str) -> Expr:
    """The tree of an expression. Raises `XPathFault` with the keys empty, too_long, too_deep, character, string_open,
    expected, unexpected, unsupported."""
    if not text.strip():
        raise XPathFault("empty", at=0)
    if len(text) > MAX_LENGTH:
        raise XPathFault("too_long", at=0)
    reader = _Reader(tokens(text))
    expr = reader.expression(0)
    reader.end()
    return expr


def tokens(text: str) -> list[Token]:
    """The words of an expression, an `end` last."""
    found: list[Token] = []
    at, value_due = 0, True
    while True:
        if not value_due and (word := _WORD.match(text, at)):
            found.append(Token("op", word[1], word.start(1)))
            at, value_due = word.end(), True
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            at = _BLANK.match(text, at).end()  # type: ignore[union-attr]  # matches nothing at the least
            if at == len(text):
                found.append(Token("end", "", at))
                return found
            if text[at] in "'\"":
                raise XPathFault("string_open", at=at)
            raise XPathFault("character", {"found": text[at]}, at=at)
        kind = match.lastgroup or "op"
        word_text = match[kind]
        if kind == "name" and not value_due:
            raise XPathFault("unexpected", {"found": word_text}, at=match.start(kind))
        if kind == "op" and word_text == "*" and value_due:
            kind = "name"  # a wildcard
        found.append(Token(kind, word_text, match.start(match.lastgroup or 0)))
        value_due = kind == "op" and word_text not in _ENDS_VALUE
        at = match.end()


class _Reader:
    """Reads tokens by precedence climbing."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._next = 0
        self._depth = 0

    def _peek(self, ahead: int = 0) -> Token:
        return self._tokens[min(self._next + ahead, len(self._tokens) - 1)]

    def _is(self, text: str, ahead: int = 0) -> bool:
        token = self._peek(ahead)
        return token.kind == "op" and token.text == text

    def _take(self) -> Token:
        token = self._peek()
        self._next += 1
        return token

    def _expect(self, text: str) -> None:
        if not self._is(text):
            token = self._peek()
            raise XPathFault("expected", {"expected": text, "found": token.text}, at=token.at)
        self._next += 1

    def end(self) -> None:
        token = self._peek()
        if token.kind != "end":
            raise XPathFault("unexpected", {"found": token.text}, at=token.at)

    def expression(self, least: int) -> Expr:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise XPathFault("too_deep", {"limit": MAX_DEPTH}, at=self._peek().at)
        left = self._unary()
        while (token := self._peek()).kind == "op" and (power := _PRECEDENCE.get(token.text, 0)) > least:
            self._next += 1
            left = Binary(token.text, left, self.expression(power), token.at)
        if self._is("|"):
            raise XPathFault("unsupported", {"what": "|"}, at=self._peek().at)
        self._depth -= 1
        return left

    def _unary(self) -> Expr:
        signs: list[int] = []
        while self._is("-"):
            signs.append(self._take().at)
        value = self._path()
        for at in reversed(signs[-MAX_DEPTH:]):
            value = Negative(value, at)
        return value

    def _path(self) -> Expr:
        token = self._peek()
        if token.kind == "op" and token.text in ("/", "//"):
            return self._absolute()
        is_call = token.kind == "name" and self._is("(", 1) and token.text not in _NODE_TESTS
        if token.kind in ("num", "str") or is_call or self._is("("):
            primary = self._primary()
            if self._is("/") or self._is("[") or self._is("//"):
                return self._after(primary, token)
            return primary
        return Path(Origin.CONTEXT, self._steps(), at=token.at)

    def _absolute(self) -> Path:
        token = self._take()
        if token.text == "//":
            raise XPathFault("unsupported", {"what": "//"}, at=token.at)
        after = self._peek()
        if after.kind == "name" or (after.kind == "op" and after.text in (".", "..", "@")):
            return Path(Origin.ROOT, self._steps(), at=token.at)
        return Path(Origin.ROOT, (), at=token.at)

    def _after(self, primary: Expr, token: Token) -> Path:
        """Steps after instance('x') or current(); nothing else may have steps or predicates."""
        match primary:
            case Call("instance", (String(value=name),)):
                origin, instance = Origin.INSTANCE, name
            case Call("current", ()):
                origin, instance = Origin.CURRENT, ""
            case _:
                raise XPathFault("unsupported", {"what": self._peek().text}, at=self._peek().at)
        if not self._is("/"):
            raise XPathFault("unsupported", {"what": self._peek().text}, at=self._peek().at)
        self._next += 1
        return Path(origin, self._steps(), instance, token.at)

    def _steps(self) -> tuple[Step, ...]:
        steps = [self._step()]
        while self._is("/"):
            self._next += 1
            steps.append(self._step())
        if self._is("//"):
            raise XPathFault("unsupported", {"what": "//"}, at=self._peek().at)
        return tuple(steps)

    def _step(self) -> Step:
        token = self._take()
        axis = Axis.CHILD
        if token.kind == "op" and token.text in (".", ".."):
            return Step(Axis.SELF if token.text == "." else Axis.PARENT, "", self._predicates())
        if token.kind == "op" and token.text == "@":
            axis, token = Axis.ATTRIBUTE, self._take()
        elif token.kind == "name" and self._is("::"):
            if token.text not in ("child", "attribute", "self", "parent"):
                raise XPathFault("unsupported", {"what": f"{token.text}::"}, at=token.at)
            axis = Axis(token.text)
            self._next += 1
            token = self._take()
        if token.kind != "name":
            raise XPathFault("expected", {"expected": "name", "found": token.text}, at=token.at)
        if token.text in _NODE_TESTS and self._is("("):
            self._next += 1
            self._expect(")")
            if token.text != "node" or axis not in (Axis.SELF, Axis.PARENT):
                raise XPathFault("unsupported", {"what": f"{token.text}()"}, at=token.at)
            return Step(axis, "", self._predicates())
        if axis in (Axis.SELF, Axis.PARENT):
            raise XPathFault("unsupported", {"what": f"{axis}::{token.text}"}, at=token.at)
        return Step(axis, token.text.rpartition(":")[2], self._predicates())

    def _predicates(self) -> tuple[Expr, ...]:
        found = []
        while self._is("["):
            self._next += 1
            found.append(self.expression(0))
            self._expect("]")
        return tuple(found)

    def _primary(self) -> Expr:
        token = self._take()
        if token.kind == "num":
            return Number(float(token.text), token.at)
        if token.kind == "str":
            return String(token.text[1:-1], token.at)
        if token.kind == "name":
            self._next += 1  # the bracket
            args: list[Expr] = []
            if not self._is(")"):
                args.append(self.expression(0))
                while self._is(","):
                    self._next += 1
                    args.append(self.expression(0))
            self._expect(")")
            return Call(token.text, tuple(args), token.at)
        inner = self.expression(0)
        self._expect(")")
        return inner
