"""The form model: what one version of a form says, as frozen values.

Built by `build.py` from a form's XML; everything else in the engine reads it. Knows no database and no request.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from . import schema
from .text import NO_TEXT, Text

if TYPE_CHECKING:
    from .findings import Context, Finding
    from .instance import Instance
    from .plan import Plan
    from .program import Program
    from .tables import Table
    from .words import Words

NO_ATTRIBUTES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Bind:
    """A `<bind>`: logic of one node as XPath source texts (specification, 'Bind Attributes').

    `type` is as declared (`xsd:string`, `odk:rank`) or None. `extra` holds attributes of other namespaces, keyed
    `{namespace}name`, and unknown ones without namespace by their name.
    """

    path: str
    type: str | None = None
    relevant: str | None = None
    required: str | None = None
    constraint: str | None = None
    readonly: str | None = None
    calculate: str | None = None
    constraint_msg: Text | None = None
    required_msg: Text | None = None
    preload: str | None = None
    preload_params: str | None = None
    saveto: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a list: the name that answers hold, its label, and the other columns of its row."""

    name: str
    label: Text
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Itemset:
    """Where a select's choices come from when they are not written under it.

    `nodeset` is the whole expression (randomize and filter included). `instance` is the secondary instance's id,
    None where the choices are answers of the form itself. `file` is the attachment's name where the list lies outside
    the form (then `external`), an entity list's CSV included.
    """

    nodeset: str
    value_ref: str
    label_ref: str
    instance: str | None = None
    file: str | None = None
    filtered: bool = False

    @property
    def external(self) -> bool:
        return self.file is not None


@dataclass(frozen=True, slots=True)
class Range:
    """Limits of a `<range>`, as written."""

    start: str
    end: str
    step: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """What a `<repeat>` says of itself: source of `jr:count`, and whether rows cannot be added or removed by hand."""

    count: str | None = None
    no_add_remove: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One node of the primary instance: a question, a calculation, a metadatum, a group ('structure') or a repeat.

    `type` is canonical: a select's is its control's (select1, select, rank) even where the bind says string. `repeats`
    are the paths of the repeats around it, outermost first, its own path included where it is one itself.
    """

    path: str
    name: str
    type: str
    control: str | None = None
    bind: Bind | None = None
    label: Text = NO_TEXT
    hint: Text = NO_TEXT
    choices: tuple[Choice, ...] = ()
    itemset: Itemset | None = None
    range: Range | None = None
    repeat: Repeat | None = None
    media_type: str | None = None
    appearance: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)
    repeats: tuple[str, ...] = ()
    default: str = ""

    @property
    def is_leaf(self) -> bool:
        """Whether the node holds an answer and not other nodes."""
        return self.type not in ("structure", "repeat")

    @property
    def extra(self) -> Mapping[str, str]:
        """The bind's attributes of other namespaces: `extra['{urn:fieldfare:household}column']`."""
        return self.bind.extra if self.bind else NO_ATTRIBUTES

    @property
    def has_search(self) -> bool:
        """Whether the choices are looked up by the old `search()` appearance: those written are column names."""
        return "search(" in self.appearance.replace(" ", "")


