"""Commands that ask many questions of one scenario: why there is no plan, why a project, and what else would do."""

from __future__ import annotations

import functools
import json as json_text
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from optimiser.commands import console, share
from optimiser.errors import NoPlanError

NONE, INTERRUPTED = 3, 130
"""Exit codes where no plan can exist, and where Ctrl-C ended the questions."""
PATIENCE = 120.0
"""Seconds for all questions after the plan, where nothing is said."""

Scenario = Annotated[Path, typer.Argument(help="The scenario file, or a result folder.", show_default=False)]
Gap = Annotated[str | None, typer.Option(help="Proven gap at which to stop, such as 0.1%.", show_default=False)]
Threads = Annotated[int | None, typer.Option(min=1, help="Threads of the solver.", show_default=False)]
TimeLimit = Annotated[
    float, typer.Option(min=0.1, help="Seconds for the questions; as much again for the plan itself.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]


def add_questions(app: typer.Typer) -> None:
    """Adds the commands of this file to the command line."""
    for command in (explain, alternatives):
        app.command()(_until_interrupted(command))


def _until_interrupted(command: Callable[..., None]) -> Callable[..., None]:
    """The command, which a second Ctrl-C ends where it stands."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except KeyboardInterrupt:
            typer.echo("Interrupted.", err=True)
            sys.exit(INTERRUPTED)

    return run


def explain(
    scenario: Scenario,
    project: Annotated[
        str | None, typer.Option(help="Why this project is in, out, or starts then.", show_default=False)
    ] = None,
    full_costs: Annotated[bool, typer.Option("--full-costs", help="The plan without each promise and limit.")] = False,
    delay: Annotated[
        str | None, typer.Option(help="This target a year later, two later, one earlier.", show_default=False)
    ] = None,
    gap: Gap = None,
    time_limit: TimeLimit = PATIENCE,
    threads: Threads = None,
    json: Json = False,
) -> None:
    """Say why no plan exists and what would do.

    Of a plan it says what room in its promises and limits is worth, or why a project is in it.
    """
    asked = _Asked(scenario, share(gap), time_limit, threads, json)
    if asked.answer.result is None:
        asked.say_why()
        asked.leave(NONE)
    from optimiser.explain.costs import delays
    from optimiser.explain.costs import full_costs as costs_of
    from optimiser.explain.project import why_project
    from optimiser.explain.showing import costs_document, reason_document, show_costs, show_reason
    from optimiser.report.prices import show_prices

    result = asked.answer.result
    document: dict[str, Any] = {}
    if project is not None:
        reason = asked.ask(lambda *how: why_project(result.instance, result.plan, project, *how))
        document["reason"] = reason_document(reason)
        if not json:
            show_reason(reason, result.money, console())
    costs = []
    if delay is not None:
        costs += asked.ask(lambda *how: list(delays(asked.case, result.plan, delay, *how)))
    if full_costs:
        costs += asked.ask(lambda *how: list(costs_of(asked.case, result.plan, *how)))
    if costs:
        document["costs"] = costs_document(costs)
        if not json:
            show_costs(costs, result.money, console())
    if not document:
        document["prices"] = [vars_of(p) for p in result.plan.prices]
        if not json:
            typer.echo("There is a plan.")
            show_prices(result, console(), most=10**6)
            if not result.plan.prices:
                typer.echo(
                    "No promise or limit has a price at the margin: whole projects keep them with room to spare."
                )
            typer.echo("Ask on with --project, --full-costs or --delay.")
    if json:
        _print(document)
    asked.leave()


def alternatives(
    scenario: Scenario,
    within: Annotated[str, typer.Option(help="How much more a portfolio may cost, such as 1%.")] = "1%",
    count: Annotated[int, typer.Option(min=1, max=1000, help="So many portfolios at most, the best among them.")] = 10,
    out: Annotated[
        Path | None, typer.Option(help="Folder for alternatives.xlsx, CSV and JSON.", show_default=False)
    ] = None,
    gap: Gap = None,
    time_limit: TimeLimit = PATIENCE,
    threads: Threads = None,
    json: Json = False,
) -> None:
    """Find portfolios that cost nearly as little: what is core, what is optional, what is never worth it."""
    allowed = share(within, "--within") or 0.0
    from optimiser.study.alternatives import find_alternatives
    from optimiser.study.showing import document, refuse_foreign_alternatives, show_alternatives, write_alternatives

    if out is not None:
        refuse_foreign_alternatives(out)
    asked = _Asked(scenario, share(gap), time_limit, threads, json)
    if asked.answer.result is None:
        asked.say_why()
        asked.leave(NONE)
    instance, plan = asked.answer.result.instance, asked.answer.result.plan

    def search(limits: Any, watch: Any, interrupt: Any) -> Any:
        return find_alternatives(instance, plan, limits, allowed, count, watch, interrupt)

    found = asked.ask(search)
    if out is not None:
        write_alternatives(found, instance, out)
    if json:
        _print(document(found, instance))
    else:
        show_alternatives(found, instance, console())
        if out is not None:
            typer.echo(f"\nWritten to {out}: alternatives.xlsx, alternatives.json, portfolios.csv, appearances.csv")
    asked.leave()


class _Asked:
    """A scenario with its answer, to be asked more."""

    def __init__(self, scenario: Path, gap: float | None, seconds: float, threads: int | None, silent: bool):
        from optimiser import workflow
        from optimiser.progress import ProgressLine, listening
        from optimiser.report.reopening import scenario_meant

        scenario = scenario_meant(scenario)
        self.silent, self.seconds, self.threads = silent, seconds, threads
        limits = {"gap": gap, "seconds": seconds, "threads": threads}
        self.interrupt = workflow.Interrupt()
        try:
            with ProgressLine(sys.stderr, silent) as line, listening(self.interrupt.event.set):
                self.answer = workflow.solve(scenario, limits, line.watch, self.interrupt)
        except NoPlanError:
            if not self.interrupt.is_set:
                raise
            typer.echo("Interrupted before there was a plan.", err=True)
            sys.exit(INTERRUPTED)
        for warning in () if silent else self.answer.reading.warnings:
            typer.echo(f"warning: {warning}", err=True)
        self.gap = gap if gap is not None else self.answer.reading.scenario.solve.gap

    @property
    def case(self) -> Any:
        """The scenario as its file says it, and as numbers."""
        from optimiser.explain import Case

        reading = self.answer.reading
        return Case(reading.document.root, reading.scenario, self.answer.instance)

    def ask(self, question: Any) -> Any:
        """The answer to question(limits, watch, interrupt), with a progress line."""
        from optimiser.progress import ProgressLine, listening
        from optimiser.solve import Limits

        limits = Limits(gap=self.gap, seconds=self.seconds, threads=self.threads)
        with ProgressLine(sys.stderr, self.silent) as line, listening(self.interrupt.event.set):
            return question(limits, line.watch, self.interrupt)

    def leave(self, code: int = 0) -> NoReturn:
        """Ends the run, with its own code where Ctrl-C ended the questions: what was found until then is printed."""
        if not self.interrupt.is_set:
            raise typer.Exit(code)
        sys.stdout.flush()
        typer.echo("Interrupted: this is what was found until then.", err=True)
        sys.exit(INTERRUPTED)

    def say_why(self) -> None:
        """Prints the conflict."""
        from optimiser.explain.showing import conflict_document

        conflict: Any = self.answer.conflict
        if self.silent:
            _print(conflict_document(conflict))
            return
        typer.echo("No plan can exist.")
        for sentence in conflict.sentences:
            typer.echo(sentence)


def vars_of(price: Any) -> dict[str, Any]:
    """A price as plain values."""
    return {name: getattr(price, name) for name in ("kind", "id", "rule", "year", "value", "unit")}


def _print(document: Any) -> None:
    sys.stdout.write(json_text.dumps(document, ensure_ascii=False, indent=1) + "\n")
