"""The few Java interfaces that JavaRosa asks its host for, written in Python: files, properties, `pulldata`.

Imported only by javarosa.py; nothing here may touch a Java class before the JVM runs.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import jpype

Table = Sequence[Mapping[str, str]]

# What the phone says of itself in `property` preloads.
PROPERTIES = {
    "deviceid": "fieldfare:phone-1",
    "username": "phone-1",
    "uri:deviceid": "fieldfare:phone-1",
    "uri:username": "username:phone-1",
}


class Media:
    """The files of the form that is being loaded, found by the last part of their jr:// address."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.missing: set[str] = set()
        self.tables: dict[str, Table] = {}

    def fill(self, attachments: Mapping[str, bytes | Path]) -> None:
        """Lay the files down in a folder of their own; the last form's files stay until its successor comes."""
        self._folder = tempfile.TemporaryDirectory(prefix="fieldfare-form-")
        self.missing = set()
        self.tables = {}
        for name, content in attachments.items():
            data = content if isinstance(content, bytes) else content.read_bytes()
            (Path(self._folder.name) / name).write_bytes(data)
            if name.endswith(".csv"):
                self.tables[name.removesuffix(".csv")] = list(
                    csv.DictReader(StringIO(data.decode("utf-8-sig")))
                )

    def factory(self) -> Any:
        """Java's ReferenceFactory: it must give a path, because the engine opens lists by their path."""
        media = self

        @jpype.JImplements("org.javarosa.core.reference.Reference")
        class File:
            def __init__(self, uri: str) -> None:
                self.uri = uri
                self.path = Path(media._folder.name if media._folder else "") / uri.rpartition("/")[2]

            @jpype.JOverride
            def getLocalURI(self) -> str:
                return str(self.path)

            @jpype.JOverride
            def getURI(self) -> str:
                return self.uri

            @jpype.JOverride
            def doesBinaryExist(self) -> bool:
                return self.path.exists()

            @jpype.JOverride
            def isReadOnly(self) -> bool:
                return True

            @jpype.JOverride
            def getStream(self) -> Any:
                return jpype.JClass("java.io.FileInputStream")(str(self.path))

            @jpype.JOverride
            def getOutputStream(self) -> Any:
                raise NotImplementedError

            @jpype.JOverride
            def remove(self) -> None:
                raise NotImplementedError

            @jpype.JOverride
            def probeAlternativeReferences(self) -> Any:
                return jpype.JArray(jpype.JClass("org.javarosa.core.reference.Reference"))(0)

        @jpype.JImplements("org.javarosa.core.reference.ReferenceFactory")
        class Factory:
            @jpype.JOverride
            def derives(self, uri: Any) -> bool:
                return str(uri).startswith("jr://")

            @jpype.JOverride
            def derive(self, uri: Any, _context: Any = None) -> Any:
                file = File(str(uri))
                if "/file" in file.uri and not file.path.exists():
                    media.missing.add(file.path.name)
                return file

        return Factory()


def property_manager() -> Any:
    """Java's IPropertyManager: what the phone says of itself."""

    @jpype.JImplements("org.javarosa.core.services.IPropertyManager")
    class Properties:
        @jpype.JOverride
        def getSingularProperty(self, name: Any) -> str | None:
            return PROPERTIES.get(str(name))

        @jpype.JOverride
        def getProperty(self, _name: Any) -> None:
            return None

        @jpype.JOverride
        def setProperty(self, _name: Any, _value: Any) -> None:
            return None

        @jpype.JOverride
        def addRules(self, _rules: Any) -> None:
            return None

        @jpype.JOverride
        def getRules(self) -> None:
            return None

    return Properties()


def pulldata(tables: Mapping[str, Table]) -> Any:
    """Collect's `pulldata(file, column, key column, key)` over the attached CSVs; '' where nothing fits."""

    @jpype.JImplements("org.javarosa.core.model.condition.IFunctionHandler")
    class PullData:
        @jpype.JOverride
        def getName(self) -> str:
            return "pulldata"

        @jpype.JOverride
        def getPrototypes(self) -> Any:
            return jpype.JClass("java.util.ArrayList")()

        @jpype.JOverride
        def rawArgs(self) -> bool:
            return True

        @jpype.JOverride
        def realTime(self) -> bool:
            return False

        @jpype.JOverride
        def eval(self, arguments: Any, _context: Any) -> str:
            unpack = jpype.JClass("org.javarosa.xpath.expr.XPathFuncExpr").unpack
            text = jpype.JClass("org.javarosa.xpath.expr.XPathFuncExpr").toString
            name, column, key_column, key = (str(text(unpack(argument))) for argument in arguments)
            rows = tables.get(name.removesuffix(".csv"), ())
            return next((row[column] for row in rows if row[key_column] == key), "")

    return PullData()


def control_elements() -> dict[int, str]:
    """JavaRosa's numbers of controls -> the element's name in the form's body."""
    constants = jpype.JClass("org.javarosa.core.model.Constants")
    uploads = ("IMAGE_CHOOSE", "FILE_CAPTURE", "AUDIO_CAPTURE", "VIDEO_CAPTURE", "OSM_CAPTURE")
    elements = {"SELECT_ONE": "select1", "SELECT_MULTI": "select", **dict.fromkeys(uploads, "upload")}
    controls = {
        str(field.getName()).removeprefix("CONTROL_"): int(field.getInt(None))
        for field in constants.class_.getFields()
        if str(field.getName()).startswith("CONTROL_")
    }
    return {number: elements.get(name, name.lower()) for name, number in controls.items()}
