"""What the engine says when it refuses, as keys and arguments: words are chosen per reader's language elsewhere.

Knows no catalogue, no HTTP status and no problem code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Scalar = str | int | float


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence to be worded later: a stable key, and arguments that are never a respondent's answer."""

    key: str
    args: Mapping[str, Scalar] = field(default_factory=dict, hash=False)


class XFormsError(Exception):
    """Base of both refusals. `key` is stable and short (`malformed`, `too_deep`), `args` fill its sentence."""

    def __init__(self, key: str, args: Mapping[str, Scalar] | None = None) -> None:
        super().__init__(key, dict(args or {}))
        self.key = key
        self.arguments: Mapping[str, Scalar] = dict(args or {})

    @property
    def message(self) -> Message:
        """The refusal as a `Message`, its key prefixed with what was refused: `instance.malformed`."""
        return Message(f"{self.subject}.{self.key}", self.arguments)

    subject = "xml"


class FormError(XFormsError):
    """A form definition that cannot be used.

    Keys: empty, malformed, encoding, characters, dtd, too_large, too_deep, not_xform, no_model, no_instance,
    no_form_id, question_without_node, question_without_reference, select_without_choices,
    choice_without_label, text_missing. `path` is the node's path where one is concerned, `line` the XML line.
    """

    subject = "form"

    def __init__(
        self,
        key: str,
        args: Mapping[str, Scalar] | None = None,
        *,
        path: str | None = None,
        line: int | None = None,
    ) -> None:
        super().__init__(key, args)
        self.path = path
        written = self.arguments.get("line")
        self.line = line if line is not None else written if isinstance(written, int) and written else None


class InstanceError(XFormsError):
    """A submission's XML that cannot be read.

    Keys: empty, malformed, encoding, characters, dtd, too_large, too_deep, no_form_id.
    """

    subject = "instance"
