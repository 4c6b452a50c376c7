"""The function library of the ODK XForms specification ('XPath Functions'), a module a subject.

A function more is a function more in one of the modules: it is found by its name.
"""

from . import chance, choices, dates, digests, geo, nodes, numbers, strings, world
from .core import FUNCTIONS

__all__ = [
    "FUNCTIONS",
    "chance",
    "choices",
    "dates",
    "digests",
    "geo",
    "nodes",
    "numbers",
    "strings",
    "world",
]
