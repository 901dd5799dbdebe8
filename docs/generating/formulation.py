"""formulation.md: the mathematics, from the docstrings of the formulation in the order of `build`."""

from __future__ import annotations

import ast
import re

from docs.generating import NOTICE, ROOT, head

FORMULATION = ROOT / "optimiser" / "formulation"


def families() -> list[tuple[str, str, str]]:
    """(what it is part of, function, module) of every `add_...` that `build` calls, in its order."""
    source = (FORMULATION / "__init__.py").read_text(encoding="utf-8")
    tree = ast.parse(source)
    home = {
        alias.name: node.module.rsplit(".", 1)[1]
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("optimiser.formulation.")
        for alias in node.names
    }
    build = next(n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "build")
    lines = source.splitlines()
    calls = [
        n
        for n in ast.walk(build)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id.startswith("add_")
    ]
    found = []
    for call in sorted(calls, key=lambda n: n.lineno):
        assert isinstance(call.func, ast.Name)
        above = (line.strip() for line in reversed(lines[: call.lineno]))
        part = next(line[2:] for line in above if line.startswith("# "))
        found.append((part, call.func.id, home[call.func.id]))
    return found


def formulation_page() -> str:
    """The mathematics: docstrings of the families in the order of `build`, then of what they share."""
    parts = [NOTICE.format("optimiser/formulation"), head("formulation")]
    order = families()
    last = {module: part for part, _, module in order}
    heading, told = "", set()
    for part, function, module in order:
        if part != heading:
            heading = part
            parts.append(f"## {part[0].upper()}{part[1:]}\n")
        if part != last[module]:
            title = _title(module)[0]
            parts.append(f"`{function}`: {_functions(module)[function]} See [{title}](#{_anchor(title)}).\n")
        elif module not in told:
            told.add(module)
            parts.append(_family(module))
    shared = sorted(p.stem for p in FORMULATION.glob("*.py") if p.stem not in told | {"__init__"})
    parts.append("## What the families share\n")
    parts += [_family(module) for module in shared]
    return "\n".join(parts)


def _family(module: str) -> str:
    title, body = _title(module)
    names = _row_names(module)
    functions = [f"`{f}`: {d}" for f, d in _functions(module).items() if f.startswith("add_") and f != "add_total"]
    parts = [f"### {title}\n", body, f"In `optimiser/formulation/{module}.py`.", *functions]
    if names:
        parts.append("Rows: " + ", ".join(f"`{n}`" for n in names) + ".")
    return "\n\n".join(p.strip("\n") for p in parts) + "\n"


def _title(module: str) -> tuple[str, str]:
    """Heading and text of a module's docstring: `Budgets: no year ...` or its first words."""
    text = ast.get_docstring(_tree(module)) or ""
    if not text:
        raise ValueError(f"formulation/{module}.py has no docstring")
    first = text.split(".", 1)[0]
    word, colon, rest = text.partition(":")
    if colon and len(word) < 40 and len(word) < len(first):
        text = rest.strip()
        text = text[0].upper() + text[1:]
    else:
        word = module.replace("_", " ").capitalize()
    return word, _mathematics(text)


def _mathematics(text: str) -> str:
    """Displayed formulas on lines of their own."""
    blocks = re.split(r"\$\$(.*?)\$\$", text, flags=re.S)
    for i in range(1, len(blocks), 2):
        lines = [line.strip() for line in blocks[i].strip().splitlines()]
        blocks[i] = "\n\n$$\n" + "\n".join(lines) + "\n$$\n\n"
    return re.sub(r"\n{3,}", "\n\n", "".join(b if i % 2 else b.strip("\n") for i, b in enumerate(blocks)))


def _tree(module: str) -> ast.Module:
    return ast.parse((FORMULATION / f"{module}.py").read_text(encoding="utf-8"))


def _functions(module: str) -> dict[str, str]:
    tree = _tree(module)
    return {
        n.name: (ast.get_docstring(n) or "").split("\n\n")[0].replace("\n", " ")
        for n in tree.body
        if isinstance(n, ast.FunctionDef)
    }


def _row_names(module: str) -> list[str]:
    """Names of the rows that a file adds: of Pyomo constraints, and of families kept as matrices."""
    found = []
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.FunctionDef) and any("Constraint" in ast.unparse(d) for d in node.decorator_list):
            found.append((node.lineno, node.name))
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func).rsplit(".", 1)[-1]
            if called in ("add_rows", "add", "_never_below_zero") and isinstance(node.args[0].value, str):
                found.append((node.lineno, node.args[0].value))
    return list(dict.fromkeys(name for _, name in sorted(found)))


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")
