"""Commands about plans that are there already: list them, show one again, compare several, export one."""

from __future__ import annotations

import json as json_text
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from optimiser.errors import UsageError

FORMS = "xlsx, csv, parquet, iamc, json, gantt or disclosure"


def add_commands(app: typer.Typer) -> None:
    """Adds the commands of this file to the command line."""
    for command in (results, show, compare, export):
        app.command()(command)


def results(
    folder: Annotated[Path, typer.Argument(help="Where the results are.")] = Path("results"),
    json: Annotated[bool, typer.Option("--json", help="Print a list for programmes.")] = False,
) -> None:
    """List earlier results: status, gap, cost, what is missed."""
    from optimiser.report.history import earlier_runs, show_runs

    rows = earlier_runs(folder)
    if json:
        sys.stdout.write(json_text.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    else:
        show_runs(rows, console(), folder)


def show(
    result: Annotated[Path, typer.Argument(help="A result folder, or its name below results/.", show_default=False)],
    json: Annotated[bool, typer.Option("--json", help="Print plan.json and nothing else.")] = False,
) -> None:
    """Print the summary of an earlier result again, audited again; nothing is solved."""
    from optimiser.report.document import dumps, plan_document
    from optimiser.report.reopening import open_result
    from optimiser.report.terminal import show as show_result

    opened = open_result(result)
    if json:
        sys.stdout.write(dumps(plan_document(opened)))
    else:
        show_result(opened, console(), "")


def compare(
    plans: Annotated[list[Path], typer.Argument(help="Scenario files or result folders.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="Folder for comparison.xlsx and CSV tables.", show_default=False)
    ] = None,
    gap: Annotated[
        str | None, typer.Option(help="Proven gap at which to stop, such as 0.1%.", show_default=False)
    ] = None,
    time_limit: Annotated[
        float | None, typer.Option(min=0.1, help="Seconds for each scenario.", show_default=False)
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of the solver.", show_default=False)] = None,
    language: Annotated[str, typer.Option(help="Language of the page: en or zh.")] = "en",
    json: Annotated[bool, typer.Option("--json", help="Print the tables as JSON and nothing else.")] = False,
) -> None:
    """Say how plans differ, and why: what starts when, money, tonnes, promises, and the inputs.

    Scenario files are solved, unless results/NAME holds the answer to the same scenario.
    """
    from optimiser.report.comparison_folder import comparison_document, refuse_foreign_comparison, write_comparison
    from optimiser.report.comparison_terminal import show_comparison
    from optimiser.report.document import dumps
    from optimiser.report.page import checked_language
    from optimiser.study.compare import gather

    if len(plans) < 2:
        raise UsageError("name two plans at least: scenario files or result folders")
    if out is not None:
        refuse_foreign_comparison(out)
    checked_language(language)
    limits = {"gap": share(gap), "seconds": time_limit, "threads": threads}
    comparison, said = gather(plans, limits, _solver(limits, json))
    for line in () if json else said:
        typer.echo(line, err=True)
    if out is not None:
        write_comparison(comparison, out, language)
    if json:
        sys.stdout.write(dumps(comparison_document(comparison)))
    else:
        show_comparison(comparison, console(), str(out) if out is not None else "")


def export(
    result: Annotated[Path, typer.Argument(help="A result folder, or its name below results/.", show_default=False)],
    to: Annotated[str, typer.Option(help=f"The form: {FORMS}.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="Folder of the export; default exports/NAME-FORM.", show_default=False)
    ] = None,
) -> None:
    """Write an earlier result in another form, for finance, other models, planning tools or disclosure."""
    from optimiser.report.export import export_result, refuse_foreign_export, require_form
    from optimiser.report.reopening import find_folder, open_result

    require_form(to)
    name = find_folder(result).resolve().name
    folder = out or Path("exports") / f"{name}-{to}"
    refuse_foreign_export(folder, to)
    for line in export_result(open_result(result), to, folder):
        typer.echo(line)


def console() -> Any:
    """Where answers are printed: 80 columns and no colours where it is piped."""
    from rich.console import Console

    wide = sys.stdout.isatty()
    return Console(width=None if wide else 80, no_color=not wide, highlight=False, soft_wrap=False, emoji=False)


def share(text: str | None, option: str = "--gap") -> float | None:
    """A share as it is written on the command line, as a fraction. Raises UsageError."""
    if text is None:
        return None
    try:
        value = float(text.rstrip("% ")) / (100 if text.rstrip().endswith("%") else 1)
    except ValueError:
        raise UsageError(f"{option} {text}: write a share, such as 0.1% or 0.001") from None
    if not 0 <= value < 1:
        raise UsageError(f"{option} {text} is not between 0 and 100 %; did you mean {text.rstrip('% ')}%?")
    return value


def _solver(limits: dict[str, Any], silent: bool) -> Any:
    """What answers a scenario that was read, with a line of progress, and keeps the result in results/NAME."""
    from optimiser import workflow
    from optimiser.errors import NoPlan
    from optimiser.progress import ProgressLine, listening
    from optimiser.report.folder import refuse_foreign, write_result

    def solve(path: Path) -> Any:
        folder = Path("results") / path.stem
        refuse_foreign(folder)
        interrupt = workflow.Interrupt()
        with ProgressLine(sys.stderr, silent) as line, listening(interrupt.event.set):
            answer = workflow.solve(path, limits, line.watch, interrupt)
        if answer.result is None:
            raise NoPlan(str(path), answer.conflict)
        write_result(answer.result, answer.run, folder)
        return answer.result

    return solve
