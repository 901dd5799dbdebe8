"""errors.md and cli.md: the codes of problems, and the help of every command."""

from __future__ import annotations

from typing import Any

import typer

from docs.generating import NOTICE, head
from optimiser import cli
from optimiser.errors import CODES

GROUPS = {
    "S": "The file itself",
    "K": "Keys",
    "U": "Units",
    "R": "References",
    "V": "Values",
    "T": "Tables",
    "W": "Warnings",
}


def errors_page() -> str:
    """Every code and what it means."""
    parts = [NOTICE.format("optimiser/errors.py"), head("errors")]
    for letter, title in GROUPS.items():
        rows = [f"| `{code}` | {text} |" for code, text in CODES.items() if code[0] == letter]
        parts.append(f"## {title}\n\n| code | meaning |\n|---|---|\n" + "\n".join(rows) + "\n")
    left = [code for code in CODES if code[0] not in GROUPS]
    if left:
        raise ValueError(f"codes without a group in docs/generating/short.py: {left}")
    return "\n".join(parts)


def cli_page() -> str:
    """The help of every command, word for word."""
    command = typer.main.get_command(cli.app)
    parts = [NOTICE.format("the help texts in optimiser/cli.py"), "# Command line\n", _help("optimise", command)]
    for name, sub in command.commands.items():  # type: ignore[attr-defined]
        parts += [f"## optimise {name}\n", _help(f"optimise {name}", sub)]
    parts.append(EXIT_CODES)
    return "\n".join(parts)


def _help(path: str, command: Any) -> str:
    context = command.make_context(path, [], resilient_parsing=True, terminal_width=100, max_content_width=100)
    return f"```text\n{command.get_help(context).rstrip()}\n```\n"


EXIT_CODES = f"""\
## Exit codes

| code | meaning |
|---|---|
| {cli.PLAN} | a plan; the first lines say where it was stopped early, or where a target gave way |
| {cli.WRONG} | the file or the command line is wrong |
| {cli.NONE} | no plan can exist; the reason is printed |
| {cli.STOPPED} | stopped without a plan, and without a proof that there is none |
| {cli.BUG} | a fault of the programme |
| {cli.INTERRUPTED} | Ctrl-C ended `explain` or `alternatives`; what was found until then is printed |
"""
