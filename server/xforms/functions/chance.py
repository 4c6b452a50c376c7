"""Functions whose value is not the same twice: random(), uuid(), once(), randomize()."""

from __future__ import annotations

import hashlib
import struct
import uuid as uuids
from collections.abc import Callable
from typing import TypeVar

from ..findings import Source
from ..plan import Row
from ..xpath.compile import Code, Compiler, Here, Notes
from ..xpath.state import At, State
from ..xpath.tree import Call
from ..xpath.values import Value, java_int, to_int, to_number, to_text
from ..xpath.written import one_of
from .core import arity, builder, itself, nodes

T = TypeVar("T")

_MODULUS = 2147483647
_MULTIPLIER = 16807


@builder("random")
def random(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    arity(call, 0, 0)
    notes.sources.add(Source.CHANCE)
    return Code(lambda st, row, at: st.random())


@builder("uuid")
def uuid(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """A random UUID, or so many random letters and digits."""
    arity(call, 0, 1)
    notes.sources.add(Source.CHANCE)
    if not call.args:
        return Code(lambda st, row, at: str(uuids.UUID(int=_bits(st.random, 128), version=4)))
    length = compiler.compile(call.args[0], here, notes).run
    letters = "0123456789abcdefghijklmnopqrstuvwxyz"

    def run(st: State, row: Row, at: At | None) -> Value:
        number = min(java_int(to_int(length(st, row, at))), 1000)
        return "".join(letters[int(st.random() * 36)] for _ in range(number))

    return Code(run)


def _bits(draw: Callable[[], float], count: int) -> int:
    bits = 0
    for _ in range(0, count, 32):
        bits = bits << 32 | int(draw() * 2**32)
    return bits


@builder("once")
def once(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """What the node holds already, else the argument."""
    arity(call, 1, 1)
    own = compiler.compile(itself(call), here, Notes()).run
    value = compiler.compile(call.args[0], here, notes).run
    notes.depth = max(notes.depth, here.place.scope.depth)

    def run(st: State, row: Row, at: At | None) -> Value:
        held = own(st, row, at)
        return held if to_text(held) != "" else value(st, row, at)

    return Code(run)


@builder("randomize")
def randomize(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """A path's nodes shuffled; with a seed always in the same order."""
    arity(call, 1, 2)
    values = nodes(compiler, call, 0, here, notes)
    if len(call.args) == 1:
        notes.sources.add(Source.CHANCE)

        def unseeded(st: State, row: Row, at: At | None) -> list[Value]:
            return shuffle(values(st, row, at), int(st.random() * 2**31))

        return Code(one_of(unseeded), unseeded)
    seed = compiler.compile(call.args[1], here, notes).run

    def seeded(st: State, row: Row, at: At | None) -> list[Value]:
        return shuffle(values(st, row, at), seed_of(seed(st, row, at)))

    return Code(one_of(seeded), seeded)


def seed_of(value: Value) -> int:
    """A number cut to a long; of another text the first eight bytes of its SHA-256, '' being 0."""
    number = to_number(value)
    if number == number:
        return max(-(2**63), min(2**63 - 1, int(max(-1e19, min(1e19, number)))))
    text = to_text(value)
    if not text:
        return 0
    return int(struct.unpack(">q", hashlib.sha256(text.encode()).digest()[:8])[0])


def shuffle(values: list[T], seed: int) -> list[T]:
    """Fisher-Yates with the generator of Park and Miller (specification, 'randomize')."""
    state = int(float(seed)) % _MODULUS if seed >= 0 else -(-int(float(seed)) % _MODULUS)
    if state <= 0:
        state += _MODULUS - 1
    shuffled: list[T] = []
    for at, value in enumerate(values):
        state = state * _MULTIPLIER % _MODULUS
        other = int((state - 1) / (_MODULUS - 1) * (at + 1))
        if other == at:
            shuffled.append(value)
        else:
            shuffled.append(shuffled[other])
            shuffled[other] = value
    return shuffled
