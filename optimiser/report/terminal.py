"""The answer on a terminal: what is missed or unproven first, then cost, starts, promises, and a picture."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from optimiser.plan import TargetRow
from optimiser.report import funding, tables
from optimiser.report.carbon import show_carbon
from optimiser.report.prices import show_prices
from optimiser.report.result import Result
from optimiser.report.starts import show_starts
from optimiser.report.words import amount

NARROW = 60
"""Columns below which a table with six of them is told in lines."""
KINDS = {
    "capex": "capex", "opex": "opex", "energy": "energy used on site", "income": "sales", "credits": "credits",
    "fuel": "fuel of fleets", "rules": "rules for ships",
    "carbon": "carbon markets", "certificates": "green certificates", "penalties": "penalties",
    "salvage": "worth of unused life", "after the horizon": "after the horizon",
    "proceeds": "proceeds of finance", "grants": "grants", "fees": "fees of finance", "interest": "interest",
    "repayment": "repayment of debt", "deposits": "put away less returned", "tax": "tax",
}  # fmt: skip

SEEN = 1e-6
"""A gap of a shortfall below this is the solver's own tolerance."""


def show(result: Result, console: Console, folder: str) -> None:
    """Prints the answer; at most 80 columns wide, without colours where it is piped."""
    _show_head(result, console)
    _show_cost(result, console)
    show_starts(result, console, folder)
    _show_fleets(result, console)
    show_carbon(result, console)
    if funding.has_finance(result):
        _show_finance(result, console)
    _show_targets(result, console)
    show_prices(result, console)
    _show_pathway(result, console)
    if folder:
        console.print(Text(f"\nWritten to {folder}: report.html, plan.xlsx, plan.json, CSV tables"))


def _show_head(result: Result, console: Console) -> None:
    plan = result.plan
    console.print(Text(result.title, style="bold"))
    for target in result.missed:
        why = "it gave way" if target in plan.gave_way else "a penalty is paid"
        console.print(Text(f"MISSED: {target} ({why}); see below", style="bold red"))
    if plan.status == "optimal":
        holds = "The rest holds" if result.missed else "Every promise holds"
        near = f"within {percent(plan.gap)} of the least cost" if plan.gap > 0 else "at the least cost"
        text = f"{holds}, {near}: proven."
        console.print(Text(text, style="green"))
    else:
        gap = (
            "no bound was proven"
            if plan.gap == float("inf")
            else f"gap {percent(plan.gap)}, asked {percent(plan.gap_asked)}"
        )
        console.print(Text(f"Stopped by {plan.stopped_by}: best plan so far; {gap}.", style="bold yellow"))
    for part in plan.solver.get("shortfalls", ()):
        if part["gap"] > SEEN:
            names = ", ".join(part["targets"])
            text = f"How far {names} gave way is proven within {percent(part['gap'])} of the least."
            console.print(Text(text, style="bold yellow"))
    if plan.gap > 0 and abs(plan.objective) < 0.2 * result.accounts.spending:
        console.print(Text(f"Against the money spent, the gap is {percent(result.gap_of_spending)}."))


def _show_cost(result: Result, console: Console) -> None:
    instance = result.instance
    rate = f"{percent(instance.discount_rate)} real" if instance.discount_rate else "undiscounted"
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    for kind, value in tables.cost_parts(result):
        table.add_row(f"  {KINDS[kind]}", amount(value))
    head = f"\nCost, present value {instance.first} ({rate}, prices of {instance.price_year})"
    console.print(Text(head, style="bold"), end="")
    console.print(Text(f": {amount(result.plan.objective)} {result.money}"))
    console.print(table)


def _show_fleets(result: Result, console: Console) -> None:
    for fleet in result.instance.fleets:
        account = result.accounts.fleets[fleet.id]
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column(Text(fleet.label), overflow="fold", max_width=34)
        years = sorted({0, len(account.yard) - 1, *range(-result.instance.first % 10, len(account.yard), 10)})
        for y in years:
            table.add_column(str(result.instance.first + y), justify="right", no_wrap=True)
        for i, state in enumerate(fleet.states):
            if np.any(account.service[i] > 0.5):
                table.add_row(Text(f"  {state.label}"), *(f"{account.service[i, y]:.0f}" for y in years))
        if any(account.yard[y] > 0.5 for y in years):
            table.add_row("  in the yard", *(f"{account.yard[y]:.0f}" for y in years))
        console.print()
        console.print(table)
        for c, change in enumerate(fleet.changes):
            begun = [(result.instance.first + y, account.begun[c, y]) for y in np.flatnonzero(account.begun[c] > 0.5)]
            if begun:
                listed = ", ".join(f"{y}: {n:.0f}" for y, n in begun)
                console.print(Text(f"  {change.label}: {listed}"))


