"""What is wrong with an expression: while it is read (`XPathFault`), and while it is worked out (`EvaluationFault`)."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import Message, Scalar


class XPathFault(ValueError):
    """An expression that cannot be used. `at` is the offset of the character where it goes wrong, from 0.

    Keys: empty, too_long, too_deep, character, string_open, expected, unexpected, unsupported (while it is parsed);
    unknown_function, arguments, unknown_reference, unknown_instance, not_a_path, not_nodes (while it is compiled).
    """

    def __init__(self, key: str, args: Mapping[str, Scalar] | None = None, *, at: int) -> None:
        super().__init__(key, dict(args or {}))
        self.key = key
        self.arguments: Mapping[str, Scalar] = dict(args or {})
        self.at = at

    @property
    def message(self) -> Message:
        """The fault as a message: `xpath.unknown_function`."""
        return Message(f"xpath.{self.key}", self.arguments)


class EvaluationFault(Exception):
    """A value that an expression cannot be worked out with, where the phone would stop with an error.

    Keys: repeated (one value asked of many), date (no date), date_range, format (of format-date), pattern, digest,
    lengths, points, not_string.
    """

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class OverBudget(Exception):
    """The instance asked for more work than a submission may: the evaluation stops, and a finding says so."""
