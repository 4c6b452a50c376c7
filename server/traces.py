"""A fault as it is written down: where it happened and of what kind, without what was in the statement.

PostgreSQL says in a DETAIL which values broke a rule, and values are answers: of a database's error the class, its SQLSTATE and the
constraint are kept. Knows no log and no table.
"""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterator

from sqlalchemy.exc import DBAPIError

FRAMES = 8
"""Frames of each exception that are kept, the innermost."""


def trace(error: BaseException) -> str:
    """The exception and what it came from, the outermost first."""
    return "\n".join(_lines(error))


def _lines(error: BaseException) -> Iterator[str]:
    for at in _chain(error):
        frames = traceback.extract_tb(at.__traceback__)[-FRAMES:]
        yield "".join(traceback.format_list(frames)) + says(at)


def out_of_handles(error: BaseException) -> bool:
    """Whether the process had no file handle left, whatever a library made of it on the way up."""
    return any(
        isinstance(one, OSError) and one.errno in (errno.EMFILE, errno.ENFILE) for one in _chain(error)
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and what it came from, the outermost first."""
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)


def says(error: BaseException) -> str:
    """One line: the kind of fault, and its words where they can hold no answer."""
    name = type(error).__qualname__
    origin = error.orig if isinstance(error, DBAPIError) else error
    if type(origin).__module__.startswith("psycopg"):
        diagnosis = getattr(origin, "diag", None)
        parts = (getattr(origin, "sqlstate", None), getattr(diagnosis, "constraint_name", None))
        return f"{name}: {' '.join(str(part) for part in parts if part)}"
    if isinstance(error, DBAPIError):
        return f"{name}: {origin}"
    return f"{name}: {error}"
