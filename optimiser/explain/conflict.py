"""Why no plan exists: a smallest set of promises and limits that cannot hold together, and by how much it is short.

A deletion filter: one by one a target, budget, resource, group or commitment is taken out; what can go while no plan
exists is innocent, what must stay is in conflict. Every step is a solve of the whole model, so that it holds for
integers too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from optimiser.explain import fleets
from optimiser.explain.finance import WORDS as FINANCE
from optimiser.explain.finance import finance_items, restricted_finance
from optimiser.formulation import Question, build
from optimiser.instance import Instance
from optimiser.instance.market_data import InternalMarketData
from optimiser.solve.highs import Interrupt, Limits, run
from optimiser.solve.programme import assemble
from optimiser.solve.reading import read_claims

KINDS = ("resource", "group", "terms", "ceiling", "issue", "commitment", *fleets.KINDS, "budget", "market", "target")


@dataclass(frozen=True, order=True)
class Item:
    """Something a planner can negotiate."""

    kind: str
    id: str


@dataclass(frozen=True)
class Conflict:
    """Items that cannot hold together; `minimal` False where time ran out.

    `short`: by target and year in kt, what all targets together miss at least. `more`: by budget (in millions) or
    resource and year, the least that this limit alone must be raised by for a plan to exist.
    """

    items: tuple[Item, ...]
    short: dict[str, dict[int, float]]
    more: dict[Item, dict[int, float]]
    minimal: bool
    sentences: tuple[str, ...]


def find_conflict(instance: Instance, limits: Limits, interrupt: Interrupt) -> Conflict:
    """A smallest set of items that leaves no plan (for an instance that is proven to have none)."""
    deadline = time.monotonic() + limits.seconds
    kept = list(_items(instance))
    minimal = True
    for chunk in _chunks(kept):
        rest = [i for i in kept if i not in chunk]
        answer = _infeasible(instance, rest, limits, deadline, interrupt)
        if answer is True:
            kept = rest
            continue
        for item in chunk if len(chunk) > 1 or answer is None else ():
            rest = [i for i in kept if i != item]
            answer = _infeasible(instance, rest, limits, deadline, interrupt)
            if answer is True:
                kept = rest
            minimal &= answer is not None
    minimal &= not interrupt.is_set
    short = _shortfalls(instance, kept, limits, deadline, interrupt)
    more = _extensions(instance, kept, limits, deadline, interrupt)
    stopped = "" if minimal else "It was stopped" if interrupt.is_set else "Time ran out"
    return Conflict(tuple(kept), short, more, minimal, tuple(_sentences(instance, kept, short, more, stopped)))


def _items(instance: Instance) -> Iterator[Item]:
    """In the order in which they are tried: what a planner would name last goes first."""
    yield from (Item("resource", r.id) for r in instance.resources)
    yield from (Item("group", g.id) for g in instance.groups)
    yield from (Item(kind, name) for kind, name in finance_items(instance))
    yield from (Item("commitment", p.id) for p in instance.projects if p.committed)
    yield from (Item(*item) for item in fleets.fleet_items(instance))
    yield from (Item("budget", b.id) for b in instance.budgets)
    yield from (Item("market", m.id) for m in instance.markets if m.can_refuse)
    yield from (Item("target", t.id) for t in instance.targets if t.penalty is None and t.priority is None)


def _chunks(items: list[Item]) -> Iterator[list[Item]]:
    """All of one kind at once (they often are innocent together), except targets, which are tried one by one."""
    for kind in KINDS:
        same = [i for i in items if i.kind == kind]
        if kind == "target":
            yield from ([i] for i in same)
        elif same:
            yield same


def restricted(instance: Instance, items: list[Item]) -> Instance:
    """The instance with these items only; targets that may give way are gone."""
    names = {kind: {i.id for i in items if i.kind == kind} for kind in KINDS}
    return replace(
        instance,
        resources=tuple(
            r if r.id in names["resource"] else replace(r, limit=r.limit * 0 + 1e12) for r in instance.resources
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


def _infeasible(
    instance: Instance, items: list[Item], limits: Limits, deadline: float, interrupt: Interrupt
) -> bool | None:
    """True or False where proven, None where time ran out."""
    seconds = deadline - time.monotonic()
    if seconds <= 0 or interrupt.is_set:
        return None
    programme = assemble(build(restricted(instance, items)))
    programme.cost = programme.cost * 0  # any plan will do
    outcome = run(programme, replace(limits, seconds=min(seconds, 30.0)), None, interrupt)
    if outcome.status == "infeasible":
        return True
    return False if outcome.x is not None else None


def _shortfalls(
    instance: Instance, items: list[Item], limits: Limits, deadline: float, interrupt: Interrupt
) -> dict[str, dict[int, float]]:
    """How far the targets in conflict fall short at least, by target and year, if the rest of it holds."""
    targets = frozenset(i.id for i in items if i.kind == "target")
    seconds = deadline - time.monotonic()
    if not targets or seconds <= 0 or interrupt.is_set:
        return {}
    model = build(restricted(instance, items), Question(giving_way=targets, least_shortfall=targets))
    programme = assemble(model)
    outcome = run(programme, replace(limits, gap=0.01, seconds=min(seconds, 30.0)), None, interrupt)
    if outcome.x is None:
        return {}
    claims = read_claims(model, programme, outcome.x)
    years = [int(y) for y in instance.years]
    found = {
        t: {y: float(v) for y, v in zip(years, values, strict=True) if v > 1e-6}
        for t, values in claims.shortfall.items()
    }
    return {t: by_year for t, by_year in found.items() if by_year}


def _extensions(
    instance: Instance, items: list[Item], limits: Limits, deadline: float, interrupt: Interrupt
) -> dict[Item, dict[int, float]]:
    """How much more of each budget or resource in conflict would do, if all the rest of it holds."""
    found: dict[Item, dict[int, float]] = {}
    for item in items:
        seconds = deadline - time.monotonic()
        if item.kind not in ("budget", "resource") or seconds <= 0 or interrupt.is_set:
            continue
        model = build(restricted(instance, items), Question(more=frozenset([(item.kind, item.id)])))
        programme = assemble(model)
        outcome = run(programme, replace(limits, gap=1e-5, seconds=min(seconds, 30.0)), None, interrupt)
        if outcome.x is not None:
            values = programme.of_variable(model.more, outcome.x)
            found[item] = {y: v for (_, _, y), v in values.items() if v > 1e-6}
    return {item: by_year for item, by_year in found.items() if by_year}


def _sentences(
    instance: Instance,
    items: list[Item],
    short: dict[str, dict[int, float]],
    more: dict[Item, dict[int, float]],
    stopped: str,
) -> Iterator[str]:
    if not items:
        yield "The projects' own rules contradict each other: no target or limit is to blame."
        yield "Look at commitments, `requires`, `excludes`, and sources supplied with more than they need."
        return
    names = [_words(instance, i) for i in items]
    listed = names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
    if len(names) == 1:
        yield f"Whatever is started, {listed} cannot hold."
    else:
        yield f"No plan can keep these together: {listed}."
        if not stopped:
            yield "Without any one of them, the rest of them can hold."
    for target, by_year in short.items():
        worst = max(by_year, key=lambda y: by_year[y])
        yield f"{target} would be short by at least {_tonnes(sum(by_year.values()))} in {_span(by_year)}" + (
            f" (most in {worst}: {_tonnes(by_year[worst])})." if len(by_year) > 1 else "."
        )
    for item, by_year in more.items():
        unit = f" M{instance.currency}" if item.kind == "budget" else ""
        amount = f"{sum(by_year.values()):,.4g}{unit} more in {_span(by_year)}"
        yield f"With {amount}, {_words(instance, item)} would leave room for the rest."
    if stopped:
        yield f"{stopped} before it was known whether all of these are needed; a longer --time-limit tells."


def _words(instance: Instance, item: Item) -> str:
    if item.kind in fleets.KINDS:
        return fleets.words(instance, item.kind, item.id)
    describe: dict[str, Callable[[str], str]] = {
        "target": lambda n: f"the target {n}",
        "budget": lambda n: f"the budget {n}",
        "market": lambda n: market_in_words(instance, n),
        "resource": lambda n: f"the limit of {n}",
        "group": lambda n: f"the choice {n}",
        "commitment": lambda n: f"the commitment to {n}",
    }
    return FINANCE[item.kind].format(item.id) if item.kind in FINANCE else describe[item.kind](item.id)


def _span(by_year: dict[int, float]) -> str:
    return f"{min(by_year)} to {max(by_year)}" if len(by_year) > 1 else str(next(iter(by_year)))


def market_in_words(instance: Instance, name: str) -> str:
    """What a market asks for."""
    inside = any(m.id == name and isinstance(m, InternalMarketData) for m in instance.markets)
    return f"the cap of the internal market {name}" if inside else f"what is due in the market {name}"


def _tonnes(kt: float) -> str:
    if kt < 0.01:
        return f"{max(kt * 1000, 0.001):.3g} tCO2e"
    return f"{kt / 1000:.3g} MtCO2e" if kt >= 1000 else f"{kt:.3g} ktCO2e"
