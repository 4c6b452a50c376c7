"""Functions of numbers and booleans (specification, 'Number functions', 'Boolean functions')."""

from __future__ import annotations

import math
import sys
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from math import inf, nan
from typing import Any

from ..plan import Row
from ..xpath.compile import Code, Compiler, Here, Notes, constant
from ..xpath.faults import EvaluationFault, XPathFault
from ..xpath.state import At, State
from ..xpath.tree import Call
from ..xpath.values import Value, is_null, java_int, java_long, to_boolean, to_int, to_number
from .core import arity, builder, each, nodes, plain, spread


@plain("v", "number")
def number(value: Any) -> float:
    return to_number(value)


@plain("v", "int")
def whole(value: Any) -> float:
    return to_int(value)


@plain("v", "boolean")
def boolean(value: Any) -> bool:
    return to_boolean(value)


@plain("b", "not")
def negation(value: bool) -> bool:
    return not value


@plain("s", "boolean-from-string")
def boolean_from_string(text: str) -> bool:
    return text == "1" or text.lower() == "true"


@builder("true", "false")
def truth(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    arity(call, 0, 0)
    return constant(call.name == "true")


@builder("pi")
def pi(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    arity(call, 0, 0)
    return constant(math.pi)


@builder("if")
def either(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """Only the branch that is taken is worked out."""
    arity(call, 3, 3)
    test, yes, no = (compiler.compile(one, here, notes).run for one in call.args)
    return Code(lambda st, row, at: yes(st, row, at) if to_boolean(test(st, row, at)) else no(st, row, at))


@builder("coalesce")
def coalesce(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    arity(call, 2, 2)
    first, second = (compiler.compile(one, here, notes).run for one in call.args)

    def run(st: State, row: Row, at: At | None) -> Value:
        value = first(st, row, at)
        return second(st, row, at) if is_null(value) else value

    return Code(run)


@plain("nn", "round", least=1)
def rounded(value: float, places: float = 0.0) -> float:
    """To decimal places, halves away from zero above it and towards it below; negative places round to tens."""
    if math.isnan(value) or math.isinf(value):
        return value
    digits = java_int(places)
    if not -30 <= digits <= 30:
        return nan
    if digits < 0:
        scaled = float(Decimal(repr(value)).scaleb(digits))
        return float(Decimal(java_long(scaled + 0.5)).scaleb(-digits))
    mode = ROUND_HALF_DOWN if value < 0 else ROUND_HALF_UP
    exact = Decimal(repr(value))
    exponent = exact.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= digits:
        return value
    return float(exact.quantize(Decimal(1).scaleb(-digits), rounding=mode)) + 0.0


@plain("d", "abs")
def absolute(value: float) -> float:
    return abs(value)


def _math(name: str, function: Any) -> None:
    """Registers a function of `math`: NaN outside its domain, infinite where it overflows, as in Java."""

    def safe(value: float) -> float:
        try:
            return float(function(value))
        except ValueError:
            return nan
        except OverflowError:
            return inf

    plain("d", name)(safe)


def _log(value: float) -> float:
    return -inf if value == 0 else math.log(value)


def _log10(value: float) -> float:
    return -inf if value == 0 else math.log10(value)


for _name, _function in {
    "acos": math.acos, "asin": math.asin, "atan": math.atan, "cos": math.cos, "sin": math.sin, "tan": math.tan,
    "exp": math.exp, "sqrt": math.sqrt, "log": _log, "log10": _log10, "exp10": lambda value: power(10.0, value),
}.items():  # fmt: skip
    _math(_name, _function)


@plain("dd", "atan2")
def atan2(y: float, x: float) -> float:
    return math.atan2(y, x)


@plain("dd", "pow")
def power(base: float, exponent: float) -> float:
    """Java's pow: one to the NaN is NaN, a negative base needs a whole exponent."""
    if exponent == 0:
        return 1.0
    if math.isnan(base) or math.isnan(exponent) or (abs(base) == 1 and math.isinf(exponent)):
        return nan
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -inf if base < 0 and exponent % 2 == 1 else inf
    except ValueError:
        if base == 0:
            return -inf if math.copysign(1, base) < 0 and exponent % 2 == 1 else inf
        return nan


@builder("sum")
def total(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """Of a path's nodes; what is no number counts nothing."""
    arity(call, 1, 1)
    values = nodes(compiler, call, 0, here, notes)

    def run(st: State, row: Row, at: At | None) -> Value:
        result = 0.0
        for value in values(st, row, at):
            one = value if value.__class__ is float else to_number(value)
            if one == one:
                result += one
        return result

    return Code(run)


@builder("max", "min")
def extreme(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """Of a path's nodes or of the arguments; what is no number does not count, NaN where nothing does."""
    values = spread(compiler, call, 0, here, notes)
    choose = max if call.name == "max" else min
    # JavaRosa begins its search for the largest at the smallest positive double, for the smallest at the largest.
    first = 5e-324 if call.name == "max" else sys.float_info.max

    def run(st: State, row: Row, at: At | None) -> Value:
        numbers = [one for value in values(st, row, at) if (one := to_number(value)) == one]
        return choose(first, choose(numbers)) if numbers else nan

    return Code(run)


@builder("checklist")
def checklist(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """Whether the count of true ones lies between two numbers; a negative one is no bound."""
    arity(call, 2, None)
    least, most = (compiler.compile(one, here, notes).run for one in call.args[:2])
    values = spread(compiler, call, 2, here, notes)

    def run(st: State, row: Row, at: At | None) -> Value:
        low, high = java_int(to_number(least(st, row, at))), java_int(to_number(most(st, row, at)))
        count = sum(map(to_boolean, values(st, row, at)))
        return (low < 0 or count >= low) and (high < 0 or count <= high)

    return Code(run)


@builder("weighted-checklist")
def weighted_checklist(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """Whether the weights of the true ones add up to between two numbers."""
    arity(call, 4, None)
    if len(call.args) % 2:
        raise XPathFault(
            "arguments", {"name": call.name, "given": len(call.args), "wanted": "2n"}, at=call.at
        )
    codes = [compiler.compile(one, here, notes) for one in call.args]
    least, most = codes[0].run, codes[1].run
    if len(codes) == 4 and codes[2].many is not None and codes[3].many is not None:
        flags, weights = codes[2].many, codes[3].many
    else:
        flags, weights = each(codes[2::2]), each(codes[3::2])

    def run(st: State, row: Row, at: At | None) -> Value:
        yes, weight = flags(st, row, at), weights(st, row, at)
        if len(yes) != len(weight):
            raise EvaluationFault("lengths")
        added = 0.0
        for flag, one in zip(yes, weight, strict=True):
            amount = to_number(one)
            if to_boolean(flag):
                added += amount
        return to_number(least(st, row, at)) <= added <= to_number(most(st, row, at))

    return Code(run)
