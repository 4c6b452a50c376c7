"""Forms and instances for the engine's tests, made of the words that a test is about and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from pyxform.xls2xform import convert

from server.xforms import FormModel, Instance, parse_instance
from server.xforms.tables import Table, of_csv

HOUSEHOLD = "{urn:fieldfare:household}"


class Beside:
    """The files beside a form (`Lists`): CSVs by name, each read once."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._tables = {name: of_csv(content) for name, content in files.items()}

    def table(self, file: str) -> Table | None:
        """A file's rows."""
        return self._tables.get(file)

    def has(self, file: str, column: str, value: str) -> bool | None:
        """Whether a row has the value; None where there is no such file."""
        table = self.table(file)
        return None if table is None else bool(table.where(("root", "item"), column, value))


@lru_cache(maxsize=64)
def xform(sheets: str) -> bytes:
    """The XForm that pyxform makes of a spreadsheet written as markdown tables."""
    return convert(sheets).xform.encode()


@lru_cache(maxsize=64)
def form(sheets: str) -> FormModel:
    """The model of a spreadsheet written as markdown tables; the form_id is `f`."""
    settings = "" if "| settings |" in sheets else "\n| settings |\n| | form_id | version |\n| | f | 1 |\n"
    return FormModel.from_xml(xform(sheets + settings))


def survey(*questions: str, choices: str = "") -> FormModel:
    """A form of questions given as `type name`, all labelled."""
    rows = "".join(
        f"| | {question.rpartition(' ')[0]} | {question.rpartition(' ')[2]} | Q |\n" for question in questions
    )
    lists = ""
    if choices:
        rows_of = "".join(
            f"| | {one.replace(' ', ' | ')} | {one.split()[-1]} |\n" for one in choices.split(", ")
        )
        lists = f"\n| choices |\n| | list_name | name | label |\n{rows_of}"
    return form(f"| survey |\n| | type | name | label |\n{rows}{lists}")


def instance(answers: str, *, root: str = "data", attributes: str = 'id="f" version="1"') -> Instance:
    """An instance with the answers written as XML below its root."""
    return parse_instance(f"<{root} {attributes}>{answers}</{root}>".encode())


def from_model(model: str, body: str = "", *, namespaces: str = "") -> FormModel:
    """A form written by hand: what stands in `<model>` and in `<h:body>`."""
    return FormModel.from_xml(
        f"""<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
        xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms"
        xmlns:odk="http://www.opendatakit.org/xforms" {namespaces}>
        <h:head><h:title>T</h:title><model>{model}</model></h:head><h:body>{body}</h:body></h:html>""".encode()
    )
