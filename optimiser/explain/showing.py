"""Reasons and full costs on a terminal, and as plain values."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from optimiser.explain.conflict import Conflict
from optimiser.explain.costs import FullCost
from optimiser.explain.items import Item
from optimiser.explain.project import Part, Reason, Trial


def conflict_document(conflict: Conflict) -> dict[str, Any]:
    """A conflict as plain values."""

    def named(items: tuple[Item, ...]) -> list[dict[str, Any]]:
        return [{"kind": i.kind, "id": i.id, "years": list(conflict.years.get(i, ())) or None} for i in items]

    return {
        "format": "optimiser-conflict",
        "version": 1,
        "conflict": named(conflict.items),
        "rests_on": named(conflict.facts),
        "too_large": [vars(misfit) for misfit in conflict.unfit],
        "other_conflicts": [named(other) for other in conflict.others],
        "smallest": conflict.minimal,
        "short": conflict.short,
        "sentences": list(conflict.sentences),
        "alternatives": [remedy.document() for remedy in conflict.remedies],
    }


SAME = 1e-6
"""Millions: a difference that is none."""


def signed(value: float, money: str) -> str:
    """A difference of money with its sign."""
    digits = f"{value:+,.0f}" if abs(value) >= 1000 else f"{value:+.4g}"
    return f"{digits if abs(value) > 5e-7 else '0'} {money}"


def difference_words(more: float | None, answer: Trial | FullCost, money: str) -> str:
    """What an answer says of a plan that costs `more`; None: there is no such plan."""
    if not answer.known:
        return "not found out in time"
    if more is None:
        return "no plan"
    if abs(more) < SAME:
        return "no difference"
    if not answer.is_decided:
        return f"{signed(more, money)} (no more than the gap of {answer.open:.3g} leaves open)"
    return signed(more, money)


def trial_words(trial: Trial, money: str) -> str:
    """What a trial costs."""
    return difference_words(trial.more, trial, money)


def cost_words(cost: FullCost, money: str) -> str:
    """What is saved, with a minus."""
    return difference_words(None if cost.saved is None else -cost.saved, cost, money)


def show_reason(reason: Reason, money: str, console: Console) -> None:
    """When it starts, what other choices cost, and its account."""
    console.print(Text(reason.label, style="bold"))
    if reason.starts:
        listed = ", ".join(f"{s.year}" + (f": {s.amount:.4g}" if s.amount != 1 else "") for s in reason.starts)
        committed = " It is committed." if reason.committed else ""
        console.print(Text(f"In the plan it starts in {listed}.{committed}"))
    else:
        console.print(Text("It is not in the plan."))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("Instead", no_wrap=True)
    table.add_column("the plan as a whole costs", overflow="fold")
    for trial in reason.trials:
        forced = reason.committed and trial.what == "out"
        table.add_row(Text(trial.what), "no choice: it is committed" if forced else trial_words(trial, money))
    console.print()
    console.print(table)
    _show_account(reason, money, console)


def _show_account(reason: Reason, money: str, console: Console) -> None:
    if not reason.account:
        return
    console.print()
    what = "as in the plan" if reason.starts else f"started in {reason.account_year}"
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(f"At the margin, {what}", overflow="fold", max_width=40)
    table.add_column("year", no_wrap=True)
    table.add_column("takes", justify="right", no_wrap=True)
    table.add_column(f"worth [{money}]", justify="right", no_wrap=True)
    for part in sorted(reason.account[1:], key=lambda p: -abs(p.value))[:10]:
        table.add_row(Text(part.what), str(part.year), _amount(part), f"{part.value:+.4g}")
    own = reason.account[0]
    table.add_row(own.what, "", "", f"{own.value:+.4g}", style="bold")
    console.print(table)
    if len(reason.account) == 1:
        console.print("No limit or promise that it touches has a price at the margin; the costs above say it all.")
    else:
        console.print("Minus: it gives room that the plan would pay for. Whole numbers staying as they are.")


def _amount(part: Part) -> str:
    return f"{part.amount:+.4g} {part.unit}" if part.unit != "unit" else f"{part.amount:+.4g}"


def reason_document(reason: Reason) -> dict[str, Any]:
    """A reason as plain values."""
    return {
        "format": "optimiser-reason",
        "version": 1,
        "project": reason.project,
        "starts": [{"year": s.year, "amount": s.amount} for s in reason.starts],
        "committed": reason.committed,
        "instead": [
            {"what": t.what, "year": t.year, "more": t.more, "left_open": _finite(t.open), "known": t.known}
            for t in reason.trials
        ],
        "account": [
            {"what": p.what, "year": p.year, "takes": p.amount, "unit": p.unit, "price": p.price, "worth": p.value}
            for p in reason.account
        ],
        "complete": reason.complete,
    }


def _finite(value: float) -> float | None:
    return value if value < float("inf") else None


def show_costs(costs: list[FullCost], money: str, console: Console) -> None:
    """A line for each: the highest price at the margin, and the change of the whole cost."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("Change", overflow="fold", max_width=44)
    table.add_column(f"margin [{money}]", overflow="fold")
    table.add_column("in full", overflow="fold")
    for cost in costs:
        margin = f"{cost.margin.value:.4g} per {cost.margin.unit} in {cost.margin.year}" if cost.margin else "0"
        table.add_row(Text(f"{cost.words}: {cost.change}"), margin, cost_words(cost, money))
    console.print()
    console.print(table)
    console.print("In full: every decision open again. Minus: it would be saved.")


def costs_document(costs: list[FullCost]) -> list[dict[str, Any]]:
    """Full costs as plain values."""
    return [
        {
            "kind": c.item.kind,
            "id": c.item.id,
            "change": c.change,
            "saved": c.saved,
            "left_open": _finite(c.open),
            "known": c.known,
            "margin": {"value": c.margin.value, "unit": c.margin.unit, "year": c.margin.year} if c.margin else None,
        }
        for c in costs
    ]
