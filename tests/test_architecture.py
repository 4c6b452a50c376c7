"""Holds the walls of docs/architecture.md: who may import whom, read from the source, imports in functions too.

Fails closed: a new room must be given its place here before anything may import it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

BOTTOM = {"xforms", "media", "keys", "db", "hot", "settings", "problems"}
BASE = {"areas", "ledger", "jobs", "services", "commit", "traces", "together"} | BOTTOM
SHARED = {"accounts"} | BASE
ROOMS = {"review", "exports", "requests", "indicators", "households", "entities", "ingest", "forms"}
DOORS = {"web", "api", "openrosa", "cli"}
# create_app(), starting and upgrading, sample and demo: outside the walls, because they put the house together.
WIRING = {
    "server",
    "migrations",
    "models",
    "wiring",
    "edge",
    "health",
    "upgrade",
    "serve",
    "start",
    "keysheet",
}
WIRING |= {"sample", "demo", "backup"}

MAY_IMPORT: dict[str, set[str]] = {
    **{door: ROOMS | SHARED | {"words", "streaming"} for door in DOORS - {"cli"}},
    "cli": ROOMS | SHARED | WIRING | {"words"},  # a command starts, upgrades and fills the house
    # publishing links a form's files to entity lists; declaring them is handed in by the doors
    "forms": SHARED | {"households.columns", "entities.models"},
    "entities": SHARED,
    "households": SHARED | {"entities"},
    "ingest": SHARED | {"forms", "entities", "households"},
    "review": SHARED
    | {"ingest", "forms.models", "entities.models"},  # titles of forms, labels of what was chosen
    "exports": SHARED | {"households", "forms", "ingest"},  # streams over stored answers
    **{room: SHARED | {"households", "forms"} for room in ("indicators", "requests")},
    "accounts": BASE,
    "areas": BOTTOM | {"ledger"},  # an import of areas is one of the ledger's events
    "ledger": BOTTOM,
    "jobs": BOTTOM | {"traces"},
    "together": set(),
    "traces": set(),
    "services": {
        "keys",
        "settings",
        "media",
        "commit",
    },  # one value that holds what an installation consists of
    "commit": {"hot"},  # sends what was put off before it commits
    "hot": set(),
    "streaming": {"db"},
    "words": {"problems"},
    "keys": {"db", "settings", "problems"},
    "db": {"settings", "problems"},
    "settings": {"problems"},
    "problems": set(),
    "xforms": set(),
    "media": set(),
}


def room_of(module: str) -> str:
    """`server.forms.lint` -> `forms`, `server` -> `server`, `media.stores` -> `media`; the command line is one door."""
    parts = module.split(".")
    room = parts[1] if parts[0] == "server" and len(parts) > 1 else parts[0]
    return "cli" if room.startswith("cli_") else room


def module_of(file: Path) -> str:
    """The dotted name of a source file of this checkout."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {
    module_of(file): file
    for folder in ("server", "media")
    for file in sorted((ROOT / folder).rglob("*.py"))
    if "static" not in file.parts
}


def imports(module: str) -> Iterator[tuple[str, int]]:
    """Each module of ours that `module` imports, with the line; `from x import y` names `x.y` where that is one."""
    file = SOURCES[module]
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            inside = [f"{origin}.{alias.name}" for alias in node.names]
            names = [name if name in SOURCES else origin for name in inside]
        else:
            continue
        yield from ((name, node.lineno) for name in names if name.partition(".")[0] in {"server", "media"})


def allowed(importer: str, imported: str) -> bool:
    """Whether the walls have a door here; an entry `room.module` opens that one module only."""
    here, there = room_of(importer), room_of(imported)
    if here == there or here in WIRING:
        return True
    return there in MAY_IMPORT[here] or imported.removeprefix("server.") in MAY_IMPORT[here]


def test_every_room_has_its_place_in_the_house() -> None:
    homeless = {room_of(module) for module in SOURCES} - set(MAY_IMPORT) - WIRING
    assert not homeless, f"give these a row in MAY_IMPORT and in docs/architecture.md: {sorted(homeless)}"


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_a_room_imports_only_what_the_architecture_allows_it(room: str) -> None:
    trespasses = [
        f"{SOURCES[module].relative_to(ROOT)}:{line} imports {imported}"
        for module in SOURCES
        if room_of(module) == room
        for imported, line in imports(module)
        if not allowed(module, imported)
    ]
    assert not trespasses, "\n".join(trespasses)


FORMS: dict[str, set[str]] = {
    "workbook": set(),
    "questions": {"workbook"},
    "dignity": {"workbook", "questions"},
    "notices": {"workbook", "dignity"},
    "convert": {"workbook", "notices"},
    "lint": {"workbook", "notices"},
    "examine": {"lint", "workbook", "questions", "dignity", "notices", "convert", "mapping", "references"},
}
"""The folders of the room `forms`, in the order of an upload's way, and what each may know of the room."""


@pytest.mark.parametrize("folder", FORMS)
def test_a_folder_of_forms_knows_only_what_comes_before_it(folder: str) -> None:
    trespasses = [
        f"{SOURCES[module].relative_to(ROOT)}:{line} imports {imported}"
        for module in SOURCES
        if module.startswith(f"server.forms.{folder}")
        for imported, line in imports(module)
        if imported.startswith("server.forms.") and imported.split(".")[2] not in FORMS[folder] | {folder}
    ]
    assert not trespasses, "\n".join(trespasses)


def test_every_folder_of_forms_has_its_place() -> None:
    folders = {file.parent.name for file in (ROOT / "server" / "forms").glob("*/__init__.py")}
    assert folders == set(FORMS)


def test_nothing_below_a_door_reads_the_request() -> None:
    readers = [
        f"{SOURCES[module].relative_to(ROOT)}:{node.lineno}"
        for module in SOURCES
        if room_of(module) in MAY_IMPORT.keys() - DOORS
        for node in ast.walk(ast.parse(SOURCES[module].read_bytes()))
        if isinstance(node, ast.ImportFrom)
        and node.module == "flask"
        and {alias.name for alias in node.names} & {"request", "session", "g"}
    ]
    assert not readers, f"flask's request belongs to the doors: {readers}"


def test_the_walls_are_seen_by_this_test() -> None:
    assert not allowed("server.xforms.checks", "server.settings")
    assert not allowed("server.web.visits", "server.api.submissions")
    assert not allowed("server.forms.lint", "server.households.tables")
    assert allowed("server.forms.lint", "server.households.columns")
    assert allowed("server.ingest.store", "server.households.projection")
