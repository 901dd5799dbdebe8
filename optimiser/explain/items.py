"""Items: what a planner can negotiate, what an instance is without some of it, and how a sentence names it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

import numpy as np

from optimiser.explain import fleets
from optimiser.explain.finance import WORDS as FINANCE
from optimiser.explain.finance import finance_items, restricted_finance
from optimiser.instance import Instance
from optimiser.instance.market_data import InternalMarketData

KINDS = ("resource", "group", "terms", "ceiling", "issue", "commitment", *fleets.KINDS, "budget", "market", "target")
"""In the order in which they are tried: what a planner would name last goes first."""
FACTS = ("window", "requirement", "exclusion", "least")
"""What holds of a project, and is named only where a conflict rests on it."""


@dataclass(frozen=True, order=True)
class Item:
    """Something a planner can negotiate."""

    kind: str
    id: str


def items_of(instance: Instance) -> list[Item]:
    """Everything that can be negotiated, in the order of `KINDS`. Targets that may give way never block."""
    return list(_items(instance))


def _items(instance: Instance) -> Iterator[Item]:
    yield from (Item("resource", r.id) for r in instance.resources)
    yield from (Item("group", g.id) for g in instance.groups)
    yield from (Item(kind, name) for kind, name in finance_items(instance))
    yield from (Item("commitment", p.id) for p in instance.projects if p.committed)
    yield from (Item(*item) for item in fleets.fleet_items(instance))
    yield from (Item("budget", b.id) for b in instance.budgets)
    yield from (Item("market", m.id) for m in instance.markets if m.can_refuse)
    yield from (Item("target", t.id) for t in instance.targets if t.penalty is None and t.priority is None)


def restricted(instance: Instance, items: Collection[Item]) -> Instance:
    """The instance with these items only; targets that may give way are gone."""
    names = {kind: {i.id for i in items if i.kind == kind} for kind in KINDS}
    return replace(
        instance,
        resources=tuple(
            r if r.id in names["resource"] else replace(r, limit=np.full(len(r.limit), np.inf))
            for r in instance.resources
        ),
        groups=tuple(g for g in instance.groups if g.id in names["group"]),
        projects=tuple(
            p if not p.committed or p.id in names["commitment"] else replace(p, committed=False)
            for p in instance.projects
        ),
        budgets=tuple(b for b in instance.budgets if b.id in names["budget"]),
        markets=tuple(m for m in instance.markets if m.id in names["market"] or not m.can_refuse),
        targets=tuple(t for t in instance.targets if t.id in names["target"]),
        fleets=tuple(fleets.relaxed(f, {(i.kind, i.id) for i in items}) for f in instance.fleets),
        finance=restricted_finance(instance, names),
    )


def words(instance: Instance, item: Item) -> str:
    """An item as a sentence names it."""
    if item.kind in fleets.KINDS:
        return fleets.words(instance, item.kind, item.id)
    describe: dict[str, Callable[[str], str]] = {
        "target": lambda n: f"the target {n}",
        "budget": lambda n: f"the budget {n}",
        "market": lambda n: market_in_words(instance, n),
        "resource": lambda n: f"the limit of {n}",
        "group": lambda n: f"the choice {n}",
        "commitment": lambda n: f"the commitment to {n}",
        "window": lambda n: window_in_words(instance, n),
        "requirement": lambda n: requirement_in_words(instance, n),
        "exclusion": lambda n: exclusion_in_words(instance, n),
        "least": lambda n: least_in_words(instance, n),
    }
    return FINANCE[item.kind].format(item.id) if item.kind in FINANCE else describe[item.kind](item.id)


def market_in_words(instance: Instance, name: str) -> str:
    """What a market asks for."""
    inside = any(m.id == name and isinstance(m, InternalMarketData) for m in instance.markets)
    return f"the cap of the internal market {name}" if inside else f"what is due in the market {name}"


def window_in_words(instance: Instance, name: str) -> str:
    """When a project may start."""
    starts = next(p for p in instance.projects if p.id == name).starts
    first, last = int(starts[0]), int(starts[-1])
    return f"the start of {name} in {first}" + (f" to {last}" if last > first else "")


def requirement_in_words(instance: Instance, name: str) -> str:
    """What a project waits for."""
    project = next(p for p in instance.projects if p.id == name)
    clauses = []
    for clause in project.requires:
        parts = [f"{instance.projects[i].id}{f' {_years(lag)} earlier' if lag else ''}" for i, lag in clause]
        clauses.append(" or ".join(parts))
    return f"the rule that {name} requires {' and '.join(clauses)}"


def exclusion_in_words(instance: Instance, name: str) -> str:
    """What a project cannot be chosen with."""
    project = next(p for p in instance.projects if p.id == name)
    others = [b if a == project.index else a for a, b in instance.exclusions if project.index in (a, b)]
    return f"the rule that {name} excludes {listed([instance.projects[i].id for i in others])}"


def least_in_words(instance: Instance, name: str) -> str:
    """How much of a project there must be where there is any."""
    project = next(p for p in instance.projects if p.id == name)
    return f"the least of {project.least:.10g} {project.unit} of {name}"


def _years(count: int) -> str:
    return f"{count} year{'s' if count != 1 else ''}"


def listed(names: list[str]) -> str:
    """a; a and b; a, b and c."""
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
