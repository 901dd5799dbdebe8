"""The floor plan: imports only go down, and rooms on one floor do not know each other."""

import ast
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "optimiser"
FLOORS = [
    {"__main__"},
    {"cli", "face"},
    {"asking"},
    {"commands"},
    {"workflow", "starter", "progress"},
    {"study"},
    {"report", "explain"},
    {"audit"},
    {"solve"},
    {"formulation"},
    {"plan"},
    {"instance"},
    {"scenario"},
    {"source"},
    {"units", "errors", "finance", "garbage"},
]
FLOOR = {room: i for i, rooms in enumerate(FLOORS) for room in rooms}
ONLY_FOR = {"highspy": {"solve"}, "pyomo": {"formulation", "solve"}, "yaml": {"source"}, "pint": {"units"}}
NUMBERS_FREE = {"scenario", "source", "units", "errors", "finance", "garbage"}


@cache
def modules() -> list[Path]:
    return [p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py"]


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def imported(path: Path) -> set[str]:
    """Dotted names of all modules that a file imports, in functions too; type-checking imports count."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {
                f"{node.module}.{alias.name}" if node.module == "optimiser" else node.module for alias in node.names
            }
    return found


def test_every_room_has_a_floor():
    assert {room_of(p) for p in modules()} <= set(FLOOR)


def test_imports_go_down():
    """Proves that no room knows a room above it or beside it; `optimiser.__version__` is everybody's."""
    wrong = []
    for path in modules():
        room = room_of(path)
        for name in imported(path):
            if not name.startswith("optimiser.") or name == "optimiser.__version__":
                continue
            other = name.split(".")[1]
            if other != room and FLOOR[other] <= FLOOR[room]:
                wrong.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert not wrong


def test_libraries_stay_in_their_rooms():
    """Proves that a solver, Pyomo, YAML or pint can be exchanged by changing one room."""
    wrong = []
    for path in modules():
        for name in imported(path):
            library = name.split(".")[0]
            if library in ONLY_FOR and room_of(path) not in ONLY_FOR[library]:
                wrong.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert not wrong


def test_the_audit_never_sees_the_formulation():
    for path in (PACKAGE / "audit").rglob("*.py"):
        assert not any("formulation" in name or "optimiser.solve" in name for name in imported(path))


def test_help_needs_no_heavy_rooms():
    """Proves that `optimise --help` imports neither Pyomo nor pandas nor pydantic at the top of the command line."""
    light = {
        "__future__",
        "collections.abc",
        "enum",
        "functools",
        "json",
        "signal",
        "sys",
        "pathlib",
        "typing",
        "typer",
        "typer.core",
    }
    for name in ("cli.py", "asking.py", "commands.py"):
        tree = ast.parse((PACKAGE / name).read_text(encoding="utf-8"))
        top = {n.module for n in tree.body if isinstance(n, ast.ImportFrom)} | {
            a.name for n in tree.body if isinstance(n, ast.Import) for a in n.names
        }
        assert top <= light | {"optimiser.errors", "optimiser.asking", "optimiser.commands"}, name
