"""The command line: parse, print, exit codes. Rooms with heavy furniture are entered only when needed.

Exit codes: 0 a plan; 2 the file or the command line is wrong; 3 no plan can exist; 4 stopped without a plan; 1 our bug.
"""

from __future__ import annotations

import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from optimiser.asking import add_questions
from optimiser.commands import add_commands, console, share
from optimiser.errors import InternalError, NoPlan, NoPlanError, Problem, ScenarioError, UsageError, briefly

PLAN, WRONG, NONE, STOPPED, BUG = 0, 2, 3, 4, 1
INTERRUPTED = 130


class Strategy(StrEnum):
    """Ways to go about a large programme."""

    auto = "auto"
    whole = "whole"
    kernels = "kernels"


class DefaultToRun(TyperGroup):
    """`optimise scenario.yaml` is `optimise run scenario.yaml`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Puts `run` before a first word that is no command."""
        first = next((a for a in args if not a.startswith("-")), None)
        if first is not None and first not in self.commands and not {"--help", "--version"} & set(args):
            args = ["run", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=DefaultToRun,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="The least-cost schedule that keeps every promise, or the reason why none exists.",
    epilog="`optimise SCENARIO.yaml` is short for `optimise run SCENARIO.yaml`.",
)


def _version(asked: bool) -> None:
    if asked:
        from optimiser import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options that stand before a command."""


@app.command()
def run(
    scenario: Annotated[Path, typer.Argument(help="The scenario file.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="Folder of the result; default results/NAME.", show_default=False)
    ] = None,
    gap: Annotated[
        str | None, typer.Option(help="Proven gap at which to stop, such as 0.1%.", show_default=False)
    ] = None,
    time_limit: Annotated[float | None, typer.Option(min=0.1, help="Seconds.", show_default=False)] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads of the solver.", show_default=False)] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the solver.", show_default=False)] = None,
    solver: Annotated[str | None, typer.Option(help="Another solver that Pyomo finds.", show_default=False)] = None,
    start: Annotated[
        Path | None, typer.Option(help="Begin from the plan of an earlier result folder.", show_default=False)
    ] = None,
    strategy: Annotated[
        Strategy, typer.Option(help="How large programmes are solved; size decides by itself.")
    ] = Strategy.auto,
    language: Annotated[str, typer.Option(help="Language of report.html: en or zh.")] = "en",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only what is wrong.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print plan.json and nothing else.")] = False,
) -> None:
    """Find the least-cost plan of SCENARIO and write it."""
    from optimiser.report.folder import refuse_foreign, write_result
    from optimiser.report.page import checked_language

    checked_language(language)
    _refuse_folder(scenario)
    folder = out or Path("results") / scenario.stem
    refuse_foreign(folder)
    limits = {"gap": share(gap), "seconds": time_limit, "threads": threads, "seed": seed, "solver": solver}
    answer = _solve(scenario, limits | {"strategy": strategy.value}, quiet or json, start)
    if not (quiet or json):
        for words in briefly(answer.reading.warnings):
            typer.echo(f"warning: {words}", err=True)
    if answer.result is None:
        _say_why(answer.conflict)
        raise typer.Exit(NONE)
    write_result(answer.result, answer.run, folder, language)
    if json:
        from optimiser.report.document import dumps, plan_document

        sys.stdout.write(dumps(plan_document(answer.result)))
    elif quiet:
        for target in answer.result.missed:
            typer.echo(f"MISSED: {target}", err=True)
    else:
        from optimiser.report.terminal import show

        show(answer.result, console(), str(folder))
    _leave(answer)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Scenario files.", show_default=False)],
    sources: Annotated[
        bool, typer.Option("--sources", help="List entries without `source` or `illustrative`.")
    ] = False,
) -> None:
    """Read and check scenario files without solving them."""
    from optimiser.scenario.citations import uncited
    from optimiser.workflow import read

    wrong = False
    for file in files:
        try:
            reading = read(file)
        except ScenarioError as error:
            typer.echo(str(error), err=True)
            wrong = True
            continue
        for warning in reading.warnings:
            typer.echo(f"warning: {warning}", err=True)
        s = reading.scenario
        counts = (
            f"{len(s.projects)} projects, {len(s.sources)} sources, {len(s.targets)} targets, {len(s.budgets)} budgets"
            + (f", {len(s.fleets)} fleets" if s.fleets else "")
        )
        typer.echo(f"{file}: {counts}, {s.horizon.first} to {s.horizon.last}: nothing wrong")
        if sources:
            for line in uncited(reading.document.root):
                typer.echo(f"  {line}")
    if wrong:
        raise typer.Exit(WRONG)


@app.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from optimiser.scenario.schema import schema_text

    sys.stdout.write(schema_text())


@app.command()
def new(folder: Annotated[Path, typer.Argument(help="A folder that does not exist yet.", show_default=False)]) -> None:
    """Write a small commented starter, a model and a scenario, that solves."""
    from optimiser.starter import write_starter

    scenario = write_starter(folder)
    typer.echo(f"Written to {folder}. Now try: optimise {scenario}")


add_commands(app)
add_questions(app)


def _solve(scenario: Path, limits: dict[str, Any], silent: bool, start: Path | None) -> Any:
    from optimiser import workflow
    from optimiser.progress import ProgressLine, listening

    earlier = None
    if start is not None:
        from optimiser.report.reopening import open_result

        earlier = open_result(start).plan.decisions
    interrupt = workflow.Interrupt()
    with ProgressLine(sys.stderr, silent) as line, listening(interrupt.event.set):
        return workflow.solve(scenario, limits, line.watch, interrupt, earlier)


def _refuse_folder(scenario: Path) -> None:
    """A folder is no scenario: its result may be shown, or one of its files be meant."""
    if not scenario.is_dir() and scenario.name not in ("plan.json", "run.json"):
        return
    from optimiser.report.folder import is_result

    if scenario.is_file():
        if is_result(scenario.parent):
            help = f"its scenario is {scenario.parent / 'scenario.json'}"
            raise ScenarioError([Problem(str(scenario), 0, 0, "S007", "", "the file is part of a result", help)])
        return
    files = sorted(scenario.glob("*.yaml"))
    help = f"did you mean {files[0]}?" if len(files) == 1 else "name a scenario file in it" if files else ""
    if is_result(scenario):
        help = f"it holds a result: `optimise show {scenario}` prints it again"
    raise ScenarioError([Problem(str(scenario), 0, 0, "S007", "", "the file is a folder, not a file", help)])


def _say_why(conflict: Any) -> None:
    typer.echo("No plan can exist.", err=True)
    for sentence in conflict.sentences:
        typer.echo(sentence, err=True)


def _leave(answer: Any) -> None:
    """Ends the process at once where a solver thread had to be left behind."""
    if answer.run["solver"].get("abandoned"):
        import os

        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(PLAN)


def main() -> None:
    """The console script: errors as words and exit codes, never a traceback for a user's mistake."""
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `optimise ... | head` ends quietly
    try:
        code = app(standalone_mode=False)
        if code == INTERRUPTED:  # typer's answer to Ctrl-C
            raise KeyboardInterrupt
        sys.exit(code if isinstance(code, int) else PLAN)
    except (ScenarioError, UsageError) as error:
        typer.echo(str(error), err=True)
        sys.exit(WRONG)
    except NoPlan as error:
        typer.echo(str(error), err=True)
        sys.exit(NONE)
    except NoPlanError as error:
        typer.echo(f"Stopped without a plan: {error}", err=True)
        sys.exit(STOPPED)
    except InternalError as error:
        typer.echo(f"Internal error: {error}\nThis is a fault of the programme; please report it.", err=True)
        sys.exit(BUG)
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("Interrupted before there was a plan.", err=True)
        sys.exit(STOPPED)
    except Exception as error:
        if not hasattr(error, "exit_code"):  # a mistake on the command line: typer's own exceptions carry a code
            raise
        getattr(error, "show", lambda: None)()
        sys.exit(WRONG)
