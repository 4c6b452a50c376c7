"""Functions that ask beyond the answers: the form's version, the phone's properties, rows of attached lists."""

from __future__ import annotations

from ..findings import Source
from ..plan import Row
from ..xpath.compile import Code, Compiler, Here, Notes
from ..xpath.state import At, State
from ..xpath.tree import Call
from ..xpath.values import Value, to_text
from .core import arity, builder


@builder("version")
def version(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    arity(call, 0, 0)
    return Code(lambda st, row, at: st.version)


@builder("property")
def property_(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    arity(call, 1, 1)
    notes.sources.add(Source.PHONE)
    name = compiler.compile(call.args[0], here, notes).run
    return Code(lambda st, row, at: st.properties.get(to_text(name(st, row, at)), ""))


@builder("depend")
def depend(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """Its first argument; the others only say what it depends on."""
    arity(call, 1, None)
    codes = [compiler.compile(one, here, notes) for one in call.args]
    return codes[0]


@builder("pulldata")
def pulldata(compiler: Compiler, call: Call, here: Here, notes: Notes) -> Code:
    """One cell of an attached CSV: its file, the column wanted, the column to look in, the text looked for."""
    arity(call, 4, 4)
    notes.sources.add(Source.LIST)
    file, wanted, column, key = (compiler.compile(one, here, notes).run for one in call.args)

    def run(st: State, row: Row, at: At | None) -> Value:
        name = to_text(file(st, row, at))
        table = st.file(name if name.endswith(".csv") else f"{name}.csv")
        found = table.where(("root", "item"), to_text(column(st, row, at)), to_text(key(st, row, at)))
        return (found[0].get(to_text(wanted(st, row, at))) or "") if found else ""

    return Code(run)
