"""The XForms engine: form models, instances, records and checks, as a library of its own.

Pure: lxml to read XML, nothing else of the server, no database, no request.

    model = FormModel.from_xml(form_xml)
    instance = parse_instance(submission_xml)
    answers = record(model, instance)
    findings = check(model, instance, Context(attachments=frozenset({"house.jpg"})))
"""

from .checks import check, media_names, worked_out
from .entities import EntityBlock, SavedEntity, saved_entities
from .errors import FormError, InstanceError, Message, XFormsError
from .findings import Context, Finding, Lists, Rule, Source
from .instance import Encryption, Instance, Node, parse_instance
from .messages import MESSAGES
from .model import (
    Action,
    Bind,
    BodyNode,
    Choice,
    EntityDecl,
    Field,
    FormAttachment,
    FormModel,
    Itemset,
    Range,
    Repeat,
    SecondaryInstance,
    Submission,
)
from .records import Record, merge, record, split, value_at, walk
from .settling import Settled, settle
from .text import NO_TEXT, Text
from .types import Line, Point, TypeFault, parse

__all__ = [
    "MESSAGES",
    "NO_TEXT",
    "Action",
    "Bind",
    "BodyNode",
    "Choice",
    "Context",
    "Encryption",
    "EntityBlock",
    "EntityDecl",
    "Field",
    "Finding",
    "FormAttachment",
    "FormError",
    "FormModel",
    "Instance",
    "InstanceError",
    "Itemset",
    "Line",
    "Lists",
    "Message",
    "Node",
    "Point",
    "Range",
    "Record",
    "Repeat",
    "Rule",
    "SavedEntity",
    "SecondaryInstance",
    "Settled",
    "Source",
    "Submission",
    "Text",
    "TypeFault",
    "XFormsError",
    "check",
    "media_names",
    "merge",
    "parse",
    "parse_instance",
    "record",
    "saved_entities",
    "settle",
    "split",
    "value_at",
    "walk",
    "worked_out",
]