@dataclass(frozen=True, slots=True)
class BodyNode:
    """One thing as the body shows it: a control, a group or a repeat with its children.

    `field` is None for a presentation group that has no node.
    """

    control: str
    label: Text
    field: Field | None
    appearance: str = ""
    children: tuple[BodyNode, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """An action on events: setvalue, setgeopoint or recordaudio; `value` is XPath source, `text` a literal."""

    kind: str
    ref: str
    events: tuple[str, ...]
    value: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class SecondaryInstance:
    """A list inside the form (`table`), or the name of one outside it (`src`, with `file` where it is an attachment)."""

    id: str
    src: str | None = None
    file: str | None = None
    table: Table | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Submission:
    """The `<submission>` element: another server's address, the key of an encrypted form, automatic sending."""

    action: str | None = None
    public_key: str | None = None
    auto_send: str | None = None
    auto_delete: str | None = None


@dataclass(frozen=True, slots=True)
class EntityDecl:
    """An `entity` block of the form. Sources are XPath; None where the form does not give them.

    `path` is the block's (`/data/tree/meta/entity`), `scope` the node that it describes (`/data/tree`), `repeat` that
    node where it is a repeat. `saveto` maps field paths to property names.
    """

    path: str
    scope: str
    dataset: str
    create: str | None
    update: str | None
    id: str | None
    label: str | None
    base_version: str | None
    trunk_version: str | None
    branch_id: str | None
    version: str
    repeat: str | None
    saveto: Mapping[str, str] = field(default_factory=dict, hash=False)


class FormAttachment(NamedTuple):
    """A file that the form expects beside it; `type` is image, audio, video or file, as Central says."""

    name: str
    type: str


@dataclass(frozen=True, eq=False)
class FormModel:
    """One version of a form. Make it with `FormModel.from_xml`, once per version and process: plans are kept on it.

    Two models are equal only where they are the same: a model is a key, not a value to compare.
    """

    form_id: str
    version: str
    title: str
    root: str
    namespace: str
    languages: tuple[str, ...]
    default_language: str
    entities_version: str
    submission: Submission
    binds: Mapping[str, Bind]
    instances: Mapping[str, SecondaryInstance]
    actions: tuple[Action, ...]
    body: tuple[BodyNode, ...]
    expected: tuple[FormAttachment, ...]
    declared: tuple[EntityDecl, ...]
    by_path: Mapping[str, Field]
    words: Words
    central_fields: tuple[schema.SchemaField, ...] = ()

    @classmethod
    def from_xml(cls, xml: bytes) -> FormModel:
        """Reads a form definition (an XForm as pyxform emits it). Raises `FormError`."""
        from .build import build

        return build(xml)

    def check(self, instance: Instance, context: Context | None = None) -> list[Finding]:
        """All that is wrong with an instance's answers (`checks.check`)."""
        from .checks import check

        return check(self, instance, context)

    def recalculate(self, instance: Instance, context: Context | None = None) -> dict[str, str]:
        """What the form's calculations come to for an instance, by the paths of their nodes (`evaluate.recalculated`)."""
        from .evaluate import recalculated

        return recalculated(self, instance, context)

    def fields(self) -> tuple[Field, ...]:
        """Every node of the primary instance, in document order, groups before what they hold."""
        return self._fields

    def field(self, path: str) -> Field | None:
        """The node at a path without positions and prefixes (`/data/member/age`)."""
        return self.by_path.get(path)

    def tree(self) -> tuple[BodyNode, ...]:
        """Groups, repeats and questions as the body shows them."""
        return self.body

    def attachments(self) -> list[FormAttachment]:
        """Files that the form expects, in Central's order: lists, media of labels, defaults, itemsets.csv, search()."""
        return list(self.expected)

    def entities(self) -> list[EntityDecl]:
        """The form's entity blocks, in document order."""
        return list(self.declared)

    def schema(self) -> list[dict[str, object]]:
        """The fields as Central's `/fields` answers them: path without the root, null where something is not so."""
        return [one.as_dict() for one in self.central_fields]

    @property
    def encrypted(self) -> bool:
        """Whether the phone encrypts what it sends (`base64RsaPublicKey`)."""
        return bool(self.submission.public_key)

    @property
    def submission_url(self) -> str | None:
        """Another server that the phone would send to."""
        return self.submission.action

    @property
    def instance_name(self) -> str | None:
        """Source of the instance name's calculation."""
        bind = self.binds.get(f"/{self.root}/meta/instanceName")
        return bind.calculate if bind else None

    @property
    def audit(self) -> Mapping[str, str] | None:
        """Attributes of the audit log's bind by local name (`location-priority`, `track-changes`); None without one."""
        bind = self.binds.get(f"/{self.root}/meta/audit")
        if bind is None:
            return None
        return {name.rpartition("}")[2]: value for name, value in bind.extra.items()}

    def preloads(self) -> Iterator[tuple[str, str, str]]:
        """(`jr:preload`, `jr:preloadParams`, path) of every preloaded node: ('timestamp', 'end', '/data/end')."""
        for bind in self.binds.values():
            if bind.preload:
                yield bind.preload, bind.preload_params or "", bind.path

    def preload(self, kind: str, params: str = "") -> str | None:
        """Path of the first node preloaded so: `preload('timestamp', 'end')`."""
        return next((path for one, with_, path in self.preloads() if (one, with_) == (kind, params)), None)

    @cached_property
    def _fields(self) -> tuple[Field, ...]:
        return tuple(self.by_path.values())

    @cached_property
    def plan(self) -> Plan:
        """The compiled plan that records and checks run on."""
        from .plan import compile_plan

        return compile_plan(self)

    @cached_property
    def program(self) -> Program:
        """The compiled logic: expressions in the order of their dependencies, faults and cycles."""
        from .program import compile_program

        return compile_program(self)