def _show_finance(result: Result, console: Console) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("Finance", overflow="fold", max_width=24)
    table.add_column(f"issued ({result.money})", overflow="fold")
    table.add_column(f"owed in {result.instance.last}", justify="right", no_wrap=True)
    for label, issued, owed in funding.lines(result):
        table.add_row(Text(label), Text(issued), Text(owed))
    console.print()
    console.print(table)
    if settled := funding.settlement(result):
        console.print(Text(settled))


def _show_targets(result: Result, console: Console) -> None:
    groups: dict[tuple[str, str], list[TargetRow]] = defaultdict(list)
    for row in result.accounts.targets:
        groups[row.id, row.rule].append(row)
    if not groups:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("Target", overflow="fold", max_width=24)
    table.add_column("tightest", no_wrap=True)
    for name in ("required", "achieved", "margin"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    labels = {t.id: t.label for t in result.instance.targets}
    lines: list[Text] = []
    for (target, rule), rows in groups.items():
        worst = min(rows, key=lambda r: r.margin / max(abs(r.required), 1e-9))
        style = "" if worst.met else "bold red"
        cells = [f"{worst.year}", amount(worst.required), amount(worst.achieved), amount(worst.margin)]
        words = f"{'' if worst.met else 'MISSED '}{worst.unit}, {rule}"
        table.add_row(Text(labels[target], style=style), *cells, Text(words, style=style))
        year, required, achieved, margin = cells
        told = f"margin {margin} {worst.unit}, {rule}, in {year} (required {required}, achieved {achieved})"
        lines.append(Text(f"{labels[target]}: {'' if worst.met else 'MISSED, '}{told}", style=style))
    console.print()
    console.print(*([table] if console.width >= NARROW else [Text("Targets", style="bold"), *lines]), sep="\n")


def _show_pathway(result: Result, console: Console) -> None:
    import plotext

    frame = tables.pathway(result)
    if frame["baseline [ktCO2e]"].abs().max() < 1e-9 or len(frame) < 3:
        return
    years = frame["year"].tolist()
    unit, scale = ("MtCO2e", 1e-3) if frame["baseline [ktCO2e]"].max() >= 1000 else ("ktCO2e", 1.0)
    plotext.clear_figure()
    plotext.theme("clear")
    plotext.plotsize(min(console.width, 80) - 1, 13)
    marker = "braille" if console.encoding.lower().startswith("utf") else "*"
    plotext.plot(years, (frame["baseline [ktCO2e]"] * scale).tolist(), label="baseline", marker=".")
    if frame["removals [ktCO2e]"].max() > 0:
        sold = frame.get("removals sold [ktCO2e]", 0.0)
        net = (frame["gross [ktCO2e]"] - frame["removals [ktCO2e]"] + sold) * scale
        plotext.plot(years, net.tolist(), label="net of removals", marker="-")
    plotext.plot(years, (frame["gross [ktCO2e]"] * scale).tolist(), label="gross", marker=marker)
    ticks = sorted({years[0], *(y for y in years if y % 10 == 0), years[-1]})
    plotext.xticks([t for t in ticks if t in (years[0], years[-1]) or (t - years[0] > 3 and years[-1] - t > 3)])
    console.print(Text(f"\nPathway, all scopes, {unit} a year", style="bold"))
    picture = plotext.uncolorize(plotext.build()).rstrip("\n")
    if not console.encoding.lower().startswith("utf"):
        picture = picture.encode("ascii", "replace").decode()
    console.print(Text(picture), highlight=False)


def percent(value: float) -> str:
    """A share as a percentage with two digits that count."""
    return f"{value * 100:.2g} %" if abs(value) < 0.1 else f"{value * 100:.3g} %"
